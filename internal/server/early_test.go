package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// What comes before the record it hangs on is judged once that is there, later in
// the batch. What is still missing then is its outcome for ever: were it judged
// anew when sent again, one of two copies of a request under way would be told
// otherwise than the other (seen by the simulation: seed 50436).
func TestWhatComesBeforeItsParent(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	mark := p.Mark("v", testkit.Canal, 1, "presente")
	finding := p.Finding("f", "v")
	change := p.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
	change["prev"] = finding["id"]
	visit := p.Visit("v", testkit.Canal, nil)

	// From the last to the first: each waits for the one after it.
	batch := []any{change, finding, mark, visit}
	for i, r := range applied(t, p.Push(batch...)) {
		if r.ID != batch[i].(map[string]any)["id"] || r.Seq == 0 || r.Receipt == "" {
			t.Errorf("%d: %+v", i, r)
		}
	}
	applied(t, p.Push(batch...))
	p.Pull()
	if f := row(p, "findings", "f"); f["severity"] != "leve" {
		t.Errorf("%v", f)
	}
	if n := k.Int(`SELECT count(*) FROM visit_marks`); n != 1 {
		t.Errorf("%d marks", n)
	}
	late := []any{p.Mark("w", testkit.Canal, 2, "presente"), p.Mutation("update", "findings", testkit.ID("g"), fields{"severity": "leve"}), p.Finding("g", "w")}
	late[1].(map[string]any)["base_rev"] = 1
	for range 2 {
		for i, code := range []string{"parent_not_found", "record_not_found", "parent_not_found"} {
			if r := p.Push(late...)[i]; r.Code() != code || r.Seq == 0 {
				t.Errorf("%d: %+v, want %s", i, r, code)
			}
		}
		p.Push(p.Visit("w", testkit.Canal, nil))
	}
	verifies(t, k)
}
