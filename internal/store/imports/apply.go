package imports

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// Apply implements imports.Archive: the plan is made again over what the write
// transaction sees, so what is written is what was shown or nothing.
func (s *Archive) Apply(
	ctx context.Context, a actor.Actor, b imports.Batch, plan func(imports.Base) (*imports.Plan, error), tick func(done, of int),
) error {
	var writes []imports.Write
	err := s.engine.InTransaction(ctx, s.app, func(ctx context.Context, tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != imports.Uploaded {
			return fault.New(fault.ImportState, "")
		}
		p, err := plan(importBase{tx, tx.NonconcurrentDB()})
		if err != nil {
			return err
		}
		writes = p.Writes
		w := newWriter(ctx, tx, s.engine)
		defer w.sql.Close()
		if err := w.write(p.Writes, func(done int) { tick(done, len(p.Writes)) }); err != nil {
			return err
		}
		if err := keepChanges(tx, b.ID, 0, 0, p.Writes); err != nil {
			return err
		}
		r.Load(map[string]any{
			"state": imports.Applied, "applied_at": s.engine.Now(), "actor": a.User, "actor_name": a.Name, "counts": p.Counts,
			"step": 1, "steps": 1, "done": len(p.Writes), "total": len(p.Writes),
		})
		if err := tx.SaveWithContext(ctx, r); err != nil {
			return err
		}
		return s.noted(tx, a, "import", b, p.Counts, len(p.Writes))
	})
	return s.atRow(err, writes)
}

// atRow names the row of the file in what the drain refused. The plan asked the
// same rules before: this is for what it may have overlooked.
func (s *Archive) atRow(err error, writes []imports.Write) error {
	var r *store.Refusal
	if !errors.As(err, &r) {
		return err
	}
	for _, w := range writes {
		if w.Collection != r.Key.Collection || w.ID != r.Key.Record {
			continue
		}
		why := string(r.Code)
		if s.engine.Say != nil {
			why = s.engine.Say(r.Fault)
		}
		return fault.New(fault.ImportRowRefused, "").With("row", strconv.Itoa(w.Row)).
			With("what", imports.CollectionLabel(w.Collection)).With("column", imports.ColumnLabel(r.Field)).With("why", why)
	}
	return err
}

func importDetail(b imports.Batch, c imports.Counts, records int) map[string]any {
	out := map[string]any{
		"kind": b.Kind, "file": b.FileName, "sha256": b.SHA256, "records": records,
		"rows": c.Rows, "new": c.New, "changed": c.Changed, "same": c.Same,
	}
	for _, why := range []string{imports.AskClosed, imports.WhyUndone} {
		if reason := b.Reading.Answers[why]; reason != "" {
			out[why] = reason
		}
	}
	return out
}

// keepChanges remembers what each row was and what a step made of it, for undo;
// first is the number of the first.
func keepChanges(tx core.App, id string, step, first int, writes []imports.Write) error {
	ids := map[string][]string{}
	for _, w := range writes {
		ids[w.Collection] = append(ids[w.Collection], w.ID)
	}
	now := map[string]map[string]store.Image{}
	for collection, some := range ids {
		var err error
		if now[collection], err = store.Images(tx.NonconcurrentDB(), collection, some); err != nil {
			return err
		}
	}
	insert := tx.NonconcurrentDB().NewQuery(`INSERT INTO import_changes (import, n, step, row, collection, record, created, before, after)
		VALUES ({:i}, {:n}, {:step}, {:row}, {:c}, {:r}, {:new}, {:before}, {:after})`).Prepare()
	defer func() { _ = insert.Close() }()
	for n, w := range writes {
		before, err := json.Marshal(w.Before)
		if err != nil {
			return err
		}
		after, err := json.Marshal(now[w.Collection][w.ID])
		if err != nil {
			return err
		}
		if _, err := insert.Bind(dbx.Params{
			"i": id, "n": first + n, "step": step, "row": w.Row, "c": w.Collection, "r": w.ID, "new": w.New, "before": string(before), "after": string(after),
		}).Execute(); err != nil {
			return err
		}
	}
	return nil
}
