package replication_test

import (
	"testing"

	"chaski/internal/replication"
)

// Every device gives the sheet of a day the same id: webapp/src/sync/keyed.test.ts has
// this one too.
func TestKeyID(t *testing.T) {
	if got := replication.KeyID("attendance_sheets", "canalzzzzzzzzzz 2026-11-20"); got != "e2mxzphs5dbxv06" {
		t.Error(got)
	}
}
