package demo

import (
	"fmt"
	"math/rand/v2"

	"chaski/internal/demo/fictitious"
	"chaski/internal/domain/day"
	"chaski/internal/domain/roster"
)

// person is one participant: a person's time on a cupo.
type person struct {
	id, dni     string
	cupo        int
	alta, baja  day.Day
	newest      bool // arrived two working days ago
	replacement bool // took over from another
}

func (p person) on(d day.Day) bool {
	return roster.Active(d, roster.Participant{AltaOn: p.alta, BajaOn: p.baja}, roster.CupoActive)
}

// roster fills the cupos of a work. Where cupos changed hands, the person
// replaced keeps his row with the last day he worked. One work has a cupo that
// was voided before anybody took it.
func (l *loader) roster(s *site) {
	rng := l.rng("people " + s.key)
	changes := s.handovers(l.today, rng)
	for n := 1; n <= s.jobs; n++ {
		cupo := l.put("cupos", fmt.Sprintf("%s %d", s.key, n), values{"intervention": s.id, "number": n, "state": roster.CupoActive})
		p := person{cupo: n, alta: s.starts}
		if n > s.jobs-s.newest {
			p.newest, p.alta = true, max(workday(l.today, -2), s.starts)
		}
		if s.state == "terminada" {
			p.baja = s.ends
		}
		next := p
		if left, ok := changes[n]; ok {
			p.baja, next.alta, next.replacement = left, workday(left, 1), true
		}
		l.person(s, p, cupo, rng)
		if next.replacement {
			l.person(s, next, cupo, rng)
		}
	}
	if s.cover == coverLateReplace {
		l.put("cupos", s.key+" void", values{"intervention": s.id, "number": s.jobs + 1, "state": "anulado"})
	}
}

// handovers draws which cupos changed hands and the last day of who left, far
// enough from both ends of what is past.
func (s *site) handovers(today day.Day, rng *rand.Rand) map[int]day.Day {
	worked := workdays(s.starts, min(workday(today, -1), s.ends))
	if len(worked) < 9 {
		return nil
	}
	out := map[int]day.Day{}
	for len(out) < s.replaced {
		out[1+rng.IntN(s.jobs-s.newest)] = worked[3+rng.IntN(len(worked)-7)]
	}
	return out
}

func (l *loader) person(s *site, p person, cupo string, rng *rand.Rand) {
	sex := "F"
	if rng.IntN(100) >= 66 { // the share of women in 2023
		sex = "M"
	}
	given := fictitious.Given(sex, rng)
	p.dni = l.dni()
	p.id = l.put("participants", fmt.Sprintf("%s %d %s", s.key, p.cupo, p.alta), values{
		"intervention": s.id, "cupo": cupo,
		"dni": p.dni, "given_names": given, "surnames": fictitious.Surnames(rng),
		"sex": sex, "birth_date": string(birth(p.alta, rng)), "alta_on": string(p.alta), "baja_on": string(p.baja),
	})
	s.people = append(s.people, p)
}

// birth draws an age between 18 and 64 on the day of alta, in the shares of
// 2023: 24% to 29, 70% to 59, 6% above.
func birth(alta day.Day, rng *rand.Rand) day.Day {
	age := 30 + rng.IntN(30)
	switch band := rng.IntN(100); {
	case band < 24:
		age = 18 + rng.IntN(12)
	case band >= 94:
		age = 60 + rng.IntN(5)
	}
	// Whole years of 365.25 days and up to 350 days more: never below the age.
	return alta.Add(-(age*1461/4 + 1 + rng.IntN(350)))
}
