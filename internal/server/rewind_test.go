package server_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"chaski/internal/testkit"
)

// carry puts a phone, with what it holds, before another server.
func carry(p *testkit.Phone, k *testkit.Kit) {
	p.K, p.Token = k, k.Token(testkit.Rosa)
}

// proven demands that a phone holds what the server holds, and that it was
// repaired row by row: not rebuilt.
func proven(t *testing.T, p *testkit.Phone, fetched int) {
	t.Helper()
	if last := p.Pull(); total(t, p, last) != last.Trailer.Total {
		t.Error("the phone does not hold what the server holds")
	}
	if p.Fetched > fetched {
		t.Errorf("%d rows fetched for a difference of %d", p.Fetched, fetched)
	}
}

// An older copy of the data is put in place and nobody gives a command: the
// phone's marks tell. Its replica is repaired by the difference, what the server
// lost is sent again with its id, and what it still has is not done twice.
func TestOlderCopyOfTheData(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	kept := p.Visit("kept", testkit.Canal, nil)
	before := p.Push(kept)[0]
	old := k.Copy()
	lost := p.Visit("lost", testkit.Muro, nil)
	first := p.Push(lost)[0]
	p.Pull()

	k = testkit.Open(t, old)
	carry(p, k)
	page := p.PullPage()
	if !page.Rewound || page.Reset || len(page.Reconcile) == 0 || len(page.Puts) > 0 {
		t.Fatalf("%+v", page)
	}
	if audited := k.Int(`SELECT count(*) FROM audit WHERE action = 'rewound' AND device = '` + p.ID + `'`); audited != 1 {
		t.Errorf("%d notes of the rewind", audited)
	}
	proven(t, p, 2)
	if p.Rows["visits/"+testkit.ID("lost")] != nil {
		t.Error("the phone shows what the server does not have")
	}
	p.Rewound = false
	again := p.Push(kept, lost)
	if again[0].Receipt != before.Receipt || again[1].Status != "applied" || again[1].Receipt == first.Receipt {
		t.Errorf("sent again: %+v", again)
	}
	if p.Rewound {
		t.Error("told of the same rewind twice")
	}
	if n := k.Int(`SELECT count(*) FROM visits WHERE id = '` + testkit.ID("kept") + `'`); n != 1 {
		t.Errorf("%d visits for one", n)
	}
	proven(t, p, 2)
}

// The same when only pushes meet the server that went back. Nothing is judged
// before the phone knows: what it sends rests on work that the server has lost.
func TestPushNoticesTheRewind(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	old := k.Copy()
	visit, finding := p.Visit("v1", testkit.Canal, nil), p.Finding("f1", "v1")
	applied(t, p.Push(visit, finding))
	change := p.Change("update", "findings", "f1", 1, fields{"severity": "leve"})

	k = testkit.Open(t, old)
	carry(p, k)
	for range 2 { // the answer may be lost: then the same comes again
		var got struct {
			Rewound bool
			Results []testkit.Result
		}
		k.Do("POST", "/api/chaski/v1/sync/push", p.Token, fields{"protocol": 1, "device": p.ID, "marks": p.Marks, "mutations": []any{change}}).JSON(200, &got)
		if !got.Rewound || len(got.Results) != 0 {
			t.Errorf("%+v", got)
		}
	}
	if audited := k.Int(`SELECT count(*) FROM audit WHERE action = 'rewound'`); audited != 1 {
		t.Errorf("%d notes of one mark", audited)
	}
	if judged := k.Int(`SELECT count(*) FROM sync_mutations`); judged != 0 {
		t.Errorf("%d mutations were judged", judged)
	}
	applied(t, p.Push(visit, finding, change))
	p.Rewound = false
	applied(t, p.Push(p.Visit("v2", testkit.Canal, nil)))
	if p.Rewound {
		t.Error("a mark of this history is not known")
	}
}

// A power loss undoes the newest commits: the write-ahead log ends earlier.
func TestPowerLoss(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	k.SQL(`PRAGMA wal_checkpoint(TRUNCATE)`)
	p.Push(p.Visit("kept", testkit.Canal, nil))
	durable := size(t, filepath.Join(k.Dir, "data.db-wal"))
	lost := p.Visit("lost", testkit.Canal, nil)
	p.Push(lost)
	p.Pull()

	dir := t.TempDir()
	copyOf(t, filepath.Join(k.Dir, "data.db"), filepath.Join(dir, "data.db"), -1)
	copyOf(t, filepath.Join(k.Dir, "data.db-wal"), filepath.Join(dir, "data.db-wal"), durable)
	k = testkit.Open(t, dir)
	if n := k.Int(`SELECT count(*) FROM visits`); n != 1 {
		t.Fatalf("%d visits survive", n)
	}
	carry(p, k)
	// Somebody writes first, up to and past the lost sequence numbers.
	for n := range 3 {
		k.Save("interventions", testkit.Canal, map[string]any{"place": fmt.Sprintf("Lugar %d", n)})
	}
	if page := p.PullPage(); !page.Rewound || page.Reset || len(page.Reconcile) == 0 {
		t.Fatalf("%+v", page)
	}
	proven(t, p, 4)
	if got := p.Push(lost)[0]; got.Status != "applied" {
		t.Errorf("sent again: %+v", got)
	}
	proven(t, p, 4)
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// copyOf copies the first n bytes of a file, all of them if n < 0.
func copyOf(t *testing.T, from, to string, n int64) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	var source io.Reader = in
	if n >= 0 {
		source = io.LimitReader(in, n)
	}
	if _, err := io.Copy(out, source); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// A handle of the lost future may be another bucket's now: nobody shows one
// bucket's rows under the name of another.
func TestHandlesOfALostFuture(t *testing.T) {
	k := testkit.World(t)
	old := k.Copy()
	visit(k, "plan", testkit.Canal, "2026-11-30", "planificada") // gives aii-sup:Canal its handle
	p := k.Phone(testkit.Rosa)
	p.Pull()
	handle := handleOf(p, "aii-sup:"+testkit.Canal)

	k = testkit.Open(t, old)
	carry(p, k)
	visit(k, "other", testkit.Muro, "2026-11-30", "planificada") // and here to aii-sup:Muro
	p.ID = k.Phone(testkit.Rosa).ID                              // the device itself was registered in the lost future
	page := p.PullPage()
	if !page.Rewound || p.Names[handle] != "aii-sup:"+testkit.Muro {
		t.Fatalf("handle %d is %s: %+v", handle, p.Names[handle], page)
	}
	proven(t, p, 2)
	if p.Rows["visits/"+testkit.ID("other")] == nil || p.Rows["visits/"+testkit.ID("plan")] != nil {
		t.Error("the rows are the other bucket's")
	}
}

// The same in the middle of a first sync, where a bucket that was entered has no
// position yet that could be proven.
func TestHandlesEnteredInALostFuture(t *testing.T) {
	k := testkit.World(t)
	old := k.Copy()
	visit(k, "plan", testkit.Canal, "2026-11-30", "planificada")
	k.Engine.PageBytes = 1
	p := k.Phone(testkit.Rosa)
	p.PullPage()
	handle := handleOf(p, "aii-sup:"+testkit.Canal)

	k = testkit.Open(t, old)
	carry(p, k)
	visit(k, "other", testkit.Muro, "2026-11-30", "planificada")
	p.ID = k.Phone(testkit.Rosa).ID
	k.Engine.PageBytes = 1
	p.PullPage()
	if p.Names[handle] != "aii-sup:"+testkit.Muro {
		t.Errorf("handle %d is %s", handle, p.Names[handle])
	}
	proven(t, p, 0)
}

func handleOf(p *testkit.Phone, name string) int {
	for handle, n := range p.Names {
		if n == name {
			return handle
		}
	}
	p.K.T.Fatalf("the phone does not hold %s", name)
	return 0
}

// A bucket is taken away between its digests and its rows.
func TestBucketLeftWhileReconciling(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	handle := handleOf(p, "aii:"+testkit.Canal)
	var page testkit.DigestsPage
	p.Digests(handle, "").JSON(200, &page)
	if page.Name != "aii:"+testkit.Canal || len(page.Rows.ID) == 0 || page.Next != "" {
		t.Fatalf("%+v", page)
	}
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": "2026-11-22"})
	if got := p.Fetch(handle, page.Rows.C[0]+"/"+page.Rows.ID[0]); got.Code() != "not_found" {
		t.Errorf("rows of a bucket he no longer holds: %d %s", got.Status, got.Body)
	}
	p.Differs[handle] = true
	p.Reconcile(handle)
	proven(t, p, 0)
}

// Nobody reads digests or rows of a bucket he does not hold, nor through a bucket
// he holds the rows of another; nor may a revoked device.
func TestReconcileScope(t *testing.T) {
	k := testkit.World(t)
	rosa, ines := k.Phone(testkit.Rosa), k.Phone(testkit.Ines)
	rosa.Pull()
	ines.Pull()
	foreign, own := handleOf(rosa, "aii:"+testkit.Canal), handleOf(ines, "aii:"+testkit.Puente)
	worker := "participants/" + testkit.Worker(testkit.Canal, 1)
	for what, got := range map[string]testkit.Response{
		"digests": ines.Digests(foreign, ""),
		"rows":    ines.Fetch(foreign, worker),
		"nothing": ines.Digests(9999, ""),
	} {
		if got.Code() != "not_found" {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
	}
	var got struct{ Rows []any }
	ines.Fetch(own, worker).JSON(200, &got)
	if len(got.Rows) != 0 {
		t.Errorf("another bucket's rows through his own: %v", got.Rows)
	}
	k.SQL(`UPDATE devices SET state = 'revocado'`)
	if got := rosa.Digests(foreign, ""); got.Code() != "device_revoked" {
		t.Errorf("a revoked device: %s", got.Body)
	}
	if got := rosa.Fetch(foreign, worker); got.Code() != "device_revoked" {
		t.Errorf("a revoked device: %s", got.Body)
	}
}

// A bucket of many rows is listed in pages; what comes in between is pulled.
func TestDigestsInPages(t *testing.T) {
	k := testkit.World(t)
	for n := 10; n < 4200; n++ {
		k.SQL(fmt.Sprintf(`INSERT INTO cupos (id, intervention, number, state) VALUES ('%s', '%s', %d, 'disponible')`,
			testkit.Cupo(testkit.Canal, n), testkit.Canal, n))
	}
	p := k.Phone(testkit.Rosa)
	p.Pull()
	handle := handleOf(p, "aii:"+testkit.Canal)
	var page testkit.DigestsPage
	p.Digests(handle, "").JSON(200, &page)
	if len(page.Rows.ID) != 4000 || page.Next == "" {
		t.Fatalf("%d rows, next %q", len(page.Rows.ID), page.Next)
	}
	delete(p.Rows, "participants/"+testkit.Worker(testkit.Canal, 1)) // damage
	p.Rows["cupos/"+testkit.Cupo(testkit.Canal, 11)]["state"] = "robado"
	p.Differs[handle] = true
	p.Reconcile(handle)
	proven(t, p, 2)
	if p.Fetched != 2 {
		t.Errorf("%d rows fetched", p.Fetched)
	}
}
