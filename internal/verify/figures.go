package verify

import (
	"fmt"
	"sort"

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

func (r counted) String() string {
	return fmt.Sprintf("%s %s, S/ %s, ejercicio %s, AO %s, %s, recurso %s %s, actividad %s, regla %s, evidencia %s/%s", r.Quantity, r.Measure, soles(r.Amount),
		r.Exercise, orNone(r.AO), r.Day, r.FundingYear, r.FundingFrame, orNone(r.Intervention), r.Rule, r.EvidenceOf, r.Evidence)
}

func orNone(s string) string {
	if s == "" {
		return "(ninguna)"
	}
	return s
}

// soles shows céntimos as money; what is not a whole number is shown as it is.
func soles(centimos string) string {
	var n int64
	if _, err := fmt.Sscanf(centimos, "%d", &n); err != nil || fmt.Sprint(n) != centimos {
		return centimos + " céntimos"
	}
	return progress.Money(n)
}

const nothing = "(nada)"

// expectedContributions derives every contribution from the base tables, by
// window functions where the application walks rows one by one.
//
// cupo_v1: a cupo counts on its first validated jornal. A visit validates by
// itself, a daily sheet once the unit validated it. A person-day that any source
// contradicts counts for nobody. On one day a visit goes before a sheet.
const expectedContributions = `
	serving AS (
		SELECT exercise, unit_measure, funding_frame, id FROM (
			SELECT *, row_number() OVER (PARTITION BY exercise, unit_measure, funding_frame ORDER BY position, id) AS place FROM aos)
		WHERE place = 1),
	seen AS (
		SELECT v.intervention, m.participant, v.visited_on AS day, m.mark, 0 AS behind, 'visit_marks' AS source, m.id AS record
		FROM visit_marks m JOIN visits v ON v.id = m.visit AND v.state IN ('sincronizada', 'validada')
		UNION ALL
		SELECT a.intervention, e.key, a.day, e.value, 1, 'attendance_sheets', a.id
		FROM attendance_sheets a JOIN json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) e
		WHERE a.state = 'validada'),
	personday AS (
		SELECT p.cupo, s.*, max(s.mark = 'ausente') OVER (PARTITION BY s.participant, s.day) AS disputed
		FROM seen s JOIN participants p ON p.id = s.participant AND p.intervention = s.intervention
		WHERE s.day BETWEEN p.alta_on AND CASE p.baja_on WHEN '' THEN '9999-12-31' ELSE p.baja_on END),
	jornal AS (
		SELECT *, row_number() OVER (PARTITION BY cupo ORDER BY day, behind, record) AS place
		FROM personday WHERE mark = 'presente' AND disputed = 0),
	job AS (
		SELECT 'cupos' AS source_collection, j.cupo AS source_record, 'job' AS measure,
			CAST(substr(j.day, 1, 4) AS INTEGER) AS exercise, k.funding_year, k.funding_frame, j.day, 1 AS quantity, 0 AS amount,
			'cupo_v1' AS rule, j.intervention, j.source AS evidence_collection, j.record AS evidence_record
		FROM jornal j JOIN cupos c ON c.id = j.cupo AND c.intervention = j.intervention AND c.state = 'activo'
		JOIN interventions i ON i.id = j.intervention AND i.state IN
			('en_ejecucion', 'suspendida', 'terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'resuelta')
		JOIN convenios k ON k.intervention = i.id
		WHERE j.place = 1),
	accrued AS (
		SELECT t.id, t.accrued_on, t.amount, k.funding_year, k.funding_frame, k.intervention,
			row_number() OVER (PARTITION BY t.resolution, t.convenio ORDER BY t.accrued_on, t.id) AS place
		FROM transfers t JOIN convenios k ON k.id = t.convenio JOIN resolutions r ON r.id = t.resolution
		WHERE t.state IN ('devengada', 'girada') AND t.accrued_on <> '' AND t.accrued_on >= r.published_on),
	transfer AS (
		SELECT 'transfers', id, 'transfer', CAST(substr(accrued_on, 1, 4) AS INTEGER) AS exercise, funding_year, funding_frame,
			accrued_on, 1, amount, 'transferencia_v1', intervention, 'transfers', id
		FROM accrued WHERE place = 1),
	event AS (SELECT * FROM job UNION ALL SELECT * FROM transfer),
	expected AS MATERIALIZED (
		SELECT e.source_collection, e.source_record, e.measure, coalesce(s.id, '') AS ao, e.exercise, e.funding_year, e.funding_frame,
			e.day, e.quantity, e.amount, e.rule, e.intervention, e.evidence_collection, e.evidence_record
		FROM event e LEFT JOIN serving s ON s.exercise = e.exercise AND s.exercise = e.funding_year
			AND s.unit_measure = e.measure AND s.funding_frame = e.funding_frame
		UNION ALL
		SELECT 'opening_balances', id, measure, ao, exercise, funding_year, funding_frame, as_of, quantity, amount, 'saldo_v1', '',
			'opening_balances', id FROM opening_balances
		UNION ALL
		SELECT 'budget_execution', b.id, 'devengado', a.id, a.exercise, a.exercise, a.funding_frame, b.month || '-01', 0, b.amount, 'devengado_v1', '',
			'budget_execution', b.id FROM budget_execution b JOIN aos a ON a.id = b.ao)`

const contributionColumns = `source_collection, source_record, measure, ao, exercise, funding_year, funding_frame, day, quantity, amount,
	rule, intervention, evidence_collection, evidence_record`

// contributions compares what each source row should add with what is stored.
func (c *checker) contributions() error {
	if err := c.count(CheckContributions, `SELECT count(*) FROM progress_contributions`); err != nil {
		return err
	}
	var rows []counted
	err := c.all(&rows, `WITH `+expectedContributions+`,
		found AS (SELECT `+contributionColumns+` FROM progress_contributions)
		SELECT 'expected' AS side, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
		UNION ALL SELECT 'found', * FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)`)
	pairs := newPairs(CheckContributions)
	for _, r := range rows {
		pairs.add(r.Collection+"/"+r.Record, r.Side, r.String())
	}
	pairs.report(c)
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
	rows := make([]string, 0, len(p.expected)+len(p.found))
	for row := range p.expected {
		rows = append(rows, row)
	}
	for row := range p.found {
		if _, both := p.expected[row]; !both {
			rows = append(rows, row)
		}
	}
	sort.Strings(rows)
	for _, row := range rows {
		c.differs(p.check, row, orNothing(p.expected[row]), orNothing(p.found[row]))
	}
}

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

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
