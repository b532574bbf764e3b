package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The key by which a server knows the marks it gave again, also those of commits
// that it has lost. It goes with the data into every copy.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_clock ADD COLUMN key TEXT NOT NULL DEFAULT ''`,
			`UPDATE sync_clock SET key = lower(hex(randomblob(16)))`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_clock DROP COLUMN key`)
	})
}
