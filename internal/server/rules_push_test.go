package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// A pushed record that breaks a rule is rejected alone, with a code and a field
// that the person can correct; what goes with it in the batch is stored.
func TestPushKeepsTheRulesOneByOne(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	other := testkit.Worker(testkit.Muro, 1)
	mark := func(id string, with map[string]any) map[string]any {
		fields := map[string]any{"visit": testkit.ID("v"), "participant": testkit.Worker(testkit.Canal, 1), "mark": "presente"}
		for k, v := range with {
			fields[k] = v
		}
		return p.Mutation("create", "visit_marks", testkit.ID(id), fields)
	}
	finding := func(id string, due string) map[string]any {
		return p.Mutation("create", "findings", testkit.ID(id), map[string]any{
			"visit": testkit.ID("v"), "severity": "leve", "description": "Falta el cartel de obra", "due_on": due,
		})
	}
	batch := []any{p.Visit("v", testkit.Canal, nil)}
	want := []struct{ status, code, field string }{{"applied", "", ""}}
	add := func(m map[string]any, status, code, field string) {
		batch = append(batch, m)
		want = append(want, struct{ status, code, field string }{status, code, field})
	}
	add(p.Visit("x1", testkit.Canal, map[string]any{"visited_on": "2026-12-31"}), "rejected", "date_in_future", "visited_on")
	add(p.Visit("x2", testkit.Canal, map[string]any{"visited_on": "2026-11-31"}), "rejected", "date_invalid", "visited_on")
	add(p.Visit("x3", testkit.Canal, map[string]any{"visited_on": "2026-08-02"}), "rejected", "date_outside_intervention", "visited_on")
	add(p.Visit("x4", testkit.Canal, map[string]any{"convenio_code": "11-0002-AII-26"}), "rejected", "convenio_mismatch", "convenio_code")
	add(mark("m1", map[string]any{"mark": "Presente"}), "rejected", "invalid_value", "mark")
	add(mark("m2", map[string]any{"participant": other}), "rejected", "participant_not_in_intervention", "participant")
	add(finding("f1", "2026-02-30"), "rejected", "date_invalid", "due_on")
	add(p.Unlisted("u1", "v", "1234567"), "rejected", "dni_invalid", "dni")
	add(mark("m3", nil), "applied", "", "")
	add(finding("f2", "2026-12-05"), "applied", "", "")
	for i, r := range p.Push(batch...) {
		w := want[i]
		if r.Status != w.status || w.code != "" && (len(r.Errors) == 0 || r.Errors[0].Code != w.code || r.Errors[0].Field != w.field) {
			t.Errorf("%d: %+v, want %+v", i, r, w)
		}
	}
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
		t.Errorf("stored all the same: %v %v", broken, listed)
	}
}

// A rule that the forms do not ask is asked where the record is written: the
// batch goes on without it. Here the visit's own work is not the one its row says,
// since SQL moved it; the phone's mark is of the work it knew.
func TestPushIsJudgedAgainBeforeItIsWritten(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	p.Push(p.Visit("v", testkit.Canal, nil), p.Finding("f", "v"))
	k.SQL(`UPDATE findings SET intervention = '` + testkit.Muro + `', description = '' WHERE id = '` + testkit.ID("f") + `'`)
	r := p.Push(p.Change("update", "findings", "f", 1, map[string]any{"severity": "grave"}), p.Mark("v", testkit.Canal, 1, "presente"))
	if r[1].Status != "applied" {
		t.Fatalf("%+v", r)
	}
	// What the change does not touch stays wrong, listed, and no reason to refuse it.
	if r[0].Status != "applied" {
		t.Errorf("an old slip refused another field: %+v", r[0])
	}
	broken, listed := checked(t, k)
	if len(broken) != 2 || len(listed) > 0 {
		t.Errorf("%v %v", broken, listed)
	}
}
