package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Which devices a sign-in has been used on, so that an order to a device ends
// what was signed in there; and the name by which an installation proves itself
// is nobody's to read.
func init() {
	hide := func(app core.App, hidden bool) error {
		devices := find(app, "devices")
		if install := devices.Fields.GetByName("install"); install != nil {
			install.SetHidden(hidden)
		}
		return app.Save(devices)
	}
	m.Register(func(app core.App) error {
		if err := hide(app, true); err != nil {
			return err
		}
		return execAll(app,
			// expires is the newest token's of that session, in UTC: afterwards the row says nothing.
			`CREATE TABLE session_devices (session TEXT NOT NULL, device TEXT NOT NULL, expires TEXT NOT NULL,
				PRIMARY KEY (session, device)) WITHOUT ROWID`,
			`CREATE INDEX idx_session_devices_device ON session_devices (device)`,
			`CREATE INDEX idx_devices_out_of_use ON devices (id) WHERE state NOT IN ('', 'activo')`,
			`UPDATE audit SET detail = json_remove(detail, '$.before.install', '$.after.install')
				WHERE collection = 'devices' AND json_valid(detail) AND detail LIKE '%"install"%'`,
		)
	}, func(app core.App) error {
		if err := execAll(app, `DROP INDEX idx_devices_out_of_use`, `DROP TABLE session_devices`); err != nil {
			return err
		}
		return hide(app, false)
	})
}
