package server_test

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/replication"
	"chaski/internal/testkit"
)

// total is the checksum a device computes from what it stored.
func total(t *testing.T, p *testkit.Phone, last testkit.Page) string {
	t.Helper()
	var sum uint64
	for _, b := range last.Trailer.Buckets {
		v, err := strconv.ParseUint(b.Sum, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += v
	}
	if got := replication.Hex(sum); got != last.Trailer.Total {
		t.Fatalf("the parts sum to %s, the total is %s", got, last.Trailer.Total)
	}
	var own uint64
	for _, e := range p.Entries() {
		data, err := json.Marshal(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		var payload replication.Payload
		if err := json.Unmarshal(data, &payload); err != nil {
			t.Fatal(err)
		}
		canonical, err := replication.Canonical(payload)
		if err != nil {
			t.Fatal(err)
		}
		own += replication.EntryHash(e.Bucket, e.Collection, e.ID, e.Rev, replication.Digest(canonical))
	}
	return replication.Hex(own)
}

// What each role holds, and what it must never see.
func TestBucketsByRole(t *testing.T) {
	k := testkit.World(t)
	for user, want := range map[string]string{
		testkit.Rosa: "aii:" + testkit.Canal + " aii:" + testkit.Muro + " catalog user:" + testkit.Rosa + " ut:" + testkit.UT1,
		testkit.Luis: "catalog ut:" + testkit.UT1,
		testkit.Ines: "aii:" + testkit.Puente + " catalog user:" + testkit.Ines + " ut:" + testkit.UT2,
		testkit.Elsa: "aii:" + testkit.Canal + " aii:" + testkit.Muro + " catalog",
		testkit.Ana:  "catalog",
		testkit.Otto: "catalog",
	} {
		p := k.Phone(user)
		page := p.Pull()
		var names []string
		for _, n := range p.Names {
			names = append(names, n)
		}
		sort.Strings(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s holds %s\nwant %s", user, got, want)
		}
		if got := total(t, p, page); got != page.Trailer.Total {
			t.Errorf("%s: what it stored sums to %s, the server says %s", user, got, page.Trailer.Total)
		}
		for key, data := range p.Rows {
			if work, ok := data["intervention"]; ok && user != testkit.Ines && work == testkit.Puente {
				t.Errorf("%s was served %s of another unit", user, key)
			}
		}
	}
}

// A planned, unannounced visit is for supervision alone until it is closed;
// then it moves to the bucket that the executor shares, and so do its children.
func TestUnannouncedVisitIsHiddenUntilClosed(t *testing.T) {
	k := testkit.World(t)
	rosa, elsa := k.Phone(testkit.Rosa), k.Phone(testkit.Elsa)
	visit := map[string]any{
		"intervention": testkit.Canal, "convenio_code": testkit.Codes[testkit.Canal], "supervisor": testkit.Rosa,
		"kind": "unannounced", "state": "planificada", "visited_on": "2026-11-23",
	}
	k.Save("visits", testkit.ID("plan"), visit)
	k.Save("findings", testkit.ID("note"), map[string]any{
		"visit": testkit.ID("plan"), "intervention": testkit.Canal, "severity": "leve",
		"description": "Revisar agua potable", "state": "abierto",
	})
	rosa.Pull()
	elsa.Pull()
	for _, key := range []string{"visits/" + testkit.ID("plan"), "findings/" + testkit.ID("note")} {
		if rosa.Rows[key] == nil {
			t.Errorf("the supervisor does not see %s", key)
		}
		if elsa.Rows[key] != nil {
			t.Errorf("the executor sees %s", key)
		}
	}
	k.Save("visits", testkit.ID("plan"), map[string]any{"state": "sincronizada"})
	page := rosa.Pull()
	elsa.Pull()
	for _, key := range []string{"visits/" + testkit.ID("plan"), "findings/" + testkit.ID("note")} {
		if rosa.Rows[key] == nil || elsa.Rows[key] == nil {
			t.Errorf("%s is missing after closing", key)
		}
	}
	if len(page.Removes) != 2 {
		t.Errorf("%d removals from the supervisors' bucket, want 2", len(page.Removes))
	}
	if got := total(t, rosa, page); got != page.Trailer.Total {
		t.Errorf("sum %s, server %s", got, page.Trailer.Total)
	}
}

// Reassignment writes nothing per row: the bucket is dropped for one and entered
// by the other.
func TestReassignment(t *testing.T) {
	k := testkit.World(t)
	rosa, luis := k.Phone(testkit.Rosa), k.Phone(testkit.Luis)
	rosa.Pull()
	luis.Pull()
	before := k.Int(`SELECT seq FROM sync_clock`)
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": "2026-11-22"})
	k.Save("assignments", testkit.ID("as9"), map[string]any{"user": testkit.Luis, "intervention": testkit.Canal, "from_on": "2026-11-23"})
	if moved := k.Int(`SELECT seq FROM sync_clock`) - before; moved != 2 {
		t.Errorf("%d entries written for a reassignment", moved)
	}
	page := rosa.Pull()
	if len(page.Drop) != 1 {
		t.Errorf("drop = %v", page.Drop)
	}
	luis.Pull()
	w := "participants/" + testkit.Worker(testkit.Canal, 1)
	if rosa.Rows[w] != nil || luis.Rows[w] == nil {
		t.Error("the roster did not change hands")
	}
}

// Deltas: a change, a deletion and nothing, each by one small request.
func TestDeltas(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	k.Save("participants", testkit.Worker(testkit.Canal, 1), map[string]any{"surnames": "Otra"})
	if page := p.Pull(); len(page.Puts) != 1 || page.Puts[0].Rev != 2 {
		t.Errorf("a change: %+v", page.Puts)
	}
	k.SQL(`DELETE FROM insured_persons WHERE id = '` + testkit.ID("incana1") + `'`)
	page := p.Pull()
	if len(page.Removes) != 1 || len(page.Puts) != 0 {
		t.Errorf("a deletion by SQL: %+v", page)
	}
	if got := total(t, p, page); got != page.Trailer.Total {
		t.Errorf("sum %s, server %s", got, page.Trailer.Total)
	}
	q := map[string]any{"protocol": 1, "schema": 2, "device": p.ID, "cursor": p.Cursor, "marks": p.Marks}
	raw, _ := json.Marshal(q)
	r := k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, q)
	if len(raw)+len(r.Body) > 1024 {
		t.Errorf("nothing changed costs %d bytes: %s", len(raw)+len(r.Body), r.Body)
	}
}

// A first sync comes in pages; each is resumable, and a row changed between
// pages is neither missed nor doubled.
func TestPagesResume(t *testing.T) {
	k := testkit.World(t)
	for n := 10; n < 1300; n++ {
		k.SQL(fmt.Sprintf(`INSERT INTO participants (id, intervention, cupo, dni, given_names, surnames, sex, birth_date, alta_on)
			VALUES ('%s', '%s', '%s', '%08d', 'Persona de nombre largo', 'Apellido uno y apellido dos', 'F', '1990-01-01', '2026-08-03')`,
			testkit.Worker(testkit.Canal, n), testkit.Canal, testkit.Cupo(testkit.Canal, 1), 99100000+n))
	}
	p := k.Phone(testkit.Rosa)
	first := p.PullPage()
	if first.Trailer.Complete || first.Trailer.Total != "" {
		t.Fatalf("1,300 workers in one page: %+v", first.Trailer)
	}
	k.Save("participants", testkit.Worker(testkit.Canal, 1), map[string]any{"surnames": "Cambiado"})
	last := p.Pull()
	if p.Rows["participants/"+testkit.Worker(testkit.Canal, 1)]["surnames"] != "Cambiado" {
		t.Error("a change between pages was missed")
	}
	if got := total(t, p, last); got != last.Trailer.Total {
		t.Errorf("sum %s, server %s", got, last.Trailer.Total)
	}
}

// A cursor of another history is answered with a reset to those who know no
// better, a cursor of another server to everybody; never with silence.
func TestResetOnForeignCursor(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	k.SQL(`UPDATE sync_commits SET nonce = 'deadbeef' WHERE seq = (SELECT max(seq) FROM sync_commits)`)
	own := p.Cursor
	reset := func(why string) {
		t.Helper()
		if page := p.PullPage(); !page.Reset || len(page.Enter) == 0 || len(page.Reconcile) > 0 {
			t.Fatalf("%s: %+v", why, page)
		}
	}
	p.Schema = 1
	reset("schema 1")
	p.Schema = 2
	p.Cursor = map[string]any{"node": "n2", "epoch": 1, "at": own["at"]}
	reset("another node")
	p.Pull()
	if p.Rows["interventions/"+testkit.Canal] == nil {
		t.Error("not rebuilt")
	}
}

// Rows that die and come back, move or are replaced by SQL leave no ghost on a
// phone and no hole.
func TestRebornMovedAndReplacedRows(t *testing.T) {
	k := testkit.World(t)
	luis, elsa := k.Phone(testkit.Luis), k.Phone(testkit.Elsa)
	visit(k, "v", testkit.Canal, "2026-11-20", "sincronizada")
	mark(k, "v", testkit.Canal, 1, "presente")
	luis.Pull()
	elsa.Pull()

	k.SQL(`CREATE TEMP TABLE kept AS SELECT * FROM interventions WHERE id = '` + testkit.Canal + `'`)
	k.SQL(`DELETE FROM interventions WHERE id = '` + testkit.Canal + `'`)
	luis.Pull()
	k.SQL(`INSERT INTO interventions SELECT * FROM kept`)
	luis.Pull()
	if luis.Rows["convenios/"+testkit.ID("cvcana")] == nil {
		t.Error("the agreement of a reborn work did not come back")
	}

	k.Save("visits", testkit.ID("v"), map[string]any{"intervention": testkit.Puente, "convenio_code": testkit.Codes[testkit.Puente]})
	elsa.Pull()
	if elsa.Rows["visit_marks/"+testkit.ID("vm1")] != nil {
		t.Error("the visit went to another work, its mark stayed with this executor")
	}

	k.SQL(`DELETE FROM visits`)
	elsa.Pull()
	visit(k, "v", testkit.Canal, "2026-11-25", "planificada")
	elsa.Pull()
	if elsa.Rows["visit_marks/"+testkit.ID("vm1")] != nil {
		t.Error("the executor holds a mark of a planned visit")
	}

	k.SQL(`INSERT OR REPLACE INTO checklists (id, key, version, title, items, valid_from) VALUES ('` + testkit.ID("check2") + `', 'visita_aii', 1, 'Otra', '[]', '2026-01-01')`)
	last := luis.Pull()
	if luis.Rows["checklists/"+testkit.ID("check")] != nil || luis.Rows["checklists/"+testkit.ID("check2")] == nil {
		t.Error("a replaced row is still served")
	}
	if got := total(t, luis, last); got != last.Trailer.Total {
		t.Errorf("sum %s, server %s", got, last.Trailer.Total)
	}
}
