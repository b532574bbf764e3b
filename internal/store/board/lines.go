package board

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
	"chaski/internal/store/sqlite"
)

// Lines says what an AO's figures are made of. Contributions are what counts
// now; what of it was posted outside the exercise, after its close, does not
// move the figure and is taken off again in a line of its own.
func (s *snapshot) Lines(ao app.AO) ([]app.Line, error) {
	var out []app.Line
	params := inYear(ao.Exercise, dbx.Params{"ao": ao.ID, "unit": ao.UnitMeasure, "frame": ao.FundingFrame})
	add := func(kind, sql string, names ...string) error {
		var rows []app.Line
		if err := s.all(&rows, sql, pick(params, names...)); err != nil {
			return err
		}
		for _, r := range rows {
			r.Kind = kind
			out = append(out, r)
		}
		return nil
	}
	work := app.LineIntervention
	if ao.UnitMeasure == progress.MeasureTransfer {
		work = app.LineTransfer
	}
	for _, part := range []struct {
		kind, sql string
		names     []string
	}{
		{app.LineBalance, balanceLines, []string{"ao", "y", "unit"}},
		{work, workLines, []string{"ao", "y", "unit", "frame"}},
		{app.LineAssistance, assistanceLines, []string{"ao", "y", "unit"}},
		{app.LineReport, reportLines, []string{"ao", "y", "unit"}},
		{app.LineBudget, budgetLines, []string{"ao", "y"}},
		{app.LineAdjustment, adjustmentLines, []string{"ao", "y", "unit", "first", "last"}},
	} {
		if part.kind == work && ao.UnitMeasure != progress.MeasureJob && ao.UnitMeasure != progress.MeasureTransfer {
			continue // nothing of a work counts for it
		}
		if err := add(part.kind, part.sql, part.names...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const sumBothMeasures = `sum(CASE WHEN p.measure = {:unit} THEN p.quantity ELSE 0 END) AS physical,
	sum(CASE WHEN p.measure = 'devengado' THEN p.amount ELSE 0 END) AS financial`

const balanceLines = `SELECT b.as_of, b.source, ` + sumBothMeasures + `
	FROM progress_contributions p JOIN opening_balances b ON b.id = p.source_record
	WHERE p.source_collection = 'opening_balances' AND p.ao = {:ao} AND p.exercise = {:y} AND p.measure IN ({:unit}, 'devengado')
	GROUP BY b.as_of, b.source ORDER BY b.as_of, b.source`

// workLines: the works that count, and those in execution with the same money
// that do not yet. A job counts by its work's own money, so both agree.
const workLines = `WITH counted AS (SELECT intervention, sum(quantity) AS q FROM progress_works
		WHERE ao = {:ao} AND exercise = {:y} AND measure = {:unit} AND n > 0 AND intervention <> '' GROUP BY intervention)
	SELECT i.id AS intervention, i.name, coalesce(c.code, '') AS convenio_code, u.id AS ut, u.name AS utname, coalesce(n.q, 0) AS physical, 0 AS financial
	FROM interventions i JOIN uts u ON u.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id
	LEFT JOIN counted n ON n.intervention = i.id
	WHERE n.q IS NOT NULL OR i.state = 'en_ejecucion' AND c.funding_year = {:y} AND c.funding_frame = {:frame}
	ORDER BY u.code, c.code, i.id`

// LastVisits implements app.Snapshot.
func (s *snapshot) LastVisits(lines []app.Line) error {
	var works []string
	for _, l := range lines {
		if l.Intervention != "" {
			works = append(works, l.Intervention)
		}
	}
	if len(works) == 0 {
		return nil
	}
	var rows []struct {
		Intervention string `db:"intervention"`
		On           string `db:"last"`
	}
	err := s.all(&rows, `SELECT intervention, max(visited_on) AS last FROM visits
		WHERE intervention IN (SELECT value FROM json_each({:works})) AND state <> 'planificada' GROUP BY intervention`, dbx.Params{"works": sqlite.JSONList(works)})
	last := make(map[string]day.Day, len(rows))
	for _, r := range rows {
		last[r.Intervention] = day.Day(r.On)
	}
	for i := range lines {
		lines[i].LastVisitOn = last[lines[i].Intervention]
	}
	return err
}

const assistanceLines = `SELECT coalesce(e.name, '') || ' · ' || a.topic AS name, coalesce(u.name, '') AS utname, a.held_on AS as_of, a.evidence AS source,
		p.quantity AS physical, 0 AS financial
	FROM progress_contributions p JOIN technical_assistances a ON a.id = p.source_record
		LEFT JOIN entities e ON e.id = a.entity LEFT JOIN uts u ON u.id = a.ut
	WHERE p.source_collection = 'technical_assistances' AND p.ao = {:ao} AND p.exercise = {:y} AND p.measure = {:unit}
	ORDER BY a.held_on, u.code, e.name, a.id`

const reportLines = `SELECT r.kind || ' ' || r.period AS name, coalesce(u.name, r.unit) AS utname, r.approved_on AS as_of, r.number AS source,
		p.quantity AS physical, 0 AS financial
	FROM progress_contributions p JOIN management_reports r ON r.id = p.source_record LEFT JOIN uts u ON u.id = r.ut
	WHERE p.source_collection = 'management_reports' AND p.ao = {:ao} AND p.exercise = {:y} AND p.measure = {:unit}
	ORDER BY r.approved_on, r.unit, u.code, r.id`

const budgetLines = `SELECT substr(day, 1, 7) AS month, 0 AS physical, sum(amount) AS financial FROM progress_contributions
	WHERE ao = {:ao} AND exercise = {:y} AND measure = 'devengado' AND source_collection = 'budget_execution'
	GROUP BY 1 ORDER BY 1`

const adjustmentLines = `SELECT physical, financial FROM (
		SELECT -coalesce(sum(CASE WHEN p.measure = {:unit} THEN p.quantity END), 0) AS physical,
			-coalesce(sum(CASE WHEN p.measure = 'devengado' THEN p.amount END), 0) AS financial
		FROM progress_postings p WHERE p.ao = {:ao} AND p.exercise = {:y} AND (p.month > {:last} OR p.month < {:first})
	) WHERE physical <> 0 OR financial <> 0`

func (s *snapshot) Work(id string) (app.Intervention, bool, error) {
	var rows []app.Intervention
	err := s.all(&rows, `SELECT i.id, i.name, i.state, i.ut, i.starts_on, i.ends_on, coalesce(c.code, '') AS convenio_code,
			coalesce(c.funding_year, 0) AS funding_year, coalesce(c.funding_frame, '') AS funding_frame, coalesce(e.name, '') AS executor
		FROM interventions i LEFT JOIN convenios c ON c.intervention = i.id LEFT JOIN entities e ON e.id = c.executor WHERE i.id = {:i}`,
		dbx.Params{"i": id})
	if err != nil || len(rows) == 0 {
		return app.Intervention{}, false, err
	}
	return rows[0], true, nil
}

// Counted joins each contribution of a work with its evidence and with the
// posting that last counted it. Of a daily sheet the person is whoever of the
// cupo was marked present that day.
func (s *snapshot) Counted(ao app.AO, intervention string) (out []app.CountedRow, err error) {
	err = s.all(&out, `
		SELECT p.source_collection AS collection, p.source_record AS record, p.day, p.quantity,
			CASE p.evidence_collection WHEN 'visit_marks' THEN 'visit' WHEN 'attendance_sheets' THEN 'attendance_sheet'
				WHEN 'transfers' THEN 'transfer' ELSE '' END AS "evidence.kind",
			CASE p.source_collection WHEN 'cupos' THEN 0 ELSE p.amount END AS amount,
			coalesce(c.number, 0) AS cupo, coalesce(w.given_names || ' ' || w.surnames, '') AS person,
			coalesce(v.id, '') AS "evidence.visit", coalesce(u.name, '') AS "evidence.who", coalesce(r.number, '') AS "evidence.number",
			coalesce((SELECT g.month FROM progress_postings g WHERE g.source_collection = p.source_collection AND g.source_record = p.source_record
				AND g.ao = p.ao AND g.measure = p.measure AND g.quantity > 0 ORDER BY g.n DESC LIMIT 1), '') AS posted_month
		FROM progress_contributions p
		LEFT JOIN cupos c ON p.source_collection = 'cupos' AND c.id = p.source_record
		LEFT JOIN visit_marks m ON p.evidence_collection = 'visit_marks' AND m.id = p.evidence_record
		LEFT JOIN visits v ON v.id = m.visit
		LEFT JOIN users u ON u.id = v.supervisor
		LEFT JOIN attendance_sheets a ON p.evidence_collection = 'attendance_sheets' AND a.id = p.evidence_record
		LEFT JOIN participants w ON w.id = coalesce(m.participant, (SELECT x.id FROM participants x, json_each(a.marks) j
			WHERE x.cupo = c.id AND x.id = j.key AND j.value = 'presente' AND a.day >= x.alta_on AND (x.baja_on = '' OR a.day <= x.baja_on)
			ORDER BY x.id LIMIT 1))
		LEFT JOIN transfers t ON p.evidence_collection = 'transfers' AND t.id = p.evidence_record
		LEFT JOIN resolutions r ON r.id = t.resolution
		WHERE p.ao = {:ao} AND p.intervention = {:i} AND p.exercise = {:y} AND p.measure = {:unit}
		ORDER BY cupo, p.day, p.source_record`,
		dbx.Params{"ao": ao.ID, "i": intervention, "y": ao.Exercise, "unit": ao.UnitMeasure})
	for i := range out {
		r := &out[i]
		r.Adjustment, r.Evidence.Day = r.PostedMonth != r.Day.Month(), r.Day
	}
	return out, err
}

// pick leaves out parameters a statement does not name.
func pick(all dbx.Params, names ...string) dbx.Params {
	out := make(dbx.Params, len(names))
	for _, n := range names {
		out[n] = all[n]
	}
	return out
}
