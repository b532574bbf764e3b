package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// A daily sheet is decided by a route of ours; the rule by which a coordinator
// changed it over REST, and signed it whatever he did, is taken away. Why a sheet
// is not validated is kept with it, and when it was.
func init() {
	m.Register(func(app core.App) error {
		sheets := find(app, "attendance_sheets")
		sheets.UpdateRule = nil
		sheets.Fields.Add(text("state_reason"), instant("validated_at"))
		return app.Save(sheets)
	}, func(app core.App) error {
		sheets := find(app, "attendance_sheets")
		sheets.Fields.RemoveByName("state_reason")
		sheets.Fields.RemoveByName("validated_at")
		sheets.UpdateRule = types.Pointer(`@request.auth.active = true && @request.auth.role = "ut_coordinator" && ` +
			`intervention.ut = @request.auth.ut && @request.body.intervention:changed = false && ` +
			`@request.body.day:changed = false && @request.body.marks:changed = false && ` +
			`@request.body.headcount:changed = false && @request.body.validated_by:changed = false`)
		return app.Save(sheets)
	})
}
