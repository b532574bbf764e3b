package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What is kept of files, each content once, and uploads for records whose rows are
// files. An upload for a rendición stays as it is.
func init() {
	m.Register(func(app core.App) error {
		files := closed("files", requiredPattern("sha256", `^[0-9a-f]{64}$`), nonNegative("size"), requiredText("mime"), instant("stored_at"),
			optionalChoice("scan", "none", "clean", "found", "silent", "limit"), text("quarantine"), text("finding"),
			// Since when no record names it: then it is collected.
			instant("unnamed_at"))
		files.AddIndex("idx_files_sha256", true, "sha256", "")
		files.AddIndex("idx_files_quarantine", false, "quarantine", "quarantine != ''")
		uploads := find(app, "uploads")
		uploads.Fields.Add(pattern("collection", `^[a-z_]{1,60}$`), pattern("record", `^[a-z0-9]{15}$`), optionalChoice("part", "file", "thumb"))
		ofDocuments(uploads, false)
		uploads.AddIndex("idx_uploads_record", false, "record, collection, part", "record != ''")
		return saveAll(app, files, uploads)
	}, func(app core.App) error {
		uploads := find(app, "uploads")
		if err := execAll(app, `DELETE FROM uploads WHERE record != ''`); err != nil {
			return err
		}
		uploads.RemoveIndex("idx_uploads_record")
		for _, name := range []string{"collection", "record", "part"} {
			uploads.Fields.RemoveByName(name)
		}
		ofDocuments(uploads, true)
		if err := app.Save(uploads); err != nil {
			return err
		}
		return dropAll(app, "files")
	})
}

// ofDocuments: what every upload had to say while all became documents.
func ofDocuments(uploads *core.Collection, required bool) {
	for _, name := range []string{"intervention", "kind", "document"} {
		switch f := uploads.Fields.GetByName(name).(type) {
		case *core.RelationField:
			f.Required = required
		case *core.SelectField:
			f.Required = required
		case *core.TextField:
			f.Required = required
		}
	}
}
