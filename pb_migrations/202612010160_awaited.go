package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// What was refused because a record was not there is found when that comes; with a
// parent that waits for review it waits too, and its author's devices are told.
func init() {
	m.Register(func(app core.App) error {
		if err := reviewStates(app, "applied", "rejected", "parked"); err != nil {
			return err
		}
		_, err := app.DB().NewQuery(`CREATE INDEX idx_sync_mutations_awaited ON sync_mutations (
			CASE json_extract(outcome, '$.errors[0].code') WHEN 'parent_not_found'
				THEN json_extract(body, '$.fields.' || json_extract(outcome, '$.errors[0].field')) ELSE record END)
			WHERE status = 'rejected' AND json_extract(outcome, '$.errors[0].code') IN ('parent_not_found', 'record_not_found')`).Execute()
		return err
	}, func(app core.App) error {
		if _, err := app.DB().NewQuery(`DROP INDEX idx_sync_mutations_awaited`).Execute(); err != nil {
			return err
		}
		return reviewStates(app, "applied", "rejected")
	})
}

func reviewStates(app core.App, states ...string) error {
	reviews := find(app, "mutation_reviews")
	reviews.Fields.GetByName("status").(*core.SelectField).Values = states
	return app.Save(reviews)
}
