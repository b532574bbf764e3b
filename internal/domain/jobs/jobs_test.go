package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
)

// Small rosters: two DNI stand on two rows of a work, one of them on another work's
// too, two rows share a cupo, and one row never had a mark.
var roster = []struct{ work, participant, person, cupo string }{
	{"w1", "p1", "A", "c1"},
	{"w1", "p2", "A", "c2"},
	{"w1", "p3", "B", "c2"},
	{"w1", "p4", "C", "c3"},
	{"w2", "p5", "C", "c4"},
	{"w2", "p6", "A", "c5"},
	{"w2", "p7", "A", "c4"},
	{"w1", "p8", "D", "c6"},
}

var days = []day.Day{"2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"}

// said is a mark of a row, on one of a few days around the turn of a year.
func said(rnd *rand.Rand, row, on int) jobs.Mark {
	r := roster[row]
	return jobs.Mark{
		Work: r.work, Cupo: r.cupo, Participant: r.participant, Person: r.person, Day: days[on],
		Mark:     []string{jobs.Present, jobs.Present, jobs.Present, jobs.Absent, jobs.NotSeen}[rnd.IntN(5)],
		Evidence: jobs.Evidence{Source: []string{"visit_marks", "attendance_sheets"}[rnd.IntN(2)], Record: fmt.Sprintf("r%d", rnd.IntN(3))},
	}
}

func someMarks(rnd *rand.Rand, most int) (marks []jobs.Mark) {
	for range 1 + rnd.IntN(most) {
		marks = append(marks, said(rnd, rnd.IntN(7), rnd.IntN(len(days))))
	}
	return marks
}

func count(work string, marks []jobs.Mark, decided map[jobs.PersonDay]jobs.Stand) jobs.Counted {
	return jobs.Count(work, jobs.Cases(slices.Clone(marks)), decided)
}

// stands asks for every row of a work with a person's DNI.
func stands(c jobs.Counted, work, person string, on day.Day) bool {
	for _, r := range roster {
		first := c.People[jobs.RosterYear{Participant: r.participant, Year: on.Month().Year()}].Day
		if r.work == work && r.person == person && !jobs.Stands(first, on) {
			return false
		}
	}
	return true
}

// Whatever comes, goes or changes about one person on one day, at any work: if his
// first jornales of a work stand, nothing that is counted there moves.
func TestWhatStandsStays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	stood, moved := 0, 0
	for range 50_000 {
		marks := someMarks(rnd, 16)
		before := count("w1", marks, nil)
		person, on := roster[rnd.IntN(len(roster))].person, rnd.IntN(len(days))
		about := func(m jobs.Mark) bool { return m.Person == person && m.Day == days[on] }
		after := slices.DeleteFunc(slices.Clone(marks), func(m jobs.Mark) bool { return about(m) && rnd.IntN(2) == 0 })
		for row, r := range roster {
			if r.person == person && rnd.IntN(2) == 0 {
				after = append(after, said(rnd, row, on))
			}
		}
		same := reflect.DeepEqual(before, count("w1", after, nil))
		stay := stands(before, "w1", person, days[on])
		if stay && !same {
			t.Fatalf("%v\nbecame %v: %+v", marks, after, count("w1", after, nil))
		}
		if stay {
			stood++
		}
		if !same {
			moved++
		}
	}
	if stood < 1000 || moved < 1000 {
		t.Errorf("%d stood, %d moved: the test sees too little", stood, moved)
	}
}

// slowly says it as the rule does, one person and day at a time: who of the roster has
// the jornal, if anybody.
func slowly(marks []jobs.Mark, person string, on day.Day, decided map[jobs.PersonDay]jobs.Stand) (*jobs.Mark, bool) {
	present, absent := map[string]bool{}, map[string]bool{}
	var best *jobs.Mark
	for _, m := range marks {
		if m.Person != person || m.Day != on {
			continue
		}
		switch m.Mark {
		case jobs.Present:
			present[m.Work] = true
			visit := m.Source == "visit_marks"
			if best == nil || visit && best.Source != "visit_marks" ||
				visit == (best.Source == "visit_marks") && m.Record+m.Participant < best.Record+best.Participant {
				best = &m
			}
		case jobs.Absent:
			absent[m.Work] = true
		}
	}
	disputed := len(present) > 1
	for w := range present {
		disputed = disputed || absent[w]
	}
	if !disputed {
		return best, false
	}
	stand, known := decided[jobs.PersonDay{Person: person, Day: on}]
	for _, m := range marks {
		if known && m.Person == person && m.Day == on && m.Mark == jobs.Present &&
			m.Source == stand.Source && m.Record == stand.Record && m.Participant == stand.Participant {
			return &m, true
		}
	}
	return nil, true
}

// Whatever is said and decided, in any order: one jornal a person and day over all
// works, and what is counted is what the slow rule counts.
func TestCountIsTheSlowRule(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 19))
	disputes, settled := 0, 0
	for range 20_000 {
		marks := someMarks(rnd, 24)
		decided := map[jobs.PersonDay]jobs.Stand{}
		for range rnd.IntN(6) {
			m := marks[rnd.IntN(len(marks))]
			decided[jobs.PersonDay{Person: m.Person, Day: m.Day}] = jobs.Stand{Evidence: m.Evidence, Participant: m.Participant}
		}
		want := map[string]jobs.Counted{"w1": {Cupos: map[string]jobs.Jornal{}, People: map[jobs.RosterYear]jobs.Jornal{}}}
		want["w2"] = jobs.Counted{Cupos: map[string]jobs.Jornal{}, People: map[jobs.RosterYear]jobs.Jornal{}}
		named := map[jobs.PersonDay]bool{}
		for _, on := range days {
			for _, person := range []string{"A", "B", "C", "D"} {
				m, disputed := slowly(marks, person, on, decided)
				if disputed {
					named[jobs.PersonDay{Person: person, Day: on}] = true
					disputes++
				}
				if m == nil {
					continue
				}
				if disputed {
					settled++
				}
				j, year := jobs.Jornal{Day: on, Source: m.Source, Record: m.Record}, jobs.RosterYear{Participant: m.Participant, Year: on.Month().Year()}
				keep(want[m.Work].Cupos, m.Cupo, j)
				keep(want[m.Work].People, year, j)
			}
		}
		rnd.Shuffle(len(marks), func(i, j int) { marks[i], marks[j] = marks[j], marks[i] })
		for _, work := range []string{"w1", "w2"} {
			if got := count(work, marks, decided); !reflect.DeepEqual(got, want[work]) {
				t.Fatalf("%s of %v\ndecided %v:\n%+v, want\n%+v", work, marks, decided, got, want[work])
			}
		}
		for _, c := range jobs.Cases(marks) {
			if c.Disputed != named[c.PersonDay] {
				t.Fatalf("%v: disputed %v", c.Marks, c.Disputed)
			}
		}
	}
	if disputes < 1000 || settled < 1000 {
		t.Errorf("%d disputes, %d settled: the test sees too little", disputes, settled)
	}
}

// keep is the first of several, days being told in their order: on one day that of a
// visit, then by the record's id.
func keep[K comparable](first map[K]jobs.Jornal, k K, j jobs.Jornal) {
	old, there := first[k]
	visit, wasVisit := j.Source == "visit_marks", old.Source == "visit_marks"
	if !there || old.Day == j.Day && (visit && !wasVisit || visit == wasVisit && j.Record < old.Record) {
		first[k] = j
	}
}
