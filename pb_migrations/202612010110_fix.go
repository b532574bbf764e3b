package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What the sensor said of a visit's position: evidence for whoever reviews it. It
// is not replicated, so no phone is sent its visits again for it.
func init() {
	m.Register(func(app core.App) error {
		visits := find(app, "visits")
		visits.Fields.Add(&core.JSONField{Name: "fix", MaxSize: 2000})
		return app.Save(visits)
	}, func(app core.App) error {
		visits := find(app, "visits")
		visits.Fields.RemoveByName("fix")
		return app.Save(visits)
	})
}
