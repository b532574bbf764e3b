package imports

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
	"chaski/internal/store/sqlite"
)

// Accept implements imports.Long.
func (s *Archive) Accept(ctx context.Context, a actor.Actor, b imports.Batch, job imports.Job) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if state := r.GetString("state"); state != imports.Uploaded && state != imports.Stopped {
			return fault.New(fault.ImportState, "")
		}
		done := r.GetInt("step")
		if err := keepSteps(tx.NonconcurrentDB(), b.ID, done, job.Steps); err != nil {
			return err
		}
		if done == 0 {
			r.Set("counts", job.Counts)
		}
		r.Load(map[string]any{
			"state": imports.Applying, "actor": a.User, "actor_name": a.Name, "steps": done + len(job.Steps),
			"total": r.GetInt("done") + job.Total, "stop": nil,
		})
		if len(job.Steps) == 0 { // others have written all that was left of it
			s.whole(r)
		}
		if err := tx.SaveWithContext(ctx, r); err != nil {
			return err
		}
		return s.noted(tx, a, "import", b, job.Counts, job.Total)
	})
}

// whole makes an import one that is applied.
func (s *Archive) whole(r *core.Record) {
	r.Set("state", imports.Applied)
	r.Set("applied_at", s.engine.Now())
}

// noted writes what becomes of an import down.
func (s *Archive) noted(tx core.App, a actor.Actor, action string, b imports.Batch, c imports.Counts, records int) error {
	return store.WriteAudit(tx, store.Audit{
		Actor: a.User, Action: action, Key: store.Key{Collection: "imports", Record: b.ID}, At: s.engine.Now(), Detail: importDetail(b, c, records),
	})
}

func keepSteps(db dbx.Builder, id string, from int, steps []imports.Step) error {
	if _, err := db.Delete("import_steps", dbx.HashExp{"import": id}).Execute(); err != nil {
		return err
	}
	sql := sqlite.Prepare(db)
	defer sql.Close()
	for _, st := range steps {
		if err := sql.Exec(`INSERT INTO import_steps (import, n, first, last, slice, row, writes, print)
			VALUES ({:i}, {:n}, {:first}, {:last}, {:slice}, {:row}, {:writes}, {:print})`, dbx.Params{
			"i": id, "n": from + st.N, "first": st.From, "last": st.To, "slice": st.Slice, "row": st.Row, "writes": st.Writes, "print": st.Print,
		}); err != nil {
			return err
		}
	}
	return nil
}

// Partial implements imports.Long.
func (s *Archive) Partial() ([]imports.Batch, error) {
	rows, err := s.app.FindRecordsByFilter("imports", "state = 'applying' || state = 'undoing' || state = 'stopped' || state = 'undo_stopped'", "created", 0, 0)
	out := make([]imports.Batch, len(rows))
	for i, r := range rows {
		out[i] = batchOf(r)
	}
	return out, err
}

// Author implements imports.Long. Who may not sign in any more still is the
// author of what he began.
func (s *Archive) Author(b imports.Batch) (actor.Actor, error) {
	r, err := findImport(s.app, b.ID)
	if err != nil {
		return actor.Actor{}, err
	}
	user := r.GetString("actor")
	if b.State == imports.Undoing {
		user = r.GetString("undo_actor")
	}
	account, err := s.app.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) {
		return actor.Actor{User: user, Name: b.ActorName}, nil
	}
	if err != nil {
		return actor.Actor{}, err
	}
	return accounts.ActorOf(account), nil
}

// Steps implements imports.Long.
func (s *Archive) Steps(b imports.Batch) ([]imports.Step, error) {
	var out []imports.Step
	err := s.app.ConcurrentDB().NewQuery(`SELECT n, first AS "from", last AS "to", slice, row, writes, print FROM import_steps
		WHERE import = {:i} AND n >= {:n} ORDER BY n`).Bind(dbx.Params{"i": b.ID, "n": b.Step}).All(&out)
	return out, err
}

// Write implements imports.Long.
func (s *Archive) Write(
	ctx context.Context, b imports.Batch, st imports.Step, held bool, plan func(imports.Base) ([]imports.Write, error),
) (moved bool, err error) {
	var writes []imports.Write
	err = s.engine.InTransaction(ctx, s.app, func(ctx context.Context, tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != imports.Applying || r.GetInt("step") != st.N {
			moved = true
			return nil
		}
		if writes, err = plan(importBase{tx, tx.NonconcurrentDB()}); err != nil {
			return err
		}
		if held {
			if err := unchanged(tx, writes); err != nil {
				return err
			}
		}
		return s.step(ctx, tx, b, r, st.N, writes)
	})
	return moved, s.atRow(err, writes)
}

// step writes one step and how far the import is with it.
func (s *Archive) step(ctx context.Context, tx core.App, b imports.Batch, r *core.Record, n int, writes []imports.Write) error {
	w := newWriter(ctx, tx, s.engine)
	defer w.sql.Close()
	if err := w.write(writes, func(int) {}); err != nil {
		return taken(err)
	}
	if err := keepChanges(tx, b.ID, n, r.GetInt("done"), writes); err != nil {
		return err
	}
	r.Set("step", n+1)
	r.Set("done", r.GetInt("done")+len(writes))
	if n+1 >= r.GetInt("steps") {
		s.whole(r)
		if _, err := tx.NonconcurrentDB().Delete("import_steps", dbx.HashExp{"import": b.ID}).Execute(); err != nil {
			return err
		}
	}
	return tx.SaveWithContext(ctx, r)
}

// taken: what was new when it was planned is there by now.
func taken(err error) error {
	if strings.Contains(err.Error(), "UNIQUE constraint") {
		return fault.Wrap(fault.ImportStale, err)
	}
	return err
}

// unchanged says whether rows are as they were when their change was planned.
func unchanged(tx core.App, writes []imports.Write) error {
	ids := map[string][]string{}
	for _, w := range writes {
		if !w.New {
			ids[w.Collection] = append(ids[w.Collection], w.ID)
		}
	}
	for collection, some := range ids {
		now, err := store.Images(tx.NonconcurrentDB(), collection, some)
		if err != nil {
			return err
		}
		for _, w := range writes {
			if w.Collection == collection && !w.New && !asBefore(now[w.ID], w.Before) {
				return fault.New(fault.ImportStale, "").With("row", strconv.Itoa(w.Row))
			}
		}
	}
	return nil
}

func asBefore(now store.Image, before imports.Values) bool {
	if now == nil {
		return false
	}
	for name, v := range before {
		if name == "id" {
			continue
		}
		is := any(now[name])
		switch v.(type) {
		case int64:
			n, err := store.DecodeInt(now[name])
			if err != nil {
				return false
			}
			is = n
		case bool:
			is = now[name] == "1" || now[name] == "true"
		}
		if is != v {
			return false
		}
	}
	return true
}

// stopOf is why an import does not go on, nil if it does.
func stopOf(r *core.Record) *imports.Stop {
	var out imports.Stop
	if r.UnmarshalJSONField("stop", &out) != nil || out.Fault == nil {
		return nil
	}
	return &out
}

// Halt implements imports.Long. An import whose undoing was refused before it
// began is again what it was.
func (s *Archive) Halt(b imports.Batch, why imports.Stop) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != b.State {
			return nil // somebody decided otherwise meanwhile
		}
		state := imports.Stopped
		if b.State == imports.Undoing {
			switch {
			case r.GetInt("step") < r.GetInt("steps") && !r.GetDateTime("applied_at").IsZero():
				state = imports.UndoStopped
			case r.GetInt("step") == r.GetInt("steps"):
				state = imports.Applied
			}
		}
		r.Set("state", state)
		r.Set("stop", why)
		return tx.Save(r)
	})
}

// Revoke implements imports.Long.
func (s *Archive) Revoke(ctx context.Context, a actor.Actor, b imports.Batch) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		switch r.GetString("state") {
		case imports.Applying, imports.Stopped, imports.Applied, imports.UndoStopped:
		default:
			return fault.New(fault.ImportState, "")
		}
		r.Set("state", imports.Undoing)
		r.Set("undo_actor", a.User)
		r.Set("undone_by", a.Name)
		r.Set("stop", nil)
		return tx.SaveWithContext(ctx, r)
	})
}

// checkedAtOnce is how many steps are looked at together.
const checkedAtOnce = 8

// shownRefusals bounds what is kept of them.
const shownRefusals = 200

// Check implements imports.Long.
func (s *Archive) Check(ctx context.Context, b imports.Batch, tick func(done, of int)) (imports.Stop, error) {
	why := imports.Stop{Fault: errRefused}
	if err := s.engine.CatchUp(s.app); err != nil {
		return why, err
	}
	for from := 0; from < b.Step && ctx.Err() == nil; from += checkedAtOnce {
		u := &undo{app: s.app, db: s.app.ConcurrentDB(), id: b.ID}
		if err := u.load(from, min(from+checkedAtOnce, b.Step)); err != nil {
			return why, err
		}
		some, err := u.check()
		if err != nil {
			return why, err
		}
		why.Refused += len(some)
		why.Refusals = append(why.Refusals, some[:min(len(some), shownRefusals-len(why.Refusals))]...)
		tick(from, b.Step)
	}
	return why, ctx.Err()
}

// Restore implements imports.Long.
func (s *Archive) Restore(ctx context.Context, a actor.Actor, b imports.Batch) (refusals []imports.Refusal, left int, err error) {
	u := &undo{id: b.ID}
	err = s.engine.InTransaction(ctx, s.app, func(ctx context.Context, tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != imports.Undoing {
			return fault.New(fault.ImportState, "")
		}
		left = max(0, r.GetInt("step")-1)
		refusals, err = u.back(ctx, s.engine, tx, left)
		if err != nil {
			return err
		}
		r.Set("step", left)
		r.Set("done", max(0, r.GetInt("done")-len(u.rows)))
		if left == 0 {
			if err := s.undone(tx, a, b, r); err != nil {
				return err
			}
		}
		return tx.SaveWithContext(ctx, r)
	})
	return u.refused(refusals, err, left)
}

// undone makes an import one that was undone.
func (s *Archive) undone(tx core.App, a actor.Actor, b imports.Batch, r *core.Record) error {
	r.Set("state", imports.Undone)
	r.Set("undone_at", s.engine.Now())
	r.Set("undone_by", a.Name)
	if _, err := tx.NonconcurrentDB().Delete("import_steps", dbx.HashExp{"import": b.ID}).Execute(); err != nil {
		return err
	}
	return s.noted(tx, a, "import_undo", b, b.Counts, b.Done)
}
