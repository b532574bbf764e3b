package store

import (
	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
)

// ForgetRemovals deletes removals older than replication.RemovalDays and answers
// how many. Each bucket's floor is raised to its newest one in the transaction
// that deletes them: a device that is left below it is told to reconcile, for
// nothing else would tell it what to delete.
//
// Age is by the clock of the commit. Had it been wrong, removals go early or
// late, which costs a comparison and loses nothing.
func (e *Engine) ForgetRemovals(pb core.App) (int64, error) {
	db := pb.ConcurrentDB()
	old := e.Now().UTC().AddDate(0, 0, -replication.RemovalDays).Format(StampLayout)
	var cutoff int64
	if err := db.NewQuery(`SELECT coalesce(max(seq), 0) FROM sync_commits WHERE at < {:old}`).
		Bind(dbx.Params{"old": old}).Row(&cutoff); err != nil {
		return 0, err
	}
	var buckets []int
	if err := db.NewQuery(`SELECT DISTINCT bucket FROM sync_entries WHERE removed = 1 AND seq <= {:cutoff}`).
		Bind(dbx.Params{"cutoff": cutoff}).Column(&buckets); err != nil {
		return 0, err
	}
	var total int64
	for _, b := range buckets { // a writer waits for one bucket at most
		err := pb.RunInTransaction(func(tx core.App) error {
			n, err := forget(tx.NonconcurrentDB(), b, cutoff)
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func forget(db dbx.Builder, bucket int, cutoff int64) (int64, error) {
	these := dbx.Params{"b": bucket, "cutoff": cutoff}
	if _, err := db.NewQuery(`UPDATE sync_buckets SET floor = max(floor,
		(SELECT coalesce(max(seq), 0) FROM sync_entries WHERE bucket = {:b} AND removed = 1 AND seq <= {:cutoff}))
		WHERE handle = {:b}`).Bind(these).Execute(); err != nil {
		return 0, err
	}
	done, err := db.NewQuery(`DELETE FROM sync_entries WHERE bucket = {:b} AND removed = 1 AND seq <= {:cutoff}`).
		Bind(these).Execute()
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
