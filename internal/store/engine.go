// Package store is where PocketBase records meet the domain, and the only home
// of queries. Its heart is the drain: every write to a tracked table, by
// whatever path, leaves (collection, id) in `dirty` (by SQLite triggers); the
// drain turns that, in the same transaction, into revisions, bucket entries,
// checksums and progress.
package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
)

// Key names a row.
type Key struct{ Collection, Record string }

// Moved is what a commit changed, for those who wait for news.
type Moved struct {
	Seq     int64
	Buckets []int // handles
	Figures bool
	Scopes  bool // who holds what may have changed
}

// Engine keeps the ledger. Its zero value is not usable; see New.
type Engine struct {
	// Now is the business clock. Tests and the simulation inject theirs.
	Now func() time.Time
	// Nonce marks a commit; random, so that two histories never agree by chance.
	Nonce func() string
	// PageBytes is about how much JSON one page of a pull carries.
	PageBytes int
	// Drained is told how many rows one settling looked at and how long it took.
	// May be nil.
	Drained func(rows int, took time.Duration)
	// Rewound is told how many marks of a lost future a device came with. May be nil.
	Rewound func(marks int)
	// AfterCommit is told what moved, outside the transaction. May be nil.
	AfterCommit func(Moved)
}

// New returns an engine on the machine's clock.
func New() *Engine {
	return &Engine{Now: time.Now, Nonce: randomNonce, PageBytes: app.PageBytes}
}

func randomNonce() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// Today is the business date in Lima.
func (e *Engine) Today() day.Day { return day.Of(e.Now()) }

// stampLayout is an instant as this project's own tables keep it, in UTC.
const stampLayout = "2006-01-02T15:04:05.000Z"

func (e *Engine) stamp() string { return e.Now().UTC().Format(stampLayout) }

type deferredKey struct{}

// deferred collects the rows written under one transaction that drains once, at
// its end.
type deferred struct{ own map[Key]bool }

// own notes that a row is written on purpose in the transaction that ctx belongs
// to (see InTransaction).
func own(ctx context.Context, key Key) bool {
	d, deferring := ctx.Value(deferredKey{}).(*deferred)
	if deferring {
		d.own[key] = true
	}
	return deferring
}

// Around runs a record write and drains in the same transaction, or leaves the
// drain to the transaction that asked for that (see InTransaction).
func (e *Engine) Around(ctx context.Context, pb core.App, key Key, write func(core.App) error) error {
	if own(ctx, key) {
		return write(pb)
	}
	return pb.RunInTransaction(func(tx core.App) error {
		if err := write(tx); err != nil {
			return err
		}
		return e.drainAndTell(tx, map[Key]bool{key: true})
	})
}

// InTransaction runs fn in one transaction that drains once at its end. Record
// writes in fn must carry the context they are given.
func (e *Engine) InTransaction(ctx context.Context, pb core.App, fn func(context.Context, core.App) error) error {
	return pb.RunInTransaction(func(tx core.App) error {
		d := &deferred{own: map[Key]bool{}}
		if err := fn(context.WithValue(ctx, deferredKey{}, d), tx); err != nil {
			return err
		}
		return e.drainAndTell(tx, d.own)
	})
}

func (e *Engine) drainAndTell(tx core.App, own map[Key]bool) error {
	moved, err := e.drain(tx, own, 0)
	if err == nil {
		e.tell(tx, moved)
	}
	return err
}

// tell passes on the news once the transaction is committed.
func (e *Engine) tell(tx core.App, moved Moved) {
	if e.AfterCommit == nil || moved.Seq == 0 {
		return
	}
	tx.TxInfo().OnComplete(func(txErr error) error {
		if txErr == nil {
			e.AfterCommit(moved)
		}
		return nil
	})
}

// Settle drains what arrived without hooks (raw SQL). Every pull, figure and
// verification calls it first; it costs one look at an empty table otherwise.
func (e *Engine) Settle(pb core.App) error {
	var waiting int
	if err := pb.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM dirty)`).Row(&waiting); err != nil || waiting == 0 {
		return err
	}
	return pb.RunInTransaction(func(tx core.App) error { return e.drainAndTell(tx, nil) })
}
