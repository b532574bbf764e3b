package server_test

import (
	"strconv"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

// A page is the same in every encoding, as long as it says, and no encoding is
// used that the client did not name.
func TestEncodingsOfAPage(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	q := map[string]any{"protocol": 1, "schema": 2, "device": p.ID}
	plain := k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, q)
	for accept, want := range map[string]string{
		"":                         "",
		"identity":                 "",
		"gzip, deflate, br, zstd":  "zstd",
		"gzip":                     "gzip",
		"zstd;q=0, gzip":           "gzip",
		"zstd;q=0, gzip;q=0.0, br": "",
	} {
		got := k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, q, "Accept-Encoding: "+accept)
		got.JSON(200, nil)
		if e := got.Header.Get("Content-Encoding"); e != want {
			t.Errorf("%q: encoding %q, want %q", accept, e, want)
		}
		if string(got.Body) != string(plain.Body) {
			t.Errorf("%q: another page: %s", accept, got.Body)
		}
		length, err := strconv.Atoi(got.Header.Get("Content-Length"))
		if err != nil || length <= 0 || (length < len(plain.Body)) != (want != "") {
			t.Errorf("%q: length %q of %d", accept, got.Header.Get("Content-Length"), len(plain.Body))
		}
		if got.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: vary %q", accept, got.Header.Get("Vary"))
		}
	}
}

// The newest change of each bucket survives forgetting, and a database of before
// gets it, as it gets the ledger laid out anew. That every way of writing keeps it, verify says in the tests of each.
func TestNewestOfABucket(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	gone, err := k.App.FindRecordById("insured_persons", testkit.ID("incana1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.App.Delete(gone); err != nil {
		t.Fatal(err)
	}
	near := k.Phone(testkit.Rosa)
	near.Pull()
	later(k, 400)
	verifies(t, k)
	down, up := migration(t, "202611250020_newest.go")
	for _, step := range []func(core.App) error{down, up} {
		if err := k.App.RunInTransaction(step); err != nil {
			t.Fatal(err)
		}
	}
	verifies(t, k)
	rows := k.Int(`SELECT count(*) FROM sync_entries`)
	down, up = migration(t, "202611250021_ledger_rows.go")
	for _, step := range []func(core.App) error{down, up} {
		if err := k.App.RunInTransaction(step); err != nil {
			t.Fatal(err)
		}
	}
	if n := k.Int(`SELECT count(*) FROM sync_entries`); n != rows || n == 0 {
		t.Errorf("%d entries after the step, %d before", n, rows)
	}
	verifies(t, k)
	near.Pull()
	if page := p.PullPage(); len(page.Reconcile) != 1 {
		t.Errorf("%+v", page)
	}
	p.Pull()
}
