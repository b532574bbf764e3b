// Package store is where PocketBase records meet the domain. It and the rooms
// below it are the only home of queries. Its heart is the drain: every write to
// a tracked table, by whatever path, leaves (collection, id) in `dirty` (by
// SQLite triggers); the drain turns that, in the same transaction, into
// revisions, bucket entries, checksums and progress.
package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
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
	// Drained is told how many rows one drain looked at and how long it took.
	// May be nil.
	Drained func(rows int, took time.Duration)
	// Rewound is told how many marks of a lost future a device came with. May be nil.
	Rewound func(marks int)
	// Say puts a fault into words, for PocketBase's own screens. May be nil.
	Say func(*fault.Fault) string
	// AfterCommit is told what moved, outside the transaction. May be nil.
	AfterCommit func(Moved)

	hands  hands
	Counts sync.Map // of exercises: year -> *yearCounts
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

// Stamp is now, as this project's own tables keep it.
func (e *Engine) Stamp() string { return e.Now().UTC().Format(StampLayout) }

// Hand is one transaction of ours at work: what it writes on purpose, and who made
// the new records of it.
type Hand struct {
	Own    map[Key]bool
	Makers map[Key]string
}

// hands are those at work, by their transaction. Records that PocketBase deletes
// with another come without its context, but in its transaction.
type hands struct {
	mu sync.Mutex
	of map[*core.TxAppInfo]*Hand
}

func (e *Engine) hand(tx core.App) *Hand {
	e.hands.mu.Lock()
	defer e.hands.mu.Unlock()
	return e.hands.of[tx.TxInfo()]
}

// Begin opens a hand. What waits from raw SQL is taken in first: once a row of it
// is written by us, nobody could tell the two apart. Who begins ends.
func (e *Engine) Begin(tx core.App) (*Hand, error) {
	if err := e.catchUpFirst(tx); err != nil {
		return nil, err
	}
	h := &Hand{Own: map[Key]bool{}, Makers: map[Key]string{}}
	e.hands.mu.Lock()
	defer e.hands.mu.Unlock()
	if e.hands.of == nil {
		e.hands.of = map[*core.TxAppInfo]*Hand{}
	}
	e.hands.of[tx.TxInfo()] = h
	return h, nil
}

// End closes a hand.
func (e *Engine) End(tx core.App) {
	e.hands.mu.Lock()
	defer e.hands.mu.Unlock()
	delete(e.hands.of, tx.TxInfo())
}

// catchUpFirst costs one look at an empty table. The statement before it changes
// nothing: by it the transaction has the right to write before it reads, and no
// other process can come between.
func (e *Engine) catchUpFirst(tx core.App) error {
	if _, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM dirty WHERE n < 0`).Execute(); err != nil {
		return err
	}
	waiting, err := isDirty(tx.NonconcurrentDB())
	if err != nil || !waiting {
		return err
	}
	return e.drainAndTell(tx, nil)
}

func isDirty(db dbx.Builder) (waiting bool, err error) {
	err = db.NewQuery(`SELECT EXISTS (SELECT 1 FROM dirty)`).Row(&waiting)
	return waiting, err
}

// Own says that a row is written on purpose, past the record hooks.
func (e *Engine) Own(tx core.App, key Key) {
	if h := e.hand(tx); h != nil {
		h.Own[key] = true
	}
}

// within runs fn as one hand, which drains at its end; inside another it is
// part of that one.
func (e *Engine) within(pb core.App, fn func(core.App, *Hand) error) error {
	return pb.RunInTransaction(func(tx core.App) error {
		if h := e.hand(tx); h != nil {
			return fn(tx, h)
		}
		h, err := e.Begin(tx)
		if err != nil {
			return err
		}
		defer e.End(tx)
		if err := fn(tx, h); err != nil {
			return err
		}
		return e.drainAndTell(tx, h.Own)
	})
}

// Around runs a record write and drains in the same transaction, or leaves the
// drain to the transaction that asked for that (see InTransaction).
func (e *Engine) Around(pb core.App, key Key, write func(core.App) error) error {
	return e.within(pb, func(tx core.App, h *Hand) error {
		h.Own[key] = true
		return write(tx)
	})
}

// InTransaction runs fn in one transaction that drains once at its end. What fn
// writes by SQL, past the record hooks, it must call its own.
func (e *Engine) InTransaction(ctx context.Context, pb core.App, fn func(context.Context, core.App) error) error {
	return e.within(pb, func(tx core.App, _ *Hand) error { return fn(ctx, tx) })
}

func (e *Engine) drainAndTell(tx core.App, own map[Key]bool) error {
	moved, err := e.Drain(tx, own, 0, Manner{})
	if err == nil {
		e.Tell(tx, moved)
	}
	return err
}

// Tell passes on the news once the transaction is committed.
func (e *Engine) Tell(tx core.App, moved Moved) {
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

// CatchUp drains what arrived without hooks (raw SQL). Every pull, figure and
// verification calls it first; it costs one look at an empty table otherwise.
func (e *Engine) CatchUp(pb core.App) error {
	waiting, err := isDirty(pb.ConcurrentDB())
	if err == nil && !waiting {
		waiting, err = e.mended(pb.ConcurrentDB())
	}
	if err != nil || !waiting {
		return err
	}
	return e.within(pb, func(core.App, *Hand) error { return nil })
}
