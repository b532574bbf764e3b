package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// How much the contributions of a work come to, beside how many they are: the list
// of works behind a figure is read without adding up every contribution.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			`ALTER TABLE progress_works ADD COLUMN quantity INTEGER NOT NULL DEFAULT 0`,
			`UPDATE progress_works SET quantity = s.quantity FROM (SELECT exercise, measure, ao, rule, funding_year, funding_frame, intervention, sum(quantity) AS quantity
				FROM progress_contributions GROUP BY 1, 2, 3, 4, 5, 6, 7) s
				WHERE s.exercise = progress_works.exercise AND s.measure = progress_works.measure AND s.ao = progress_works.ao AND s.rule = progress_works.rule
				AND s.funding_year = progress_works.funding_year AND s.funding_frame = progress_works.funding_frame AND s.intervention = progress_works.intervention`)
	}, func(app core.App) error {
		return execAll(app, `ALTER TABLE progress_works DROP COLUMN quantity`)
	})
}
