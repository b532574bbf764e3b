// Package jobs has the counting rule of temporary jobs.
//
// cupo_v1: a cupo counts once in the life of its intervention, on the day of
// its first validated jornal, while the intervention is in execution or later
// (domain rule of the programme's indicator as read from the 2023 report:
// 215,247 jobs < 240,653 participants, consistent with replacements on the same
// cupo). The official formula is not public, so the rule is named on the figure.
package jobs

import "chaski/internal/domain/day"

// Marks a person may get on a day.
const (
	Present = "presente"
	Absent  = "ausente"
	NotSeen = "no_visto" // nobody looked: neither for nor against
)

// Mark is what one validated source says of one person on one day. A visit
// validates by itself; a daily sheet once the unit validated it.
type Mark struct {
	Cupo        string
	Participant string
	Day         day.Day
	Mark        string
	Source      string // collection of the evidence
	Record      string // id of the evidence
}

// Jornal is a person-day that counts, with the evidence for it.
type Jornal struct {
	Day    day.Day
	Source string
	Record string
}

// Executes says whether an intervention in this state has been in execution, so
// that its jornales count. A withdrawn one (desistida) never was.
func Executes(state string) bool {
	switch state {
	case "en_ejecucion", "suspendida", "terminada", "rc_presentada", "rc_observada", "rc_conforme", "cerrada", "resuelta":
		return true
	}
	return false
}

// First answers, for each cupo, its first jornal. A participant has at most one
// jornal a day whatever the sources; a day on which sources contradict each
// other is disputed and counts for nobody until the contradiction is settled.
// A participant is a row of the roster: a DNI that stands on two cupos of one
// roster is two of them here (README, Limits).
func First(marks []Mark) map[string]Jornal {
	type personDay struct {
		participant string
		day         day.Day
	}
	disputed := map[personDay]bool{}
	for _, m := range marks {
		if m.Mark == Absent {
			disputed[personDay{m.Participant, m.Day}] = true
		}
	}
	first := map[string]Jornal{}
	for _, m := range marks {
		if m.Mark != Present || disputed[personDay{m.Participant, m.Day}] {
			continue
		}
		j := Jornal{m.Day, m.Source, m.Record}
		if old, ok := first[m.Cupo]; !ok || before(j, old) {
			first[m.Cupo] = j
		}
	}
	return first
}

// before orders jornales by day; on one day what a supervisor saw goes before a
// sheet, and ids break ties so that the answer never depends on row order.
func before(a, b Jornal) bool {
	if a.Day != b.Day {
		return a.Day < b.Day
	}
	if a.Source != b.Source {
		return a.Source > b.Source // visit_marks > attendance_sheets
	}
	return a.Record < b.Record
}
