package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Long imports are written and undone in steps, each its own transaction, and
// their files may come in pieces.
func init() {
	resize := func(app core.App, bytes int64, states ...string) (*core.Collection, error) {
		c := find(app, "imports")
		c.Fields.GetByName("file").(*core.FileField).MaxSize = bytes
		c.Fields.GetByName("state").(*core.SelectField).Values = states
		return c, nil
	}
	run := func(app core.App, statements ...string) error {
		for _, s := range statements {
			if _, err := app.DB().NewQuery(s).Execute(); err != nil {
				return err
			}
		}
		return nil
	}
	names := []string{"step", "steps", "done", "total", "stop", "undo_actor"}
	m.Register(func(app core.App) error {
		c, err := resize(app, 300<<20, "receiving", "uploaded", "applying", "stopped", "applied", "undoing", "undo_stopped", "undone")
		if err != nil {
			return err
		}
		// step: how many steps are in force; done and total: rows of the database.
		c.Fields.Add(nonNegative("step"), nonNegative("steps"), nonNegative("done"), nonNegative("total"), document("stop"), text("undo_actor"))
		if err := app.Save(c); err != nil {
			return err
		}
		return run(app,
			// What a step of an import that was accepted writes: groups of rows of
			// its file, or a slice of one, and the print of what was shown of it.
			`CREATE TABLE import_steps (import TEXT NOT NULL, n INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
				slice INTEGER NOT NULL, row INTEGER NOT NULL, writes INTEGER NOT NULL, print TEXT NOT NULL,
				PRIMARY KEY (import, n)) WITHOUT ROWID`,
			`ALTER TABLE import_changes ADD COLUMN step INTEGER NOT NULL DEFAULT 0`,
			// Imports of before were one transaction; they are undone in steps too.
			`UPDATE import_changes SET step = n / 300`,
			`CREATE INDEX idx_import_changes_step ON import_changes (import, step)`,
			`UPDATE imports SET step = (SELECT coalesce(max(step) + 1, 0) FROM import_changes WHERE import = imports.id),
				done = (SELECT count(*) FROM import_changes WHERE import = imports.id) WHERE state = 'applied'`,
			`UPDATE imports SET steps = step, total = done WHERE state = 'applied'`)
	}, func(app core.App) error {
		if err := run(app, `DROP INDEX idx_import_changes_step`, `ALTER TABLE import_changes DROP COLUMN step`, `DROP TABLE import_steps`,
			`DELETE FROM imports WHERE state = 'receiving'`,
			`UPDATE imports SET state = 'applied' WHERE state IN ('applying', 'stopped', 'undoing', 'undo_stopped')`); err != nil {
			return err
		}
		c, err := resize(app, 30<<20, "uploaded", "applied", "undone")
		if err != nil {
			return err
		}
		for _, name := range names {
			c.Fields.RemoveByName(name)
		}
		return app.Save(c)
	})
}
