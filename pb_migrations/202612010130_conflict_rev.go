package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A conflict knows at which revision its record said what it shows of it, so that
// it is not settled over what came later. It is not replicated.
func init() {
	m.Register(func(app core.App) error {
		conflicts := find(app, "conflicts")
		conflicts.Fields.Add(nonNegative("rev"))
		conflicts.AddIndex("idx_conflicts_record", false, "record, author", "")
		if err := app.Save(conflicts); err != nil {
			return err
		}
		// What is not known (0) is shown anew before it is settled.
		return execAll(app, `UPDATE conflicts SET rev = coalesce((SELECT json_extract(s.outcome, '$.rev') FROM sync_mutations s
			WHERE s.id = conflicts.mutation), 0)`)
	}, func(app core.App) error {
		conflicts := find(app, "conflicts")
		conflicts.Fields.RemoveByName("rev")
		conflicts.RemoveIndex("idx_conflicts_record")
		return app.Save(conflicts)
	})
}
