package server_test

import (
	"testing"

	"chaski/internal/domain/record"
	"chaski/internal/replication"
	"chaski/internal/testkit"
)

// A field that comes later moves no revision and sends nothing, until a row says
// something in it; one that is not declared as such is remembered anew everywhere.
func TestFieldThatComesLater(t *testing.T) {
	k, _, luis := twoPhones(t)
	settle := func() {
		t.Helper()
		if err := k.Engine.RememberFields(k.App); err != nil {
			t.Fatal(err)
		}
	}
	settle()
	luis.Pull()
	before := k.Int(`SELECT seq FROM sync_clock`)
	k.SQL(`ALTER TABLE findings ADD COLUMN dummy TEXT NOT NULL DEFAULT ''`)
	k.SQL(`ALTER TABLE unlisted_workers ADD COLUMN dummy TEXT NOT NULL DEFAULT ''`)
	declare := func(collection string, f record.Field) {
		c := replication.Find(collection)
		was := c.Fields
		t.Cleanup(func() { c.Fields = was })
		c.Fields = append(append([]record.Field{}, was...), f)
	}
	declare("findings", record.Of("dummy").Later())
	settle()
	if now := k.Int(`SELECT seq FROM sync_clock`); now != before {
		t.Fatalf("the sequence moved from %d to %d", before, now)
	}
	verifies(t, k)
	k.SQL(`UPDATE findings SET dummy = 'x' WHERE id = '` + testkit.ID("f") + `'`)
	luis.Pull()
	if got := luis.Rows["findings/"+testkit.ID("f")]["dummy"]; got != "x" {
		t.Errorf("the field says %v", got)
	}
	k.SQL(`UPDATE findings SET dummy = '' WHERE id = '` + testkit.ID("f") + `'`)
	luis.Pull()
	if got, there := luis.Rows["findings/"+testkit.ID("f")]["dummy"]; there {
		t.Errorf("a blank field is sent: %v", got)
	}

	declare("unlisted_workers", record.Of("dummy"))
	settle()
	luis.Pull()
	if _, there := luis.Rows["unlisted_workers/"+testkit.ID("u")]["dummy"]; !there {
		t.Error("a field of every row is not remembered")
	}
}
