// Package report writes the yearly figures for people: the same tables as text
// for a terminal and as CSV. What the figures are is internal/domain/figures.
package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
	"chaski/internal/domain/progress"
)

// The kinds of what a column holds. Numbers are as in the document: grouping and
// signs of currency are the reader's.
const (
	Word    = "word"
	Number  = "number"
	Money   = "money" // soles
	Percent = "percent"
)

// Column of a table.
type Column struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// Row of a table: a cell for each column. AO is the id of the activity whose rows
// are behind it, "" if there is none. Total marks a subtotal.
type Row struct {
	Cells []string `json:"cells"`
	AO    string   `json:"ao,omitempty"`
	Total bool     `json:"total"`
}

// Table is one table of the report. The first column names the row.
type Table struct {
	Key     string   `json:"key"` // cuadro1, participantes, …
	Title   string   `json:"title"`
	Notes   []string `json:"notes"`
	Columns []Column `json:"columns"`
	Rows    []Row    `json:"rows"`
}

// columns reads "kind:name"; without a kind it is a number.
func columns(of ...string) []Column {
	out := make([]Column, len(of))
	for i, c := range of {
		kind, name, found := strings.Cut(c, ":")
		if !found {
			kind, name = Number, c
		}
		out[i] = Column{name, kind}
	}
	return out
}

func plain(cells ...string) Row { return Row{Cells: cells} }

// aoOf is the activity that counts a unit in a frame, as the document names them.
func aoOf(r figures.Report, unit, frame string) string {
	for _, a := range r.AOs {
		if a.Unit == unit && a.Frame == frame {
			return a.ID
		}
	}
	return ""
}

// Tables lays the report out.
func Tables(r figures.Report) []Table {
	out := []Table{indicator(r), cuadro1(r), cuadro2(r)}
	if r.Cuadro3 != nil {
		out = append(out, cuadro3(r))
	}
	out = append(out, cuadro4(r), cuadro5(r), participants(r), transfers(r), reports(r))
	if len(r.Late) > 0 {
		out = append(out, late(r))
	}
	if len(r.Problems) > 0 {
		out = append(out, problems(r))
	}
	return out
}

// civil writes a day as forms do: 31/12/2023.
func civil(d day.Day) string {
	if len(d) != len("2006-01-02") {
		return string(d)
	}
	return string(d[8:]) + "/" + string(d[5:7]) + "/" + string(d[:4])
}

func n(i int64) string { return strconv.FormatInt(i, 10) }

// NoData is what stands where the exercise holds nothing: never zero.
const NoData = "sin dato"

func held(c figures.Count) string { return orNone(c.String()) }

func orNone(value string) string { return cmp.Or(value, NoData) }

// rulesOf says how a kind of figure is counted.
func rulesOf(r figures.Report, figure string) string {
	var of []string
	for _, rule := range r.Rules {
		if rule.Figure == figure {
			of = append(of, rule.Rule)
		}
	}
	if len(of) == 0 {
		return "Sin filas que contar."
	}
	return "Cómo se cuenta: " + inWords(of) + "."
}

// inWords says what rules count.
func inWords(rules []string) string {
	said := make([]string, len(rules))
	for i, rule := range rules {
		if said[i] = ruleWords[rule]; said[i] == "" {
			said[i] = "por otra regla"
		}
	}
	return strings.Join(said, "; ")
}

// ruleWords say what each rule counts.
var ruleWords = map[string]string{
	progress.RuleCupo:       "cada puesto una vez, con su primer jornal validado",
	progress.RuleTransfer:   "cada transferencia devengada con resolución publicada, una vez por convenio",
	progress.RuleAssistance: "cada asistencia técnica validada con evidencia, una vez por entidad, día, modalidad y tema",
	progress.RuleReport:     "cada informe aprobado, una vez por unidad, tipo y periodo",
	progress.RuleBalance:    "el saldo de un informe publicado, a su fecha",
	progress.RuleAccrued:    "lo devengado en el SIAF",
	figures.RulePerson:      "cada persona (DNI) una vez, con al menos un jornal en el ejercicio",
}

func indicator(r figures.Report) Table {
	return Table{
		Key: "aei", Title: "Indicador de la " + orAEI(r.AEI.Code) + ": empleos temporales generados",
		Notes:   []string{"Todos los empleos del ejercicio, de recursos de cualquier año.", rulesOf(r, "job")},
		Columns: columns("word:Acción estratégica", "Meta", "Ejecutado", "percent:% exacto", "percent:%"),
		Rows:    []Row{plain(orAEI(r.AEI.Code), n(r.AEI.Target), held(r.AEI.Executed), r.AEI.Percent, r.AEI.Percent0)},
	}
}

func orAEI(code string) string { return cmp.Or(code, "AEI") }

func cuadro1(r figures.Report) Table {
	c := r.Cuadro1
	return Table{
		Key: "cuadro1", Title: "Cuadro 1. Ejecución física de las AO vinculadas a la AEI",
		Notes: []string{
			"1/ AO con programación física anual mayor a cero y con seguimiento aprobado.",
			"2/ De ellas, las que ejecutaron 100 % o más, comparado sin redondear.",
			"3/ Suma anual del seguimiento financiero (SIAF devengado) de esas AO.",
			"4/ Promedio de la ejecución física de todas esas AO, cortada en 100 antes de promediar.",
		},
		Columns: columns("word:Acción estratégica", "Número de AO 1/", "AO con 100 % o más 2/", "AO con más de 100 %",
			"money:Ejecución financiera (S/) 3/", "percent:Promedio ajustado 4/", "percent:Promedio ajustado exacto"),
		Rows: []Row{plain(orAEI(r.AEI.Code), n(c.AOs), held(c.AtLeast), held(c.Above), orNone(c.Financial), c.Average2, c.Average10)},
	}
}

func cuadro2(r figures.Report) Table {
	t := Table{
		Key: "cuadro2", Title: "Cuadro 2. Actividades operativas relacionadas con la generación de empleo temporal",
		Notes:   []string{"No incluye las actividades operativas que se miden en informes (gestión y sentencias)."},
		Columns: columns("word:Actividad operativa", "word:Código", "word:Unidad de medida", "Programado", "Ejecutado", "percent:% de avance"),
	}
	for _, key := range r.Cuadro2.AOs {
		for _, a := range r.AOs {
			if a.Key == key {
				row := plain(a.Name, code(a), a.Unit, n(a.Physical.Target), held(a.Physical.Executed), a.Physical.Percent1)
				row.AO = a.ID
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

func code(a figures.AO) string {
	if a.Code == nil {
		return "código no publicado"
	}
	return *a.Code
}

func cuadro3(r figures.Report) Table {
	c := r.Cuadro3
	return Table{
		Key: "cuadro3", Title: "Cuadro 3. Modificaciones de las AO vinculadas a la AEI",
		Notes: []string{
			"1/ AO activas y con financiamiento completo en la consistencia POI - PIA.",
			"2/ AO activas y con programación física anual mayor a cero al cierre.",
			"3/ AO creadas en la etapa de ejecución y activas.",
			"4/ AO anteriores a la ejecución, activas, cuya meta física o financiera fue modificada.",
		},
		Columns: columns("word:Acción estratégica", "AO en el PIA 1/", "AO del POI modificado 2/", "AO creadas 3/", "AO reprogramadas 4/"),
		Rows:    []Row{plain(orAEI(r.AEI.Code), n(c.AtOpening), n(c.AtClose), n(c.Created), n(c.Reprogrammed))},
	}
}

func cuadro4(r figures.Report) Table {
	t := Table{
		Key: "cuadro4", Title: "Cuadro 4. Empleos temporales generados, por origen de los recursos",
		Notes:   []string{"El total del Cuadro 4 es el del marco ordinario, de recursos de cualquier año; la Ley se muestra aparte.", rulesOf(r, "job")},
		Columns: columns("word:Recursos", "Actividades de intervención inmediata", "Proyectos de inversión", "Empleos temporales", "Distritos"),
	}
	for _, o := range r.Jobs.ByOrigin {
		row := plain(fmt.Sprintf("%d, %s", o.FundingYear, frameName(o.Frame)), held(o.AII), held(o.PI), held(o.Jobs), held(o.Districts))
		if o.FundingYear == r.Exercise { // other years' money is of no activity
			row.AO = aoOf(r, "Empleo Temporal", o.Frame)
		}
		t.Rows = append(t.Rows, row)
	}
	total := func(name string, j figures.JobTotal) {
		t.Rows = append(t.Rows, Row{Cells: []string{name, held(j.AII), held(j.PI), held(j.Jobs), ""}, Total: true})
	}
	total("Total del Cuadro 4 (ordinario)", r.Jobs.Cuadro4)
	total(fmt.Sprintf("Recursos %d", r.Exercise), r.Jobs.OfYear)
	total("Total", r.Jobs.Total)
	return t
}

func cuadro5(r figures.Report) Table {
	t := Table{
		Key: "cuadro5", Title: "Cuadro 5. Avance de ejecución física y financiera del POI",
		Notes: []string{"Financiero: SIAF devengado. Los porcentajes se calculan de las cantidades exactas y se redondean al final."},
		Columns: columns("word:Categoría o actividad operativa", "word:Unidad de medida", "Programado", "Ejecutado", "percent:% físico",
			"money:Programado (S/)", "money:Ejecutado (S/)", "percent:% financiero", "word:Cómo se cuenta"),
	}
	for _, part := range []struct {
		category, title string
		total           figures.Total
	}{{"PP0073", "PP 0073", r.Money.PP0073}, {"APNOP9002", "APNOP 9002", r.Money.APNOP}} {
		var rows []Row
		for _, a := range r.AOs {
			if a.Category == part.category {
				rows = append(rows, aoRow(a))
			}
		}
		if rows != nil {
			t.Rows = append(append(t.Rows, subtotal(part.title, part.total)), rows...)
		}
	}
	for _, a := range r.AOs {
		if a.Category != "PP0073" && a.Category != "APNOP9002" {
			t.Rows = append(t.Rows, aoRow(a))
		}
	}
	t.Rows = append(t.Rows, subtotal("Total", r.Money.Total))
	return t
}

func aoRow(a figures.AO) Row {
	return Row{AO: a.ID, Cells: []string{
		a.Name, a.Unit, n(a.Physical.Target), held(a.Physical.Executed), a.Physical.Percent1,
		a.Financial.Target, orNone(a.Financial.Executed), a.Financial.Percent1, inWords(a.Rules),
	}}
}

func subtotal(name string, t figures.Total) Row {
	return Row{Cells: []string{name, "", "", "", "", t.Target, orNone(t.Executed), figures.Round1(t), ""}, Total: true}
}

func frameName(frame string) string {
	if frame == "LEY_31728" {
		return "Ley N° 31728"
	}
	return "recursos ordinarios"
}
