package golden_test

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"

	"chaski/internal/domain/progress"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) } //nolint:gosec // a test's

var frameWords = map[string]string{"ordinary": "ORDINARIO", "ley_31728": "LEY_31728"}

// contributed is what a row adds before it is void, and the month that holds it.
type contributed struct {
	Record       string `db:"source_record"`
	Measure      string `db:"measure"`
	AO           string `db:"ao"`
	Key          string `db:"key"`
	FundingYear  int64  `db:"funding_year"`
	Frame        string `db:"funding_frame"`
	Amount       int64  `db:"amount"`
	Intervention string `db:"intervention"`
	Month        string `db:"month"`
}

func (w *world) contributions(where string) []contributed {
	var out []contributed
	if err := w.k.App.DB().NewQuery(w.sql(`SELECT p.source_record, p.measure, p.ao, coalesce(a.key, '') AS key, p.funding_year, p.funding_frame, p.amount, p.intervention,
		(SELECT g.month FROM progress_postings g WHERE g.source_collection = p.source_collection AND g.source_record = p.source_record
			GROUP BY g.month HAVING sum(g.quantity) <> 0 ORDER BY g.month LIMIT 1) AS month
		FROM progress_contributions p LEFT JOIN aos a ON a.id = p.ao WHERE p.exercise = {:y} AND ` + where)).All(&out); err != nil {
		w.k.T.Fatal(err)
	}
	return out
}

func (w *world) one(collection, id string) contributed {
	w.k.T.Helper()
	all := w.contributions(`p.source_collection = '` + collection + `' AND p.source_record = '` + id + `'`)
	if len(all) != 1 {
		w.k.T.Fatalf("%s/%s counts %d times", collection, id, len(all))
	}
	return all[0]
}

// fewer takes a unit from its AO; the AO loses the rule that nothing counts by.
func (w *world) fewer(s sheet, c contributed) {
	if c.AO == "" {
		return
	}
	at := "actividades_operativas[" + c.Key + "]"
	s.add(at+".fisico.ejecutado", -1)
	if s.int(at+".fisico.ejecutado") == 0 {
		delete(s, at+".reglas[0]")
		if second, both := s[at+".reglas[1]"]; both {
			s[at+".reglas[0]"] = second
			delete(s, at+".reglas[1]")
		}
	}
}

func voidCupo(w *world, s sheet, id string) {
	c := w.one("cupos", id)
	line := fmt.Sprintf("empleos.por_origen[%d %s]", c.FundingYear, frameWords[c.Frame])
	totals := []string{"empleos.total"}
	if c.Frame == "ordinary" {
		totals = append(totals, "empleos.cuadro4_total")
	}
	if c.FundingYear == w.year {
		totals = append(totals, "empleos.recursos_del_ejercicio", fmt.Sprintf("empleos.recursos_%d", w.year))
	}
	w.fewer(s, c)
	for _, at := range append(totals, line) {
		s.add(at+".empleos", -1)
	}
	w.countPeople(s, id)
	others := w.int(`SELECT count(*) FROM progress_contributions WHERE measure = 'job' AND exercise = {:y} AND intervention = '` + c.Intervention + `'`)
	if others > 1 {
		return
	}
	kind := w.strings(`SELECT kind FROM interventions WHERE id = '` + c.Intervention + `'`)[0]
	for _, at := range append(totals, line) {
		s.add(at+"."+kind, -1)
	}
	near := w.int(fmt.Sprintf(`SELECT count(DISTINCT p.intervention) FROM progress_contributions p JOIN interventions i ON i.id = p.intervention
		JOIN districts d ON d.id = i.district WHERE p.measure = 'job' AND p.exercise = {:y} AND p.funding_year = %d AND p.funding_frame = '%s'
		AND d.ubigeo = (SELECT e.ubigeo FROM interventions x JOIN districts e ON e.id = x.district WHERE x.id = '%s')`, c.FundingYear, c.Frame, c.Intervention))
	if near == 1 {
		s.add(line+".distritos", -1)
	}
	if s.int(line+".empleos") == 0 {
		s.drop(line + ".")
	}
	for _, t := range w.contributions(`p.measure = 'transfer' AND p.intervention = '` + c.Intervention + `'`) {
		s.add("transferencias.sin_aii_ejecutada."+idleKey(t.Frame), 1)
		s.add("transferencias.sin_aii_ejecutada.total", 1)
	}
}

func idleKey(frame string) string {
	if frame == "ordinary" {
		return "ordinario"
	}
	return "ley"
}

// replacements are accrued transfers of the same resolution and convenio: when
// the one that counts is void, the earliest of them counts.
func (w *world) replacement(id string) []contributed {
	var out []contributed
	if err := w.k.App.DB().NewQuery(w.sql(`SELECT o.id AS source_record, 'transfer' AS measure, c.funding_year, c.funding_frame, CAST(o.amount AS INTEGER) AS amount, c.intervention,
		substr(o.accrued_on, 1, 7) AS month, '' AS ao, '' AS key FROM transfers t JOIN transfers o ON o.convenio = t.convenio AND o.resolution = t.resolution AND o.id <> t.id
		JOIN convenios c ON c.id = t.convenio WHERE t.id = '` + id + `' AND o.state IN ('devengada', 'girada') ORDER BY o.accrued_on, o.id LIMIT 1`)).All(&out); err != nil {
		w.k.T.Fatal(err)
	}
	return out
}

func voidTransfers(w *world, s sheet, where string) {
	gone := w.contributions(`p.source_collection = 'transfers' AND p.source_record IN (SELECT t.id FROM transfers t WHERE ` + where + `)`)
	ids := make([]string, len(gone))
	for i, c := range gone {
		ids[i] = "'" + c.Record + "'"
	}
	rest := ` p.source_collection = 'transfers' AND p.exercise = {:y} AND p.source_record NOT IN (` + strings.Join(ids, ", ") + `)`
	for _, c := range gone {
		frame := "transferencias." + strings.ToLower(strings.ReplaceAll(frameWords[c.Frame], "ORDINARIO", "ordinario"))
		for _, at := range []string{frame, "transferencias.total"} {
			s.addMoney(at+".monto", -c.Amount)
		}
		if len(gone) == 1 && strings.HasPrefix(where, "t.id") {
			if r := w.replacement(c.Record); len(r) == 1 { // the same event, told otherwise
				for _, at := range []string{frame, "transferencias.total"} {
					s.addMoney(at+".monto", r[0].Amount)
				}
				return
			}
		}
		w.fewer(s, c)
		for _, at := range []string{frame, "transferencias.total"} {
			s.add(at+".numero", -1)
		}
		if w.int(`SELECT count(*) FROM progress_contributions WHERE measure = 'job' AND exercise = {:y} AND intervention = '`+c.Intervention+`'`) == 0 {
			s.add("transferencias.sin_aii_ejecutada."+idleKey(c.Frame), -1)
			s.add("transferencias.sin_aii_ejecutada.total", -1)
		}
	}
	distinct := func(what, frame string) int64 {
		return w.int(`SELECT count(DISTINCT ` + what + `) FROM progress_contributions p JOIN transfers t ON t.id = p.source_record
			JOIN convenios c ON c.id = t.convenio WHERE` + rest + frame)
	}
	s["transferencias.ordinario.gobiernos_locales"] = fmt.Sprint(distinct("c.executor", ` AND p.funding_frame = 'ordinary'`))
	s["transferencias.ley_31728.gobiernos_locales"] = fmt.Sprint(distinct("c.executor", ` AND p.funding_frame = 'ley_31728'`))
	s["transferencias.total.gobiernos_locales"] = fmt.Sprint(distinct("c.executor", ""))
	s["transferencias.resoluciones_ministeriales_grafico2"] = fmt.Sprint(distinct("t.resolution", ""))
}

// sameEvent lists other rows that tell the event of a technical assistance.
func (w *world) sameEvent(id string) []string {
	return w.strings(`SELECT o.id FROM technical_assistances a JOIN technical_assistances o ON o.entity = a.entity AND o.held_on = a.held_on
		AND o.modality = a.modality AND o.topic = a.topic AND o.id <> a.id AND o.state = 'validada' AND o.evidence <> '' WHERE a.id = '` + id + `' ORDER BY o.id`)
}

func voidAssistance(w *world, s sheet, id string) {
	if c := w.one("technical_assistances", id); len(w.sameEvent(id)) == 0 {
		w.fewer(s, c)
	}
}

// sameReport lists other approved reports of the unit, kind and period.
func (w *world) sameReport(id string) []string {
	return w.strings(`SELECT o.id FROM management_reports r JOIN management_reports o ON o.unit = r.unit AND o.ut = r.ut AND o.kind = r.kind
		AND o.period = r.period AND o.ao = r.ao AND o.id <> r.id AND o.state = 'aprobado' WHERE r.id = '` + id + `' ORDER BY o.id`)
}

func voidReport(w *world, s sheet, id string) {
	c := w.one("management_reports", id)
	if len(w.sameReport(id)) > 0 {
		return
	}
	w.fewer(s, c)
	if c.Key != "gestion" {
		return
	}
	row, err := w.k.App.FindRecordById("management_reports", id)
	if err != nil {
		w.k.T.Fatal(err)
	}
	unit := "informes_gestion." + row.GetString("unit")
	s.add(unit, -1)
	s.add("informes_gestion.total", -1)
	if s.int(unit) == 0 {
		delete(s, unit)
	}
	if ut := row.GetString("ut"); ut != "" && w.int(`SELECT count(*) FROM progress_contributions p JOIN management_reports r ON r.id = p.source_record
		WHERE p.source_collection = 'management_reports' AND p.exercise = {:y} AND p.ao = '`+c.AO+`' AND r.ut = '`+ut+`'`) == 1 {
		s.add("informes_gestion.unidades_territoriales", -1)
	}
}

type rosterPerson struct {
	ID    string `db:"id"`
	DNI   string `db:"dni"`
	Sex   string `db:"sex"`
	Birth string `db:"birth_date"`
	Cupo  string `db:"cupo"`
	Has   string `db:"has"` // conditions
}

// countPeople counts the persons of the exercise one by one, without those of a
// cupo.
func (w *world) countPeople(s sheet, without string) {
	var rows []rosterPerson
	if err := w.k.App.DB().NewQuery(w.sql(`SELECT p.id, p.dni, p.sex, p.birth_date, p.cupo,
		coalesce((SELECT group_concat(c.condition) FROM participant_conditions c WHERE c.participant = p.id), '') AS has
		FROM progress_people g JOIN participants p ON p.id = g.participant WHERE g.exercise = {:y} ORDER BY p.id`)).All(&rows); err != nil {
		w.k.T.Fatal(err)
	}
	persons := map[string][]rosterPerson{}
	for _, r := range rows {
		if r.Cupo != without {
			persons[r.DNI] = append(persons[r.DNI], r)
		}
	}
	count := map[string]int64{}
	var badSex, badBirth []string
	for _, of := range persons {
		sex, band := of[0].Sex, bandOf(of[0].Birth, w.year)
		has := map[string]bool{}
		birth := of[0].Birth
		for _, r := range of {
			if r.Sex != sex {
				sex = "contradictorio"
			}
			if r.Birth != birth {
				band = "contradictoria"
			}
			for _, condition := range strings.Split(r.Has, ",") {
				has[condition] = true
			}
		}
		if sex == "contradictorio" {
			badSex = append(badSex, "participants/"+of[0].ID)
		}
		if band == "contradictoria" {
			badBirth = append(badBirth, "participants/"+of[0].ID)
		}
		count["sexo."+map[string]string{"F": "mujeres", "M": "hombres", "contradictorio": "contradictorio"}[sex]]++
		count["edad."+band]++
		for condition := range has {
			count[condition]++
		}
	}
	s["participantes.total"] = fmt.Sprint(len(persons))
	for _, cell := range []string{"sexo.mujeres", "sexo.hombres", "edad.18_29", "edad.30_59", "edad.60_64"} {
		s["participantes."+cell] = fmt.Sprint(count[cell])
	}
	for _, cell := range []string{"sexo.contradictorio", "edad.contradictoria", "edad.fuera_de_tramos"} {
		s.optional("participantes."+cell, count[cell])
	}
	for condition, cell := range map[string]string{
		"victima_violencia_1980_2000": "victimas_violencia_1980_2000", "victima_violencia_genero": "victimas_violencia_genero",
		"con_discapacidad": "con_discapacidad", "familiar_discapacidad_severa_contigo": "familiares_discapacidad_severa_contigo",
	} {
		s["participantes.grupos_no_excluyentes."+cell] = fmt.Sprint(count[condition])
	}
	s.problems(badSex, badBirth, count["edad.fuera_de_tramos"])
}

// bandOf is the band by the year of birth: at the end of the year everybody has had
// his birthday.
func bandOf(birth string, exercise int64) string {
	var year int64
	if _, err := fmt.Sscanf(birth, "%4d-", &year); err != nil {
		return "fuera_de_tramos"
	}
	switch age := exercise - year; {
	case age < 18 || age > 64:
		return "fuera_de_tramos"
	case age < 30:
		return "18_29"
	case age < 60:
		return "30_59"
	}
	return "60_64"
}

func (s sheet) problems(badSex, badBirth []string, outside int64) {
	s.drop("problemas[")
	at := 0
	add := func(code string, n int64, rows []string) {
		if n == 0 {
			return
		}
		s.quote(fmt.Sprintf("problemas[%d].codigo", at), code)
		s[fmt.Sprintf("problemas[%d].cantidad", at)] = fmt.Sprint(n)
		sort.Strings(rows)
		for i, row := range rows {
			s.quote(fmt.Sprintf("problemas[%d].filas[%d]", at, i), row)
		}
		at++
	}
	add("sexo_contradictorio", int64(len(badSex)), badSex)
	add("nacimiento_contradictorio", int64(len(badBirth)), badBirth)
	add("edad_fuera_de_tramos", outside, nil)
}

// expectedCells are the movements of the ledger: what the voided rows had put in
// a month leaves it while it is open, else the first open one.
func (w *world) expectedCells(v voidable, id string) map[string][2]int64 {
	var gone, come []contributed
	switch v.collection {
	case "resolutions":
		gone = w.contributions(`p.source_collection = 'transfers' AND p.source_record IN (SELECT id FROM transfers WHERE resolution = '` + id + `')`)
	case "transfers":
		gone, come = []contributed{w.one(v.collection, id)}, w.replacement(id)
	default:
		gone = []contributed{w.one(v.collection, id)}
	}
	if v.collection == "technical_assistances" && len(w.sameEvent(id)) > 0 || v.collection == "management_reports" && len(w.sameReport(id)) > 0 {
		come = []contributed{gone[0]} // the same day
	}
	out := map[string][2]int64{}
	move := func(c contributed, sign int64) {
		month := max(c.Month, w.open)
		cell := fmt.Sprintf("%d %s %s %d %s %s", w.year, c.Measure, gone[0].AO, c.FundingYear, c.Frame, month)
		if len(gone) > 1 || sign < 0 {
			cell = fmt.Sprintf("%d %s %s %d %s %s", w.year, c.Measure, c.AO, c.FundingYear, c.Frame, month)
		}
		was := out[cell]
		now := [2]int64{was[0] + sign, was[1] + sign*c.Amount}
		out[cell] = now
		if now == ([2]int64{}) {
			delete(out, cell)
		}
	}
	for _, c := range gone {
		move(c, -1)
	}
	for _, c := range come {
		move(c, 1)
	}
	for cell, moved := range out {
		if cell[len(cell)-7:] > fmt.Sprintf("%d-12", w.year) {
			w.late[cell] = moved
		}
	}
	return out
}

// noteLate writes what was posted after the year's close, in the order of the
// report: by measure, AO, money and month.
func (w *world) noteLate(s sheet) {
	cells := make([]string, 0, len(w.late))
	for cell := range w.late {
		cells = append(cells, cell)
	}
	sort.Strings(cells)
	for i, cell := range cells {
		part := strings.Split(cell, " ") // exercise measure ao year frame month
		key := ""
		if part[2] != "" {
			key = w.strings(`SELECT key FROM aos WHERE id = '` + part[2] + `'`)[0]
		}
		at := fmt.Sprintf("ajustes_posteriores_al_cierre[%d]", i)
		s.quote(at+".clave", key)
		s.quote(at+".medida", part[1])
		s.quote(at+".mes", part[5])
		s[at+".cantidad"] = fmt.Sprint(w.late[cell][0])
		s.quote(at+".monto", progress.Money(w.late[cell][1]))
	}
}
