package cli_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase"

	"chaski/internal/backup"
	"chaski/internal/cli"
	"chaski/internal/server"
	"chaski/internal/store"
	"chaski/internal/testkit"
)

// asTheBinary, in the environment, makes the test binary the program.
const asTheBinary = "CHASKI_TEST_AS_THE_BINARY"

func program() {
	pb := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: server.Connect, HideStartBanner: true})
	server.Bind(pb, store.New(), nil)
	pb.RootCmd.AddCommand(cli.Serve(pb, "test"), cli.Backup(pb, "test"), cli.Restore(pb), cli.Verify(pb, store.New()))
	if err := cli.Execute(pb); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A server starts its own binary to make backups; in these tests that is the
// test binary, which then is the command.
func TestMain(m *testing.M) {
	if os.Getenv(asTheBinary) != "" {
		program()
	}
	if len(os.Args) > 1 && os.Args[1] == "backup" {
		pb := pocketbase.NewWithConfig(pocketbase.Config{HideStartBanner: true})
		pb.RootCmd.AddCommand(cli.Backup(pb, "test"))
		if err := cli.Execute(pb); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The scheduled backup runs in a process of its own, proves its archive, rotates,
// and leaves its result for the administrator; a failure too.
func TestScheduledBackup(t *testing.T) {
	k := testkit.World(t)
	to := t.TempDir()
	for range 3 {
		if err := cli.RunBackupPlan(context.Background(), k.App, to, 2); err != nil {
			t.Fatal(err)
		}
		waitASecond(t, to) // archives are named by the second
	}
	left, err := os.ReadDir(to)
	if err != nil || len(left) != 4 {
		t.Errorf("%d files are left of 3 backups with 2 to keep: %v %v", len(left), left, err)
	}
	if r, err := backup.Last(k.Dir); err != nil || !r.OK || r.Check != backup.CheckFull {
		t.Errorf("the result: %+v %v", r, err)
	}
	err = cli.RunBackupPlan(context.Background(), k.App, "/dev/null/no", 2)
	if err == nil || !strings.Contains(err.Error(), "/dev/null") {
		t.Errorf("a backup to nowhere: %v", err)
	}
	if r, err := backup.Last(k.Dir); err != nil || r.OK || r.Error == "" {
		t.Errorf("the failure was not kept: %+v %v", r, err)
	}
}

func waitASecond(t *testing.T, to string) {
	t.Helper()
	for now := time.Now().UTC().Format("20060102-150405"); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(to + "/chaski-" + now + backup.Suffix); err != nil {
			return
		}
		if time.Now().UTC().Format("20060102-150405") != now {
			return
		}
	}
}
