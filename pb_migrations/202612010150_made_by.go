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
			`UPDATE sync_rows SET made_by = coalesce((SELECT m.user FROM sync_mutations m WHERE m.collection = sync_rows.collection
				AND m.record = sync_rows.record AND m.status = 'applied' AND m.bases = '' ORDER BY m.rowid LIMIT 1), '')
				WHERE collection IN ('visits', 'visit_marks', 'findings', 'unlisted_workers')`,
			`UPDATE sync_rows SET made_by = coalesce((SELECT a.actor FROM audit a JOIN users u ON u.id = a.actor
				WHERE a.collection = sync_rows.collection AND a.record = sync_rows.record AND a.action = 'create' ORDER BY a.rowid LIMIT 1), '')
				WHERE collection IN ('visits', 'visit_marks', 'findings', 'unlisted_workers') AND made_by = ''`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE sync_rows DROP COLUMN made_by`)
	})
}
