package national

import (
	"fmt"
	"math/rand/v2"

	"chaski/internal/demo/fictitious"
	"chaski/internal/domain/day"
)

// People of the year by number. The first Count have at least one jornal; those
// after them are on a roster and never worked, or only on an annulled cupo.
type People struct {
	Count      int
	Women      []bool
	Birth      []day.Day
	Conditions []uint8 // bits, in the order of Conditions
}

// Again is how many persons work in two works of the year at most: enough to
// tell persons from rows of a roster.
const Again = 240

// dnisFrom keeps clear of the running exercise's numbers.
const dnisFrom = 100_000

// DNI of a person.
func (p *Plan) DNI(person int) string { return fictitious.DNI(p.dnis, dnisFrom+person) }

// people fills the cupos: persons = cupos + replacements − those who work twice.
func (p *Plan) people() error {
	p.seats()
	again := p.returning()
	places := 0
	for _, w := range p.Works {
		places += len(w.Seats)
	}
	p.People.Count = p.Published.People.Total
	replacements := p.People.Count - places + len(again)
	if err := p.replace(replacements); err != nil {
		return err
	}
	next := 0
	for _, w := range p.Works {
		for i := range w.Seats {
			s := &w.Seats[i]
			if from, ok := again[w]; ok && i == 0 {
				s.First = from.stayed()
			} else {
				s.First = next
				next++
			}
			if s.Second >= 0 {
				s.Second = next
				next++
			}
		}
	}
	if next != p.People.Count {
		return fmt.Errorf("%d persons, published %d", next, p.People.Count)
	}
	p.describe(p.extras(next))
	p.unvalidated()
	return nil
}

// seats makes the cupos that count; a few are taken some days late.
func (p *Plan) seats() {
	rng := p.rng("seats")
	for _, w := range p.Works {
		w.Seats = make([]Seat, w.Jobs)
		for i := range w.Seats {
			w.Seats[i].Second = -1
			if i > 0 && rng.IntN(100) < 6 {
				w.Seats[i].From = 1
			}
		}
	}
}

// returning chooses works whose first cupo is taken by somebody of an earlier
// work in the same district that is over.
func (p *Plan) returning() map[*Work]*Work {
	over := map[int]*Work{} // the first work of each district
	out := map[*Work]*Work{}
	given := map[*Work]bool{}
	for _, w := range p.Works {
		if !w.Executed {
			continue
		}
		before := over[w.Place]
		if before == nil {
			over[w.Place] = w
			continue
		}
		if before.Ends < w.Starts && !given[before] && len(out) < Again {
			out[w], given[before] = before, true
		}
	}
	return out
}

// stayed is who held the last cupo to the end.
func (w *Work) stayed() int {
	s := w.Seats[len(w.Seats)-1]
	if s.Second >= 0 {
		return s.Second
	}
	return s.First
}

// replace hands n cupos over, each between two sheets, so that both persons have
// a jornal.
func (p *Plan) replace(n int) error {
	rng := p.rng("replacements")
	type at struct{ work, seat int }
	var able []at
	for i, w := range p.Works {
		for j, s := range w.Seats {
			if len(w.Days)-2 >= s.From+1 {
				able = append(able, at{i, j})
			}
		}
	}
	if n < 0 || n > len(able) {
		return fmt.Errorf("%d replacements on %d cupos", n, len(able))
	}
	for i := range n {
		j := i + rng.IntN(len(able)-i)
		able[i], able[j] = able[j], able[i]
		w := p.Works[able[i].work]
		s := &w.Seats[able[i].seat]
		s.Second = 0 // somebody; numbered later
		s.Handed = s.From + 1 + rng.IntN(len(w.Days)-2-s.From)
	}
	return nil
}

// extras adds cupos that must not count and the persons on them; it answers how
// many persons there are in all.
func (p *Plan) extras(next int) int {
	rng := p.rng("extras")
	for _, w := range p.Works {
		if !w.Executed {
			continue
		}
		for range 1 {
			n := rng.IntN(100)
			if n >= 13 {
				continue
			}
			e := Extra{Void: n < 6, Person: -1}
			if n%2 == 0 {
				e.Person = next
				next++
			}
			w.Extra = append(w.Extra, e)
		}
	}
	return next
}

// describe says who everybody is: sexes, age bands and conditions of those who
// count are the report's.
func (p *Plan) describe(all int) {
	want := p.Published.People
	p.People.Women = make([]bool, all)
	p.People.Birth = make([]day.Day, all)
	p.People.Conditions = make([]uint8, all)
	count := p.People.Count
	for i, person := range shuffled(count, p.rng("sex")) {
		p.People.Women[person] = i < want.Women
	}
	rng := p.rng("age")
	upTo := 0
	perm := shuffled(count, rng)
	for band, n := range want.Bands {
		for _, person := range perm[upTo : upTo+n] {
			p.People.Birth[person] = birth(Bands[band][0], Bands[band][1], rng)
		}
		upTo += n
	}
	for person := count; person < all; person++ {
		p.People.Women[person] = rng.IntN(3) > 0
		p.People.Birth[person] = birth(Bands[1][0], Bands[1][1], rng)
	}
	p.conditions(all)
}

// birth draws a day for an age in whole years on 31 December of the year. Those
// of 18 were born in the first days of January: of age before any work began.
func birth(least, most int, rng *rand.Rand) day.Day {
	age := least + rng.IntN(most-least+1)
	month, d := 1+rng.IntN(12), 1+rng.IntN(28)
	if age == 18 {
		month, d = 1, 1+rng.IntN(15)
	}
	return day.Day(fmt.Sprintf("%04d-%02d-%02d", Year-age, month, d))
}

// conditions overlap. A victim of 1980–2000 was born before 2000; most reported
// victims of gender violence are women.
func (p *Plan) conditions(all int) {
	for c, n := range p.Published.People.Conditions {
		rng := p.rng("condition " + Conditions[c])
		for left := n; left > 0; {
			person := rng.IntN(p.People.Count)
			switch {
			case p.People.Conditions[person]&(1<<c) != 0,
				c == 0 && p.People.Birth[person] >= "2000-01-01",
				c == 1 && !p.People.Women[person] && rng.IntN(20) > 0:
				continue
			}
			p.People.Conditions[person] |= 1 << c
			left--
		}
		// On a roster without a jornal: must not count.
		for person := p.People.Count; person < all; person++ {
			if rng.IntN(30) == 0 {
				p.People.Conditions[person] |= 1 << c
			}
		}
	}
}

// unvalidated chooses sheets that the unit never validated, none of them
// anybody's first.
func (p *Plan) unvalidated() {
	rng := p.rng("unvalidated")
	for _, w := range p.Works {
		if !w.Executed || rng.IntN(100) >= 5 {
			continue
		}
		first := map[int]bool{0: true, 1: true}
		for _, s := range w.Seats {
			if s.Second >= 0 {
				first[s.Handed] = true
			}
		}
		if i := rng.IntN(len(w.Days)); !first[i] {
			w.Unvalidated = i
		}
	}
}

// visits: about one a work, on a day of a validated sheet that is nobody's only
// one.
func (p *Plan) visits() error {
	rng := p.rng("visits")
	for _, w := range p.Works {
		if !w.Executed || len(w.Days) < 2 {
			continue
		}
		for range visitsOf(rng) {
			v := Visit{Day: 1 + rng.IntN(len(w.Days)-1), Unannounced: rng.IntN(4) == 0, Supervisor: w.N % Supervisors}
			if v.Day != w.Unvalidated {
				w.Visits = append(w.Visits, v)
			}
		}
	}
	return nil
}

func visitsOf(rng *rand.Rand) int {
	switch n := rng.IntN(100); {
	case n < 3:
		return 0
	case n < 93:
		return 1
	}
	return 2
}
