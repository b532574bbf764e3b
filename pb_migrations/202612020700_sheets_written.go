package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A daily sheet says why somebody was absent: the executor's people write it.
func init() {
	m.Register(func(app core.App) error {
		sheets := find(app, "attendance_sheets")
		sheets.Fields.Add(document("reasons"))
		return app.Save(sheets)
	}, func(app core.App) error {
		sheets := find(app, "attendance_sheets")
		sheets.Fields.RemoveByName("reasons")
		return app.Save(sheets)
	})
}
