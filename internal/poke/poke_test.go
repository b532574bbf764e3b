package poke_test

import (
	"encoding/json"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"chaski/internal/domain/actor"
	"chaski/internal/poke"
	"chaski/internal/store"
	"chaski/internal/testkit"
)

// listener is a stream of Rosa's with nobody at its other end yet.
func listener(t *testing.T, k *testkit.Kit) subscriptions.Client {
	t.Helper()
	rosa, err := k.App.FindRecordById("users", testkit.Rosa)
	if err != nil {
		t.Fatal(err)
	}
	client := subscriptions.NewDefaultClient()
	client.Set(apis.RealtimeClientAuthKey, rosa)
	client.Subscribe(poke.Topic)
	k.App.SubscriptionsBroker().Register(client)
	t.Cleanup(func() { k.App.SubscriptionsBroker().Unregister(client.Id()) })
	return client
}

func poker(k *testkit.Kit) *poke.Poker {
	return poke.New(k.App, func(actor.Actor) (map[int]bool, error) { return map[int]bool{1: true, 2: true}, nil }, k.Engine.Today)
}

// One that does not read is dropped, and those that read hear everything.
func TestPokeDropsWhoDoesNotRead(t *testing.T) {
	k := testkit.World(t)
	p := poker(k)
	p.Patience = 0
	dropped := make(chan struct{}, 1)
	p.Dropped = func() { dropped <- struct{}{} }
	deaf := listener(t, k)
	p.Tell(store.Moved{Seq: 5, Buckets: []int{1}})
	select {
	case <-dropped:
	case <-time.After(20 * time.Second):
		t.Fatal("still there")
	}
	if !deaf.IsDiscarded() {
		t.Error("its stream is still open")
	}
}

// What came while a listener was busy reaches it as one message, the newest.
func TestPokeMergesWhatWaits(t *testing.T) {
	k := testkit.World(t)
	p := poker(k)
	var sent atomic.Int64
	p.Sent = func() { sent.Add(1) }
	busy, ready := listener(t, k), listener(t, k)
	hear := func(from subscriptions.Client) string {
		t.Helper()
		select {
		case m := <-from.Channel():
			return string(m.Data)
		case <-time.After(20 * time.Second):
			t.Fatal("heard nothing")
		}
		return ""
	}
	p.Tell(store.Moved{Seq: 5, Buckets: []int{2}})
	hear(ready) // that flush is over for the busy one too, or about to be
	p.Tell(store.Moved{Seq: 6, Buckets: []int{1}})
	hear(ready)
	p.Tell(store.Moved{Seq: 7, Buckets: []int{9}}) // concerns nobody here
	buckets := map[int]bool{}
	for seq := int64(0); seq < 6; { // in one message, or in two if the first was handed over in time
		var m struct {
			Buckets []int
			Seq     int64
		}
		if err := json.Unmarshal([]byte(hear(busy)), &m); err != nil || m.Seq <= seq {
			t.Fatalf("%+v after %d, %v", m, seq, err)
		}
		seq = m.Seq
		for _, b := range m.Buckets {
			buckets[b] = true
		}
	}
	if !maps.Equal(buckets, map[int]bool{1: true, 2: true}) {
		t.Errorf("heard of %v", buckets)
	}
	if n := sent.Load(); n > 4 {
		t.Errorf("%d messages sent", n)
	}
}
