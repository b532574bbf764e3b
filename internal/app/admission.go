package app

import (
	"context"
	"sync/atomic"
	"time"

	"chaski/internal/domain/fault"
)

// Gate bounds how many of one kind of work are done at a time. Who finds it full
// waits in a short queue; who finds that full too, or waits too long, gets a Busy
// fault: a device comes back by itself, and what it has so far it keeps.
//
// Pulls pass gates and pushes pass none: however many phones ask for a first
// sync, what a person entered is taken.
type Gate struct {
	slots    chan struct{}
	queue    int64
	patience time.Duration
	waiting  atomic.Int64
	refused  atomic.Int64
}

// NewGate returns a gate for slots at a time and queue waiting, each at most for
// patience.
func NewGate(slots, queue int, patience time.Duration) *Gate {
	return &Gate{slots: make(chan struct{}, slots), queue: int64(queue), patience: patience}
}

// Enter answers how to leave, or a Busy fault.
func (g *Gate) Enter(ctx context.Context) (leave func(), err error) {
	leave = func() { <-g.slots }
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	default:
	}
	if g.waiting.Add(1) > g.queue {
		g.waiting.Add(-1)
		return nil, g.refuse()
	}
	defer g.waiting.Add(-1)
	patience := time.NewTimer(g.patience)
	defer patience.Stop()
	select {
	case g.slots <- struct{}{}:
		return leave, nil
	case <-patience.C:
	case <-ctx.Done():
	}
	return nil, g.refuse()
}

func (g *Gate) refuse() error {
	g.refused.Add(1)
	return fault.New(fault.Busy, "")
}

// GateState is how a gate stands, for those who watch.
type GateState struct{ Slots, Inside, Waiting, Refused int64 }

// State of the gate now; Refused counts from the start.
func (g *Gate) State() GateState {
	return GateState{int64(cap(g.slots)), int64(len(g.slots)), g.waiting.Load(), g.refused.Load()}
}

// Admission is the gates of the replica: first syncs, which are long, apart from
// what devices ask all day.
type Admission struct {
	First, Delta *Gate
}

// NewAdmission sizes the gates for a machine. A page takes a core for some
// hundredths of a second, so more at once than twice the cores only makes all of
// them slow; half the cores for first syncs leave the rest to everybody else.
func NewAdmission(cores int) Admission {
	return Admission{
		First: NewGate(max(1, cores/2), 16*cores, 4*time.Second),
		Delta: NewGate(2*cores, 256*cores, 8*time.Second),
	}
}
