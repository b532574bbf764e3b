package national

import (
	"fmt"
	"strings"
)

// seenAtMost is how many persons a visit's record has marks of.
const seenAtMost = 25

// visitRows writes the supervisor's visits with the marks of those he saw.
// Nobody is marked on his own first day: a contradiction never takes away an
// only jornal.
func (e *emitter) visitRows() {
	for _, v := range e.Visits {
		e.visit(v)
	}
}

func (e *emitter) visit(v Visit) {
	on := e.Days[v.Day]
	kind := "in_situ"
	if v.Unannounced {
		kind = "unannounced"
	}
	size, present := 0, 0
	var seen []int
	for i, r := range e.people {
		if !e.on(i, v.Day) {
			continue
		}
		size++
		if !e.present(i, v.Day) {
			continue
		}
		present++
		if r.from < v.Day && len(seen) < seenAtMost && e.rng.IntN(10) < 8 {
			seen = append(seen, i)
		}
	}
	ut := e.Places[e.Place].UT
	visit := e.put("visits", e.me, e.Code, e.refs.Supervisor(ut, v.Supervisor), kind, "validada", string(on),
		fmt.Sprintf("%sT09:%02d:00-05:00", on, 5+e.rng.IntN(20)), fmt.Sprintf("%sT10:%02d:00-05:00", on, 10+e.rng.IntN(40)),
		0, 0, 0, "Datos de demostración: sin coordenadas.", present, size, string(on.Add(-1))+"T23:10:00Z",
		e.refs.ChecklistKey, e.refs.ChecklistVersion, e.answers(), "", "", string(on)+" 23:40:00.000Z")
	uncovered := 0
	for _, i := range seen {
		r := e.people[i]
		mark, covered := "presente", "cubierto"
		switch n := e.rng.IntN(100); {
		case n == 0: // the sheet says otherwise: disputed, counts for nobody
			mark, covered = "ausente", ""
		case r.insured == "" || r.insured > on:
			covered = "sin_cobertura"
			uncovered++
		}
		e.put("visit_marks", visit, e.me, r.id, mark, covered)
	}
	e.findings(visit, v, uncovered)
}

func (e *emitter) answers() string {
	var b strings.Builder
	for i, item := range e.refs.Items {
		answer := "si"
		if e.rng.IntN(100) < 12 {
			answer = "no"
		}
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		b.WriteByte(sep)
		fmt.Fprintf(&b, "%q:%q", item, answer)
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	return b.String() + "}"
}

var slips = []struct{ text, measure string }{
	{"El agua para beber no alcanza para toda la jornada.", "Aumentar la dotación diaria de agua."},
	{"El cartel de la actividad no indica el número de convenio.", "Corregir y reponer el cartel."},
	{"Al botiquín le faltan gasas y desinfectante.", "Completar el botiquín antes de la siguiente jornada."},
	{"Varias personas trabajan sin guantes.", "Entregar guantes y registrar la entrega."},
	{"El cuaderno de asistencia llega solo hasta el día anterior.", "Registrar la asistencia al inicio de cada jornada."},
}

func (e *emitter) findings(visit string, v Visit, uncovered int) {
	on := e.Days[v.Day]
	add := func(severity, text, measure, state string) {
		e.put("findings", visit, e.me, severity, text, measure, "Responsable técnico", string(e.Calendar.Add(on, 5)), state)
	}
	if uncovered > 0 {
		add("grave", uncoveredWords(uncovered),
			"Presentar la constancia de la póliza que nombre a todos los participantes.", "levantado")
	}
	if e.rng.IntN(100) < 35 {
		slip := pick(e.rng, slips)
		state := "levantado"
		if e.rng.IntN(40) == 0 {
			state = "abierto"
		}
		add("leve", slip.text, slip.measure, state)
	}
}

// uncoveredWords is what a supervisor writes of them.
func uncoveredWords(n int) string {
	if n == 1 {
		return "Una persona presente sin cobertura de seguro ese día."
	}
	return fmt.Sprintf("%d personas presentes sin cobertura de seguro ese día.", n)
}
