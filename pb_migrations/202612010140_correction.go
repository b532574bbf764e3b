package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// When a rendición was last observed: from that day on its correction is due. Of
// those observed before, the trail says it, or else the newest observation.
func init() {
	m.Register(func(app core.App) error {
		rendiciones := find(app, "rendiciones")
		rendiciones.Fields.Add(day("observed_on"))
		if err := app.Save(rendiciones); err != nil {
			return err
		}
		return execAll(app,
			settleAgain("rendiciones"),
			// Peru is five hours behind UTC, all year.
			`UPDATE rendiciones SET observed_on = coalesce(
				(SELECT date(max(a.created), '-5 hours') FROM audit a WHERE a.collection = 'interventions' AND a.record = rendiciones.intervention
					AND a.action = 'rendicion.review' AND json_extract(a.detail, '$.state') = 'observada'),
				(SELECT date(max(o.made_at), '-5 hours') FROM rendicion_observations o WHERE o.rendicion = rendiciones.id), '')
				WHERE state IN ('observada', 'subsanada')`,
			// This is no change by somebody unknown.
			`DELETE FROM dirty WHERE collection = 'rendiciones'
				AND n > (SELECT max(n) FROM dirty WHERE collection = 'rendiciones' AND source = 'schema')`,
		)
	}, func(app core.App) error {
		rendiciones := find(app, "rendiciones")
		rendiciones.Fields.RemoveByName("observed_on")
		if err := app.Save(rendiciones); err != nil {
			return err
		}
		return execAll(app, settleAgain("rendiciones"))
	})
}
