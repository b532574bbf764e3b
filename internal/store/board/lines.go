package board

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
	"chaski/internal/store/sqlite"
)

func monthOf(s string) day.Month { return day.Month(s) }

type lineRow struct {
	ID        string `db:"id"`
	Name      string `db:"name"`
	Code      string `db:"code"`
	UTName    string `db:"ut_name"`
	UT        string `db:"ut"`
	AsOf      string `db:"as_of"`
	Source    string `db:"source"`
	Month     string `db:"month"`
	Physical  int64  `db:"physical"`
	Financial int64  `db:"financial"`
}

func (r lineRow) line(kind string) app.Line {
	return app.Line{
		Kind: kind, Intervention: r.ID, Name: r.Name, ConvenioCode: r.Code, UTName: r.UTName, UT: r.UT, AsOf: r.AsOf, Source: r.Source,
		Month: monthOf(r.Month), Physical: r.Physical, Financial: r.Financial,
	}
}

// Lines says what an AO's figures are made of. Contributions are what counts
// now; what of it was posted outside the exercise, after its close, does not
// move the figure and is taken off again in a line of its own.
func (s *snapshot) Lines(ao app.AO) ([]app.Line, error) {
	var out []app.Line
	params := inYear(ao.Exercise, dbx.Params{"ao": ao.ID, "unit": ao.UnitMeasure, "frame": ao.FundingFrame})
	add := func(kind, sql string, names ...string) error {
		var rows []lineRow
		if err := s.all(&rows, sql, pick(params, names...)); err != nil {
			return err
		}
		for _, r := range rows {
			out = append(out, r.line(kind))
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
	SELECT i.id, i.name, coalesce(c.code, '') AS code, u.id AS ut, u.name AS ut_name, coalesce(n.q, 0) AS physical, 0 AS financial
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

const assistanceLines = `SELECT coalesce(e.name, '') || ' · ' || a.topic AS name, coalesce(u.name, '') AS ut_name, a.held_on AS as_of, a.evidence AS source,
		p.quantity AS physical, 0 AS financial
	FROM progress_contributions p JOIN technical_assistances a ON a.id = p.source_record
		LEFT JOIN entities e ON e.id = a.entity LEFT JOIN uts u ON u.id = a.ut
	WHERE p.source_collection = 'technical_assistances' AND p.ao = {:ao} AND p.exercise = {:y} AND p.measure = {:unit}
	ORDER BY a.held_on, u.code, e.name, a.id`

const reportLines = `SELECT r.kind || ' ' || r.period AS name, coalesce(u.name, r.unit) AS ut_name, r.approved_on AS as_of, r.number AS source,
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
	var rows []struct {
		Name     string `db:"name"`
		State    string `db:"state"`
		UT       string `db:"ut"`
		Starts   string `db:"starts_on"`
		Ends     string `db:"ends_on"`
		Code     string `db:"code"`
		Year     int64  `db:"funding_year"`
		Frame    string `db:"funding_frame"`
		Executor string `db:"executor"`
	}
	err := s.all(&rows, `SELECT i.name, i.state, i.ut, i.starts_on, i.ends_on, coalesce(c.code, '') AS code,
			coalesce(c.funding_year, 0) AS funding_year, coalesce(c.funding_frame, '') AS funding_frame, coalesce(e.name, '') AS executor
		FROM interventions i LEFT JOIN convenios c ON c.intervention = i.id LEFT JOIN entities e ON e.id = c.executor WHERE i.id = {:i}`,
		dbx.Params{"i": id})
	if err != nil || len(rows) == 0 {
		return app.Intervention{}, false, err
	}
	r := rows[0]
	return app.Intervention{
		ID: id, Name: r.Name, State: r.State, UT: r.UT, ConvenioCode: r.Code, Executor: r.Executor,
		StartsOn: day.Day(r.Starts), EndsOn: day.Day(r.Ends), FundingYear: r.Year, FundingFrame: r.Frame,
	}, true, nil
}

// Counted joins each contribution of a work with its evidence and with the
// posting that last counted it. Of a daily sheet the person is whoever of the
// cupo was marked present that day.
func (s *snapshot) Counted(ao app.AO, intervention string) ([]app.CountedRow, error) {
	var rows []struct {
		Collection string `db:"source_collection"`
		Record     string `db:"source_record"`
		Cupo       int64  `db:"cupo"`
		Person     string `db:"person"`
		Day        string `db:"day"`
		Posted     string `db:"posted"`
		Quantity   int64  `db:"quantity"`
		Amount     int64  `db:"amount"`
		Kind       string `db:"evidence_collection"`
		Visit      string `db:"visit"`
		VisitedOn  string `db:"visited_on"`
		Who        string `db:"who"`
		Number     string `db:"number"`
	}
	err := s.all(&rows, `
		SELECT p.source_collection, p.source_record, p.day, p.quantity, p.evidence_collection,
			CASE p.source_collection WHEN 'cupos' THEN 0 ELSE p.amount END AS amount,
			coalesce(c.number, 0) AS cupo, coalesce(w.given_names || ' ' || w.surnames, '') AS person,
			coalesce(v.id, '') AS visit, coalesce(v.visited_on, '') AS visited_on, coalesce(u.name, '') AS who, coalesce(r.number, '') AS number,
			coalesce((SELECT g.month FROM progress_postings g WHERE g.source_collection = p.source_collection AND g.source_record = p.source_record
				AND g.ao = p.ao AND g.measure = p.measure AND g.quantity > 0 ORDER BY g.n DESC LIMIT 1), '') AS posted
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
	out := make([]app.CountedRow, len(rows))
	for i, r := range rows {
		kinds := map[string]string{"visit_marks": "visit", "attendance_sheets": "attendance_sheet", "transfers": "transfer"}
		out[i] = app.CountedRow{
			Collection: r.Collection, Record: r.Record, Cupo: r.Cupo, Person: r.Person, Day: day.Day(r.Day), PostedMonth: monthOf(r.Posted),
			Adjustment: r.Posted != string(day.Day(r.Day).Month()), Quantity: r.Quantity, Amount: r.Amount,
			Evidence: app.Evidence{Kind: kinds[r.Kind], Visit: r.Visit, Day: day.Day(r.Day), Who: r.Who, Number: r.Number},
		}
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
