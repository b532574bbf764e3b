package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"chaski/internal/domain/figures"
)

func participants(r figures.Report) Table {
	p := r.People
	t := Table{
		Key: "participantes", Title: "Participantes",
		Notes: []string{
			"Personas distintas (DNI) con al menos un jornal en el ejercicio. " + rulesOf(r, "participantes"),
			"Edad al " + civil(p.AgeOn) + ". Los grupos se superponen: no se suman.",
		},
		Columns: columns("word:Grupo", "Personas", "percent:%"),
	}
	add := func(name string, number figures.Count, percent string) {
		t.Rows = append(t.Rows, plain(name, held(number), percent))
	}
	optional := func(name string, number int64) {
		if number > 0 {
			t.Rows = append(t.Rows, plain(name, n(number), ""))
		}
	}
	add("Total", p.Total, "")
	add("Mujeres", p.Sex.Women, p.Percent1["mujeres"])
	add("Hombres", p.Sex.Men, p.Percent1["hombres"])
	optional("Sexo contradictorio en el padrón", p.Sex.Contradictory)
	add("De 18 a 29 años", p.Age.From18, p.Percent1["e18_29"])
	add("De 30 a 59 años", p.Age.From30, p.Percent1["e30_59"])
	add("De 60 a 64 años", p.Age.From60, p.Percent1["e60_64"])
	optional("Fuera de los tramos", p.Age.Outside)
	optional("Nacimiento contradictorio en el padrón", p.Age.Contradictory)
	add("Víctimas de la violencia 1980-2000", p.Conditions.PoliticalViolence, "")
	add("Víctimas de violencia de género", p.Conditions.GenderViolence, "")
	add("Con discapacidad", p.Conditions.Disability, "")
	add("Familiares de personas con discapacidad severa (Contigo)", p.Conditions.Contigo, "")
	return t
}

func transfers(r figures.Report) Table {
	t := Table{
		Key: "transferencias", Title: "Transferencias financieras",
		Notes: []string{
			under(r.Transfers.Resolutions) + rulesOf(r, "transfer"),
			"Los ejecutores de ambos marcos se superponen: su total cuenta a cada uno una vez.",
		},
		Columns: columns("word:Marco", "Transferencias", "Gobiernos locales", "money:Monto (S/)", "Sin AII ejecutada"),
	}
	add := func(name, frame string, x figures.TransferTotal, idle figures.Count) {
		t.Rows = append(t.Rows, Row{
			Cells: []string{name, held(x.Number), held(x.Governments), orNone(x.Amount), held(idle)},
			AO:    aoOf(r, "Transferencia", frame), Total: frame == "",
		})
	}
	add("Ordinario", "ORDINARIO", r.Transfers.Ordinary, r.Transfers.Idle.Ordinary)
	add("Ley N° 31728", "LEY_31728", r.Transfers.Ley, r.Transfers.Idle.Ley)
	add("Total", "", r.Transfers.Total, r.Transfers.Idle.Total)
	return t
}

func under(resolutions figures.Count) string {
	if !resolutions.Held() {
		return "De las resoluciones y los ejecutores no hay datos en este ejercicio. "
	}
	return fmt.Sprintf("Resoluciones ministeriales: %d. ", resolutions.N())
}

func reports(r figures.Report) Table {
	who := "de qué unidades son, no hay datos en este ejercicio"
	if r.Reports.UTs.Held() {
		who = fmt.Sprintf("unidades territoriales que informaron: %d", r.Reports.UTs.N())
	}
	t := Table{
		Key: "informes", Title: "Informes de gestión por unidad",
		Notes:   []string{fmt.Sprintf("Informes aprobados de «Gestión del Programa»; %s. %s", who, rulesOf(r, "management_report"))},
		Columns: columns("word:Unidad", "Informes"),
	}
	for _, unit := range slices.Sorted(maps.Keys(r.Reports.ByUnit)) {
		t.Rows = append(t.Rows, plain(unit, n(r.Reports.ByUnit[unit])))
	}
	t.Rows = append(t.Rows, Row{Cells: []string{"Total", held(r.Reports.Total)}, AO: aoOf(r, "Informe", "ORDINARIO"), Total: true})
	return t
}

var measures = map[string]string{
	"job": "empleos", "transfer": "transferencias", "technical_assistance": "asistencias técnicas",
	"management_report": "informes", "devengado": "devengado",
}

func late(r figures.Report) Table {
	t := Table{
		Key: "ajustes", Title: "Ajustes posteriores al cierre",
		Notes:   []string{"Llegaron cuando el ejercicio ya estaba cerrado. Están sumados en las cifras de arriba; el tablero del ejercicio cerrado no los muestra."},
		Columns: columns("word:Actividad operativa", "word:Medida", "word:Mes en que se registró", "Cantidad", "money:Monto (S/)"),
	}
	for _, l := range r.Late {
		t.Rows = append(t.Rows, plain(orOnly(l.AO), measures[l.Measure], string(l.Month), n(l.Quantity), l.Amount))
	}
	return t
}

func orOnly(ao string) string {
	if ao == "" {
		return "(solo para la AEI)"
	}
	return ao
}

var problemWords = map[string]string{
	figures.ProblemUncounted: "Registros con problemas: no cuentan en ninguna cifra",
	figures.ProblemSex:       "Personas que figuran con dos sexos en el padrón",
	figures.ProblemBirth:     "Personas que figuran con dos fechas de nacimiento en el padrón",
	figures.ProblemAge:       "Personas con edad fuera de los tramos (18 a 64)",
	figures.ProblemTarget:    "Actividades cuya meta no es la de la última versión del POI",
	figures.ProblemUnplaced:  "Unidades con recursos del ejercicio que no tienen actividad operativa",
	figures.ProblemNoVersion: "El ejercicio no tiene versiones del POI: no hay Cuadro 3",
}

func problems(r figures.Report) Table {
	t := Table{
		Key: "problemas", Title: "Problemas en los datos",
		Notes:   []string{"No se decidió por ellos: corrija las filas."},
		Columns: columns("word:Problema", "Cantidad", "word:Filas"),
	}
	for _, p := range r.Problems {
		t.Rows = append(t.Rows, plain(problemWords[p.Code], n(p.Count), strings.Join(p.Rows, " ")))
	}
	return t
}
