package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Since when a device reports data that differ from the server's though it repaired them.
func init() {
	m.Register(func(app core.App) error {
		devices := find(app, "devices")
		devices.Fields.Add(text("differs_since"))
		return app.Save(devices)
	}, func(app core.App) error {
		devices := find(app, "devices")
		devices.Fields.RemoveByName("differs_since")
		return app.Save(devices)
	})
}
