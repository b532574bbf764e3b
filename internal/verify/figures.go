package verify

import (
	"cmp"
	"fmt"

	"chaski/internal/domain/progress"
)

// counted is what one source row adds to a figure.
type counted struct {
	Side         string `db:"side"`
	Collection   string `db:"source_collection"`
	Record       string `db:"source_record"`
	Measure      string `db:"measure"`
	AO           string `db:"ao"`
	Exercise     string `db:"exercise"`
	FundingYear  string `db:"funding_year"`
	FundingFrame string `db:"funding_frame"`
	Day          string `db:"day"`
	Quantity     string `db:"quantity"`
	Amount       string `db:"amount"`
	Rule         string `db:"rule"`
	Intervention string `db:"intervention"`
	EvidenceOf   string `db:"evidence_collection"`
	Evidence     string `db:"evidence_record"`
}

func (r counted) row() string { return r.Collection + "/" + r.Record }

func (r counted) String() string {
	return fmt.Sprintf("%s %s, S/ %s, ejercicio %s, AO %s, %s, recurso %s %s, actividad %s, regla %s, evidencia %s/%s", r.Quantity, r.Measure, soles(r.Amount),
		r.Exercise, orNone(r.AO), r.Day, r.FundingYear, r.FundingFrame, orNone(r.Intervention), r.Rule, r.EvidenceOf, r.Evidence)
}

func orNone(s string) string { return cmp.Or(s, "(ninguna)") }

// soles shows céntimos as money; what is not a whole number is shown as it is.
func soles(centimos string) string {
	var n int64
	if _, err := fmt.Sscanf(centimos, "%d", &n); err != nil || fmt.Sprint(n) != centimos {
		return centimos + " céntimos"
	}
	return progress.Money(n)
}

const nothing = "(nada)"

// serving is the AO of each exercise, unit of measure and frame.
const serving = `
	serving AS (
		SELECT exercise, unit_measure, funding_frame, id FROM (
			SELECT *, row_number() OVER (PARTITION BY exercise, unit_measure, funding_frame ORDER BY position, id) AS place FROM aos)
		WHERE place = 1)`

// expectedEvents derives the contributions of everything but cupos from the base
// tables, by window functions where the application asks for each row.
var expectedEvents = serving + `,
	accrued AS (
		SELECT t.id, t.accrued_on, t.amount, k.funding_year, k.funding_frame, k.intervention,
			row_number() OVER (PARTITION BY t.resolution, t.convenio ORDER BY t.accrued_on, t.id) AS place
		FROM transfers t JOIN convenios k ON k.id = t.convenio JOIN resolutions r ON r.id = t.resolution
		WHERE t.state IN ('devengada', 'girada') AND t.accrued_on <> '' AND t.accrued_on >= r.published_on AND r.state <> 'anulada'
			AND` + whole("t", "transfers") + `),
	transfer AS (
		SELECT 'transfers' AS source_collection, id AS source_record, 'transfer' AS measure,
			CAST(substr(accrued_on, 1, 4) AS INTEGER) AS exercise, funding_year, funding_frame, accrued_on AS day, 1 AS quantity, amount,
			'transferencia_v1' AS rule, intervention, 'transfers' AS evidence_collection, id AS evidence_record
		FROM accrued WHERE place = 1),
	assisted AS (
		SELECT *, row_number() OVER (PARTITION BY entity, held_on, modality, topic ORDER BY id) AS place
		FROM technical_assistances t WHERE state = 'validada' AND evidence <> '' AND` + whole("t", "technical_assistances") + `),
	assistance AS (
		SELECT 'technical_assistances', id, 'technical_assistance', CAST(substr(held_on, 1, 4) AS INTEGER) AS exercise, funding_year, funding_frame,
			held_on, 1, 0, 'asistencia_v1', '', 'technical_assistances', id
		FROM assisted WHERE place = 1),
	approved AS (
		SELECT *, row_number() OVER (PARTITION BY unit, ut, kind, period, ao ORDER BY approved_on, id) AS place
		FROM management_reports t WHERE state = 'aprobado' AND approved_on <> '' AND` + whole("t", "management_reports") + `),
	event AS (SELECT * FROM transfer UNION ALL SELECT * FROM assistance),
	expected AS MATERIALIZED (
		SELECT e.source_collection, e.source_record, e.measure, coalesce(s.id, '') AS ao, e.exercise, e.funding_year, e.funding_frame,
			e.day, e.quantity, e.amount, e.rule, e.intervention, e.evidence_collection, e.evidence_record
		FROM event e LEFT JOIN serving s ON s.exercise = e.exercise AND s.exercise = e.funding_year
			AND s.unit_measure = e.measure AND s.funding_frame = e.funding_frame
		UNION ALL
		SELECT 'management_reports', r.id, 'management_report', a.id, a.exercise, a.exercise, a.funding_frame, r.approved_on, 1, 0, 'informe_v1', '',
			'management_reports', r.id FROM approved r JOIN aos a ON a.id = r.ao AND a.unit_measure = 'management_report' WHERE r.place = 1
		UNION ALL
		SELECT 'opening_balances', id, measure, ao, exercise, funding_year, funding_frame, as_of, quantity, amount, 'saldo_v1', '',
			'opening_balances', id FROM opening_balances t WHERE` + whole("t", "opening_balances") + `
		UNION ALL
		SELECT 'budget_execution', b.id, 'devengado', a.id, a.exercise, a.exercise, a.funding_frame, b.month || '-01', 0, b.amount, 'devengado_v1', '',
			'budget_execution', b.id FROM budget_execution b JOIN aos a ON a.id = b.ao WHERE` + whole("b", "budget_execution") + `)`

const contributionColumns = `source_collection, source_record, measure, ao, exercise, funding_year, funding_frame, day, quantity, amount,
	rule, intervention, evidence_collection, evidence_record`

// contributions compares what each source row should add with what is stored:
// cupos were compared with the people of their works.
func (c *checker) contributions() error {
	if err := c.count(CheckContributions, `SELECT count(*) FROM progress_contributions`); err != nil {
		return err
	}
	if err := c.count(CheckPeople, `SELECT count(*) FROM progress_people`); err != nil {
		return err
	}
	if err := c.count(CheckDisputed, `SELECT count(*) FROM progress_disputed`); err != nil {
		return err
	}
	both := comparison{newPairs(CheckContributions), newPairs(CheckPeople), newPairs(CheckDisputed)}
	if err := c.works(both); err != nil {
		return err
	}
	var rows []counted
	err := c.all(&rows, `WITH `+expectedEvents+`,
		found AS (SELECT `+contributionColumns+` FROM progress_contributions WHERE source_collection <> 'cupos')
		SELECT 'expected' AS side, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
		UNION ALL SELECT 'found', * FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)`)
	for _, r := range rows {
		both.contributions.add(r.row(), r.Side, r.String())
	}
	both.contributions.report(c)
	both.people.report(c)
	both.disputed.report(c)
	return err
}

// pairs joins the two sides of a comparison by the row they speak of.
type pairs struct {
	check           string
	expected, found map[string]string
}

func newPairs(check string) *pairs {
	return &pairs{check, map[string]string{}, map[string]string{}}
}

func (p *pairs) add(row, side, text string) {
	of := p.expected
	if side == "found" {
		of = p.found
	}
	if of[row] != "" {
		text = of[row] + " + " + text
	}
	of[row] = text
}

func (p *pairs) report(c *checker) {
	for _, row := range either(p.expected, p.found) {
		c.differs(p.check, row, orNothing(p.expected[row]), orNothing(p.found[row]))
	}
}

func orNothing(s string) string { return cmp.Or(s, nothing) }

type posted struct {
	Side       string `db:"side"`
	Row        string `db:"row"`
	Where      string `db:"place"`
	Quantity   string `db:"quantity"`
	Amount     string `db:"amount"`
	Measure    string `db:"measure"`
	Qualifying string `db:"qualifying"`
}

// postings: the signed entries of a source add up to its contribution, also for
// each month it qualified in, and none was posted before it happened.
func (c *checker) postings() error {
	if err := c.count(CheckPostings, `SELECT count(*) FROM progress_postings`); err != nil {
		return err
	}
	var rows []posted
	err := c.all(&rows, `WITH
		due AS (SELECT source_collection || '/' || source_record AS row, measure, ao || ' ' || exercise || ' ' || funding_year || ' ' || funding_frame AS place,
				substr(day, 1, 7) AS qualifying, quantity, amount FROM progress_contributions WHERE quantity <> 0 OR amount <> 0),
		entered AS (SELECT source_collection || '/' || source_record AS row, measure, ao || ' ' || exercise || ' ' || funding_year || ' ' || funding_frame AS place,
				qualifying_month AS qualifying, sum(quantity) AS quantity, sum(amount) AS amount FROM progress_postings
				GROUP BY 1, 2, 3, 4 HAVING sum(quantity) <> 0 OR sum(amount) <> 0)
		SELECT 'expected' AS side, * FROM (SELECT * FROM due EXCEPT SELECT * FROM entered)
		UNION ALL SELECT 'found', * FROM (SELECT * FROM entered EXCEPT SELECT * FROM due)`)
	if err != nil {
		return err
	}
	pairs := newPairs(CheckPostings)
	for _, r := range rows {
		pairs.add(r.Row, r.Side, fmt.Sprintf("%s %s, S/ %s, %s (%s)", r.Quantity, r.Measure, soles(r.Amount), r.Qualifying, r.Where))
	}
	pairs.report(c)
	var early []struct {
		N          string `db:"n"`
		Month      string `db:"month"`
		Qualifying string `db:"qualifying_month"`
	}
	err = c.all(&early, `SELECT n, month, qualifying_month FROM progress_postings WHERE month < qualifying_month`)
	for _, r := range early {
		c.differs(CheckPostings, "progress_postings/"+r.N, "un mes desde "+r.Qualifying, r.Month)
	}
	return err
}

// cells: every figure is the sum of its postings.
func (c *checker) cells() error {
	if err := c.count(CheckCells, `SELECT count(*) FROM progress_cells`); err != nil {
		return err
	}
	var rows []posted
	err := c.all(&rows, `WITH
		total AS (SELECT exercise, measure, ao, funding_year, funding_frame, month, sum(quantity) AS quantity, sum(amount) AS amount
			FROM progress_postings GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(quantity) <> 0 OR sum(amount) <> 0),
		cell AS (SELECT exercise, measure, ao, funding_year, funding_frame, month, quantity, amount
			FROM progress_cells WHERE quantity <> 0 OR amount <> 0),
		differing AS (SELECT 'expected' AS side, * FROM (SELECT * FROM total EXCEPT SELECT * FROM cell)
			UNION ALL SELECT 'found', * FROM (SELECT * FROM cell EXCEPT SELECT * FROM total))
		SELECT d.side, d.quantity, d.amount, d.measure, 'progress_cells/' || d.exercise || '/' || d.measure || '/' || d.ao || '/' || d.funding_year || '/' ||
			d.funding_frame || '/' || d.month || coalesce(' (AO ' || a.key || ')', '') AS row
		FROM differing d LEFT JOIN aos a ON a.id = d.ao`)
	pairs := newPairs(CheckCells)
	for _, r := range rows {
		pairs.add(r.Row, r.Side, fmt.Sprintf("%s %s, S/ %s", r.Quantity, r.Measure, soles(r.Amount)))
	}
	pairs.report(c)
	return err
}
