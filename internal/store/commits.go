package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// pushesAtOnce bounds how many pushes share a commit, and so how long the first
// of them waits for the others.
const pushesAtOnce = 32

// commits lets pushes that wait share a commit: it costs a flush of the disk,
// however many rows it has. One of those that wait leads; the others sleep until
// their turn is over or the lead is theirs.
type commits struct {
	mu      sync.Mutex
	waiting []*turn
	led     bool
}

// turn is one push that waits.
type turn struct {
	ctx  context.Context
	fn   func(app.Outbound) error
	err  error
	lead chan bool // false: it is over
}

// Push implements app.Ledger. Each push is judged in a savepoint of its own, one
// after the other: none fails for another's sake unless the commit itself does.
func (r *Replica) Push(ctx context.Context, fn func(app.Outbound) error) error {
	t := &turn{ctx: ctx, fn: fn, lead: make(chan bool, 1)}
	if !r.commits.enter(t) {
		if leads := <-t.lead; !leads {
			return t.err
		}
	}
	some := r.commits.take()
	defer r.commits.leave(t, some)
	r.commit(some)
	return t.err
}

// enter lines up, and answers whether this one leads.
func (c *commits) enter(t *turn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = append(c.waiting, t)
	leads := !c.led
	c.led = true
	return leads
}

// take are the pushes that go together; who leads is the first of them.
func (c *commits) take() []*turn {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(pushesAtOnce, len(c.waiting))
	some := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	return some
}

// leave wakes the others, and passes the lead on.
func (c *commits) leave(t *turn, some []*turn) {
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
// it is on the disk.
func (r *Replica) commit(some []*turn) {
	err := r.app.RunInTransaction(func(tx core.App) error {
		for _, t := range some {
			var broken error
			if t.err, broken = r.alone(tx, t); broken != nil {
				return broken
			}
		}
		return nil
	})
	if err == nil {
		return
	}
	for _, t := range some {
		if t.err == nil {
			t.err = err
		}
	}
}

// alone runs one push so that nothing of it is left if it fails. broken: the
// transaction cannot go on.
func (r *Replica) alone(tx core.App, t *turn) (err, broken error) {
	for _, careful := range []bool{false, true} {
		if broken = execOn(tx, `SAVEPOINT push`); broken != nil {
			return nil, broken
		}
		o := r.open(t.ctx, tx, careful)
		err = guarded(o, t.fn)
		o.sql.close()
		if err == nil {
			if broken = execOn(tx, `RELEASE push`); broken == nil {
				for _, m := range o.moved {
					r.engine.tell(tx, m)
				}
			}
			return nil, broken
		}
		if broken = errors.Join(execOn(tx, `ROLLBACK TO push`), execOn(tx, `RELEASE push`)); broken != nil {
			return err, errors.Join(err, broken)
		}
		if fault.Of(err).Code != fault.Internal {
			return err, nil
		}
		// The rules let a row pass that the tables do not take: once more, to find
		// out which.
	}
	return err, nil
}

// guarded runs a push; a panic in it must not take those with it that share its
// commit.
func guarded(o *outbound, fn func(app.Outbound) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := fn(o); err != nil {
		return err
	}
	return o.settleRows() // what was written after the outcomes were kept, or without any
}

func execOn(tx core.App, sql string) error {
	_, err := tx.NonconcurrentDB().NewQuery(sql).Execute()
	return err
}
