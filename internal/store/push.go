package store

import (
	"context"
	"errors"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
)

// outbound implements app.Outbound.
type outbound struct {
	engine *Engine
	ctx    context.Context
	tx     core.App
	db     dbx.Builder
	sql    *statements
	own    map[Key]bool
	facts  *facts
	world  *ruleWorld
	judged judged
	quick  *quick // new records that are not in the tables yet; nil in careful mode
	writes int    // calls that may have left something in the transaction
	moved  []Moved
}

// open begins a commit that pushes share. careful writes every record through
// PocketBase, which takes some twenty times as long and finds out which record
// it is that the schema refuses.
func (r *Replica) open(tx core.App, h *hand, careful bool) *outbound {
	db := tx.NonconcurrentDB()
	o := &outbound{
		engine: r.engine, tx: tx, db: db, sql: prepareOn(db), own: h.own, facts: newFacts(),
		world: newRuleWorld(db, r.engine.Today()),
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

func (o *outbound) Device(user, id string) (known, revoked bool, err error) {
	states, err := column(o.db, `SELECT state FROM devices WHERE id = {:d} AND user = {:u}`, dbx.Params{"d": id, "u": user})
	return len(states) == 1, len(states) == 1 && device.State(states[0]).Stands() != nil, err
}

// Apply writes a record. What devices create is gathered and written many at a
// time; the rest goes through PocketBase inside a savepoint, so that one refused
// record leaves nothing behind and the batch goes on.
func (o *outbound) Apply(op, collection, id string, fields map[string]any) error {
	if err := o.permits(op, collection, id, fields); err != nil {
		return err
	}
	o.writes++
	if o.quick != nil && op == "create" && pushed[collection] {
		if err := o.quick.add(collection, id, fields); err != nil {
			return err
		}
		o.own[Key{collection, id}] = true
		o.wrote(op, collection, id, fields)
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	err := o.applyCarefully(op, collection, id, fields)
	if err == nil {
		o.wrote(op, collection, id, fields)
	}
	return err
}

func (o *outbound) wrote(op, collection, id string, fields map[string]any) {
	o.facts.wrote(op, collection, id, fields)
	switch op {
	case "create":
		o.world.wrote(collection, id, record.Row(fields))
	default: // read again
		o.world.wrote(collection, id, nil)
	}
}

// flush puts what is gathered into the tables.
func (o *outbound) flush() error {
	if o.quick == nil {
		return nil
	}
	return o.quick.flush()
}

func (o *outbound) applyCarefully(op, collection, record string, fields map[string]any) error {
	if err := o.exec(`SAVEPOINT mutation`); err != nil {
		return err
	}
	err := o.save(op, collection, record, fields)
	if err == nil {
		return o.exec(`RELEASE mutation`)
	}
	if undo := o.exec(`ROLLBACK TO mutation`); undo != nil {
		return errors.Join(err, undo)
	}
	if undo := o.exec(`RELEASE mutation`); undo != nil {
		return errors.Join(err, undo)
	}
	return shapeFault(err)
}

func (o *outbound) exec(sql string) error {
	_, err := o.db.NewQuery(sql).Execute()
	return err
}

func (o *outbound) save(op, collection, record string, fields map[string]any) error {
	c, err := o.tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return err
	}
	rec := core.NewRecord(c)
	if op == "create" {
		rec.Id = record
	} else if rec, err = o.tx.FindRecordById(c, record); err != nil {
		return err
	}
	if op == "delete" {
		return o.tx.DeleteWithContext(o.ctx, rec)
	}
	for name, value := range fields {
		rec.Set(name, value)
	}
	return o.tx.SaveWithContext(o.ctx, rec)
}

// shapeFault names the field that PocketBase's schema refused; the domain rules
// run before, so this is the safety net.
func shapeFault(err error) error {
	var invalid validation.Errors
	if errors.As(err, &invalid) {
		for _, field := range sortedKeys(invalid) {
			return fault.New(fault.InvalidValue, field)
		}
	}
	return err
}
