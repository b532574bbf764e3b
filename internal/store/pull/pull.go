// Package pull serves devices from the ledger: pages of changes, comparisons, what a
// rewind lost.
package pull

import (
	"database/sql"
	"encoding/json"
	"errors"
	"sort"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// Replica serves devices from the ledger.
type Replica struct {
	engine *store.Engine
	app    core.App
}

// NewReplica binds the ledger to an app.
func NewReplica(e *store.Engine, a core.App) *Replica {
	return &Replica{engine: e, app: a}
}

// reading runs fn in one read transaction, with what arrived past the hooks
// taken in before.
func (r *Replica) reading(fn func(dbx.Builder) error) error {
	if err := r.engine.CatchUp(r.app); err != nil {
		return err
	}
	db, ok := r.app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("replica read inside a transaction")
	}
	return db.Transactional(func(tx *dbx.Tx) error { return fn(tx) })
}

// Pull implements app.Replica. The bucket list, the page and its checksums come
// from one read transaction.
func (r *Replica) Pull(a actor.Actor, q app.PullQuery) (app.Page, error) {
	var page app.Page
	err := r.reading(func(db dbx.Builder) error {
		p := &pull{tx: db, query: q, budget: r.engine.PageBytes, lost: map[int]bool{}}
		var err error
		page, err = p.run(r.engine, a)
		return err
	})
	r.noteRewind(a, q.Device, page.Rewound)
	return page, err
}

// pull makes one page. Invariants:
//
//   - a bucket's position after the page is what the device then holds of it: all
//     entries up to there and none after, or the bucket is in Reconcile;
//   - a handle the device was told in a history that is not ours is told again:
//     it may mean another bucket here.
type pull struct {
	history
	tx       dbx.Builder
	query    app.PullQuery
	budget   int
	position map[int]int64
	lost     map[int]bool // handles whose position is not of this history
	held     []heldBucket // in serving order
	page     app.Page
	memory   []byte // of the payloads read
}

type heldBucket struct {
	store.BucketRow
	Floor int64 // removals up to here are no longer kept
}

func (p *pull) run(e *store.Engine, a actor.Actor) (app.Page, error) {
	p.page = app.Page{ServerTime: e.Now(), BusinessDate: e.Today()}
	if err := p.open(); err != nil {
		return p.page, err
	}
	if err := p.holding(e, a); err != nil {
		return p.page, err
	}
	p.compare()
	if err := p.changes(); err != nil {
		return p.page, err
	}
	return p.page, p.finish()
}

// open reads where this history stands and which positions of the cursor are
// its own.
func (p *pull) open() error {
	var err error
	if p.history, err = openHistory(p.tx); err != nil {
		return err
	}
	if p.page.Witness, err = p.witness(p.query.Marks); err != nil {
		return err
	}
	c := p.query.Cursor
	p.position = c.Positions()
	if c == nil {
		return nil
	}
	if c.Node != p.node || c.Epoch > p.epoch && p.query.Schema < app.ReconcileSchema {
		p.reset()
		return nil
	}
	for _, g := range c.At {
		ours, err := p.holds(g, c.Epoch)
		if err != nil {
			return err
		}
		if !ours && p.query.Schema < app.ReconcileSchema {
			p.reset()
			return nil
		}
		if !ours {
			for _, b := range g.Buckets {
				p.lost[b] = true
			}
		}
	}
	return nil
}

// reset: nothing of the cursor can be used. The device starts over and keeps its
// outbox.
func (p *pull) reset() {
	p.page.Reset = true
	p.position, p.lost = map[int]int64{}, map[int]bool{}
}

// holding reads the buckets the actor holds now, in serving order.
func (p *pull) holding(e *store.Engine, a actor.Actor) error {
	h, err := HoldingOf(p.tx, a, e.Today())
	if err != nil {
		return err
	}
	if err := p.books(h.Names()); err != nil {
		return err
	}
	if p.query.Schema < app.ReconcileSchema && p.belowFloor() {
		p.reset()
	}
	return nil
}

// books reads the named buckets, those there are, in that order. Every pull asks
// for all that the actor holds: it is scanned without reflection.
func (p *pull) books(names []string) (err error) {
	rows, err := p.tx.NewQuery(`SELECT b.handle, b.name, b.sum, b.count, b.newest, b.floor
		FROM json_each({:names}) n CROSS JOIN sync_buckets b ON b.name = n.value ORDER BY n.key`).
		Bind(dbx.Params{"names": sqlite.JSONList(names)}).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	p.held = make([]heldBucket, 0, len(names))
	for rows.Next() {
		var b heldBucket
		if err := rows.Scan(&b.Handle, &b.Name, &b.Sum, &b.Count, &b.Newest, &b.Floor); err != nil {
			return err
		}
		p.held = append(p.held, b)
	}
	return rows.Err()
}

// belowFloor says whether a bucket is left where removals after it are forgotten.
func (p *pull) belowFloor() bool {
	for _, b := range p.held {
		if at := p.position[b.Handle]; 0 < at && at < b.Floor {
			return true
		}
	}
	return false
}

// compare the buckets of the cursor with those the user holds now.
func (p *pull) compare() {
	// Handles told in a lost future were given to no bucket, or to another, in
	// this one; those with a proven position were told before.
	doubtful := len(p.lost)+len(p.page.Rewound) > 0
	now := make(map[int]bool, len(p.held))
	for _, b := range p.held {
		now[b.Handle] = true
		at, had := p.position[b.Handle]
		name := app.BucketName{Handle: b.Handle, Name: b.Name}
		switch {
		case !had, at == 0 && doubtful:
			p.position[b.Handle] = 0
			p.page.Enter = append(p.page.Enter, name)
		case p.lost[b.Handle], 0 < at && at < b.Floor:
			p.position[b.Handle] = p.head
			p.page.Reconcile = append(p.page.Reconcile, name)
		}
	}
	for handle := range p.position {
		if !now[handle] {
			delete(p.position, handle)
			p.page.Drop = append(p.page.Drop, handle)
		}
	}
	sort.Ints(p.page.Drop)
}

// changes fills the page bucket by bucket until its budget is spent. A bucket
// read to its end stands at the head of this transaction.
func (p *pull) changes() error {
	for _, b := range p.held {
		if p.position[b.Handle] < b.Newest {
			whole, err := p.bucket(b.Handle)
			if err != nil || !whole {
				return err
			}
		}
		p.position[b.Handle] = p.head
	}
	return nil
}

const bucketSince = `SELECT r.collection, r.record, e.seq, e.removed, r.rev, r.payload
	FROM sync_entries e JOIN sync_rows r ON r.n = e.row
	WHERE e.bucket = {:b} AND e.seq > {:s} ORDER BY e.seq`

// bucket reads on in one bucket, as far as the budget goes.
func (p *pull) bucket(handle int) (whole bool, err error) {
	rows, err := p.tx.NewQuery(bucketSince).Bind(dbx.Params{"b": handle, "s": p.position[handle]}).Rows()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	fresh := p.position[handle] == 0
	for rows.Next() {
		if p.budget <= 0 {
			return false, nil
		}
		var seq int64
		var removed bool
		var payload sql.RawBytes
		row := app.Put{Bucket: handle}
		if err := rows.Scan(&row.Collection, &row.ID, &seq, &removed, &row.Rev, &payload); err != nil {
			return false, err
		}
		p.position[handle] = seq
		switch {
		case !removed:
			row.Data = p.keep(payload)
			p.page.Puts = append(p.page.Puts, row)
			p.budget -= len(payload) + 64
		case !fresh:
			p.page.Removes = append(p.page.Removes, app.Remove{Bucket: handle, Collection: row.Collection, ID: row.ID})
			p.budget -= 48
		}
	}
	return true, rows.Err()
}

// keep copies a payload, which is ready to send, into the page's own memory.
func (p *pull) keep(payload []byte) json.RawMessage {
	if cap(p.memory)-len(p.memory) < len(payload) {
		p.memory = make([]byte, 0, max(64<<10, len(payload)))
	}
	at := len(p.memory)
	p.memory = append(p.memory, payload...)
	return json.RawMessage(p.memory[at:len(p.memory):len(p.memory)])
}

// finish writes the cursor and, on the last page, the checksums.
func (p *pull) finish() error {
	complete, moved := true, len(p.page.Enter)+len(p.page.Drop)+len(p.page.Reconcile)+len(p.page.Puts)+len(p.page.Removes) > 0
	for _, seq := range p.position {
		complete = complete && seq == p.head
	}
	cursor, err := replication.NewCursor(p.node, p.epoch, p.position, p.nonce)
	if err != nil {
		return err
	}
	p.page.Cursor, p.page.DurableSeq, p.page.Complete = cursor, p.head, complete
	if !complete {
		return nil
	}
	var total uint64
	detail := p.query.Checksums || moved || p.query.Cursor == nil || len(p.query.Cursor.At) > 1
	for _, b := range p.held {
		total += uint64(b.Sum)
		if detail {
			p.page.Checks = append(p.page.Checks, app.BucketCheck{Handle: b.Handle, Count: b.Count, Sum: replication.Hex(uint64(b.Sum))})
		}
	}
	p.page.Total = replication.Hex(total)
	return nil
}
