package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A device can be wiped.
func init() {
	states := func(app core.App, values ...string) error {
		devices := find(app, "devices")
		field, ok := devices.Fields.GetByName("state").(*core.SelectField)
		if !ok {
			return nil
		}
		field.Values = values
		return app.Save(devices)
	}
	m.Register(func(app core.App) error {
		return states(app, "activo", "revocado", "por_borrar", "borrado")
	}, func(app core.App) error {
		if err := execAll(app, `UPDATE devices SET state = 'revocado' WHERE state IN ('por_borrar', 'borrado')`); err != nil {
			return err
		}
		return states(app, "activo", "revocado")
	})
}
