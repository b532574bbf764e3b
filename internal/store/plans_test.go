package store_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"chaski/internal/store"
	"chaski/internal/testkit"
)

// What each commit asks of the people of an exercise looks at those of a few rows,
// however many there are.
func TestCommitsGoThroughNobodyElse(t *testing.T) {
	k := testkit.World(t)
	for name, sql := range store.AskedByCommits() {
		params := dbx.Params{"ids": "[]"}
		if strings.Contains(sql, "{:dnis}") {
			params = dbx.Params{"dnis": "[]", "y": 2026}
		}
		var plan []struct {
			Detail string `db:"detail"`
		}
		if err := k.App.DB().NewQuery("EXPLAIN QUERY PLAN " + sql).Bind(params).All(&plan); err != nil {
			t.Fatal(name, err)
		}
		for _, step := range plan {
			for _, whole := range []string{"SCAN g", "SCAN p", "SCAN c", "SCAN h", "SCAN progress", "(exercise=?)"} {
				if strings.HasPrefix(step.Detail, whole) || whole[0] == '(' && strings.HasSuffix(step.Detail, whole) {
					t.Errorf("%s: %s", name, step.Detail)
				}
			}
		}
	}
}
