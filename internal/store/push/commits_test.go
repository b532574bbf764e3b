package push_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sync"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"

	"chaski/internal/store/push"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

type (
	fields = map[string]any

	// sent is one push: who, from which device, what.
	sent struct {
		user, device string
		mutations    []any
	}

	// answer is what the author is told, without what depends on how pushes fall
	// into commits.
	answer struct {
		Status   string
		Code     fault.Code
		Rev      int64
		Lost     []string
		Conflict bool
	}
)

// uneasy are pushes of which each depends on others before it.
func uneasy(k *testkit.Kit) []sent {
	phone := func(user, name string) *testkit.Phone {
		k.Save("devices", testkit.ID(name), fields{"user": user, "install": "install-" + name, "state": "activo"})
		p := k.Phone(user)
		p.ID = testkit.ID(name)
		return p
	}
	rosa, tablet, luis, other := phone(testkit.Rosa, "d1"), phone(testkit.Rosa, "d2"), phone(testkit.Luis, "d3"), phone(testkit.Luis, "d4")
	push := func(p *testkit.Phone, user string, mutations ...any) sent { return sent{user, p.ID, mutations} }

	first := push(rosa, testkit.Rosa, rosa.Visit("v", testkit.Canal, fields{"headcount": 2}), rosa.Mark("v", testkit.Canal, 1, "presente"), rosa.Finding("f", "v"))
	cloned := rosa.Finding("g", "v")
	cloned["counter"] = 2
	other2 := rosa.Finding("f", "v")
	other2["id"] = first.mutations[2].(fields)["id"]
	change := tablet.Change("update", "findings", "f", 1, fields{"severity": "leve"})
	late := rosa.Change("update", "findings", "f", 1, fields{"severity": "moderada", "responsible": "Residente"})
	chained := rosa.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "grave"})
	chained["prev"] = late["id"]
	return []sent{
		first,
		first, // the answer was lost: the same again
		push(tablet, testkit.Rosa, tablet.Mark("v", testkit.Canal, 1, "presente"), tablet.Mark("v", testkit.Canal, 2, "presente"), change),
		push(rosa, testkit.Rosa, cloned, other2, rosa.Mark("v", testkit.Canal, 3, "presente")),
		push(rosa, testkit.Rosa, late),
		{testkit.Rosa, testkit.ID("nobody"), []any{rosa.Finding("n", "v")}},
		push(rosa, testkit.Rosa, chained),
		push(luis, testkit.Luis, luis.Visit("p", testkit.Muro, nil), luis.Mark("p", testkit.Muro, 1, "presente")),
		push(other, testkit.Luis, other.Visit("p", testkit.Muro, nil), other.Finding("h", "p")),
		push(luis, testkit.Luis, luis.Change("update", "findings", "f", 1, fields{"severity": "leve"})),
		push(tablet, testkit.Rosa, tablet.Unlisted("u", "v", "99000001")),
		push(rosa, testkit.Rosa, rosa.Unlisted("w", "v", "99000001"), rosa.Unlisted("x", "v", "99000002")),
		push(tablet, testkit.Rosa, tablet.Change("delete", "findings", "f", 1, fields{})),
		push(rosa, testkit.Rosa, rosa.Visit("v2", testkit.Muro, nil), rosa.Mark("v2", testkit.Muro, 1, "presente")),
		push(tablet, testkit.Rosa, tablet.Visit("v3", testkit.Muro, nil), tablet.Mark("v3", testkit.Muro, 1, "presente")),
	}
}

// outcome is one push as it came out.
type outcome struct {
	Answers []answer
	Fault   fault.Code
}

func pushed(p *app.Pusher, s sent) (outcome, []string) {
	var batch []json.RawMessage
	for _, m := range s.mutations {
		raw, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		batch = append(batch, raw)
	}
	r, err := p.Push(context.Background(), actor.Actor{User: s.user, Role: actor.Supervisor, UT: testkit.UT1}, s.device, batch)
	if err != nil {
		return outcome{Fault: fault.Of(err).Code}, nil
	}
	var out outcome
	var receipts []string
	for _, o := range r.Outcomes {
		a := answer{Status: o.Status, Rev: o.Rev, Lost: o.Lost, Conflict: o.Conflict != ""}
		if len(o.Errors) > 0 {
			a.Code = o.Errors[0].Code
		}
		out.Answers = append(out.Answers, a)
		receipts = append(receipts, o.Receipt)
		if o.Seq > r.DurableSeq {
			panic(fmt.Sprintf("%s is durable at %d, and %d was answered", o.ID, o.Seq, r.DurableSeq))
		}
	}
	return out, receipts
}

// world is a server whose commits are counted.
type world struct {
	k       *testkit.Kit
	commits *push.Commits
	pusher  *app.Pusher
	drains  int
}

func newWorld(t *testing.T) *world {
	w := &world{k: testkit.World(t)}
	w.commits = push.NewCommits(w.k.Engine, w.k.App)
	w.pusher = &app.Pusher{Commits: w.commits, Now: func() time.Time { return w.k.Clock }}
	return w
}

// together sends pushes so that they wait in this order, and share a commit.
func (w *world) together(t *testing.T, all []sent) []outcome {
	hold, held := make(chan bool), make(chan bool)
	var wait sync.WaitGroup
	wait.Go(func() {
		_, err := w.commits.Push(context.Background(), func(app.Outbound) error {
			close(held)
			<-hold
			return fault.New(fault.NotFound, "") // only to let the others wait
		})
		if err == nil {
			t.Error("the holder was let through")
		}
	})
	<-held
	out := make([]outcome, len(all))
	for i, s := range all {
		wait.Go(func() { out[i], _ = pushed(w.pusher, s) })
		for w.commits.Waiting() <= i {
			time.Sleep(time.Millisecond)
		}
	}
	w.k.Engine.Drained = func(int, time.Duration) { w.drains++ }
	close(hold)
	wait.Wait()
	return out
}

// Pushes that share a commit are answered, and leave the same rows, as if each had
// one of its own.
func TestConcurrentPushesShareACommit(t *testing.T) {
	apart, shared := newWorld(t), newWorld(t)
	var want []outcome
	for _, s := range uneasy(apart.k) {
		o, _ := pushed(apart.pusher, s)
		want = append(want, o)
	}
	all := uneasy(shared.k)
	got := shared.together(t, all)
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("push %d: %+v\nalone: %+v", i, got[i], want[i])
		}
	}
	for _, table := range []string{"visits", "visit_marks", "findings", "unlisted_workers", "conflicts", "sync_mutations", "sync_rows", "sync_entries", "progress_contributions"} {
		if a, b := apart.k.Int(`SELECT count(*) FROM `+table), shared.k.Int(`SELECT count(*) FROM `+table); a != b {
			t.Errorf("%s: %d rows, alone %d", table, b, a)
		}
	}
	if shared.drains >= len(all) {
		t.Errorf("%d drains for %d pushes: nothing was shared", shared.drains, len(all))
	}
	for _, w := range []*world{apart, shared} {
		report, err := verify.Run(w.k.App, func() error { return w.k.Engine.CatchUp(w.k.App) }, io.Discard)
		if err != nil || !report.OK() {
			t.Errorf("%v %+v", err, report.Differences)
		}
	}
}

// Visits of many phones, of which none depends on another, are concluded once.
func TestConcurrentPushesAreConcludedOnce(t *testing.T) {
	w := newWorld(t)
	var all []sent
	for n := range 20 {
		id := fmt.Sprintf("d%d", n)
		w.k.Save("devices", testkit.ID(id), fields{"user": testkit.Rosa, "install": "install-" + id, "state": "activo"})
		p := w.k.Phone(testkit.Rosa)
		p.ID = testkit.ID(id)
		v := fmt.Sprintf("v%d", n)
		all = append(all, sent{testkit.Rosa, p.ID, []any{p.Visit(v, testkit.Canal, nil), p.Mark(v, testkit.Canal, 1, "presente"), p.Finding(v+"f", v)}})
	}
	outcomes, receipts := w.together(t, all), map[string]bool{}
	if w.drains != 1 {
		t.Errorf("%d drains", w.drains)
	}
	for i, o := range outcomes {
		for _, a := range o.Answers {
			if a.Status != "applied" || a.Rev != 1 {
				t.Errorf("push %d: %+v", i, a)
			}
		}
		_, again := pushed(w.pusher, all[i])
		for _, r := range again {
			receipts[r] = true
		}
	}
	if len(receipts) != 60 {
		t.Errorf("%d receipts for 60 mutations", len(receipts))
	}
}
