package board

import (
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
	"chaski/internal/domain/progress"
	"chaski/internal/store"
	"chaski/internal/store/parameters"
	"chaski/internal/store/sqlite"
)

// NewFigures answers figures from the ledger.
func NewFigures(e *store.Engine, a core.App) app.Figures { return &boardFigures{e, a} }

func (s *snapshot) Clock() time.Time { return s.now }

// LateCells are few: what reached an exercise after its last month was closed.
func (s *snapshot) LateCells(year int64) (out []app.LateCell, err error) {
	err = s.all(&out, `SELECT ao, measure, funding_year, funding_frame, month, quantity, amount FROM progress_cells
		WHERE exercise = {:y} AND (month < {:first} OR month > {:last}) AND (quantity <> 0 OR amount <> 0)
		ORDER BY measure, ao, funding_year, funding_frame, month`, inYear(year, dbx.Params{}))
	return out, err
}

// Uncounted tells the exercise of a row by the term of its work, by its AO or, of
// an opening balance, by its own year; who names none of them is of every one.
func (s *snapshot) Uncounted(year int64) (n int64, err error) {
	err = s.db.NewQuery(`
		SELECT count(*) FROM (SELECT collection, record, max(intervention) AS intervention FROM row_problems WHERE counts = 1 GROUP BY 1, 2) p
		LEFT JOIN interventions i ON i.id = p.intervention AND i.starts_on >= '1950' AND i.starts_on <= i.ends_on AND i.ends_on < '2101'
		LEFT JOIN budget_execution b ON p.collection = 'budget_execution' AND b.id = p.record
		LEFT JOIN management_reports r ON p.collection = 'management_reports' AND r.id = p.record
		LEFT JOIN opening_balances o ON p.collection = 'opening_balances' AND o.id = p.record AND o.exercise BETWEEN 2000 AND 2100
		LEFT JOIN aos a ON a.id = coalesce(b.ao, r.ao)
		WHERE {:y} BETWEEN coalesce(CAST(substr(i.starts_on, 1, 4) AS INTEGER), a.exercise, o.exercise, {:y})
			AND coalesce(CAST(substr(i.ends_on, 1, 4) AS INTEGER), a.exercise, o.exercise, {:y})`).
		Bind(dbx.Params{"y": year}).Row(&n)
	return n, err
}

func (s *snapshot) Versions(year int64) (out []figures.Version, err error) {
	err = s.all(&out, `SELECT v.key, v.position, a.ao, a.aei, a.cause, a.physical_target, a.financial_target AS money_target, a.active,
			o.budget_category AS category
		FROM ao_versions a JOIN poi_versions v ON v.id = a.poi_version JOIN aos o ON o.id = a.ao
		WHERE v.exercise = {:y} ORDER BY v.position, v.key, o.position, o.id`, dbx.Params{"y": year})
	return out, err
}

func (s *snapshot) Parameter(key string, on day.Day) ([]byte, error) {
	return parameters.Raw(s.db, key, on)
}

// countYear counts what sums cannot say: rules, distinct works, districts,
// executors, resolutions, units and persons behind the figures. What else it reads
// of a row than what the ledger keeps, restsOn must name.
func (s *snapshot) countYear(year int64, ageOn day.Day) (out figures.Rows, err error) {
	for _, part := range []func(int64, *figures.Rows) error{s.yearRules, s.yearWorks, s.yearTransfers, s.yearReports, s.yearConditions} {
		if err := part(year, &out); err != nil {
			return out, err
		}
	}
	return out, s.yearPeople(year, ageOn, &out)
}

func (s *snapshot) yearRules(year int64, out *figures.Rows) error {
	return s.all(&out.CountedBy, `SELECT DISTINCT ao, measure, rule FROM progress_works WHERE exercise = {:y} AND n > 0 ORDER BY measure, rule, ao`,
		dbx.Params{"y": year})
}

func (s *snapshot) yearWorks(year int64, out *figures.Rows) error {
	return s.all(&out.Works, `WITH worked AS (SELECT DISTINCT funding_year, funding_frame, intervention FROM progress_works
			WHERE exercise = {:y} AND measure = '`+progress.MeasureJob+`' AND intervention <> '' AND n > 0)
		SELECT w.funding_year, w.funding_frame AS frame, sum(i.kind = 'aii') AS aii, sum(i.kind = 'pi') AS pi, count(DISTINCT d.ubigeo) AS districts
		FROM worked w JOIN interventions i ON i.id = w.intervention LEFT JOIN districts d ON d.id = i.district GROUP BY 1, 2 ORDER BY 1, 2`,
		dbx.Params{"y": year})
}

// yearTransfers has a line for each frame and one, "", for all together.
func (s *snapshot) yearTransfers(year int64, out *figures.Rows) error {
	var rows []struct {
		Frame       string `db:"frame"`
		Governments int64  `db:"governments"`
		Idle        int64  `db:"idle"`
		Resolutions int64  `db:"resolutions"`
	}
	err := s.all(&rows, `WITH worked AS (SELECT DISTINCT intervention FROM progress_works
			WHERE exercise = {:y} AND measure = '`+progress.MeasureJob+`' AND n > 0),
		counted AS (SELECT p.funding_frame, c.executor, t.resolution, p.intervention NOT IN (SELECT intervention FROM worked) AS idle
			FROM progress_contributions p JOIN transfers t ON t.id = p.source_record JOIN convenios c ON c.id = t.convenio
			WHERE p.measure = '`+progress.MeasureTransfer+`' AND p.exercise = {:y} AND p.source_collection = 'transfers'),
		framed AS (SELECT funding_frame AS frame, executor, resolution, idle FROM counted UNION ALL SELECT '', executor, resolution, idle FROM counted)
		SELECT frame, count(DISTINCT executor) AS governments, sum(idle) AS idle, count(DISTINCT resolution) AS resolutions
		FROM framed GROUP BY frame`, dbx.Params{"y": year})
	for _, r := range rows {
		out.Executors = append(out.Executors, figures.Executors{Frame: r.Frame, Governments: r.Governments, Idle: r.Idle})
		if r.Frame == "" {
			out.Resolution = r.Resolutions
		}
	}
	return err
}

func (s *snapshot) yearReports(year int64, out *figures.Rows) error {
	return s.all(&out.Reports, `SELECT p.ao AS unit_measured, r.unit, sum(p.quantity) AS number, count(DISTINCT nullif(r.ut, '')) AS uts
		FROM progress_contributions p JOIN management_reports r ON r.id = p.source_record
		WHERE p.exercise = {:y} AND p.source_collection = 'management_reports' GROUP BY 1, 2 ORDER BY 1, 2`, dbx.Params{"y": year})
}

// someRows is how many rows a data problem names.
const someRows = "20"

// yearPeople reads how many persons there are of each sex and year of birth, those
// born up to the reference's day of the year apart from the others: within such a
// group all are of one age.
func (s *snapshot) yearPeople(year int64, ageOn day.Day, out *figures.Rows) error {
	params := dbx.Params{"y": year}
	err := s.all(&out.Persons, `SELECT sex, min(birth) AS birth, sum(n) AS number FROM progress_groups WHERE exercise = {:y} AND what = '' AND n > 0
		GROUP BY sex, CASE WHEN date(birth) IS birth THEN substr(birth, 1, 4) || (substr(birth, 6) <= {:on}) ELSE birth END ORDER BY 1, 2`,
		dbx.Params{"y": year, "on": string(ageOn[5:])})
	if err != nil {
		return err
	}
	sex, birth := false, false
	for _, r := range out.Persons {
		sex, birth = sex || r.Sex == figures.Contradiction, birth || r.Birth == figures.Contradiction
	}
	if sex {
		if out.BadSex, err = sqlite.Column(s.db, contradicting("sex"), params); err != nil {
			return err
		}
	}
	if birth {
		out.BadBirth, err = sqlite.Column(s.db, contradicting("birth"), params)
	}
	return err
}

// contradicting names one participant of each person whose rows differ in a field.
func contradicting(field string) string {
	return `SELECT 'participants/' || min(p.id) FROM progress_persons q JOIN participants p ON p.dni = q.dni
		JOIN progress_people g ON g.exercise = q.exercise AND g.participant = p.id
		WHERE q.exercise = {:y} AND q.` + field + ` = '` + figures.Contradiction + `' GROUP BY q.dni ORDER BY 1 LIMIT ` + someRows
}

// yearConditions counts the persons that any of their rows of the exercise gives
// a condition.
func (s *snapshot) yearConditions(year int64, out *figures.Rows) error {
	var rows []struct {
		Condition string `db:"what"`
		Number    int64  `db:"n"`
	}
	err := s.all(&rows, `SELECT what, n FROM progress_groups WHERE exercise = {:y} AND what <> '' AND n > 0`, dbx.Params{"y": year})
	out.Conditions = map[string]int64{}
	for _, r := range rows {
		out.Conditions[r.Condition] = r.Number
	}
	return err
}
