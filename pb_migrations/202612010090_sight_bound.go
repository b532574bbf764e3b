package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// How often an account saw people today is counted before each entry of it.
func init() {
	const index = "idx_audit_sights"
	m.Register(func(app core.App) error {
		audit := find(app, "audit")
		audit.AddIndex(index, false, "actor, action, created", "action IN ('read_personal', 'reveal_personal')")
		return app.Save(audit)
	}, func(app core.App) error {
		audit := find(app, "audit")
		audit.RemoveIndex(index)
		return app.Save(audit)
	})
}
