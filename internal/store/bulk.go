package store

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
)

// Batch says who writes many rows at once and why. One audit entry stands for
// all of them.
type Batch struct {
	Actor  string // user id, "" for a command on the server
	Action string // "import", "demo", …
	Detail any
	// Undated: the rows tell of a past, and nobody knows when they were first recorded.
	Undated bool
	// Lenient keeps rows that break a rule, and lists them, as raw SQL would: for
	// measurements with more units than there can be.
	Lenient bool
}

// Bulk runs fn, which may write rows by SQL past the record hooks, in one
// transaction that drains once at its end. Every row that fn leaves in dirty is
// accounted for by one audit entry. Rows written so are not validated by
// PocketBase: the caller answers for their shape.
func (e *Engine) Bulk(_ context.Context, pb core.App, b Batch, fn func(core.App) error) error {
	return pb.RunInTransaction(func(tx core.App) error {
		if _, err := e.Begin(tx); err != nil {
			return err
		}
		defer e.End(tx)
		if err := fn(tx); err != nil {
			return err
		}
		keys, _, err := dirtyKeys(tx.NonconcurrentDB())
		if err != nil {
			return err
		}
		own := make(map[Key]bool, len(keys))
		for _, k := range keys {
			own[k] = true
		}
		moved, err := e.Drain(tx, own, 0, Manner{Lenient: b.Lenient, Undated: b.Undated})
		if err != nil {
			return err
		}
		e.Tell(tx, moved)
		return WriteAudit(tx, Audit{
			Actor: b.Actor, Action: b.Action, At: e.Now(),
			Detail: map[string]any{"rows": len(keys), "detail": b.Detail},
		})
	})
}
