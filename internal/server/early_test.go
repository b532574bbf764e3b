package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// What comes before the record it hangs on is judged once that is there, later in
// the batch.
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
	verifies(t, k)
}
