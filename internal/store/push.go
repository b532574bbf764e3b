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
	"chaski/internal/domain/day"
	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
)

// Push implements app.Ledger: one transaction, drained once at its end.
func (r *Replica) Push(ctx context.Context, fn func(app.Outbound) error) error {
	return r.app.RunInTransaction(func(tx core.App) error {
		own := &deferred{own: map[Key]bool{}}
		o := &outbound{
			engine: r.engine, tx: tx, db: tx.NonconcurrentDB(), own: own,
			ctx: context.WithValue(ctx, deferredKey{}, own),
		}
		if err := fn(o); err != nil {
			return err
		}
		return o.settleRows() // what was written after the outcomes were kept, or without any
	})
}

// outbound implements app.Outbound.
type outbound struct {
	engine *Engine
	ctx    context.Context
	tx     core.App
	db     dbx.Builder
	own    *deferred
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

func (o *outbound) Stored(id string) (app.Outcome, string, bool, error) {
	var rows []struct {
		Hash    string `db:"hash"`
		Outcome string `db:"outcome"`
	}
	err := o.rows(&rows, `SELECT hash, outcome FROM sync_mutations WHERE id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(rows) == 0 {
		return app.Outcome{}, "", false, err
	}
	var out app.Outcome
	err = json.Unmarshal([]byte(rows[0].Outcome), &out)
	return out, rows[0].Hash, true, err
}

func (o *outbound) CounterTaken(device string, counter int64) (bool, error) {
	return o.exists(`SELECT 1 FROM sync_mutations WHERE device = {:d} AND counter = {:c}`, dbx.Params{"d": device, "c": counter})
}

func (o *outbound) ParkedFor(collection, record string) (bool, error) {
	return o.exists(`SELECT 1 FROM sync_mutations WHERE collection = {:c} AND record = {:r} AND status = 'parked'`, dbx.Params{"c": collection, "r": record})
}

func (o *outbound) FateOf(user, collection, record string) (string, error) {
	out, err := column(o.db, `SELECT status FROM sync_mutations WHERE collection = {:c} AND record = {:r} AND user = {:u}
		ORDER BY status = 'parked' DESC, seq DESC, counter DESC LIMIT 1`, dbx.Params{"c": collection, "r": record, "u": user})
	if err != nil || len(out) == 0 {
		return "", err
	}
	return out[0], nil
}

func (o *outbound) Work(intervention string) (app.Work, bool, error) {
	return findWork(o.db, intervention)
}

func (o *outbound) Tenure(user, intervention string, today day.Day) (app.Tenure, error) {
	var rows []struct {
		From string `db:"from_on"`
		To   string `db:"to_on"`
	}
	err := o.rows(&rows, `SELECT from_on, to_on FROM assignments WHERE user = {:u} AND intervention = {:i} AND from_on <= {:d}`,
		dbx.Params{"u": user, "i": intervention, "d": string(today)})
	tenure := app.Never
	for _, r := range rows {
		tenure = max(tenure, app.Ended)
		if today.Within(day.Day(r.From), day.Day(r.To)) {
			tenure = app.Now
		}
	}
	return tenure, err
}

func (o *outbound) Visit(id string) (app.Visit, bool, error) {
	var rows []struct {
		Intervention string `db:"intervention"`
		Supervisor   string `db:"supervisor"`
		State        string `db:"state"`
		Headcount    int64  `db:"headcount"`
	}
	err := o.rows(&rows, `SELECT intervention, supervisor, state, CAST(headcount AS INTEGER) AS headcount FROM visits WHERE id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(rows) == 0 {
		return app.Visit{}, false, err
	}
	return app.Visit{Intervention: rows[0].Intervention, Supervisor: rows[0].Supervisor, State: rows[0].State, Headcount: rows[0].Headcount}, true, nil
}

func (o *outbound) VisitOf(collection, record string) (string, bool, error) {
	out, err := column(o.db, `SELECT visit FROM `+collection+` WHERE id = {:id}`, dbx.Params{"id": record})
	if err != nil || len(out) == 0 {
		return "", false, err
	}
	return out[0], true, nil
}

func (o *outbound) ParticipantIn(participant, intervention string) (bool, error) {
	return o.exists(`SELECT 1 FROM participants WHERE id = {:p} AND intervention = {:i}`, dbx.Params{"p": participant, "i": intervention})
}

func (o *outbound) Marked(visit, participant string) (bool, error) {
	return o.exists(`SELECT 1 FROM visit_marks WHERE visit = {:v} AND participant = {:p}`, dbx.Params{"v": visit, "p": participant})
}

func (o *outbound) Listed(visit, dni string) (bool, error) {
	return o.exists(`SELECT 1 FROM unlisted_workers WHERE visit = {:v} AND dni = {:d}`, dbx.Params{"v": visit, "d": dni})
}

func (o *outbound) PresentIn(visit string) (int64, error) {
	var n int64
	err := o.db.NewQuery(`SELECT count(*) FROM visit_marks WHERE visit = {:v} AND mark = 'presente'`).Bind(dbx.Params{"v": visit}).Row(&n)
	return n, err
}

func (o *outbound) ChecklistExists(key string, version int64) (bool, error) {
	return o.exists(`SELECT 1 FROM checklists WHERE key = {:k} AND version = {:v}`, dbx.Params{"k": key, "v": version})
}

func (o *outbound) Exists(collection, record string) (bool, error) {
	return o.exists(`SELECT 1 FROM `+collection+` WHERE id = {:r}`, dbx.Params{"r": record})
}

// Apply writes through PocketBase inside a savepoint, so that one refused
// record leaves nothing behind and the batch goes on.
func (o *outbound) Apply(op, collection, record string, fields map[string]any) error {
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
	for _, d := range decisions {
		if err := o.keep(user, device, d); err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// receipts closes the commit the decisions took effect in, and says so in their
// outcomes: its sequence number, receipts, and the revs that were open.
func (o *outbound) receipts(decisions []app.Decision) (int64, error) {
	moved, err := o.engine.drain(o.tx, o.own.own, true)
	if err != nil {
		return 0, err
	}
	o.engine.tell(o.tx, moved)
	var node string
	var epoch int64
	if err := o.db.NewQuery(`SELECT node, epoch FROM sync_clock`).Row(&node, &epoch); err != nil {
		return 0, err
	}
	for _, d := range decisions {
		d.Outcome.Seq = moved.Seq
		d.Outcome.Receipt = fmt.Sprintf("%s-%d-%d-%d", node, epoch, moved.Seq, d.Mutation.Counter)
		if d.Outcome.Status == app.Applied && d.Outcome.Rev == 0 {
			row, err := findSyncRow(o.db, Key{d.Mutation.Collection, d.Mutation.Record})
			if err != nil {
				return 0, err
			}
			d.Outcome.Rev = row.Rev
		}
	}
	return moved.Seq, nil
}

// keep stores the outcome beside its effect, with what the device's clock said
// as evidence. The body of a change, and of what had no effect, is kept too: a
// person may still need it.
func (o *outbound) keep(user, device string, d app.Decision) error {
	outcome, bases, err := encodeOutcome(d)
	if err != nil {
		return err
	}
	var body any
	if d.Outcome.Status != app.Applied || d.Mutation.Op != "create" {
		body = string(d.Body)
	}
	_, err = o.db.NewQuery(`INSERT INTO sync_mutations (id, device, counter, user, collection, record, hash, status, outcome, body, seq,
			at, form, schema, received_at, bases)
		VALUES ({:id}, {:device}, {:counter}, {:user}, {:c}, {:r}, {:hash}, {:status}, {:outcome}, {:body}, {:seq},
			{:at}, {:form}, {:schema}, {:received}, {:bases})`).
		Bind(dbx.Params{
			"id": d.Mutation.ID, "device": device, "counter": d.Mutation.Counter, "user": user,
			"c": d.Mutation.Collection, "r": d.Mutation.Record, "hash": d.Hash, "status": d.Outcome.Status,
			"outcome": outcome, "body": body, "seq": d.Outcome.Seq, "at": d.Mutation.At, "form": d.Mutation.Form,
			"schema": d.Mutation.Schema, "received": o.engine.stamp(), "bases": bases,
		}).Execute()
	return err
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
