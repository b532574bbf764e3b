package ops_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"chaski/internal/backup"
	"chaski/internal/ops"
	"chaski/internal/testkit"
)

const operationsPath = "/api/chaski/v1/operations"

type backupSeen struct {
	State, Error string
	At           string `json:"at"`
	Next         string `json:"next_at"`
	Since        string `json:"running_since"`
}

func seen(k *testkit.Kit) backupSeen {
	var got struct{ Backup backupSeen }
	k.Do("GET", operationsPath, k.Token(testkit.Ana), nil).JSON(200, &got)
	return got.Backup
}

// An administrator asks for a backup and sees it under way; a second wish makes
// no second one; who asked is kept.
func TestBackupAskedFor(t *testing.T) {
	k, h := watched(t)
	ask := func() testkit.Response { return k.Do("POST", operationsPath+"/backup", k.Token(testkit.Ana), nil) }
	if r := ask(); r.Code() != "forbidden" {
		t.Errorf("an analyst makes one: %d %s", r.Status, r.Body)
	}
	k.SQL(`UPDATE users SET role = 'admin' WHERE id = '` + testkit.Ana + `'`)
	if r := ask(); r.Status != 404 {
		t.Errorf("a server that makes none: %d", r.Status)
	}
	begun, end := make(chan bool, 2), make(chan error)
	run := h.Backups("30 6 * * *", func(context.Context) error { begun <- true; return <-end })
	ask().JSON(202, nil)
	<-begun
	ask().JSON(202, nil)
	if err := run(context.Background()); !errors.Is(err, backup.ErrRunning) {
		t.Errorf("the schedule makes a second one: %v", err)
	}
	if got := seen(k); got.Since == "" || got.State != "none" {
		t.Errorf("under way: %+v", got)
	}
	end <- errors.New("no se pudo empezar")
	for seen(k).Since != "" {
		time.Sleep(time.Millisecond)
	}
	if got := seen(k); got.State != "failed" || got.Error != "no se pudo empezar" || got.At == "" {
		t.Errorf("one that left no result: %+v", got)
	}
	if len(begun) != 0 {
		t.Error("two were made")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'backup' AND actor = '` + testkit.Ana + `'`); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

// One made by a command meanwhile is no failure.
func TestBackupBesideACommand(t *testing.T) {
	k, h := watched(t)
	k.SQL(`UPDATE users SET role = 'admin' WHERE id = '` + testkit.Ana + `'`)
	run := h.Backups(ops.Off, func(context.Context) error { return errors.New("exit status 1: " + backup.ErrRunning.Error()) })
	if err := run(context.Background()); err == nil {
		t.Error("no error")
	}
	if got := seen(k); got.State != "none" || got.Next != "" {
		t.Errorf("%+v", got)
	}
}

// The next backup is the first minute the schedule names, in UTC.
func TestNextBackup(t *testing.T) {
	now := time.Date(2026, 11, 23, 6, 29, 59, 0, time.UTC)
	for expression, want := range map[string]string{
		"30 6 * * *":  "2026-11-23T06:30:00Z",
		"29 6 * * *":  "2026-11-24T06:29:00Z",
		"0 0 1 * *":   "2026-12-01T00:00:00Z",
		"0 3 * * 0":   "2026-11-29T03:00:00Z",
		"0 0 30 2 *":  "0001-01-01T00:00:00Z",
		ops.Off:       "0001-01-01T00:00:00Z",
		"sin sentido": "0001-01-01T00:00:00Z",
	} {
		if got := ops.Next(expression, now).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", expression, got, want)
		}
	}
}
