package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// later lets days pass and the nightly job run.
func later(k *testkit.Kit, days int) {
	k.T.Helper()
	k.Clock = k.Clock.AddDate(0, 0, days)
	if _, err := k.Engine.ForgetRemovals(k.App); err != nil {
		k.T.Fatal(err)
	}
}

// A phone that was away for 400 days meets a server that has forgotten what was
// removed meanwhile. It comes back without a first sync and without a ghost; a
// bucket from which nothing was removed is not even compared.
func TestAwayForLongerThanRemovalsAreKept(t *testing.T) {
	k := testkit.World(t)
	p, near := k.Phone(testkit.Rosa), k.Phone(testkit.Rosa)
	p.Pull()
	near.Pull()
	k.SQL(`DELETE FROM insured_persons WHERE id = '` + testkit.ID("incana1") + `'`)
	k.Save("participants", testkit.Worker(testkit.Canal, 2), map[string]any{"surnames": "Otra"})
	near.Pull()
	later(k, 100)
	if n := k.Int(`SELECT count(*) FROM sync_entries WHERE removed`); n != 1 {
		t.Fatalf("%d removals kept after 100 days", n)
	}
	later(k, 300)
	if n := k.Int(`SELECT count(*) FROM sync_entries WHERE removed`); n != 0 {
		t.Fatalf("%d removals kept after 400 days", n)
	}
	page := p.PullPage()
	if page.Reset || page.Rewound || len(page.Enter) > 0 || len(page.Reconcile) != 1 || page.Reconcile[0].Name != "aii:"+testkit.Canal {
		t.Fatalf("%+v", page)
	}
	last := p.Pull()
	if p.Rows["insured_persons/"+testkit.ID("incana1")] != nil {
		t.Error("a row that was deleted is still shown")
	}
	if got := total(t, p, last); got != last.Trailer.Total {
		t.Errorf("sum %s, server %s", got, last.Trailer.Total)
	}
	if p.Fetched != 1 {
		t.Errorf("%d rows fetched, one had changed", p.Fetched)
	}
	if page := near.PullPage(); len(page.Reconcile) > 0 || page.Reset {
		t.Errorf("who had seen the removal is told to compare: %+v", page)
	}
	old := k.Phone(testkit.Rosa)
	old.Schema, old.Cursor = 1, map[string]any{"node": "n1", "epoch": 1, "at": []any{map[string]any{
		"seq": 1, "nonce": firstNonce(k), "buckets": []any{handleOf(p, "aii:"+testkit.Canal)},
	}}}
	if page := old.PullPage(); !page.Reset {
		t.Errorf("schema 1 below the floor: %+v", page)
	}
}

func firstNonce(k *testkit.Kit) (out string) {
	k.T.Helper()
	if err := k.App.DB().NewQuery(`SELECT nonce FROM sync_commits WHERE seq >= 1 ORDER BY seq LIMIT 1`).Row(&out); err != nil {
		k.T.Fatal(err)
	}
	return out
}

// The job runs between two pages of one first sync: what the first page brought
// and somebody deleted since is not kept as a ghost.
func TestRemovalsForgottenBetweenTwoPages(t *testing.T) {
	k := testkit.World(t)
	k.Engine.PageBytes = 1
	p := k.Phone(testkit.Rosa)
	ghost := "insured_persons/" + testkit.ID("incana1")
	for p.Rows[ghost] == nil {
		if p.PullPage().Trailer.Complete {
			t.Fatal("the row never came")
		}
	}
	k.SQL(`DELETE FROM insured_persons WHERE id = '` + testkit.ID("incana1") + `'`)
	k.Save("uts", testkit.UT1, map[string]any{"name": "Otra"}) // settles it
	later(k, 181)
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": ""}) // she still holds it
	last := p.Pull()
	if p.Rows[ghost] != nil {
		t.Error("a row that was deleted is still shown")
	}
	if got := total(t, p, last); got != last.Trailer.Total {
		t.Errorf("sum %s, server %s", got, last.Trailer.Total)
	}
}
