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

// A small roster: two DNI stand on two rows each, two rows share a cupo, and one
// row never had a mark.
var roster = []struct{ participant, person, cupo string }{
	{"p1", "A", "c1"}, {"p2", "A", "c2"}, {"p3", "B", "c2"}, {"p4", "C", "c3"}, {"p5", "C", "c4"}, {"p6", "D", "c5"},
}

// said is a mark of a row, on one of a few days around the turn of a year.
func said(rnd *rand.Rand, row, on int) jobs.Mark {
	r := roster[row]
	return jobs.Mark{
		Cupo: r.cupo, Participant: r.participant, Person: r.person,
		Day:    []day.Day{"2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"}[on],
		Mark:   []string{jobs.Present, jobs.Present, jobs.Present, jobs.Absent, jobs.NotSeen}[rnd.IntN(5)],
		Source: []string{"visit_marks", "attendance_sheets"}[rnd.IntN(2)],
		Record: fmt.Sprintf("r%d", rnd.IntN(3)),
	}
}

// stands asks for every row with a person's DNI.
func stands(c jobs.Counted, person string, on day.Day) bool {
	for _, r := range roster {
		first := c.People[jobs.RosterYear{Participant: r.participant, Year: on.Month().Year()}].Day
		if r.person == person && !jobs.Stands(first, on) {
			return false
		}
	}
	return true
}

// Whatever comes, goes or changes about one person on one day: if his first
// jornales stand, nothing that is counted moves.
func TestWhatStandsStays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	stood, moved := 0, 0
	for range 50_000 {
		var marks []jobs.Mark
		for range 1 + rnd.IntN(16) {
			marks = append(marks, said(rnd, rnd.IntN(5), rnd.IntN(6)))
		}
		before := jobs.Count(marks)
		person, on := roster[rnd.IntN(len(roster))].person, rnd.IntN(6)
		about := func(m jobs.Mark) bool { return m.Person == person && m.Day == said(rnd, 0, on).Day }
		after := slices.DeleteFunc(slices.Clone(marks), func(m jobs.Mark) bool { return about(m) && rnd.IntN(2) == 0 })
		for row, r := range roster {
			if r.person == person && rnd.IntN(2) == 0 {
				after = append(after, said(rnd, row, on))
			}
		}
		same := reflect.DeepEqual(before, jobs.Count(after))
		stay := stands(before, person, said(rnd, 0, on).Day)
		if stay && !same {
			t.Fatalf("%v\nbecame %v: %+v", marks, after, jobs.Count(after))
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
