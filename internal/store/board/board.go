// Package board reads what screens show online: figures and what is behind them, a unit's
// works, visits and records.
package board

import (
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
	"chaski/internal/store"
	"chaski/internal/store/personal"
)

// New answers the board from the ledger.
func New(e *store.Engine, a core.App) app.Board {
	return app.NewBoard(NewFigures(e, a), personal.New(e, a))
}

// boardFigures implements app.Figures.
type boardFigures struct {
	engine *store.Engine
	app    core.App
}

// Read takes in what arrived past the hooks, then opens one read transaction.
func (f *boardFigures) Read(fn func(app.Snapshot) error) error {
	if err := f.engine.CatchUp(f.app); err != nil {
		return err
	}
	db, ok := f.app.ConcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("board inside a transaction")
	}
	var fresh []counted
	err := db.Transactional(func(tx *dbx.Tx) error {
		s := &snapshot{db: tx, now: f.engine.Now(), engine: f.engine}
		defer func() { fresh = s.toKeep }()
		return fn(s)
	})
	if err == nil {
		f.keep(fresh)
	}
	return err
}

// snapshot implements app.Snapshot.
type snapshot struct {
	db     dbx.Builder
	now    time.Time
	engine *store.Engine
	toKeep []counted
}

func (s *snapshot) all(dest any, sql string, params dbx.Params) error {
	return s.db.NewQuery(sql).Bind(params).All(dest)
}

// inYear names the parameters of a year's months.
func inYear(year int64, params dbx.Params) dbx.Params {
	params["y"], params["first"], params["last"] = year, fmt.Sprintf("%04d-01", year), fmt.Sprintf("%04d-12", year)
	return params
}

func (s *snapshot) Exercises() (out []app.Exercise, err error) {
	err = s.all(&out, `SELECT year, kind, note, aei, aei_target AS aeitarget,
		coalesce((SELECT max(month) FROM month_closes) >= year || '-12', 0) AS closed FROM exercises ORDER BY year DESC`, nil)
	return out, err
}

// AOs are those of the exercise's AEI: an AO may serve another one, and its
// latest version of the POI says which. Without a version it is of this one.
func (s *snapshot) AOs(year int64) (out []app.AO, err error) {
	err = s.all(&out, `SELECT o.id, o.key, o.code, o.name, o.unit_measure, o.funding_frame, o.budget_category, o.counting_rule AS rule, o.exercise,
		o.followup_approved, o.physical_target, o.financial_target AS money_target FROM aos o LEFT JOIN exercises e ON e.year = o.exercise
		WHERE o.exercise = {:y} AND (coalesce(e.aei, '') = '' OR e.aei = coalesce((
			SELECT a.aei FROM ao_versions a JOIN poi_versions v ON v.id = a.poi_version
			WHERE a.ao = o.id AND v.exercise = o.exercise ORDER BY v.position DESC, v.key DESC LIMIT 1), e.aei))
		ORDER BY o.position, o.key`, dbx.Params{"y": year})
	return out, err
}

// Cells reads the figures from the cells, and the part of opening balances from
// their postings: these are few, the others may be hundreds of thousands. A balance
// of zero is posted nowhere, and says all the same that there was none.
func (s *snapshot) Cells(year int64) (out []app.Cell, err error) {
	err = s.all(&out, `
		SELECT ao, measure, funding_year, funding_frame, sum(quantity) AS quantity, sum(amount) AS amount, 0 AS opening_quantity, 0 AS opening_amount
		FROM progress_cells WHERE exercise = {:y} AND month BETWEEN {:first} AND {:last} GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT ao, measure, funding_year, funding_frame, 0, 0, sum(quantity), sum(amount)
		FROM progress_postings WHERE source_collection = 'opening_balances' AND exercise = {:y} AND month BETWEEN {:first} AND {:last}
		GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT ao, measure, funding_year, funding_frame, 0, 0, 0, 0 FROM progress_contributions
		WHERE source_collection = 'opening_balances' AND exercise = {:y} AND quantity = 0 AND amount = 0`, inYear(year, dbx.Params{}))
	return out, err
}

const (
	staleAfter  = 24 * time.Hour
	unusedAfter = 180 * 24 * time.Hour // a phone not seen that long is no longer in use
)

// Freshness finds the newest mutation by insertion order: received_at has no
// index of its own, and there are millions.
func (s *snapshot) Freshness() (app.Freshness, error) {
	out := app.Freshness{ComputedAt: s.now}
	err := s.db.NewQuery(`SELECT count(*), coalesce(sum(d.last_seen_at <= {:stale}), 0), coalesce(replace(min(d.last_seen_at), ' ', 'T'), ''),
			coalesce(sum(d.outbox), 0)
		FROM devices d JOIN users u ON u.id = d.user AND u.role = 'supervisor' AND u.active
		WHERE d.state = 'activo' AND d.last_seen_at > {:unused}`).
		Bind(dbx.Params{"stale": store.PBTime(s.now.Add(-staleAfter)), "unused": store.PBTime(s.now.Add(-unusedAfter))}).
		Row(&out.Devices, &out.Stale, &out.OldestSeenAt, &out.Pending)
	if err != nil {
		return out, err
	}
	err = s.db.NewQuery(`SELECT count(*), coalesce((SELECT received_at FROM sync_mutations ORDER BY rowid DESC LIMIT 1), '')
		FROM sync_mutations WHERE status <> 'applied' AND status = 'parked'`).Row(&out.Parked, &out.LastReceivedAt)
	return out, err
}

// Months reads twelve months: targets, figures by posting month, and what of
// them adjusts closed months.
func (s *snapshot) Months(ao app.AO) (out []app.MonthFigure, err error) {
	err = s.all(&out, `
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12),
		months AS (SELECT printf('%04d-%02d', {:y}, i) AS month FROM n),
		cells AS (SELECT month, sum(CASE WHEN measure = {:unit} THEN quantity ELSE 0 END) AS physical,
				sum(CASE WHEN measure = '`+progress.MeasureAccrued+`' THEN amount ELSE 0 END) AS financial,
				max(measure = {:unit}) AS counted, max(measure = '`+progress.MeasureAccrued+`') AS accrued
			FROM progress_cells WHERE exercise = {:y} AND ao = {:ao} GROUP BY month),
		balance AS (SELECT measure, max(substr(day, 1, 7)) AS month FROM progress_contributions
			WHERE source_collection = 'opening_balances' AND ao = {:ao} AND exercise = {:y} GROUP BY measure),
		adjusted AS (SELECT month, sum(quantity) AS q FROM progress_postings
			WHERE ao = {:ao} AND exercise = {:y} AND measure = {:unit} AND month BETWEEN {:first} AND {:last}
			AND qualifying_month <> month GROUP BY month)
		SELECT m.month, coalesce(m.month <= (SELECT max(month) FROM month_closes), 0) AS closed,
			coalesce(t.synthetic, 0) AS synthetic, coalesce(t.physical_target, 0) AS physical_target,
			coalesce(t.financial_target, 0) AS money_target, coalesce(c.physical, 0) AS physical,
			coalesce(c.financial, 0) AS financial, coalesce(a.q, 0) AS adjustment,
			coalesce(c.counted, 0) = 0 AND m.month <= coalesce((SELECT month FROM balance WHERE measure = {:unit}), '') AS no_physical,
			coalesce(c.accrued, 0) = 0 AND m.month <= coalesce((SELECT month FROM balance WHERE measure = '`+progress.MeasureAccrued+`'), '') AS no_financial
		FROM months m LEFT JOIN ao_months t ON t.ao = {:ao} AND t.month = m.month
			LEFT JOIN cells c ON c.month = m.month LEFT JOIN adjusted a ON a.month = m.month ORDER BY m.month`,
		inYear(ao.Exercise, dbx.Params{"ao": ao.ID, "unit": ao.UnitMeasure}))
	return out, err
}
