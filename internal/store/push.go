package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
)

// outbound implements app.Outbound.
type outbound struct {
	engine *Engine
	ctx    context.Context
	tx     core.App
	db     dbx.Builder
	sql    *statements
	own    *deferred
	facts  *facts
	quick  *quick // new records that are not in the tables yet; nil in careful mode
	moved  []Moved
}

// open begins a push in a transaction. careful writes every record through
// PocketBase, which takes some twenty times as long and finds out which record
// it is that the schema refuses.
func (r *Replica) open(ctx context.Context, tx core.App, careful bool) *outbound {
	own := &deferred{own: map[Key]bool{}}
	db := tx.NonconcurrentDB()
	o := &outbound{
		engine: r.engine, tx: tx, db: db, sql: prepareOn(db), own: own, facts: newFacts(),
		ctx: context.WithValue(ctx, deferredKey{}, own),
	}
	if !careful {
		o.quick = newQuick(tx, o.sql)
	}
	return o
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
func (o *outbound) Apply(op, collection, record string, fields map[string]any) error {
	if o.quick != nil && op == "create" && pushed[collection] {
		if err := o.quick.add(collection, record, fields); err != nil {
			return err
		}
		o.own.own[Key{collection, record}] = true
		o.facts.wrote(op, collection, record, fields)
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	err := o.applyCarefully(op, collection, record, fields)
	if err == nil {
		o.facts.wrote(op, collection, record, fields)
	}
	return err
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

// Finish implements app.Outbound.
func (o *outbound) Finish(user, device string, decisions []app.Decision) (int64, error) {
	if len(decisions) == 0 {
		var seq int64
		err := o.db.NewQuery(`SELECT seq FROM sync_clock`).Row(&seq)
		return seq, err
	}
	seq, err := o.receipts(decisions)
	if err != nil {
		return 0, err
	}
	return seq, o.keep(user, device, decisions)
}

// receipts closes the commit the decisions took effect in, and says so in their
// outcomes: its sequence number, receipts, and the revs that were open.
func (o *outbound) receipts(decisions []app.Decision) (int64, error) {
	if err := o.flush(); err != nil {
		return 0, err
	}
	moved, err := o.engine.drain(o.tx, o.own.own, true)
	if err != nil {
		return 0, err
	}
	o.moved = append(o.moved, moved)
	var node string
	var epoch int64
	if err := o.db.NewQuery(`SELECT node, epoch FROM sync_clock`).Row(&node, &epoch); err != nil {
		return 0, err
	}
	revs, err := o.openRevs(decisions)
	if err != nil {
		return 0, err
	}
	for _, d := range decisions {
		d.Outcome.Seq = moved.Seq
		d.Outcome.Receipt = fmt.Sprintf("%s-%d-%d-%d", node, epoch, moved.Seq, d.Mutation.Counter)
		if d.Outcome.Status == app.Applied && d.Outcome.Rev == 0 {
			d.Outcome.Rev = revs[Key{d.Mutation.Collection, d.Mutation.Record}]
		}
	}
	return moved.Seq, nil
}

// openRevs are the revs of records whose outcomes do not say theirs yet.
func (o *outbound) openRevs(decisions []app.Decision) (map[Key]int64, error) {
	open := map[string][]string{}
	for _, d := range decisions {
		if d.Outcome.Status == app.Applied && d.Outcome.Rev == 0 {
			open[d.Mutation.Collection] = append(open[d.Mutation.Collection], d.Mutation.Record)
		}
	}
	out := map[Key]int64{}
	for _, collection := range sortedKeys(open) {
		var rows []struct {
			Record string `db:"record"`
			Rev    int64  `db:"rev"`
		}
		if err := o.rows(&rows, `SELECT record, rev FROM sync_rows WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids}))`,
			dbx.Params{"c": collection, "ids": jsonList(open[collection])}); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[Key{collection, r.Record}] = r.Rev
		}
	}
	return out, nil
}

var mutationColumns = []string{
	"id", "device", "counter", "user", "collection", "record", "hash", "status", "outcome", "body", "seq", "at", "form", "schema", "received_at", "bases",
}

// keep stores the outcomes beside their effects, with what the device's clock
// said as evidence. The body of a change, and of what had no effect, is kept
// too: a person may still need it.
func (o *outbound) keep(user, device string, decisions []app.Decision) error {
	rows, received := newInserter(o.sql, "sync_mutations", mutationColumns, ""), o.engine.stamp()
	for _, d := range decisions {
		outcome, bases, err := encodeOutcome(d)
		if err != nil {
			return err
		}
		var body any
		if d.Outcome.Status != app.Applied || d.Mutation.Op != "create" {
			body = string(d.Body)
		}
		m := d.Mutation
		if err := rows.add(m.ID, device, m.Counter, user, m.Collection, m.Record, d.Hash, d.Outcome.Status, outcome, body,
			d.Outcome.Seq, m.At, m.Form, m.Schema, received, bases); err != nil {
			return err
		}
	}
	return rows.flush()
}

// encodeOutcome writes an outcome and what a successor is based on. Of a create
// that follows from the outcome's rev.
func encodeOutcome(d app.Decision) (outcome, bases string, err error) {
	raw, err := json.Marshal(d.Outcome)
	if err != nil || d.Mutation.Op == "create" {
		return string(raw), "", err
	}
	after, err := json.Marshal(d.After())
	return string(raw), string(after), err
}
