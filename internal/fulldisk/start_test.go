//go:build linux

package fulldisk_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/pocketbase/pocketbase/core"
	"golang.org/x/sys/unix"

	"chaski/internal/domain/fault"
	"chaski/internal/ops"
	"chaski/internal/server"
)

// A start on a full disk says that the disk is full, and goes well once it is
// not; one on a disk mounted only for reading is refused before anything is
// opened.
func TestStartOnADiskThatTakesNothing(t *testing.T) {
	onASmallDisk(t, "24m", func(t *testing.T, dir string) {
		folder := filepath.Join(dir, "datos")
		if err := os.CopyFS(folder, os.DirFS(data(t))); err != nil {
			t.Fatal(err)
		}
		start := func() error {
			app := core.NewBaseApp(core.BaseAppConfig{DataDir: folder, DBConnect: server.Connect})
			err := app.Bootstrap()
			if err == nil {
				err = app.RunAllMigrations()
			}
			if err == nil {
				_, err = app.NonconcurrentDB().NewQuery(`UPDATE sync_clock SET seq = seq`).Execute()
			}
			return errors.Join(err, app.ClearBootstrap())
		}
		ballast := filepath.Join(dir, "ballast")
		fill(t, ballast, false)
		if err := ops.LookAt(folder, ops.Serve); err != nil {
			t.Errorf("looking needs no space: %v", err)
		}
		if f := fault.Of(start()); f == nil || f.Code != fault.StorageFull {
			t.Errorf("a start on a full disk: %v", f)
		}
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if err := start(); err != nil {
			t.Errorf("a start when there is space: %v", err)
		}
		if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "size=24m"); err != nil {
			t.Fatal(err)
		}
		if err := ops.LookAt(folder, ops.Serve); !errors.Is(err, ops.ErrFolder) || !errors.Is(err, syscall.EROFS) {
			t.Errorf("a start on a disk only for reading: %v", err)
		}
		if err := ops.LookAt(folder, ops.Read); err != nil {
			t.Errorf("reading from one: %v", err)
		}
	})
}
