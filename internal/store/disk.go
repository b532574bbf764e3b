package store

import (
	"errors"
	"os"
)

// OnDisk answers when what was written there survives a power loss.
func OnDisk(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
