//go:build linux

// Package fulldisk fills the disk under a working server: a small tmpfs in a
// mount namespace of its own, so that nothing else of the machine sees it.
package fulldisk_test

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mountAt names, in the environment, the directory on which a test that was
// started again mounts its disk.
const mountAt = "CHASKI_TEST_SMALL_DISK"

const noDisk = "no small disk"

// onASmallDisk runs the body of a test in a process of its own, with TMPDIR on a
// disk of so many megabytes. Where the system lets nobody mount, the test is
// skipped, which is no pass.
func onASmallDisk(t *testing.T, size string, body func(t *testing.T, dir string)) {
	t.Helper()
	if dir := os.Getenv(mountAt); dir != "" {
		err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		if err == nil {
			err = unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=700")
		}
		if err != nil {
			t.Skip(noDisk, err)
		}
		body(t, dir)
		return
	}
	again := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=120s")
	again.Env = append(os.Environ(), mountAt+"="+t.TempDir())
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		again.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		again.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		again.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	said, err := again.CombinedOutput()
	t.Logf("%s", said)
	switch {
	case again.ProcessState == nil:
		t.Skip("SKIPPED, NOT PASSED: no mount namespace to be had:", err)
	case err != nil:
		t.Fatal(err)
	case strings.Contains(string(said), noDisk):
		t.Skip("SKIPPED, NOT PASSED: no disk may be mounted")
	}
}
