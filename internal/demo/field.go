package demo

import (
	"fmt"
	"math/rand/v2"

	"chaski/internal/catalog"
	"chaski/internal/domain/day"
	"chaski/internal/domain/visit"
)

// instant is a moment in UTC as PocketBase keeps it.
func instant(d day.Day, clock string) string { return string(d) + " " + clock + ":00.000Z" }

// there says whether a person was at work on a day; every source that tells the
// truth says the same.
func (l *loader) there(p person, d day.Day) bool {
	return l.rng("there "+p.id+string(d)).IntN(100) < 93
}

// attendance writes the executor's sheets of the days past. The latest are not
// validated yet: they count for nothing until the unit does.
func (l *loader) attendance(s *site) {
	if s.sheets == sheetsNone {
		return
	}
	days := workdays(s.starts, min(workday(l.today, -1), s.ends))
	for i, d := range days {
		state := "validada"
		if s.sheets == sheetsUnvalidated || i >= len(days)-s.unvalidated {
			state = "registrada"
		}
		l.sheet(s, d, state)
	}
}

func (l *loader) sheet(s *site, d day.Day, state string) {
	marks, present := map[string]string{}, 0
	for _, p := range s.people {
		switch {
		case !p.on(d):
		case l.there(p, d):
			marks[p.id] = visit.Present
			present++
		default:
			marks[p.id] = visit.Absent
		}
	}
	v := values{"intervention": s.id, "day": string(d), "marks": marks, "headcount": present, "state": state}
	if state == "validada" {
		v["validated_by"] = l.id("users", coordinators[districtOf(s.ubigeo).UT])
	}
	l.put("attendance_sheets", s.key+" "+string(d), v)
}

var coordinators = map[string]string{cusco: "coordinador@demo.pe", piura: "coordinador2@demo.pe"}

func (l *loader) visits(s *site) {
	for i, n := range s.visits {
		if d := workday(l.today, n); d.Within(s.starts, s.ends) {
			l.visit(s, i, d)
		}
	}
}

// seen is one mark of a visit.
type seen struct {
	person
	mark string
}

// look walks the roster: most people are seen, a few are not, and nobody is
// marked from hearsay. The second visit to a work finds one person absent whom
// the executor's sheet has as present: a contradiction, kept.
func (l *loader) look(s *site, nth int, d day.Day, rng *rand.Rand) []seen {
	var out []seen
	for _, p := range s.people {
		if !p.on(d) {
			continue
		}
		mark := visit.Absent
		if l.there(p, d) {
			mark = visit.Present
		}
		if rng.IntN(100) < 4 {
			mark = visit.NotSeen
		}
		out = append(out, seen{p, mark})
	}
	if nth == 1 {
		for i := range out {
			if out[i].mark == visit.Present {
				out[i].mark = visit.Absent
				break
			}
		}
	}
	return out
}

func (l *loader) visit(s *site, nth int, d day.Day) {
	key := fmt.Sprintf("%s %d", s.key, nth)
	rng := l.rng("visit " + key)
	marks := l.look(s, nth, d, rng)
	uncovered := 0
	for _, m := range marks {
		if m.mark == visit.Present && s.coverage(d, m.dni) == "sin_cobertura" {
			uncovered++
		}
	}
	id := l.put("visits", key, l.visitFields(s, nth, d, marks, rng))
	for _, m := range marks {
		v := values{"visit": id, "intervention": s.id, "participant": m.id, "mark": m.mark}
		if m.mark == visit.Present {
			v["coverage_seen"] = string(s.coverage(d, m.dni))
		}
		l.put("visit_marks", key+" "+m.id, v)
	}
	l.findings(s, nth, id, d, uncovered)
}

func (l *loader) visitFields(s *site, nth int, d day.Day, marks []seen, rng *rand.Rand) values {
	present := 0
	for _, m := range marks {
		if m.mark == visit.Present {
			present++
		}
	}
	by := l.supervisorOn(s, d)
	kind := "in_situ"
	if nth == 1 {
		kind = "unannounced"
	}
	v := values{
		"intervention": s.id, "convenio_code": s.code, "supervisor": l.id("users", by), "kind": kind,
		"state": visit.StateSynced, "visited_on": string(d),
		"device_started_at": fmt.Sprintf("%sT09:%02d:00-05:00", d, 5+rng.IntN(20)),
		"device_ended_at":   fmt.Sprintf("%sT10:%02d:00-05:00", d, 10+rng.IntN(40)),
		"headcount":         present, "roster_size": len(marks), "roster_as_of": string(d.Add(-1)) + "T23:10:00Z",
		"checklist_key": catalog.ChecklistKey, "checklist_version": catalog.ChecklistVersion, "answers": answers(s, rng),
		"received_at": instant(d, "23:40"),
	}
	if by == third {
		v["device"] = l.id("devices", thirdPhone)
	}
	if s.noPlace {
		v["location_reason"] = "Quebrada cerrada: el teléfono no obtuvo ubicación en diez minutos."
		return v
	}
	p := l.rng("place " + s.key) // the same draw as the work's own place
	at := districtOf(s.ubigeo)
	v["lat_e6"] = at.latE6 + p.Int64N(20_000) - 10_000 + rng.Int64N(600) - 300
	v["lon_e6"] = at.lonE6 + p.Int64N(20_000) - 10_000 + rng.Int64N(600) - 300
	v["accuracy_m"] = 5 + rng.IntN(25)
	return v
}

func answers(s *site, rng *rand.Rand) map[string]string {
	out := map[string]string{}
	for _, i := range catalog.Checklists()[0].Items {
		out[i.Key] = "si"
		if rng.IntN(100) < 12 {
			out[i.Key] = "no"
		}
	}
	if s.jobs < 20 {
		out["kit_sanitario"] = "na"
	}
	return out
}

// findings: what a supervisor would write down. Those of first visits are
// corrected by now, except what is about insurance.
func (l *loader) findings(s *site, nth int, id string, d day.Day, uncovered int) {
	add := func(key, severity, text, measure, state string) {
		l.put("findings", fmt.Sprintf("%s %d %s", s.key, nth, key), values{
			"visit": id, "intervention": s.id,
			"severity": severity, "description": text, "corrective_measure": measure, "responsible": "Responsable técnico",
			"due_on": string(workday(d, 5)), "state": state,
		})
	}
	if uncovered > 0 {
		add("cover", "grave", uncoveredWords(uncovered),
			"Presentar la constancia de la póliza que nombre a todos los participantes.", visit.FindingOpen)
	}
	if nth == 1 {
		add("mark", "moderada", "Una persona figura presente en la hoja de asistencia y no estaba en la obra.",
			"Corregir la hoja y explicar la diferencia por escrito.", visit.FindingOpen)
		l.stranger(s, id)
		return
	}
	slip := slips[l.rng("slip "+s.key).IntN(len(slips))]
	add("slip", "leve", slip.text, slip.measure, visit.FindingCorrected)
}

var slips = []struct{ text, measure string }{
	{"El agua para beber no alcanza para toda la jornada.", "Aumentar la dotación diaria de agua."},
	{"El cartel de la actividad no indica el número de convenio.", "Corregir y reponer el cartel."},
	{"Al botiquín le faltan gasas y desinfectante.", "Completar el botiquín antes de la siguiente jornada."},
	{"Cuatro personas trabajan sin guantes.", "Entregar guantes y registrar la entrega."},
	{"El cuaderno de asistencia llega solo hasta el día anterior.", "Registrar la asistencia al inicio de cada jornada."},
}

// stranger: one unannounced visit met somebody who is on no roster.
func (l *loader) stranger(s *site, id string) {
	if s.key != "c3" {
		return
	}
	l.put("unlisted_workers", s.key, values{
		"visit": id, "intervention": s.id, "dni": l.dni(),
		"given_names": "Anselmo", "surnames": "Mashua Lucero", "note": "Dice que empezó ayer; el ejecutor aún no registra su alta.",
	})
}

// uncoveredWords is what a supervisor writes of them.
func uncoveredWords(n int) string {
	if n == 1 {
		return "Una persona presente sin cobertura de seguro ese día."
	}
	return fmt.Sprintf("%d personas presentes sin cobertura de seguro ese día.", n)
}
