package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What raw SQL changed is found without reading the whole audit trail.
func init() {
	const index = "idx_audit_outside"
	m.Register(func(app core.App) error {
		audit, err := app.FindCollectionByNameOrId("audit")
		if err != nil {
			return err
		}
		audit.AddIndex(index, false, "collection, record", "action IN ('unattributed', 'acknowledged')")
		return app.Save(audit)
	}, func(app core.App) error {
		audit, err := app.FindCollectionByNameOrId("audit")
		if err != nil {
			return err
		}
		audit.RemoveIndex(index)
		return app.Save(audit)
	})
}
