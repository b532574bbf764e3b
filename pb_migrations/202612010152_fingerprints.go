package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Of which fields the rows of each collection are remembered: once that is declared
// otherwise they are remembered anew.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app, `CREATE TABLE sync_fields (collection TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID`)
	}, func(app core.App) error {
		return execAll(app, `DROP TABLE sync_fields`)
	})
}
