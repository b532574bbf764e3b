package board

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
)

// Reconciled holds the transfers of an AO against its SIAF devengado, by the
// month of the event: what happened, not what a closed month was left with.
func (s *snapshot) Reconciled(ao app.AO) ([]app.ReconciledMonth, error) {
	var rows []struct {
		Month       string `db:"month"`
		Transfers   int64  `db:"transfers"`
		Transferred int64  `db:"transferred"`
		Accrued     int64  `db:"accrued"`
	}
	err := s.all(&rows, `SELECT substr(day, 1, 7) AS month,
			sum(source_collection = 'transfers') AS transfers,
			sum(CASE source_collection WHEN 'transfers' THEN amount ELSE 0 END) AS transferred,
			sum(CASE source_collection WHEN 'budget_execution' THEN amount ELSE 0 END) AS accrued
		FROM progress_contributions WHERE ao = {:ao} AND exercise = {:y} AND source_collection IN ('transfers', 'budget_execution')
		GROUP BY 1 ORDER BY 1`, dbx.Params{"ao": ao.ID, "y": ao.Exercise})
	out := make([]app.ReconciledMonth, len(rows))
	for i, r := range rows {
		out[i] = app.ReconciledMonth{Month: monthOf(r.Month), Transfers: r.Transfers, Transferred: r.Transferred, Accrued: r.Accrued}
	}
	return out, err
}
