package server_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	importstore "chaski/internal/store/imports"
	"chaski/internal/testkit"
)

// What an undo reads of a step must not grow with the import: by another index
// each of 4,628 steps read all 726,587 rows, three seconds each.
func TestAStepIsReadByItself(t *testing.T) {
	k := testkit.World(t)
	var plan []struct {
		Detail string `db:"detail"`
	}
	if err := k.App.DB().NewQuery("EXPLAIN QUERY PLAN " + importstore.ChangesOfSteps).
		Bind(dbx.Params{"i": "one", "from": 1, "to": 2}).All(&plan); err != nil {
		t.Fatal(err)
	}
	if len(plan) != 1 || !strings.Contains(plan[0].Detail, "(import=? AND step>? AND step<?)") {
		t.Errorf("%+v", plan)
	}
}
