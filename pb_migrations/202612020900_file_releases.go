package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What was let out of quarantine: of any kind of file, not of documents alone. None of it
// is replicated.
func init() {
	const documents = "rendicion_documents"
	m.Register(func(app core.App) error {
		releases := closed("file_releases", requiredPattern("collection", `^[a-z_]{1,60}$`), requiredPattern("record", `^[a-z0-9]{15}$`),
			requiredPattern("sha256", `^[0-9a-f]{64}$`), optionalTo("released_by", find(app, "users")), instant("released_at"), requiredText("reason"))
		releases.AddIndex("idx_file_releases", true, "record, collection, sha256", "")
		uploads := find(app, "uploads")
		uploads.AddIndex("idx_uploads_sha256", false, "sha256", "state = 'done'")
		if err := saveAll(app, releases, uploads); err != nil {
			return err
		}
		err := execAll(app, `INSERT INTO file_releases (id, collection, record, sha256, released_by, released_at, reason, created, updated)
			SELECT substr(lower(hex(randomblob(8))), 1, 15), '`+documents+`', id, sha256, released_by, released_at, release_reason, released_at, released_at
			FROM `+documents+` WHERE released_at <> ''`)
		if err != nil {
			return err
		}
		return saveAll(app, dropped(find(app, documents), "released_by", "released_at", "release_reason"))
	}, func(app core.App) error {
		c, uploads := find(app, documents), find(app, "uploads")
		c.Fields.Add(optionalTo("released_by", find(app, "users")), instant("released_at"), text("release_reason"))
		uploads.RemoveIndex("idx_uploads_sha256")
		if err := saveAll(app, c, uploads); err != nil {
			return err
		}
		err := execAll(app, settleAgain(documents), `UPDATE `+documents+` SET (released_by, released_at, release_reason) = (SELECT o.released_by, o.released_at, o.reason FROM file_releases o
				WHERE o.collection = '`+documents+`' AND o.record = `+documents+`.id AND o.sha256 = `+documents+`.sha256)
			WHERE EXISTS (SELECT 1 FROM file_releases o WHERE o.collection = '`+documents+`' AND o.record = `+documents+`.id AND o.sha256 = `+documents+`.sha256)`,
			// This is no change by somebody unknown.
			`DELETE FROM dirty WHERE collection = '`+documents+`' AND n > (SELECT max(n) FROM dirty WHERE source = 'schema')`,
		)
		if err != nil {
			return err
		}
		return dropAll(app, "file_releases")
	})
}

// dropped is a collection without some of its fields.
func dropped(c *core.Collection, fields ...string) *core.Collection {
	for _, name := range fields {
		c.Fields.RemoveByName(name)
	}
	return c
}
