package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A document of a rendición is a file like a photograph: its record comes first, and its
// bytes follow. Those of before came with their bytes, from a file.
func init() {
	const documents = "rendicion_documents"
	m.Register(func(app core.App) error {
		c := find(app, documents)
		c.Fields.Add(pattern("replaces", `^[a-z0-9]{15}$`), pattern("thumb", `^[0-9a-f]{64}$`), nonNegative("thumb_size"), nonNegative("width"), nonNegative("height"),
			optionalChoice("source", "camera", "gallery", "file"), text("captured_at"), text("reckoned_at"),
			integer("lat_e6"), integer("lon_e6"), nonNegative("accuracy_m"),
			text("exif_at"), integer("exif_lat_e6"), integer("exif_lon_e6"),
			text("recorded_by"), instant("received_at"), instant("stored_at"), text("refusal"))
		c.AddIndex("idx_"+documents+"_sha256", false, "sha256", "")
		c.AddIndex("idx_"+documents+"_thumb", false, "thumb", "")
		c.AddIndex("idx_"+documents+"_by_replaces", false, "replaces", "")
		if err := app.Save(c); err != nil {
			return err
		}
		return execAll(app, settleAgain(documents),
			`UPDATE rendicion_documents SET source = 'file', recorded_by = uploaded_by, received_at = uploaded_at, stored_at = uploaded_at,
				captured_at = CASE uploaded_at WHEN '' THEN '' ELSE replace(substr(uploaded_at, 1, 19), ' ', 'T') || 'Z' END`,
			// This is no change by somebody unknown.
			`DELETE FROM dirty WHERE collection = 'rendicion_documents' AND n > (SELECT max(n) FROM dirty WHERE source = 'schema')`,
		)
	}, func(app core.App) error {
		c := find(app, documents)
		for _, index := range []string{"_sha256", "_thumb", "_by_replaces"} {
			c.RemoveIndex("idx_" + documents + index)
		}
		for _, name := range []string{
			"replaces", "thumb", "thumb_size", "width", "height", "source", "captured_at", "reckoned_at", "lat_e6", "lon_e6", "accuracy_m",
			"exif_at", "exif_lat_e6", "exif_lon_e6", "recorded_by", "received_at", "stored_at", "refusal",
		} {
			c.Fields.RemoveByName(name)
		}
		if err := app.Save(c); err != nil {
			return err
		}
		return execAll(app, settleAgain(documents))
	})
}
