package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A resolution can be left without effect; and the indexes that counting a whole
// year needs.
func init() {
	m.Register(func(app core.App) error {
		resolutions := find(app, "resolutions")
		resolutions.Fields.Add(optionalChoice("state", "publicada", "anulada"))
		transfers := find(app, "transfers")
		transfers.AddIndex("idx_transfers_convenio", false, "convenio", "")
		convenios := find(app, "convenios")
		convenios.AddIndex("idx_convenios_proposer", false, "proposer", "")
		if err := saveAll(app, resolutions, transfers, convenios); err != nil {
			return err
		}
		_, err := app.DB().NewQuery(`CREATE INDEX idx_progress_contributions_intervention
			ON progress_contributions (intervention)`).Execute()
		return err
	}, func(app core.App) error {
		if _, err := app.DB().NewQuery(`DROP INDEX idx_progress_contributions_intervention`).Execute(); err != nil {
			return err
		}
		resolutions, transfers, convenios := find(app, "resolutions"), find(app, "transfers"), find(app, "convenios")
		resolutions.Fields.RemoveByName("state")
		transfers.RemoveIndex("idx_transfers_convenio")
		convenios.RemoveIndex("idx_convenios_proposer")
		return saveAll(app, resolutions, transfers, convenios)
	})
}
