package app

import (
	"context"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/attendance"
	"chaski/internal/domain/fault"
)

// Sheet is a daily sheet of attendance as its coordinator sees it. Revision moves
// with every change of the sheet, by any path.
type Sheet struct {
	ID           string           `json:"id"`
	Intervention string           `json:"intervention"`
	Name         string           `json:"name"`
	UT           string           `json:"-"`
	Convenio     string           `json:"convenio_code"`
	Day          string           `json:"day"`
	State        attendance.State `json:"state"`
	Reason       string           `json:"state_reason"`
	Headcount    int64            `json:"headcount"`
	Present      int64            `json:"present"`
	Absent       int64            `json:"absent"`
	ValidatedBy  string           `json:"validated_by"` // name
	ValidatedAt  string           `json:"validated_at"` // instant
	Revision     int64            `json:"revision"`
}

// SheetDecision is what the coordinator decided about the revision he saw.
type SheetDecision struct {
	Decision attendance.Decision
	Reason   string
	Revision int64
}

// SheetBook is the port of the daily sheets.
type SheetBook interface {
	// Sheets of a unit in a state, the oldest day first, a page, with how many there are.
	Sheets(ut string, state attendance.State, limit, offset int) ([]Sheet, int64, error)
	// Change opens one transaction over the ledger, brought up to date.
	Change(context.Context, func(SheetDesk) error) error
}

// SheetDesk writes, in one transaction.
type SheetDesk interface {
	Sheet(id string) (Sheet, bool, error)
	// Turn moves a sheet; signer is who validates by it, "" for any other move.
	Turn(id string, to attendance.State, reason, signer string) error
	Audit(actor, action, sheet string, detail any) error
}

// Sheets are the use cases of the daily sheets.
type Sheets struct{ Book SheetBook }

// List are the sheets of the coordinator's unit.
func (s *Sheets) List(a actor.Actor, state attendance.State, limit, offset int) ([]Sheet, int64, error) {
	if !a.Role.May(actor.ValidateSheets) || a.UT == "" {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	return s.Book.Sheets(a.UT, state, limit, offset)
}

// Decide validates, observes or gives back a sheet of the coordinator's unit.
func (s *Sheets) Decide(ctx context.Context, a actor.Actor, id string, q SheetDecision) (after Sheet, err error) {
	if !a.Role.May(actor.ValidateSheets) {
		return Sheet{}, fault.New(fault.Forbidden, "")
	}
	err = s.Book.Change(ctx, func(d SheetDesk) error {
		now, found, err := d.Sheet(id)
		if err != nil {
			return err
		}
		if !found || a.UT == "" || now.UT != a.UT {
			return fault.New(fault.NotFound, "sheet")
		}
		if now.Revision != q.Revision {
			return fault.New(fault.Conflict, "revision")
		}
		next, f := attendance.Decide(now.State, q.Decision, q.Reason)
		if f != nil {
			return f
		}
		signer := ""
		if next == attendance.Validated {
			signer = a.User
		}
		if err := d.Turn(id, next, q.Reason, signer); err != nil {
			return err
		}
		return d.Audit(a.User, "attendance."+string(q.Decision), id, map[string]any{
			"before": now.State, "after": next, "reason": q.Reason, "revision": q.Revision,
		})
	})
	if err != nil {
		return Sheet{}, err
	}
	err = s.Book.Change(ctx, func(d SheetDesk) error {
		after, _, err = d.Sheet(id)
		return err
	})
	return after, err
}
