package app

import (
	"context"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
)

// MovementSeen is a movement of a roster as the coordinator of its unit sees it.
type MovementSeen struct {
	ID           string `json:"id"`
	Intervention string `json:"intervention"`
	Name         string `json:"name"` // the intervention's
	UT           string `json:"-"`
	Convenio     string `json:"convenio_code"`
	Kind         string `json:"kind"`
	State        string `json:"state"`
	StateReason  string `json:"state_reason"`
	Reason       string `json:"reason"`
	EffectiveOn  string `json:"effective_on"` // day
	LeavesOn     string `json:"leaves_on"`    // day; of who is replaced
	Leaves       string `json:"leaves"`       // name; "" where nobody does
	Comes        string `json:"comes"`
	Cupo         int64  `json:"cupo"` // number; 0 where it is not known
	// Elsewhere are the other works on whose roster who comes is on his first day, as
	// it stands now, by name.
	Elsewhere  []string `json:"elsewhere"`
	RecordedBy string   `json:"recorded_by"` // name; "" of an import
	ReceivedAt string   `json:"received_at"` // instant
	Revision   int64    `json:"revision"`    // moves with every change, by any path

	People []string `json:"-"` // rows of the roster that are named
}

// MovementDecision is what the coordinator decided about the revision he saw.
type MovementDecision struct {
	Decision, Reason string
	Revision         int64
}

// MovementBook is the port of who decides about movements.
type MovementBook interface {
	// Movements of a unit in a state, the oldest first, a page, with how many there are.
	Movements(ut, state string, limit, offset int) ([]MovementSeen, int64, error)
	// Change opens one transaction over the ledger, brought up to date.
	Change(context.Context, func(MovementDesk) error) error
}

// MovementDesk decides, in one transaction.
type MovementDesk interface {
	RosterDesk
	Seen(id string) (MovementSeen, bool, error)
	Audit(actor, action, movement string, detail any) error
}

// Movements are the use cases of who decides about movements.
type Movements struct {
	Book   MovementBook
	Sights Sights
}

// MovementsPage is how many movements one answer carries.
const MovementsPage = 100

// List are the movements of the coordinator's unit.
func (s *Movements) List(a actor.Actor, state string, offset int) ([]MovementSeen, int64, error) {
	if !a.Role.May(actor.ValidateMovements) || a.UT == "" {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	found, total, err := s.Book.Movements(a.UT, state, MovementsPage, offset)
	if err != nil || len(found) == 0 {
		return found, total, err
	}
	seen := Sight{Actor: a.User, Action: ActionRead, Collection: participants, Detail: SightDetail{What: "records", Rows: len(found), Offset: offset}}
	for _, m := range found {
		seen.Detail.People = append(seen.Detail.People, m.People...)
	}
	return found, total, s.Sights.Saw(seen)
}

// Decide validates a movement of the coordinator's unit, or makes it void with a reason:
// then the roster is as it was before it.
func (s *Movements) Decide(ctx context.Context, a actor.Actor, id string, q MovementDecision) (after MovementSeen, err error) {
	if !a.Role.May(actor.ValidateMovements) {
		return after, fault.New(fault.Forbidden, "")
	}
	q.Reason = strings.TrimSpace(q.Reason)
	err = s.Book.Change(ctx, func(d MovementDesk) error {
		now, found, err := d.Seen(id)
		switch {
		case err != nil:
			return err
		case !found || a.UT == "" || now.UT != a.UT:
			return fault.New(fault.NotFound, "movement")
		case now.Revision != q.Revision:
			return fault.New(fault.Conflict, "revision")
		}
		move, ok := jobs.Movements.Act(now.State, q.Decision)
		if !ok || move.By != string(actor.ValidateMovements) {
			return fault.New(fault.MovementState, "state")
		}
		w := Write{Op: "update", Collection: movements, Record: id, Fields: map[string]any{"state": move.To, "state_reason": q.Reason}}
		if move.Reason {
			if err := (Answerer{a.User, a.Name, q.Reason}).Check(); err != nil {
				return err
			}
			err = undo(d, w)
		} else {
			err = d.Apply(w)
		}
		if err != nil {
			return err
		}
		return d.Audit(a.User, "movement."+q.Decision, id, map[string]any{"before": now.State, "after": move.To, "reason": q.Reason, "revision": q.Revision})
	})
	if err != nil {
		return after, err
	}
	err = s.Book.Change(ctx, func(d MovementDesk) error {
		after, _, err = d.Seen(id)
		return err
	})
	return after, err
}
