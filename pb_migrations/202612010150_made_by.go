package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Who made a record is remembered with it, also once it is gone: rights rest on it
// where what it belonged to is gone too. Of what is there already the ledger says it,
// or the audit trail; of what nobody knows nobody is the maker.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			`ALTER TABLE sync_rows ADD COLUMN made_by TEXT NOT NULL DEFAULT ''`,
			`UPDATE sync_rows SET made_by = m.user FROM sync_mutations m WHERE m.collection = sync_rows.collection
				AND m.record = sync_rows.record AND m.status = 'applied' AND m.bases = '' AND m.collection <> 'conflicts'`,
			`UPDATE sync_rows SET made_by = a.actor FROM audit a JOIN users u ON u.id = a.actor WHERE a.action = 'create'
				AND a.collection = sync_rows.collection AND a.record = sync_rows.record AND sync_rows.made_by = ''`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_rows DROP COLUMN made_by`)
	})
}
