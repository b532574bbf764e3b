package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Old removals are found without reading every entry.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app, `CREATE INDEX idx_sync_entries_removed ON sync_entries (bucket, seq) WHERE removed = 1`)
	}, func(app core.App) error {
		return execAll(app, `DROP INDEX idx_sync_entries_removed`)
	})
}
