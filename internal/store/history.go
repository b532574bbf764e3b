package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// OpenEpoch begins a new epoch of the sync history, because data from a backup
// takes the place of newer data. replaced is the epoch of the newer, if known.
//
// From here on every (seq, nonce) pair and every receipt belongs to an epoch
// that the lost future did not have. Cursors of earlier epochs stay good up to
// the commits both histories share (see Pull).
func OpenEpoch(pb core.App, replaced int64) error {
	_, err := pb.NonconcurrentDB().NewQuery(`UPDATE sync_clock SET epoch = max(epoch, {:r}) + 1`).
		Bind(dbx.Params{"r": replaced}).Execute()
	return err
}
