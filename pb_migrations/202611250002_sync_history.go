package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What noticing a rewind and forgetting old removals needs.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			// Marks of a lost future that a device came with, each noted once.
			`CREATE TABLE sync_rewinds (device TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, nonce TEXT NOT NULL,
				at TEXT NOT NULL, PRIMARY KEY (device, epoch, seq, nonce)) WITHOUT ROWID`,
			// Removals of a bucket up to here are no longer kept.
			`ALTER TABLE sync_buckets ADD COLUMN floor INTEGER NOT NULL DEFAULT 0`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_buckets DROP COLUMN floor`, `DROP TABLE sync_rewinds`)
	})
}
