package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Accidents at work.
func init() {
	m.Register(func(app core.App) error {
		accidents := closed("accidents", to("intervention", find(app, "interventions")), to("participant", find(app, "participants")),
			requiredDay("happened_on"), requiredText("place"), requiredText("description"), text("injury"), text("treated_by"),
			day("notified_on"), text("notified_by"), requiredText("recorded_by"), instant("received_at"))
		accidents.AddIndex("idx_accidents_intervention", false, "intervention, happened_on", "")
		accidents.AddIndex("idx_accidents_participant", false, "participant", "")
		if err := saveAll(app, accidents); err != nil {
			return err
		}
		return track(app, "accidents")
	}, func(app core.App) error {
		return dropAll(app, "accidents")
	})
}
