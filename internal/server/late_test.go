package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// refusedFor pushes each mutation by itself, and each is refused with the code.
func refusedFor(t *testing.T, p *testkit.Phone, code string, mutations ...any) {
	t.Helper()
	for _, m := range mutations {
		if r := p.Push(m)[0]; r.Status != "rejected" || r.Code() != code || r.Seq == 0 {
			t.Fatalf("%+v, want %s", r, code)
		}
	}
}

// told is what mutation_reviews says of a mutation on the phone; nil for nothing.
func told(p *testkit.Phone, m any) fields {
	p.K.T.Helper()
	p.Pull()
	var found fields
	for key, row := range p.Rows {
		if row["mutation"] == idOf(m) && len(key) > 17 && key[:17] == "mutation_reviews/" {
			if found != nil {
				p.K.T.Errorf("told twice: %v and %v", found, row)
			}
			found = row
		}
	}
	return found
}

// another phone of the same person.
func anotherPhone(k *testkit.Kit, user string) *testkit.Phone {
	k.T.Helper()
	p := k.Phone(user)
	p.Token = k.Token(user)
	var second struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", p.Token, fields{"install": "second-phone"}).JSON(200, &second)
	p.ID = second.Device
	return p
}

// What was refused because the record it hangs on was not there takes effect when
// that comes, and what waits for it in turn; its author's devices are told, and who
// sends it again is answered so.
func TestWhatComesAfterItsChildren(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	finding, mark := p.Finding("f", "v"), p.Mark("v", testkit.Canal, 1, "presente")
	change := p.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
	change["prev"] = finding["id"]
	twice := p.Mutation("create", "visit_marks", testkit.ID("again"), fields{"visit": testkit.ID("v"), "participant": testkit.Worker(testkit.Canal, 1), "mark": "ausente"})
	refusedFor(t, p, "record_not_found", change) // it came before what it changes
	refusedFor(t, p, "parent_not_found", finding, mark, twice)
	if told(p, mark) != nil {
		t.Error("told of a decision")
	}

	visit := p.Visit("v", testkit.Canal, nil)
	// Sent again in the batch that brings the parent, it is answered as it is then.
	receipts := map[string]bool{}
	for _, r := range applied(t, p.Push(mark, visit)) {
		receipts[r.Receipt] = true
	}
	for i, r := range p.Push(mark, visit, finding, change, twice) {
		if want := map[bool]string{true: "rejected", false: "applied"}[i == 4]; r.Status != want {
			t.Fatalf("%d: %+v", i, r)
		}
		receipts[r.Receipt] = true
		m := []any{mark, visit, finding, change, twice}[i]
		review := told(p, m)
		if (review != nil) != (i != 1 && i != 4) {
			t.Errorf("%d: told %v", i, review)
		}
		if review != nil && (review["status"] != "applied" || review["receipt"] != r.Receipt || review["decided_by_name"] != "") {
			t.Errorf("%d: %v, answered %+v", i, review, r)
		}
	}
	if len(receipts) != 5 {
		t.Errorf("%v", receipts)
	}
	if f := row(p, "findings", "f"); f["severity"] != "leve" {
		t.Errorf("%v", f)
	}
	if n := k.Jobs(); n != 1 {
		t.Errorf("%d jobs", n)
	}
	verifies(t, k)
}

// What hangs on what waits does not fall with it: it waits too.
func TestWhatHangsOnWhatWaits(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	finding := p.Finding("f", "v")
	change := p.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
	change["prev"] = finding["id"]
	if r := p.Push(finding, change); r[0].Code() != "parent_not_found" || r[1].Code() != "record_not_found" {
		t.Fatalf("%+v", r)
	}
	applied(t, p.Push(p.Visit("v", testkit.Canal, nil)))
	applied(t, p.Push(finding, change))
	verifies(t, k)
}

// The newest of a record's waiting changes is its author's last word; an older one
// takes effect only where that builds on it, and none that he corrected meanwhile.
func TestOnlyTheLastWordIsJudgedAnew(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	change := func(record, severity string, prev any) fields {
		m := p.Mutation("update", "findings", testkit.ID(record), fields{"severity": severity})
		m["base_rev"] = 1
		if prev != nil {
			m["prev"] = idOf(prev)
		}
		return m
	}
	finding := func(record string) fields {
		f := p.Finding(record, "v")
		f["fields"].(map[string]any)["severity"] = "moderada"
		return f
	}
	a, b, c := finding("fa"), finding("fb"), finding("fc")
	older, newer := change("fa", "grave", a), change("fa", "leve", a)
	first := change("fb", "grave", b)
	second := change("fb", "leve", first)
	before := change("fc", "grave", c)
	refusedFor(t, p, "record_not_found", newer, older, second, first, before) // in any order
	corrected := change("fc", "leve", c)
	applied(t, p.Push(p.Visit("v", testkit.Canal, nil), a, b, c, corrected))
	for i, r := range p.Push(older, newer, first, second, before) {
		if want := map[bool]string{true: "rejected", false: "applied"}[i == 0 || i == 4]; r.Status != want || r.Conflict != "" {
			t.Errorf("%d: %+v, want %s", i, r, want)
		}
	}
	p.Pull()
	for _, record := range []string{"fa", "fb", "fc"} {
		if f := row(p, "findings", record); f["severity"] != "leve" {
			t.Errorf("%s: %v", record, f)
		}
	}
	verifies(t, k)
}

// The parent may come from another device of the same person, and from nobody else.
func TestWhoseParentComes(t *testing.T) {
	k := testkit.World(t)
	k.Save("assignments", testkit.ID("as9"), fields{"user": testkit.Luis, "intervention": testkit.Canal, "from_on": "2026-10-01"})
	rosa, second, luis := k.Phone(testkit.Rosa), anotherPhone(k, testkit.Rosa), k.Phone(testkit.Luis)
	mine, his := rosa.Mark("v", testkit.Canal, 1, "presente"), luis.Finding("f", "v")
	refusedFor(t, rosa, "parent_not_found", mine)
	refusedFor(t, luis, "parent_not_found", his)
	applied(t, second.Push(second.Visit("v", testkit.Canal, nil)))
	for _, p := range []*testkit.Phone{rosa, second} {
		if r := told(p, mine); r == nil || r["status"] != "applied" {
			t.Errorf("%v", r)
		}
	}
	applied(t, rosa.Push(mine))
	refusedFor(t, luis, "parent_not_found", his)
	if r := told(luis, his); r != nil {
		t.Errorf("%v", r)
	}
	verifies(t, k)
}

// What a device out of use had sent waits for review, as all that comes from it; its
// author is told that, and then what was decided, in the same row.
func TestRevokedMeanwhile(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	first, second := k.Phone(testkit.Rosa), anotherPhone(k, testkit.Rosa)
	mark := first.Mark("v", testkit.Canal, 1, "presente")
	refusedFor(t, first, "parent_not_found", mark)
	revoke(k, first, testkit.Rosa)
	applied(t, second.Push(second.Visit("v", testkit.Canal, nil)))
	if r := first.Push(mark)[0]; r.Status != "parked" || r.Code() != "device_revoked" {
		t.Fatalf("%+v", r)
	}
	if r := told(second, mark); r == nil || r["status"] != "parked" {
		t.Errorf("%v", r)
	}
	verifies(t, k)
	decide(k, testkit.Carla, idOf(mark), "accept", "").JSON(200, nil)
	if r := told(second, mark); r == nil || r["status"] != "applied" || r["decided_by_name"] == "" {
		t.Errorf("%v", r)
	}
	verifies(t, k)
}

// With a parent that waits for review its children wait too: who decides sees them.
func TestParkedParentComes(t *testing.T) {
	for _, decision := range []string{"accept", "reject"} {
		t.Run(decision, func(t *testing.T) {
			k := testkit.World(t)
			luis := k.Phone(testkit.Luis)
			finding, mark := luis.Finding("f", "v"), luis.Mark("v", testkit.Muro, 1, "presente")
			change := luis.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
			change["prev"] = finding["id"]
			refusedFor(t, luis, "record_not_found", change)
			refusedFor(t, luis, "parent_not_found", mark, finding)
			if r := luis.Push(luis.Visit("v", testkit.Muro, nil))[0]; r.Status != "parked" {
				t.Fatalf("%+v", r)
			}
			sent := []any{finding, mark, change}
			for i, r := range luis.Push(sent...) {
				if review := told(luis, sent[i]); r.Status != "parked" || review == nil || review["status"] != "parked" {
					t.Errorf("%d: %+v, told %v", i, r, review)
				}
			}
			if list := waiting(k, testkit.Carla); len(list.Items) != 1 || list.Items[0].Mutations != 4 {
				t.Fatalf("%+v", list)
			}
			verifies(t, k)
			decide(k, testkit.Carla, idOf(mark), decision, "No fue a esa obra").JSON(200, nil)
			want := map[string]string{"accept": "applied", "reject": "rejected"}[decision]
			for i, r := range luis.Push(sent...) {
				if review := told(luis, sent[i]); r.Status != want || review["status"] != want {
					t.Errorf("%d: %+v, told %v", i, r, review)
				}
			}
			verifies(t, k)
		})
	}
}
