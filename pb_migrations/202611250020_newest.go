package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A pull need not ask a bucket that did not move.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			`ALTER TABLE sync_buckets ADD COLUMN newest INTEGER NOT NULL DEFAULT 0`,
			// The newest entry may be a removal that is forgotten: the floor kept its number.
			`UPDATE sync_buckets SET newest = max(floor, coalesce((SELECT max(seq) FROM sync_entries WHERE bucket = handle), 0))`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_buckets DROP COLUMN newest`)
	})
}
