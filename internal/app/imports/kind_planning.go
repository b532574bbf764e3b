package imports

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/progress"
)

var planningSpec = Spec{
	Kind: Planning, Title: "POI y actividades operativas (AO)",
	About: "Una fila por actividad operativa de un ejercicio, con sus metas anuales. Con una versión del POI, también lo que esa versión dice de ella.",
	Fields: []Field{
		exerciseField,
		{
			Name: "version", Label: "Versión del POI", Type: TypePattern, Pattern: versionPattern, Example: "PIA",
			Synonyms: list{"version", "poi", "version poi"}, Hint: "PIA, V1, V2…; puede quedar vacía",
		},
		{
			Name: "resolution", Label: "Resolución del POI", Type: TypeResolution, Example: "RDE 001-2026-LP/DE",
			Synonyms: list{"resolucion", "resolucion de aprobacion"}, Hint: "la que aprobó la versión",
		},
		{
			Name: "approved_on", Label: "Fecha de aprobación", Type: TypeDay, Example: "05/01/2026",
			Synonyms: list{"fecha de resolucion", "aprobado el", "fecha resolucion"},
		},
		{Name: "aei", Label: "AEI", Type: TypePattern, Pattern: aeiPattern, Example: "AEI.07.04", Synonyms: list{"accion estrategica"}},
		{
			Name: "code", Label: "Código de AO", Type: TypePattern, Pattern: aoCodePattern, Example: "AOI00106600073",
			Synonyms: list{"codigo ao", "cod ao", "codigo aoi", "codigo", "codigo de la actividad operativa"}, Hint: "AOI y 11 dígitos; vacío si no está publicado",
		},
		{
			Name: "key", Label: "Clave", Type: TypePattern, Pattern: regexp.MustCompile(`^[a-z0-9_]+$`), Example: "seguimiento",
			Synonyms: list{"clave ao"}, Hint: "nombre corto nuestro, en minúsculas; sin código ni clave se busca por el nombre",
		},
		{
			Name: "name", Label: "Actividad operativa", Type: TypeText, Required: true, Example: "Seguimiento a las actividades de intervención inmediata",
			Synonyms: list{"ao", "nombre", "nombre de la ao", "denominacion", "nombre de la actividad operativa"},
		},
		{
			Name: "unit_measure", Label: "Unidad de medida", Type: TypeChoice, Required: true, Choices: choicesOf["unit_measure"],
			Example: "Empleo temporal", Synonyms: list{"um", "unidad"},
		},
		frameField,
		{
			Name: "budget_category", Label: "Categoría presupuestal", Type: TypeChoice, Choices: choicesOf["budget_category"],
			Example: "PP 0073", Synonyms: list{"categoria", "programa presupuestal", "categoria presupuestaria"},
		},
		{
			Name: "physical_target", Label: "Meta física anual", Type: TypeWhole, Required: true, Example: "1200",
			Synonyms: list{"meta fisica", "metas fisica", "metas fisicas", "fisica", "programado fisico", "meta fisica programada"},
		},
		{
			Name: "financial_target", Label: "Meta financiera anual (S/)", Type: TypeMoney, Required: true, Example: "350000.00",
			Synonyms: list{"meta financiera", "metas financiera", "metas financieras", "financiera", "programado financiero", "pim", "meta financiera s", "meta financiera anual"},
		},
		{Name: "followup_approved", Label: "Seguimiento aprobado", Type: TypeYesNo, Example: "sí", Synonyms: list{"seguimiento"}},
		{Name: "cause", Label: "Causa del cambio", Type: TypeText, Example: "", Synonyms: list{"causa", "motivo", "sustento"}},
	},
	category: categoryOf,
	plan:     planAO,
}

// categoryOf: "PP 0073 Programa para…" stands over the activities of a category.
func categoryOf(text string) map[string]any {
	for _, word := range strings.Fields(Normalize(text)) {
		for _, c := range choicesOf["budget_category"] {
			if word == c.Value[len(c.Value)-4:] || word == strings.ToLower(c.Value) {
				return map[string]any{"budget_category": c.Value}
			}
		}
	}
	if otherCategory.MatchString(Normalize(text)) {
		return map[string]any{}
	}
	return nil
}

// otherCategory is a category that activities of ours do not have.
var otherCategory = regexp.MustCompile(`^(pp \d|apnop|programa presupuestal|acciones centrales|asignaciones presupuestari?as|categoria)\b`)

// ruleOf is how an activity of a unit of measure is counted.
var ruleOf = map[string]string{
	"job": progress.RuleCupo, "transfer": progress.RuleTransfer,
	"technical_assistance": progress.RuleAssistance, "management_report": progress.RuleReport,
}

func planAO(b *Book, l *Line) {
	year := l.Values["exercise"].(int64)
	ao := b.ao(l, year)
	key := l.text("key")
	if ao == nil && key == "" && !l.has("code") {
		if ao, key = b.aoNamed(l, year); ao == nil && key == "" {
			return
		}
	}
	switch {
	case ao != nil:
		key = ao.Fields.Text("key")
	case key == "":
		key = strings.ToLower(l.text("code"))
	}
	l.label = strconv.FormatInt(year, 10) + " " + key
	l.put(b, "exercises", Values{"year": year}, nil, l.copyTo(Values{"kind": "real"}, "aei"))
	fields := l.copyTo(Values{}, "code", "name", "unit_measure", "funding_frame", "budget_category", "followup_approved")
	version := b.version(l, year)
	if version == nil || b.latest(version, year) {
		l.copyTo(fields, "physical_target", "financial_target")
	}
	defaults := l.copyTo(Values{"counting_rule": ruleOf[l.text("unit_measure")], "position": int64(len(b.load("aos", year).all) + 1)}, "physical_target", "financial_target")
	ao = l.put(b, "aos", Values{"exercise": year, "key": key}, fields, defaults)
	if version != nil {
		b.says(l, version, ao, year)
	}
}

// aoNamed is the activity of an exercise with the name of the row, for files that
// have neither code nor key; of a new one, the key that its name gives.
func (b *Book) aoNamed(l *Line, year int64) (*Rec, string) {
	name := Normalize(l.text("name"))
	var found []*Rec
	frame := func(r *Rec) bool { return r.Fields.Text("funding_frame") == l.text("funding_frame") }
	for _, r := range b.load("aos", year).all {
		if Normalize(r.Fields.Text("name")) == name && frame(r) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], ""
	case 0:
		key := b.newKey(name, year)
		l.warn("name", fault.New(fault.ImportAOKeyProposed, "").With("value", key))
		return nil, key
	}
	l.bad("name", fault.New(fault.ImportAONameSeveral, "").With("value", l.text("name")))
	return nil, ""
}

// newKey makes a key of a name: its words that say something, as few as tell it
// from the other activities of the exercise.
func (b *Book) newKey(name string, year int64) string {
	const few = 4
	var words []string
	for _, w := range strings.Fields(name) {
		if len(w) > 2 && !slices.Contains(list{"del", "los", "las", "para", "por", "con", "una"}, w) {
			words = append(words, w)
		}
	}
	taken := func(key string) bool { return b.find("aos", Values{"exercise": year, "key": key}) != nil }
	key := ""
	for n := min(few, len(words)); n <= len(words) && n > 0; n++ {
		if key = strings.Join(words[:n], "_"); !taken(key) {
			return key
		}
	}
	if key == "" {
		key = "ao"
	}
	for n := 2; ; n++ {
		if next := key + "_" + strconv.Itoa(n); !taken(next) {
			return next
		}
	}
}

// ao is the activity that a row's code or key names, or nil.
func (b *Book) ao(l *Line, year int64) *Rec {
	code, key := l.text("code"), l.text("key")
	if code != "" {
		if r := b.where("aos", year, func(v Values) bool { return v.Text("code") == code }); r != nil {
			return r
		}
	}
	if key != "" {
		return b.find("aos", Values{"exercise": year, "key": key})
	}
	return nil
}

// version is the POI version of a row, created when it is new; nil without one.
func (b *Book) version(l *Line, year int64) *Rec {
	if !l.has("version") {
		return nil
	}
	key := strings.NewReplacer(".", "", " ", "").Replace(strings.ToLower(l.text("version")))
	position, _ := strconv.ParseInt(strings.TrimPrefix(key, "v"), 10, 64) // the PIA is 0
	existing := b.find("poi_versions", Values{"exercise": year, "key": key})
	if existing == nil && !l.has("resolution") {
		l.bad("resolution", fault.New(fault.ImportRequired, ""))
		return nil
	}
	return l.put(b, "poi_versions", Values{"exercise": year, "key": key},
		l.copyTo(Values{}, "resolution", "approved_on"), Values{"label": strings.ToUpper(key), "position": position})
}

// latest says whether no later version of the exercise is known: its targets are
// those in force.
func (b *Book) latest(version *Rec, year int64) bool {
	return b.where("poi_versions", year, func(v Values) bool { return v.Int("position") > version.Fields.Int("position") }) == nil
}

// says writes what a version says of an activity.
func (b *Book) says(l *Line, version, ao *Rec, year int64) {
	aei := l.text("aei")
	if exercise := b.find("exercises", Values{"year": year}); aei == "" && exercise != nil {
		aei = exercise.Fields.Text("aei")
	}
	if aei == "" {
		l.bad("aei", fault.New(fault.ImportRequired, ""))
		return
	}
	l.put(b, "ao_versions", Values{"poi_version": version.ID, "ao": ao.ID},
		l.copyTo(Values{"aei": aei, "active": true}, "physical_target", "financial_target", "cause"), nil)
}
