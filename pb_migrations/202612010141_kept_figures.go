package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The counts behind the figures of an exercise, kept with the version of what they
// rest on. A step that changes progress_* or what they are counted from by other
// ways than the drain must raise the version of exercise 0, which is every one's.
func init() {
	m.Register(func(app core.App) error {
		_, err := app.DB().NewQuery(`CREATE TABLE figures_basis (exercise INTEGER PRIMARY KEY, version INTEGER NOT NULL);
			CREATE TABLE figures_kept (exercise INTEGER PRIMARY KEY, version INTEGER NOT NULL, program TEXT NOT NULL,
				age_on TEXT NOT NULL, counts TEXT NOT NULL, kept_at TEXT NOT NULL);
			-- What of a month adjusts closed ones: few of the postings of an activity.
			CREATE INDEX idx_progress_postings_adjusting ON progress_postings (ao, month) WHERE qualifying_month <> month`).Execute()
		return err
	}, func(app core.App) error {
		_, err := app.DB().NewQuery(`DROP INDEX idx_progress_postings_adjusting; DROP TABLE figures_kept; DROP TABLE figures_basis`).Execute()
		return err
	})
}
