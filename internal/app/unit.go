package app

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/roster"
)

// UnitView is a territorial unit as its coordinator sees it at a glance.
type UnitView struct {
	Name   string
	Works  []UnitWork // those not finished, what people work on first; bounded
	Total  int64      // of them
	Phones []UnitPhone
}

// UnitWork is a work of a unit.
type UnitWork struct {
	Intervention
	LastVisitOn day.Day          `json:"last_visit_on"`
	Visits      int64            `json:"visits"`
	Waiting     map[string]int64 `json:"waiting"` // how many records of each kind wait for somebody
	// Uncovered are the people on today's roster whom no policy covers: 0 where
	// nobody works any more.
	Uncovered int64 `json:"uncovered"`
}

// UnitPhone is a phone in use of a supervisor of the unit.
type UnitPhone struct {
	Name       string `json:"name"`
	LastSeenAt string `json:"last_seen_at"` // instant
	Stale      bool   `json:"stale"`
	Pending    int64  `json:"pending"` // what it last said it holds unsent
}

// UnitWorkDetail is one work of a unit with its visits. What else was recorded
// there is read by kind (RecordQuery).
type UnitWorkDetail struct {
	Work   UnitWork
	Visits []VisitSummary
}

// OnRoster is a person on a work's roster.
type OnRoster struct {
	Intervention, DNI string
	AltaOn, BajaOn    day.Day
	CupoState         string
}

// Unit is a coordinator's own.
func (b *board) Unit(a actor.Actor) (u UnitView, err error) {
	if !a.Role.May(actor.WatchUnit) || a.UT == "" {
		return u, fault.New(fault.Forbidden, "")
	}
	err = b.figures.Read(func(s Snapshot) error {
		if u, err = s.Unit(a.UT); err != nil {
			return err
		}
		return uncovered(s, a.UT, u.Works)
	})
	return u, err
}

// UnitWork is one of them.
func (b *board) UnitWork(a actor.Actor, intervention string) (d UnitWorkDetail, err error) {
	if !a.Role.May(actor.WatchUnit) || a.UT == "" {
		return d, fault.New(fault.Forbidden, "")
	}
	err = b.figures.Read(func(s Snapshot) error {
		work, found, err := s.UnitWork(a.UT, intervention)
		if err != nil || !found {
			return orFault(err, fault.New(fault.NotFound, "intervention"))
		}
		one := []UnitWork{work}
		if err := uncovered(s, a.UT, one); err != nil {
			return err
		}
		d.Work = one[0]
		d.Visits, err = s.Visits(intervention)
		return err
	})
	return d, err
}

// uncovered counts who is at work today without insurance.
func uncovered(s Snapshot, ut string, works []UnitWork) error {
	today, people, err := s.OnRosters(ut)
	if err != nil {
		return err
	}
	on := map[string][]string{}
	for _, p := range people {
		if roster.Active(today, roster.Participant{AltaOn: p.AltaOn, BajaOn: p.BajaOn}, p.CupoState) {
			on[p.Intervention] = append(on[p.Intervention], p.DNI)
		}
	}
	for i, w := range works {
		if roster.IsOver(w.State) || len(on[w.ID]) == 0 {
			continue
		}
		papers, err := s.Insurance(w.ID)
		if err != nil {
			return err
		}
		for _, dni := range on[w.ID] {
			if !papers.Insures(today, dni) {
				works[i].Uncovered++
			}
		}
	}
	return nil
}

// ofOthers puts the works of other units together, a line a unit: a coordinator
// sees the country's figures and opens the works of his unit alone. The lines
// still add up to the figure.
func ofOthers(a actor.Actor, lines []Line) []Line {
	if a.Role != actor.UTCoordinator {
		return lines
	}
	out := make([]Line, 0, len(lines))
	at := map[string]int{}
	for _, l := range lines {
		if l.Intervention == "" || a.UT != "" && l.UT == a.UT {
			out = append(out, l)
			continue
		}
		i, known := at[l.UT]
		if !known {
			i = len(out)
			at[l.UT] = i
			out = append(out, Line{Kind: LineUnit, UT: l.UT, UTName: l.UTName})
		}
		out[i].Works++
		out[i].Physical += l.Physical
		out[i].Financial += l.Financial
	}
	return out
}
