package store

import (
	"encoding/json"
	"errors"
	"sort"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/replication"
)

// Pull implements app.Replica. The bucket list, the page and its checksums come
// from one read transaction.
func (r *Replica) Pull(a actor.Actor, q app.PullQuery) (app.Page, error) {
	if err := r.engine.Settle(r.app); err != nil {
		return app.Page{}, err
	}
	db, ok := r.app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return app.Page{}, errors.New("pull inside a transaction")
	}
	var page app.Page
	err := db.Transactional(func(tx *dbx.Tx) error {
		p := &pull{tx: tx, query: q, budget: r.engine.PageBytes}
		var err error
		page, err = p.run(r.engine, a)
		return err
	})
	return page, err
}

// Replica serves devices from the ledger.
type Replica struct {
	engine *Engine
	app    core.App
}

// NewReplica binds the ledger to an app.
func NewReplica(e *Engine, a core.App) *Replica { return &Replica{engine: e, app: a} }

type pull struct {
	tx       dbx.Builder
	query    app.PullQuery
	budget   int
	node     string
	epoch    int64
	head     int64
	position map[int]int64
	held     []bucketRow // in serving order
	page     app.Page
}

func (p *pull) run(e *Engine, a actor.Actor) (app.Page, error) {
	now := e.Now()
	p.page = app.Page{ServerTime: now, BusinessDate: e.Today()}
	if err := p.open(); err != nil {
		return p.page, err
	}
	h, err := HoldingOf(p.tx, a, e.Today())
	if err != nil {
		return p.page, err
	}
	if err := p.hold(h.Names()); err != nil {
		return p.page, err
	}
	if err := p.changes(); err != nil {
		return p.page, err
	}
	return p.page, p.finish()
}

// open reads where this history stands and whether the cursor belongs to it.
func (p *pull) open() error {
	if err := p.tx.NewQuery(`SELECT node, epoch, seq FROM sync_clock`).Row(&p.node, &p.epoch, &p.head); err != nil {
		return err
	}
	c := p.query.Cursor
	p.position = c.Positions()
	if c == nil {
		return nil
	}
	if c.Node != p.node || c.Epoch > p.epoch {
		p.reset()
		return nil
	}
	for _, g := range c.At {
		at, err := p.commit(g.Seq)
		if err != nil {
			return err
		}
		// A commit of a later epoch than the cursor's took the place of one that
		// was lost with the end of that epoch.
		if g.Seq > p.head || at.Nonce != g.Nonce || at.Epoch > c.Epoch {
			p.reset()
			return nil
		}
	}
	return nil
}

// reset: the cursor was not issued by this history (a restore, a power loss,
// another server). The device starts over and keeps its outbox.
func (p *pull) reset() {
	p.page.Reset = true
	p.position = map[int]int64{}
}

// commitMark proves which history a sequence number belongs to.
type commitMark struct {
	Epoch int64  `db:"epoch"`
	Nonce string `db:"nonce"`
}

// commit is the mark of the commit that holds a sequence number.
func (p *pull) commit(seq int64) (commitMark, error) {
	if seq == 0 {
		return commitMark{}, nil
	}
	var out []commitMark
	err := p.tx.NewQuery(`SELECT epoch, nonce FROM sync_commits WHERE seq >= {:s} ORDER BY seq LIMIT 1`).
		Bind(dbx.Params{"s": seq}).All(&out)
	if err != nil || len(out) == 0 {
		return commitMark{}, err
	}
	return out[0], nil
}

func (p *pull) nonce(seq int64) (string, error) {
	at, err := p.commit(seq)
	return at.Nonce, err
}

// hold compares the buckets of the cursor with those the user holds now.
func (p *pull) hold(names []string) error {
	var rows []bucketRow
	if err := p.tx.Select("handle", "name", "sum", "count").From("sync_buckets").
		Where(dbx.In("name", anys(names)...)).All(&rows); err != nil {
		return err
	}
	order := make(map[string]int, len(names))
	for i, n := range names {
		order[n] = i
	}
	sort.Slice(rows, func(i, j int) bool { return order[rows[i].Name] < order[rows[j].Name] })
	p.held = rows
	now := make(map[int]bool, len(rows))
	for _, b := range rows {
		now[b.Handle] = true
		if _, had := p.position[b.Handle]; !had {
			p.position[b.Handle] = 0
			p.page.Enter = append(p.page.Enter, app.BucketName{Handle: b.Handle, Name: b.Name})
		}
	}
	for handle := range p.position {
		if !now[handle] {
			delete(p.position, handle)
			p.page.Drop = append(p.page.Drop, handle)
		}
	}
	sort.Ints(p.page.Drop)
	return nil
}

type pullRow struct {
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Seq        int64  `db:"seq"`
	Removed    bool   `db:"removed"`
	Rev        int64  `db:"rev"`
	Payload    string `db:"payload"`
}

// changes fills the page bucket by bucket until its budget is spent. A bucket
// read to its end stands at the head of this transaction.
func (p *pull) changes() error {
	for _, b := range p.held {
		for p.position[b.Handle] < p.head {
			if p.budget <= 0 {
				return nil
			}
			more, err := p.bucket(b)
			if err != nil {
				return err
			}
			if !more {
				p.position[b.Handle] = p.head
			}
		}
	}
	return nil
}

const pullChunk = 256

func (p *pull) bucket(b bucketRow) (more bool, err error) {
	var rows []pullRow
	err = p.tx.NewQuery(`SELECT e.collection, e.record, e.seq, e.removed, r.rev, coalesce(r.payload, '') AS payload
		FROM sync_entries e JOIN sync_rows r ON r.collection = e.collection AND r.record = e.record
		WHERE e.bucket = {:b} AND e.seq > {:s} ORDER BY e.seq LIMIT {:n}`).
		Bind(dbx.Params{"b": b.Handle, "s": p.position[b.Handle], "n": pullChunk}).All(&rows)
	if err != nil {
		return false, err
	}
	fresh := p.position[b.Handle] == 0
	for i, r := range rows {
		if p.budget <= 0 {
			return true, nil
		}
		p.position[b.Handle] = rows[i].Seq
		switch {
		case !r.Removed:
			p.page.Puts = append(p.page.Puts, app.Put{Bucket: b.Handle, Collection: r.Collection, ID: r.Record, Rev: r.Rev, Data: json.RawMessage(r.Payload)})
			p.budget -= len(r.Payload) + 64
		case !fresh:
			p.page.Removes = append(p.page.Removes, app.Remove{Bucket: b.Handle, Collection: r.Collection, ID: r.Record})
			p.budget -= 48
		}
	}
	return len(rows) == pullChunk, nil
}

// finish writes the cursor and, on the last page, the checksums.
func (p *pull) finish() error {
	complete, moved := true, len(p.page.Enter)+len(p.page.Drop)+len(p.page.Puts)+len(p.page.Removes) > 0
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
