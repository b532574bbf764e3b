package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A row that goes away, or changes what rules read of it, is looked for in every
// field that may name it: each of these has an index.
func init() {
	fields := [][2]string{
		{"movements", "participant"},
		{"movements", "replaces"},
		{"insurance_certificates", "insurance_policy"},
		{"rendicion_documents", "superseded_by"},
		{"opening_balances", "ao"},
		{"ao_versions", "ao"},
		{"technical_assistances", "ut"},
		{"management_reports", "ut"},
		{"interventions", "ut"},
		{"interventions", "district"},
		{"unlisted_workers", "intervention"},
		{"rendicion_lines", "intervention"},
		{"rendicion_documents", "intervention"},
		{"rendicion_observations", "intervention"},
	}
	name := func(f [2]string) string { return "idx_" + f[0] + "_by_" + f[1] }
	each := func(app core.App, change func(c *core.Collection, f [2]string)) error {
		for _, f := range fields {
			c := find(app, f[0])
			change(c, f)
			if err := app.Save(c); err != nil {
				return err
			}
		}
		return nil
	}
	m.Register(func(app core.App) error {
		return each(app, func(c *core.Collection, f [2]string) { c.AddIndex(name(f), false, f[1], "") })
	}, func(app core.App) error {
		return each(app, func(c *core.Collection, f [2]string) { c.RemoveIndex(name(f)) })
	})
}
