package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Who saw personal data is asked of the audit trail by action; an insured person
// is looked up by a whole DNI.
func init() {
	m.Register(func(app core.App) error {
		audit, insured := find(app, "audit"), find(app, "insured_persons")
		audit.AddIndex("idx_audit_action", false, "action, updated", "")
		insured.AddIndex("idx_insured_persons_dni", false, "dni", "")
		return saveAll(app, audit, insured)
	}, func(app core.App) error {
		audit, insured := find(app, "audit"), find(app, "insured_persons")
		audit.RemoveIndex("idx_audit_action")
		insured.RemoveIndex("idx_insured_persons_dni")
		return saveAll(app, audit, insured)
	})
}
