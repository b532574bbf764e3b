package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"
)

// readByCentral are the collections that earlier steps let central staff list
// and view; the way down gives them back.
var readByCentral = []string{
	"departments", "provinces", "districts", "uts", "entities", "jurisdictions", "exercises", "month_closes", "parameters", "checklists", "holidays",
	"aos", "ao_months", "poi_versions", "ao_versions", "opening_balances", "budget_execution",
	"interventions", "convenios", "resolutions", "transfers", "cupos", "participants", "insurance_policies", "insured_persons",
	"insurance_certificates", "movements", "assignments", "technical_assistances", "management_reports",
	"visits", "visit_marks", "findings", "unlisted_workers", "devices", "audit",
	"conflicts", "mutation_reviews", "rendiciones", "rendicion_lines", "rendicion_documents", "rendicion_observations",
	"rendicion_submissions", "uploads",
}

// sheetReaders could list the daily sheets: central staff and the unit's coordinator.
const sheetReaders = `(` + centralRead + `) || (@request.auth.active = true && @request.auth.role = "ut_coordinator" && intervention.ut = @request.auth.ut)`

// No app user lists or views a record over PocketBase's REST: not by a list, a
// view, an expansion, a filter or a sort order. People's data leave by the routes
// of internal/httpapi alone, masked and noted (docs/decisions/0017). Signing in
// and renewing a token need no rule of these.
func init() {
	m.Register(func(app core.App) error {
		all, err := app.FindAllCollections()
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.System || c.ListRule == nil && c.ViewRule == nil {
				continue
			}
			c.ListRule, c.ViewRule = nil, nil
			if err := app.Save(c); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, name := range readByCentral {
			if err := readable(app, name, centralRead); err != nil {
				return err
			}
		}
		if err := readable(app, "attendance_sheets", sheetReaders); err != nil {
			return err
		}
		return readable(app, "users", `@request.auth.id = id`)
	})
}

func readable(app core.App, name, rule string) error {
	c := find(app, name)
	c.ListRule, c.ViewRule = types.Pointer(rule), types.Pointer(rule)
	return app.Save(c)
}
