package replication

import "testing"

func TestRevisionsOfALostFutureAreBelowThoseOfTheNextEpoch(t *testing.T) {
	lost := NextRev(NextRev(1, 1), 1)
	if lost != 3 {
		t.Fatalf("third revision of the first epoch: %d", lost)
	}
	// Restored to revision 1; somebody changes the row in the new epoch.
	now := NextRev(1, 2)
	if now <= lost {
		t.Errorf("%d would be taken for seen by who saw %d", now, lost)
	}
	if next := NextRev(now, 2); next != now+1 {
		t.Errorf("after %d comes %d", now, next)
	}
	if first := NextRev(0, 7); first != 1 {
		t.Errorf("a created row has revision %d", first)
	}
}
