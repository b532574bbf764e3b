package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What is known of a document besides its bytes: the name it was sent under,
// what a scanner said, why it is in quarantine, and who let it out. None of it is
// replicated.
func init() {
	m.Register(func(app core.App) error {
		documents, uploads := find(app, "rendicion_documents"), find(app, "uploads")
		documents.Fields.Add(text("sent_name"), optionalChoice("scan", "none", "clean", "found", "silent", "limit"),
			text("quarantine"), text("finding"), optionalTo("released_by", find(app, "users")), instant("released_at"), text("release_reason"))
		documents.AddIndex("idx_rendicion_documents_quarantine", false, "quarantine", "quarantine != ''")
		uploads.Fields.Add(text("sent_name"))
		return saveAll(app, documents, uploads)
	}, func(app core.App) error {
		documents, uploads := find(app, "rendicion_documents"), find(app, "uploads")
		documents.RemoveIndex("idx_rendicion_documents_quarantine")
		for _, name := range []string{"sent_name", "scan", "quarantine", "finding", "released_by", "released_at", "release_reason"} {
			documents.Fields.RemoveByName(name)
		}
		uploads.Fields.RemoveByName("sent_name")
		return saveAll(app, documents, uploads)
	})
}
