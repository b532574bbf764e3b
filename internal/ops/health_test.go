package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/backup"
	"chaski/internal/ops"
	"chaski/internal/testkit"
)

const readyPath = "/api/chaski/v1/health/ready"

type readiness struct {
	Ready  bool
	Checks map[string]bool
}

func watched(t *testing.T) (*testkit.Kit, *ops.Health) {
	t.Helper()
	k := testkit.World(t)
	h, ok := k.App.Store().Get(ops.HealthKey).(*ops.Health)
	if !ok {
		t.Fatal("nobody watches")
	}
	return k, h
}

// Nobody signs in to ask whether the server is alive or ready.
func TestLiveAndReady(t *testing.T) {
	k, _ := watched(t)
	k.Do("GET", "/api/chaski/v1/health/live", "", nil).JSON(200, nil)
	var r readiness
	k.Do("GET", readyPath, "", nil).JSON(200, &r)
	if !r.Ready || len(r.Checks) != 4 {
		t.Errorf("%+v", r)
	}
}

// Each thing that should keep work away does, alone; and it ends with its cause.
func TestNotReady(t *testing.T) {
	k, h := watched(t)
	ask := func(status int) map[string]bool {
		t.Helper()
		h.Again()
		var r readiness
		k.Do("GET", readyPath, "", nil).JSON(status, &r)
		return r.Checks
	}
	failing := func(want string) {
		t.Helper()
		for name, ok := range ask(503) {
			if ok == (name == want) {
				t.Errorf("failing %s: %s is %v", want, name, ok)
			}
		}
	}
	h.Disk(ops.MinFree-1, nil)
	failing("disk")
	h.Disk(0, errors.New("no se sabe"))
	failing("disk")
	h.Disk(-1, nil) // a system that does not tell
	ask(200)

	k.SQL(`INSERT INTO _migrations (file, applied) VALUES ('299901010000_newer.go', 1)`)
	failing("migrations")
	k.SQL(`DELETE FROM _migrations WHERE file = '299901010000_newer.go'`)
	k.SQL(`CREATE TABLE kept AS SELECT * FROM _migrations WHERE file LIKE '%_ledger.go'`)
	k.SQL(`DELETE FROM _migrations WHERE file LIKE '%_ledger.go'`)
	failing("migrations")
	k.SQL(`INSERT INTO _migrations SELECT * FROM kept`)
	ask(200)

	k.SQL(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50001) INSERT INTO dirty (collection, record) SELECT 'visits', i FROM n`)
	failing("backlog")
	k.SQL(`DELETE FROM dirty WHERE n = (SELECT max(n) FROM dirty)`)
	ask(200)

	// A writer that does not end.
	begun, end := make(chan bool), make(chan bool)
	done := make(chan error)
	go func() {
		done <- k.App.RunInTransaction(func(core.App) error { begun <- true; <-end; return nil })
	}()
	<-begun
	failing("database")
	close(end)
	if err := <-done; err != nil {
		t.Error(err)
	}
	ask(200)
}

// How the newest backup stands is for administrators.
func TestBackupIsSeen(t *testing.T) {
	k, _ := watched(t)
	var got struct {
		Version string
		Backup  struct {
			State, Archive, Error, At string
			Bytes                     int64
		}
		DatabaseBytes int64 `json:"database_bytes"`
	}
	if r := k.Do("GET", "/api/chaski/v1/operations", k.Token(testkit.Ana), nil); r.Code() != "forbidden" {
		t.Errorf("an analyst sees it: %d %s", r.Status, r.Body)
	}
	if r := k.Do("GET", "/api/chaski/v1/operations", "", nil); r.Status != 401 {
		t.Errorf("a stranger: %d", r.Status)
	}
	k.SQL(`UPDATE users SET role = 'admin' WHERE id = '` + testkit.Ana + `'`)
	ask := func(state string) {
		t.Helper()
		got.Backup.Archive, got.Backup.Error = "", ""
		k.Do("GET", "/api/chaski/v1/operations", k.Token(testkit.Ana), nil).JSON(200, &got)
		if got.Backup.State != state {
			t.Errorf("backup is %s, want %s: %+v", got.Backup.State, state, got)
		}
	}
	ask("none")
	o := backup.Options{Dir: k.Dir, To: t.TempDir(), Check: backup.CheckQuick, Now: func() time.Time { return k.Clock }}
	r, err := backup.Create(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	ask("ok")
	if !strings.HasSuffix(r.Archive, "/"+got.Backup.Archive) || got.Backup.Bytes == 0 || got.DatabaseBytes == 0 {
		t.Errorf("%+v", got)
	}
	k.Clock = k.Clock.Add(50 * time.Hour)
	ask("old")
	o.To = "/dev/null/no"
	if _, err := backup.Create(context.Background(), o); err == nil {
		t.Fatal("made")
	}
	ask("failed")
	if got.Backup.Error == "" {
		t.Error("nobody says why it failed")
	}
}

// The schedule is a cron job with the given times; off is none; nonsense is told.
func TestSchedule(t *testing.T) {
	k, _ := watched(t)
	asked := 0
	scheduled := func() (string, func()) {
		for _, job := range k.App.Cron().Jobs() {
			if job.Id() == "chaski_backup" {
				return job.Expression(), job.Run
			}
		}
		return "", nil
	}
	run := func(context.Context) error { asked++; return errors.New("sin espacio") }
	if err := ops.ScheduleBackups(k.App, "15 7 * * *", run); err != nil {
		t.Fatal(err)
	}
	expression, job := scheduled()
	if expression != "15 7 * * *" {
		t.Fatalf("scheduled %q", expression)
	}
	if job(); asked != 1 {
		t.Error("the job does not run the backup")
	}
	if err := ops.ScheduleBackups(k.App, "mañana", run); err == nil || !strings.Contains(err.Error(), "mañana") {
		t.Errorf("says %v", err)
	}
	if err := ops.ScheduleBackups(k.App, ops.Off, run); err != nil {
		t.Fatal(err)
	}
	if expression, _ := scheduled(); expression != "" {
		t.Errorf("still scheduled: %s", expression)
	}
}
