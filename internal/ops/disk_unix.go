//go:build linux || darwin || freebsd

package ops

import "golang.org/x/sys/unix"

// DiskFree is what is left for this process on a directory's disk, in bytes.
func DiskFree(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:unconvert // of another type on other systems
}

// mayWrite asks the system, which knows of owners, of file systems mounted only
// for reading and of files that may not be changed.
func mayWrite(path string) error { return unix.Access(path, unix.W_OK) }
