package backup_test

import (
	"context"
	"fmt"
	"testing"

	"chaski/internal/backup"
	"chaski/internal/testkit"
)

// After a restore the server has gone back. A phone that saw the lost future is
// told to start over, also once the new history has reached its sequence number
// and even if the random nonces agree; one that had seen no more than the backup
// holds goes on where it was. No receipt is given out twice.
func TestRestoredHistoryIsAnother(t *testing.T) {
	s := newSite(t)
	// Nonces that do repeat: the epoch must be enough by itself.
	s.Engine.Nonce = func() string { return "00000000" }
	early, late := s.Phone(testkit.Rosa), s.Phone(testkit.Rosa)
	late.Schema = 1 // which knows only how to start over
	early.Pull()
	r := s.backup(t.TempDir())
	receipts := map[string]bool{}
	for n := range 3 {
		receipts[late.Push(late.Visit(fmt.Sprintf("lost%d", n), testkit.Canal, nil))[0].Receipt] = true
	}
	late.Pull()
	lostHead := s.Int(`SELECT seq FROM sync_clock`)

	// The machine's own data was restored once before: the epoch passes both.
	dir := t.TempDir()
	if _, err := restore(r.Archive, dir); err != nil {
		t.Fatal(err)
	}
	o := restoring(r.Archive, dir)
	o.Replace = true
	got, err := backup.Restore(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	k := testkit.Open(t, dir)
	k.Engine.Nonce = s.Engine.Nonce
	if epoch := k.Int(`SELECT epoch FROM sync_clock`); epoch != got.Manifest.Sync.Epoch+2 {
		t.Errorf("epoch %d after two restores of epoch %d", epoch, got.Manifest.Sync.Epoch)
	}
	lost := late.Cursor
	late.K, early.K = k, k
	if page := late.PullPage(); !page.Reset {
		t.Error("a cursor past the head was taken for this history's")
	}
	other := k.Phone(testkit.Ines)
	for n := 0; k.Int(`SELECT seq FROM sync_clock`) < lostHead; n++ {
		push := other.Push(other.Visit(fmt.Sprintf("new%d", n), testkit.Puente, nil))[0]
		if push.Status != "applied" || receipts[push.Receipt] {
			t.Fatalf("outcome %+v", push)
		}
	}
	late.Cursor = lost
	if page := late.PullPage(); !page.Reset {
		t.Error("the lost future's (seq, nonce) was taken for this history's")
	}
	if page := early.PullPage(); page.Reset || page.Rewound || len(page.Reconcile) > 0 {
		t.Error("a cursor from before the backup was thrown away")
	} else if page.Cursor["epoch"] != float64(got.Manifest.Sync.Epoch+2) {
		t.Errorf("the new cursor is of epoch %v", page.Cursor["epoch"])
	}
	if page := early.PullPage(); page.Reset {
		t.Error("the cursor just given out is not accepted")
	}
}
