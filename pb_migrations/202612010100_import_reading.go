package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// How a person wants a file read is more than its sheet and its columns.
func init() {
	m.Register(func(app core.App) error {
		imports := find(app, "imports")
		imports.Fields.Add(document("reading"))
		if err := app.Save(imports); err != nil {
			return err
		}
		if _, err := app.DB().NewQuery(`UPDATE imports SET reading = json_object('sheet', sheet,
			'columns', json(CASE WHEN json_valid(columns) THEN columns ELSE 'null' END))`).Execute(); err != nil {
			return err
		}
		imports.Fields.RemoveByName("sheet")
		imports.Fields.RemoveByName("columns")
		return app.Save(imports)
	}, func(app core.App) error {
		imports := find(app, "imports")
		imports.Fields.Add(text("sheet"), document("columns"))
		if err := app.Save(imports); err != nil {
			return err
		}
		if _, err := app.DB().NewQuery(`UPDATE imports SET sheet = coalesce(reading ->> 'sheet', ''), columns = reading -> 'columns'`).Execute(); err != nil {
			return err
		}
		imports.Fields.RemoveByName("reading")
		return app.Save(imports)
	})
}
