package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Imports: the files that were imported, what each changed (for undo), and how
// their columns were matched to fields.
func init() {
	m.Register(func(app core.App) error {
		imports := table("imports", requiredText("kind"),
			&core.FileField{Name: "file", MaxSelect: 1, MaxSize: 30 << 20, Protected: true},
			requiredText("file_name"), requiredPattern("sha256", `^[0-9a-f]{64}$`), nonNegative("size"),
			choice("state", "uploaded", "applied", "undone"),
			text("sheet"), document("columns"), document("counts"),
			text("actor"), text("actor_name"), instant("applied_at"), instant("undone_at"), text("undone_by"))
		imports.AddIndex("idx_imports_state", false, "state, created", "")
		mappings := table("import_mappings", requiredText("kind"), requiredPattern("signature", `^[0-9a-f]{64}$`), document("mapping"))
		mappings.AddIndex("idx_import_mappings", true, "kind, signature", "")
		// Files hold names and documents of people: the routes serve them.
		for _, c := range []*core.Collection{imports, mappings} {
			c.ListRule, c.ViewRule = nil, nil
		}
		if err := saveAll(app, imports, mappings); err != nil {
			return err
		}
		// One row for each row that an import created or changed: the fields it
		// changed as they were (before), and the whole row as it left it (after).
		_, err := app.DB().NewQuery(`CREATE TABLE import_changes (import TEXT NOT NULL, n INTEGER NOT NULL,
			row INTEGER NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, created INTEGER NOT NULL,
			before TEXT NOT NULL, after TEXT NOT NULL, PRIMARY KEY (import, n)) WITHOUT ROWID;
			CREATE INDEX idx_import_changes_record ON import_changes (collection, record)`).Execute()
		return err
	}, func(app core.App) error {
		if _, err := app.DB().NewQuery(`DROP TABLE import_changes`).Execute(); err != nil {
			return err
		}
		return dropAll(app, "import_mappings", "imports")
	})
}
