package board

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
)

// Reconciled holds the transfers of an AO against its SIAF devengado, by the
// month of the event: what happened, not what a closed month was left with.
func (s *snapshot) Reconciled(ao app.AO) (out []app.ReconciledMonth, err error) {
	err = s.all(&out, `SELECT substr(day, 1, 7) AS month,
			sum(source_collection = 'transfers') AS transfers,
			sum(CASE source_collection WHEN 'transfers' THEN amount ELSE 0 END) AS transferred,
			sum(CASE source_collection WHEN 'budget_execution' THEN amount ELSE 0 END) AS accrued
		FROM progress_contributions WHERE ao = {:ao} AND exercise = {:y} AND source_collection IN ('transfers', 'budget_execution')
		GROUP BY 1 ORDER BY 1`, dbx.Params{"ao": ao.ID, "y": ao.Exercise})
	return out, err
}
