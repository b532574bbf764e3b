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
	Participant string // row of the roster
	Person      string // DNI
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

// RosterYear is a row of the roster in one calendar year.
type RosterYear struct {
	Participant string
	Year        int
}

// Counted is what the marks of one intervention add up to.
type Counted struct {
	Cupos  map[string]Jornal     // the first jornal of each cupo
	People map[RosterYear]Jornal // the first jornal of each roster row in each year
}

// Executes says whether an intervention in this state has been in execution, so
// that its jornales count. A withdrawn one (desistida) never was.
func Executes(state string) bool { return executed[state] }

// Count answers the first jornal of each cupo, and of each roster row in each
// year. A person has at most one jornal a day whatever the sources, also when
// his DNI stands on two cupos of the roster: then it is the jornal of the row
// with the better evidence. A day on which sources contradict each other is
// disputed and counts for nobody until it is known which.
func Count(marks []Mark) Counted {
	type personDay struct {
		person string
		day    day.Day
	}
	jornales := make(map[personDay]*Mark, len(marks))
	disputed := map[personDay]bool{}
	for i, m := range marks {
		k := personDay{m.Person, m.Day}
		switch m.Mark {
		case Absent:
			disputed[k] = true
		case Present:
			if best := jornales[k]; best == nil || better(m, *best) {
				jornales[k] = &marks[i]
			}
		}
	}
	out := Counted{Cupos: map[string]Jornal{}, People: map[RosterYear]Jornal{}}
	for k, m := range jornales {
		if disputed[k] {
			continue
		}
		j := Jornal{m.Day, m.Source, m.Record}
		keepFirst(out.Cupos, m.Cupo, j)
		keepFirst(out.People, RosterYear{m.Participant, m.Day.Month().Year()}, j)
	}
	return out
}

// Stands says that what is counted stays what it is, whatever is said of a row's
// person on a day, if first is the row's first jornal in the year of that day
// ("" for none). What is said of one person on one day can add, take or move the
// jornal of that person-day and no other: firsts that lie before it stay, of the
// row and, with it, of its cupo. It must hold for every row of the roster with
// that DNI: among them the jornal may move.
func Stands(first, on day.Day) bool { return first != "" && first < on }

func keepFirst[K comparable](first map[K]Jornal, k K, j Jornal) {
	if old, ok := first[k]; !ok || before(j, old) {
		first[k] = j
	}
}

// better evidence of one person-day; ids break ties so that the answer never
// depends on row order.
func better(a, b Mark) bool {
	ja, jb := Jornal{a.Day, a.Source, a.Record}, Jornal{b.Day, b.Source, b.Record}
	if ja != jb {
		return before(ja, jb)
	}
	return a.Participant < b.Participant
}

// before orders jornales by day; on one day what a supervisor saw goes before a
// sheet, and ids break ties.
func before(a, b Jornal) bool {
	if a.Day != b.Day {
		return a.Day < b.Day
	}
	if a.Source != b.Source {
		return a.Source > b.Source // visit_marks > attendance_sheets
	}
	return a.Record < b.Record
}
