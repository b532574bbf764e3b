package verify

import (
	"fmt"

	"github.com/pocketbase/dbx"
)

// worksAtOnce bounds the memory of the comparison: window functions sort the
// marks of so many interventions at a time. Nothing is compared across
// interventions: a jornal is one per intervention, DNI and day, and cupos and
// rows of rosters belong to one.
const worksAtOnce = 25

// expectedWorks derives the contributions of the cupos of interventions from
// {:from} to before {:to}, and their participants of each exercise, from the base
// tables, by window functions where the application walks rows one by one.
//
// cupo_v1: a cupo counts on its first validated jornal. A visit validates by
// itself, a daily sheet once the unit validated it. A person-day that any source
// contradicts counts for nobody. On one day a visit goes before a sheet. A person
// is a DNI: on two rows of one roster he has one jornal a day. Where a parameter
// says that work without insurance does not count, it does not.
//
// A participant is who has a jornal in the exercise: the first of each row of a
// roster in each year.
var expectedWorks = serving + `,
	seen AS (
		SELECT v.intervention, m.participant, v.visited_on AS day, m.mark, 0 AS behind, 'visit_marks' AS source, m.id AS record
		FROM visits v JOIN visit_marks m ON m.visit = v.id
		WHERE v.state IN ('sincronizada', 'validada') AND v.intervention >= {:from} AND v.intervention < {:to}
			AND` + whole("v", "visits") + ` AND` + whole("m", "visit_marks") + `
		UNION ALL
		SELECT a.intervention, e.key, a.day, e.value, 1, 'attendance_sheets', a.id
		FROM attendance_sheets a JOIN json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) e
		WHERE a.state = 'validada' AND a.intervention >= {:from} AND a.intervention < {:to}
			AND` + whole("a", "attendance_sheets") + `),
	roster AS (
		SELECT p.id, p.intervention, p.cupo, p.dni, p.alta_on, CASE p.baja_on WHEN '' THEN '9999-12-31' ELSE p.baja_on END AS last
		FROM participants p JOIN cupos c ON c.id = p.cupo AND c.intervention = p.intervention AND c.state = 'activo'
		WHERE` + whole("p", "participants") + ` AND` + whole("c", "cupos") + `),
	refused AS (
		SELECT valid_from, CASE valid_to WHEN '' THEN '9999-12-31' ELSE valid_to END AS valid_to
		FROM parameters WHERE key = 'jobs.uncovered_counts' AND value = 'false'),
	personday AS (
		SELECT p.cupo, p.dni, s.*,
			max(s.mark = 'ausente') OVER (PARTITION BY s.intervention, p.dni, s.day) AS disputed,
			row_number() OVER (PARTITION BY s.intervention, p.dni, s.day ORDER BY s.mark <> 'presente', s.behind, s.record, p.id) AS row
		FROM seen s JOIN roster p ON p.id = s.participant AND p.intervention = s.intervention
		WHERE s.day BETWEEN p.alta_on AND p.last AND (s.mark <> 'presente'
			OR NOT EXISTS (SELECT 1 FROM refused r WHERE s.day BETWEEN r.valid_from AND r.valid_to)
			OR EXISTS (SELECT 1 FROM insured_persons n JOIN insurance_policies o ON o.id = n.insurance_policy
				WHERE o.intervention = s.intervention AND n.dni = p.dni AND o.state <> 'anulada'
				AND s.day BETWEEN n.from_on AND CASE n.to_on WHEN '' THEN '9999-12-31' ELSE n.to_on END
				AND s.day BETWEEN o.valid_from AND o.valid_to))),
	executed AS (
		SELECT i.id AS intervention, k.funding_year, k.funding_frame FROM interventions i JOIN convenios k ON k.intervention = i.id
		WHERE i.id >= {:from} AND i.id < {:to} AND i.state IN
			('en_ejecucion', 'suspendida', 'terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'resuelta')),
	counting AS MATERIALIZED (
		SELECT *, CAST(substr(day, 1, 4) AS INTEGER) AS exercise FROM personday WHERE mark = 'presente' AND disputed = 0 AND row = 1),
	job AS (
		SELECT *, row_number() OVER (PARTITION BY cupo ORDER BY day, behind, record) AS place FROM counting),
	first AS (
		SELECT c.*, row_number() OVER (PARTITION BY c.participant, c.exercise ORDER BY c.day, c.behind, c.record) AS place
		FROM counting c JOIN executed k ON k.intervention = c.intervention),
	expected AS MATERIALIZED (
		SELECT 'cupos' AS source_collection, j.cupo AS source_record, 'job' AS measure, coalesce(s.id, '') AS ao, j.exercise,
			k.funding_year, k.funding_frame, j.day, 1 AS quantity, 0 AS amount,
			'cupo_v1' AS rule, j.intervention, j.source AS evidence_collection, j.record AS evidence_record
		FROM job j JOIN executed k ON k.intervention = j.intervention
		LEFT JOIN serving s ON s.exercise = j.exercise AND s.exercise = k.funding_year
			AND s.unit_measure = 'job' AND s.funding_frame = k.funding_frame
		WHERE j.place = 1
		UNION ALL
		SELECT '` + participant + `', participant, '', '', exercise, '', '', day, '', '', '', intervention, source, record
		FROM first WHERE place = 1),
	found AS MATERIALIZED (
		SELECT ` + contributionColumns + ` FROM progress_contributions
		WHERE +source_collection = 'cupos' AND intervention >= {:from} AND intervention < {:to}
		UNION ALL
		SELECT '` + participant + `', participant, '', '', exercise, '', '', day, '', '', '', intervention, evidence_collection, evidence_record
		FROM progress_people WHERE intervention >= {:from} AND intervention < {:to})`

// participant stands for the collection in what is compared of a participant.
const participant = "participants"

// works compares the cupos and participants of all interventions, some at a
// time. The ranges have no gaps: rows of an intervention that does not exist are
// in one of them.
func (c *checker) works(out comparison) error {
	var bounds []string
	err := c.db.NewQuery(`SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM interventions) WHERE n % {:n} = 0 ORDER BY id`).
		Bind(dbx.Params{"n": worksAtOnce}).Column(&bounds)
	if err != nil {
		return err
	}
	const beyond = "\U0010FFFF" // after every id
	q := c.db.NewQuery(`WITH ` + expectedWorks + `
		SELECT 'expected' AS side, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM found)
		UNION ALL SELECT 'found', * FROM (SELECT * FROM found EXCEPT SELECT * FROM expected)`).Prepare()
	defer func() { _ = q.Close() }()
	from := ""
	for _, to := range append(bounds, beyond) {
		var rows []counted
		if err := q.Bind(dbx.Params{"from": from, "to": to}).All(&rows); err != nil {
			return err
		}
		out.add(rows)
		from = to
	}
	return nil
}

// comparison gathers what differs, of cupos and of participants.
type comparison struct{ contributions, people *pairs }

func (p comparison) add(rows []counted) {
	for _, r := range rows {
		if r.Collection != participant {
			p.contributions.add(r.row(), r.Side, r.String())
			continue
		}
		p.people.add(fmt.Sprintf("%s (%s)", r.row(), r.Exercise), r.Side,
			fmt.Sprintf("%s, actividad %s, evidencia %s/%s", r.Day, r.Intervention, r.EvidenceOf, r.Evidence))
	}
}
