package app_test

import (
	"context"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

func TestGate(t *testing.T) {
	g := app.NewGate(1, 1, time.Hour)
	ctx := context.Background()
	leave, err := g.Enter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	entered := make(chan func())
	go func() {
		next, err := g.Enter(ctx)
		if err != nil {
			t.Error(err)
		}
		entered <- next
	}()
	for g.State().Waiting == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := g.Enter(ctx); fault.Of(err) == nil || fault.Of(err).Code != fault.Busy {
		t.Errorf("a third: %v", err)
	}
	leave()
	leave = <-entered
	if got := g.State(); got != (app.GateState{Slots: 1, Inside: 1, Refused: 1}) {
		t.Errorf("%+v", got)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := g.Enter(gone); err == nil {
		t.Error("who hung up was let in")
	}
	leave()
	if got := g.State(); got != (app.GateState{Slots: 1, Refused: 2}) {
		t.Errorf("%+v", got)
	}
}

// Nobody waits for ever.
func TestGatePatience(t *testing.T) {
	g := app.NewGate(1, 5, time.Nanosecond)
	leave, err := g.Enter(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if _, err := g.Enter(context.Background()); err == nil {
		t.Error("let in")
	}
}
