package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"chaski/internal/ops"
	"chaski/internal/testkit"
)

// PocketBase's nightly TRUNCATE checkpoint is gone, ours is there and runs.
func TestNightlyJob(t *testing.T) {
	k := testkit.Empty(t)
	var ours bool
	for _, job := range k.App.Cron().Jobs() {
		if job.Id() == "__pbDBOptimize__" {
			t.Error("PocketBase's checkpoint is still scheduled")
		}
		if job.Id() == "chaski_optimize" {
			ours = true
			job.Run()
		}
	}
	if !ours {
		t.Error("nothing optimizes")
	}
}

// Every connection of both databases waits for the disk before it acknowledges.
func TestSynchronousFull(t *testing.T) {
	k := testkit.Empty(t)
	for name, db := range map[string]dbx.Builder{
		"data": k.App.ConcurrentDB(), "data, writer": k.App.NonconcurrentDB(),
		"auxiliary": k.App.AuxConcurrentDB(), "auxiliary, writer": k.App.AuxNonconcurrentDB(),
	} {
		var level int
		var mode string
		if err := db.NewQuery(`PRAGMA synchronous`).Row(&level); err != nil {
			t.Fatal(err)
		}
		if err := db.NewQuery(`PRAGMA journal_mode`).Row(&mode); err != nil {
			t.Fatal(err)
		}
		if level != 2 || mode != "wal" {
			t.Errorf("%s: synchronous = %d (2 is FULL), journal_mode = %s", name, level, mode)
		}
	}
}

// The dashboard's button makes our backup, and its restore says how it is done.
func TestDashboardBackups(t *testing.T) {
	k := testkit.Empty(t)
	asked := 0
	fail := errors.New("sin espacio")
	ops.Backups(k.App, func(context.Context) error {
		if asked++; asked == 2 {
			return fail
		}
		return nil
	})
	token := k.Superuser("jefa@example.org")
	if got := k.Do("POST", "/api/backups", token, map[string]any{"name": "a.zip"}); got.Status != 204 || asked != 1 {
		t.Errorf("status %d, asked %d times: %s", got.Status, asked, got.Body)
	}
	if got := k.Do("POST", "/api/backups", token, map[string]any{"name": "b.zip"}); got.Status != 400 {
		t.Errorf("a failed backup: status %d", got.Status)
	}
	err := k.App.RestoreBackup(context.Background(), "a.zip")
	if !errors.Is(err, ops.ErrRestoreByCommand) || !strings.Contains(err.Error(), "chaski restore") {
		t.Errorf("restore from the dashboard: %v", err)
	}
	if err := k.App.CreateBackup(context.Background(), "c.zip"); err != nil || asked != 3 {
		t.Errorf("PocketBase's own schedule: %v, asked %d times", err, asked)
	}
}
