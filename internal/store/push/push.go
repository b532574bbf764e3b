// Package push judges what devices send, many pushes to a commit, and keeps the outcomes.
package push

import (
	"context"
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/rendiciones"
	"chaski/internal/store/rosters"
	"chaski/internal/store/sqlite"
)

// outbound implements app.Outbound.
type outbound struct {
	engine *store.Engine
	ctx    context.Context
	tx     core.App
	db     dbx.Builder
	sql    *sqlite.Statements
	own    map[store.Key]bool
	makers map[store.Key]string
	facts  app.Facts
	world  *store.RuleWorld
	judged judged
	quick  *quick // new records that are not in the tables yet; nil in careful mode
	writes int    // calls that may have left something in the transaction
	moved  []store.Moved
}

// open begins a commit that pushes share. careful writes every record through
// PocketBase, which takes some twenty times as long and finds out which record
// it is that the schema refuses.
func (c *Commits) open(tx core.App, h *store.Hand, careful bool) *outbound {
	db := tx.NonconcurrentDB()
	o := &outbound{
		engine: c.engine, tx: tx, db: db, sql: sqlite.Prepare(db), own: h.Own, makers: h.Makers, facts: app.Facts{},
		world: store.NewRuleWorld(db, c.engine.Today()),
	}
	if !careful {
		o.quick = newQuick(tx, o.sql)
	}
	return o
}

// run lets one push be judged, in the name of who sent it.
func (o *outbound) run(t *turn) error {
	o.ctx = t.ctx
	return guarded(func() error { return t.fn(o) })
}

func (o *outbound) rows(dest any, sql string, params dbx.Params) error {
	return o.db.NewQuery(sql).Bind(params).All(dest)
}

func (o *outbound) exists(sql string, params dbx.Params) (bool, error) {
	var n int
	err := o.db.NewQuery(`SELECT EXISTS (` + sql + `)`).Bind(params).Row(&n)
	return n == 1, err
}

// Apply writes a record. What devices create is gathered and written many at a
// time; the rest goes through PocketBase inside a savepoint, so that one refused
// record leaves nothing behind and the batch goes on.
func (o *outbound) Apply(w app.Write) error {
	if err := o.permits(w); err != nil {
		return err
	}
	o.writes++
	k := store.Key{w.Collection, w.Record}
	if w.Op == "create" {
		o.makers[k] = w.Maker
	}
	if o.quick != nil && w.Op == "create" && records.Made(w.Collection) {
		if err := o.quick.add(w.Collection, w.Record, w.Fields); err != nil {
			return err
		}
		o.own[k] = true
		o.wrote(w)
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	err := o.applyCarefully(w)
	if err == nil {
		o.wrote(w)
	}
	return err
}

func (o *outbound) wrote(w app.Write) {
	o.facts.Wrote(w)
	switch w.Op {
	case "create":
		o.world.Wrote(w.Collection, w.Record, record.Row(w.Fields))
	default: // read again
		o.world.Wrote(w.Collection, w.Record, nil)
	}
}

// flush puts what is gathered into the tables.
func (o *outbound) flush() error {
	if o.quick == nil {
		return nil
	}
	return o.quick.flush()
}

func (o *outbound) applyCarefully(w app.Write) error {
	return store.ShapeFault(o.whole(func() error { return o.save(w) }))
}

// whole leaves all of what fn writes, or nothing.
func (o *outbound) whole(fn func() error) error {
	if err := o.exec(`SAVEPOINT mutation`); err != nil {
		return err
	}
	err := fn()
	if err != nil {
		if undo := o.exec(`ROLLBACK TO mutation`); undo != nil {
			return errors.Join(err, undo)
		}
	}
	if release := o.exec(`RELEASE mutation`); release != nil {
		return errors.Join(err, release)
	}
	return err
}

// Render implements app.Outbound. What rules read of the rows it writes is their work,
// which stays as it was.
func (o *outbound) Render(fn func(app.RendicionDesk) error) error {
	if err := o.flush(); err != nil {
		return err
	}
	o.writes++
	return o.whole(func() error { return fn(rendiciones.Desk(o.ctx, o.engine, o.tx)) })
}

// Move implements app.Outbound. What it writes of rosters goes the way of every record.
func (o *outbound) Move(fn func(app.RosterDesk) error) error {
	if err := o.flush(); err != nil {
		return err
	}
	o.writes++
	d := &rosterDesk{Page: rosters.Page{DB: o.db}, o: o}
	err := o.whole(func() error { return fn(d) })
	if err != nil { // what is known is as before
		for _, w := range d.wrote {
			o.world.Wrote(w.Collection, w.Record, nil)
			if w.Op == "create" {
				o.facts.Wrote(app.Write{Op: "delete", Collection: w.Collection, Record: w.Record})
			}
		}
	}
	return err
}

// rosterDesk implements app.RosterDesk.
type rosterDesk struct {
	rosters.Page
	o     *outbound
	wrote []app.Write
}

// Apply implements app.RosterDesk.
func (d *rosterDesk) Apply(w app.Write) error {
	err := d.o.Apply(w)
	if err == nil {
		d.wrote = append(d.wrote, w)
	}
	return err
}

func (o *outbound) exec(sql string) error {
	_, err := o.db.NewQuery(sql).Execute()
	return err
}

func (o *outbound) save(w app.Write) error {
	c, err := o.tx.FindCachedCollectionByNameOrId(w.Collection)
	if err != nil {
		return err
	}
	rec := core.NewRecord(c)
	if w.Op == "create" {
		rec.Id = w.Record
	} else if rec, err = o.tx.FindRecordById(c, w.Record); err != nil {
		return err
	}
	if w.Op == "delete" {
		return o.tx.DeleteWithContext(o.ctx, rec)
	}
	for name, value := range w.Fields {
		rec.Set(name, value)
	}
	return o.tx.SaveWithContext(o.ctx, rec)
}
