// Package jobs has the counting rule of temporary jobs.
//
// cupo_v1: a cupo counts once in the life of its intervention, on the day of
// its first validated jornal, while the intervention is in execution or later
// (domain rule of the programme's indicator as read from the 2023 report:
// 215,247 jobs < 240,653 participants, consistent with replacements on the same
// cupo). The official formula is not public, so the rule is named on the figure.
package jobs

import (
	"cmp"
	"slices"

	"chaski/internal/domain/day"
)

// Marks a person may get on a day.
const (
	Present = "presente"
	Absent  = "ausente"
	NotSeen = "no_visto" // nobody looked: neither for nor against
)

// Mark is what one validated source says of one person on one day. A visit
// validates by itself; a daily sheet once the unit validated it.
type Mark struct {
	Work        string
	Cupo        string
	Participant string // row of the roster
	Person      string // DNI
	Day         day.Day
	Mark        string
	Evidence
}

// Evidence is where a mark is written.
type Evidence struct {
	Source string // collection
	Record string
}

// Jornal is a person-day that counts, with the evidence for it.
type Jornal struct {
	Day    day.Day
	Source string
	Record string
}

// PersonDay is a person (DNI) on one day: at most one jornal, whatever the sources
// and works.
type PersonDay struct {
	Person string
	Day    day.Day
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

// Case is all that is said of one person on one day, the better evidence first.
type Case struct {
	PersonDay
	Marks    []Mark
	Disputed bool // it is not known which holds: it counts for nobody
}

// Cases brings together what is said of each person on each day, in all works whose
// jornales count. The marks are put in their order.
func Cases(marks []Mark) []Case {
	slices.SortFunc(marks, order)
	var out []Case
	for from := 0; from < len(marks); {
		to := from + 1
		for to < len(marks) && marks[to].Person == marks[from].Person && marks[to].Day == marks[from].Day {
			to++
		}
		said := marks[from:to:to]
		out = append(out, Case{PersonDay{said[0].Person, said[0].Day}, said, contradictory(said)})
		from = to
	}
	return out
}

// contradictory: somebody was seen at work in two works on one day, or one source of
// a work says that he was there and another that he was not. Not to be at one work
// says nothing against having been at another.
func contradictory(said []Mark) bool {
	for i, m := range said {
		if m.Mark != Present {
			continue
		}
		for j, o := range said {
			if i != j && (o.Mark == Absent && o.Work == m.Work || o.Mark == Present && o.Work != m.Work) {
				return true
			}
		}
	}
	return false
}

// Evidence is what somebody who decides about a disputed day has to look at: all
// that is said of it in the works in which it may be a jornal.
func (c Case) Evidence() []Mark {
	works := map[string]bool{}
	for _, m := range c.Marks {
		if m.Mark == Present {
			works[m.Work] = true
		}
	}
	var out []Mark
	for _, m := range c.Marks {
		if works[m.Work] && m.Mark != NotSeen {
			out = append(out, m)
		}
	}
	return out
}

// Stand names the mark that holds of a disputed day, as somebody decided: a jornal if
// it says so, and none for nobody otherwise.
type Stand struct {
	Evidence
	Participant string
}

// Of is the mark by its name.
func (s Stand) Of(m Mark) bool { return s == Stand{m.Evidence, m.Participant} }

// jornal is the mark that makes the case a jornal, nil if none does.
func (c Case) jornal(decided map[PersonDay]Stand) *Mark {
	stand, known := decided[c.PersonDay]
	for i, m := range c.Marks {
		if m.Mark == Present && (!c.Disputed || known && stand.Of(m)) {
			return &c.Marks[i]
		}
	}
	return nil
}

// Count answers the first jornal of each cupo of a work, and of each row of its
// roster in each year. A person has at most one jornal a day whatever the sources,
// also when his DNI stands on two cupos of the roster: then it is the jornal of the
// row with the better evidence. A disputed day counts for nobody until somebody
// decided.
func Count(work string, cases []Case, decided map[PersonDay]Stand) Counted {
	out := Counted{Cupos: map[string]Jornal{}, People: map[RosterYear]Jornal{}}
	for _, c := range cases {
		m := c.jornal(decided)
		if m == nil || m.Work != work {
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

// order puts the marks of one person and day side by side, the better evidence
// first: what a supervisor saw goes before a sheet, and ids break ties, so that the
// answer never depends on row order.
func order(a, b Mark) int {
	return cmp.Or(
		cmp.Compare(a.Person, b.Person), cmp.Compare(a.Day, b.Day),
		cmp.Compare(b.Source, a.Source), // visit_marks > attendance_sheets
		cmp.Compare(a.Record, b.Record), cmp.Compare(a.Participant, b.Participant),
	)
}

// before orders jornales by day; on one day as order does.
func before(a, b Jornal) bool {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(b.Source, a.Source), cmp.Compare(a.Record, b.Record)) < 0
}
