package push

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// pushesAtOnce bounds how many pushes share a commit, and so how long the first
// of them waits for the others.
const pushesAtOnce = 32

// Commits implements app.Commits. It lets pushes that wait share a commit: it costs a flush of the disk,
// however many rows it has. One of those that wait leads; the others sleep until
// their turn is over or the lead is theirs.
type Commits struct {
	engine  *store.Engine
	app     core.App
	mu      sync.Mutex
	waiting []*turn
	led     bool
}

// NewCommits binds the pushes to an app.
func NewCommits(e *store.Engine, a core.App) *Commits { return &Commits{engine: e, app: a} }

// turn is one push that waits.
type turn struct {
	ctx     context.Context
	fn      func(app.Outbound) error
	durable int64
	err     error
	lead    chan bool // false: it is over
}

// Push implements app.Commits. Pushes that share a commit are judged one after the
// other; none fails for another's sake.
func (c *Commits) Push(ctx context.Context, fn func(app.Outbound) error) (durable int64, err error) {
	t := &turn{ctx: ctx, fn: fn, lead: make(chan bool, 1)}
	if !c.enter(t) {
		if leads := <-t.lead; !leads {
			return t.durable, t.err
		}
	}
	some := c.take()
	defer c.leave(t, some)
	c.commit(some)
	return t.durable, t.err
}

// enter lines up, and answers whether this one leads.
func (c *Commits) enter(t *turn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, t)
	leads := !c.led
	c.led = true
	return leads
}

// take are the pushes that go together; who leads is the first of them.
func (c *Commits) take() []*turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(pushesAtOnce, len(c.waiting))
	some := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	return some
}

// leave wakes the others, and passes the lead on.
func (c *Commits) leave(t *turn, some []*turn) {
	for _, o := range some {
		if o != t {
			o.lead <- false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.led = false
		return
	}
	c.waiting[0].lead <- true
}

// commit runs pushes in one transaction. Nothing is said to any of them before
// it is on the disk. If one fails, all are undone and done again in two halves,
// until it is alone: savepoints would tell it apart at once, and cost every push
// a copy of each page it touches.
func (c *Commits) commit(some []*turn) {
	err := c.together(some, false)
	switch {
	case err == nil:
		return
	case sqlite.OutOfOrder(err):
		// It is nobody's push that the disk did not take: trying each alone would
		// only wear the disk.
		for _, t := range some {
			t.err = err
		}
		return
	case len(some) > 1:
		c.commit(some[:len(some)/2])
		c.commit(some[len(some)/2:])
		return
	case fault.Of(err).Code == fault.Internal:
		// The rules let a row pass that the tables do not take: once more, to find
		// out which.
		if err = c.together(some, true); err == nil {
			return
		}
	}
	some[0].err = err
}

// together runs pushes in one transaction, of which nothing is left if one fails.
// A push that is refused before it wrote anything takes no part.
func (c *Commits) together(some []*turn, careful bool) error {
	return c.app.RunInTransaction(func(tx core.App) error {
		h, err := c.engine.Begin(tx)
		if err != nil {
			return err
		}
		defer c.engine.End(tx)
		o := c.open(tx, h, careful)
		defer o.sql.Close()
		for _, t := range some {
			before := o.writes
			t.err = o.run(t)
			if t.err != nil && (o.writes != before || fault.Of(t.err).Ours()) {
				return t.err
			}
		}
		if err := guarded(o.conclude); err != nil {
			return err
		}
		var durable int64
		if err := o.db.NewQuery(`SELECT seq FROM sync_clock`).Row(&durable); err != nil {
			return err
		}
		for _, t := range some {
			t.durable = durable
		}
		for _, m := range o.moved {
			c.engine.Tell(tx, m)
		}
		return nil
	})
}

// guarded runs a part of a push; a panic in it must not take those with it that
// share its commit.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}
