package verify

import (
	"fmt"

	"github.com/pocketbase/dbx"
)

// worksAtOnce bounds the memory of the comparison: window functions sort the
// marks of so many interventions at a time, with those of other interventions about
// the same people: a jornal is one per DNI and day over all of them.
const worksAtOnce = 25

// expectedWorks derives the contributions of the cupos of interventions from
// {:from} to before {:to}, and their participants of each exercise, from the base
// tables, by window functions where the application walks rows one by one.
//
// cupo_v1: a cupo counts on its first validated jornal. A visit validates by
// itself, a daily sheet once the unit validated it. A person-day that a source of the
// same work contradicts, or that another work says it has, is disputed: it counts for
// nobody, unless the newest decision about it names exactly this evidence and these
// revisions; then what it names counts, if it says that he was present. On one day a
// visit goes before a sheet. A person is a DNI: on two rows of one roster, or on two
// rosters, he has one jornal a day. Where a parameter
// says that work without insurance does not count, it does not.
//
// A participant is who has a jornal in the exercise: the first of each row of a
// roster in each year.
var expectedWorks = serving + `,
	executed AS (
		SELECT i.id AS intervention, k.funding_year, k.funding_frame FROM interventions i JOIN convenios k ON k.intervention = i.id
		WHERE i.state IN ('en_ejecucion', 'suspendida', 'terminada', 'rc_presentada', 'rc_observada', 'rc_conforme', 'cerrada', 'resuelta')),
	shared AS MATERIALIZED (
		SELECT DISTINCT o.id, o.intervention FROM participants p JOIN participants o ON o.dni = p.dni
		WHERE p.intervention >= {:from} AND p.intervention < {:to} AND NOT (o.intervention >= {:from} AND o.intervention < {:to})),
	seen AS (
		SELECT v.intervention, m.participant, v.visited_on AS day, m.mark, 0 AS behind, 'visit_marks' AS source, m.id AS record
		FROM visits v JOIN visit_marks m ON m.visit = v.id
		WHERE v.state IN ('sincronizada', 'validada') AND v.intervention >= {:from} AND v.intervention < {:to}
			AND` + whole("v", "visits") + ` AND` + whole("m", "visit_marks") + `
		UNION ALL
		SELECT v.intervention, m.participant, v.visited_on, m.mark, 0, 'visit_marks', m.id
		FROM shared h CROSS JOIN visit_marks m ON m.participant = h.id JOIN visits v ON v.id = m.visit AND v.intervention = h.intervention
		WHERE v.state IN ('sincronizada', 'validada') AND` + whole("v", "visits") + ` AND` + whole("m", "visit_marks") + `
		UNION ALL
		SELECT a.intervention, e.key, a.day, e.value, 1, 'attendance_sheets', a.id
		FROM attendance_sheets a JOIN json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) e
		WHERE a.state = 'validada' AND a.intervention >= {:from} AND a.intervention < {:to}
			AND` + whole("a", "attendance_sheets") + `
		UNION ALL
		SELECT a.intervention, e.key, a.day, e.value, 1, 'attendance_sheets', a.id
		FROM (SELECT DISTINCT intervention FROM shared) h CROSS JOIN attendance_sheets a ON a.intervention = h.intervention
			JOIN json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) e
		WHERE a.state = 'validada' AND e.key IN (SELECT id FROM shared) AND` + whole("a", "attendance_sheets") + `),
	roster AS (
		SELECT p.id, p.intervention, p.cupo, p.dni, p.alta_on, CASE p.baja_on WHEN '' THEN '9999-12-31' ELSE p.baja_on END AS last
		FROM participants p JOIN cupos c ON c.id = p.cupo AND c.intervention = p.intervention AND c.state = 'activo'
		WHERE` + whole("p", "participants") + ` AND` + whole("c", "cupos") + `),
	refused AS (
		SELECT valid_from, CASE valid_to WHEN '' THEN '9999-12-31' ELSE valid_to END AS valid_to
		FROM parameters WHERE key = 'jobs.uncovered_counts' AND value = 'false'),
	personday AS (
		SELECT p.cupo, p.dni, s.*, max(s.mark = 'presente') OVER w AS here, max(s.mark = 'ausente') OVER w AS denied
		FROM seen s JOIN roster p ON p.id = s.participant AND p.intervention = s.intervention
			JOIN executed k ON k.intervention = s.intervention
		WHERE s.day BETWEEN p.alta_on AND p.last AND (s.mark <> 'presente'
			OR NOT EXISTS (SELECT 1 FROM refused r WHERE s.day BETWEEN r.valid_from AND r.valid_to)
			OR EXISTS (SELECT 1 FROM insured_persons n JOIN insurance_policies o ON o.id = n.insurance_policy
				WHERE o.intervention = s.intervention AND n.dni = p.dni AND o.state <> 'anulada'
				AND NOT EXISTS (SELECT 1 FROM insurance_certificates c WHERE c.id = n.insurance_certificate AND c.state IN ('pendiente', 'observada'))
				AND s.day BETWEEN n.from_on AND CASE n.to_on WHEN '' THEN '9999-12-31' ELSE n.to_on END
				AND s.day BETWEEN o.valid_from AND o.valid_to))
		WINDOW w AS (PARTITION BY s.intervention, p.dni, s.day)),
	weighed AS MATERIALIZED (
		SELECT *, max(here AND denied) OVER pd OR coalesce(max(CASE WHEN here THEN intervention END) OVER pd
				<> min(CASE WHEN here THEN intervention END) OVER pd, 0) AS disputed,
			row_number() OVER (PARTITION BY dni, day ORDER BY mark <> 'presente', behind, record, participant) AS row
		FROM personday WINDOW pd AS (PARTITION BY dni, day)),
	evidence AS MATERIALIZED (
		SELECT e.dni, e.day, e.participant, e.source, e.record, e.intervention, e.mark, r.rev FROM weighed e
		LEFT JOIN sync_rows r ON r.collection = e.source AND r.record = e.record
		WHERE e.disputed AND e.here AND e.mark IN ('presente', 'ausente')),
	holds AS MATERIALIZED (
		SELECT j.* FROM jornal_decisions j WHERE j.n = (SELECT max(n) FROM jornal_decisions l WHERE l.person = j.person AND l.day = j.day)
			AND (SELECT count(*) FROM evidence e WHERE e.dni = j.person AND e.day = j.day) = json_array_length(j.evidence)
			AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.dni = j.person AND e.day = j.day AND NOT EXISTS (
				SELECT 1 FROM json_each(j.evidence) v WHERE v.value ->> 'source' = e.source AND v.value ->> 'record' = e.record
					AND v.value ->> 'participant' = e.participant AND v.value ->> 'mark' = e.mark AND v.value ->> 'rev' = e.rev))),
	counting AS MATERIALIZED (
		SELECT *, CAST(substr(day, 1, 4) AS INTEGER) AS exercise FROM weighed w WHERE mark = 'presente' AND intervention >= {:from} AND intervention < {:to}
			AND CASE WHEN disputed THEN EXISTS (SELECT 1 FROM holds h WHERE h.person = w.dni AND h.day = w.day
				AND h.source = w.source AND h.record = w.record AND h.participant = w.participant) ELSE row = 1 END),
	job AS (
		SELECT *, row_number() OVER (PARTITION BY cupo ORDER BY day, behind, record) AS place FROM counting),
	first AS (
		SELECT c.*, row_number() OVER (PARTITION BY c.participant, c.exercise ORDER BY c.day, c.behind, c.record) AS place
		FROM counting c),
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
		FROM first WHERE place = 1
		UNION ALL
		SELECT '` + disputed + `', e.participant, e.mark, coalesce(h.n, 0), '', '', '', e.day, '', '', '', e.intervention, e.source, e.record
		FROM evidence e LEFT JOIN holds h ON h.person = e.dni AND h.day = e.day
		WHERE e.intervention >= {:from} AND e.intervention < {:to}),
	found AS MATERIALIZED (
		SELECT ` + contributionColumns + ` FROM progress_contributions
		WHERE +source_collection = 'cupos' AND intervention >= {:from} AND intervention < {:to}
		UNION ALL
		SELECT '` + participant + `', participant, '', '', exercise, '', '', day, '', '', '', intervention, evidence_collection, evidence_record
		FROM progress_people WHERE intervention >= {:from} AND intervention < {:to}
		UNION ALL
		SELECT '` + disputed + `', participant, mark, decision, '', '', '', day, '', '', '', intervention, source, record
		FROM progress_disputed WHERE intervention >= {:from} AND intervention < {:to})`

// participant stands for the collection in what is compared of a participant.
const participant = "participants"

// disputed stands for the collection in what is compared of a mark of a disputed day.
const disputed = "jornales"

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

// comparison gathers what differs, of cupos, of participants and of disputed days.
type comparison struct{ contributions, people, disputed *pairs }

func (p comparison) add(rows []counted) {
	for _, r := range rows {
		switch r.Collection {
		case participant:
			p.people.add(fmt.Sprintf("%s (%s)", r.row(), r.Exercise), r.Side,
				fmt.Sprintf("%s, actividad %s, evidencia %s/%s", r.Day, r.Intervention, r.EvidenceOf, r.Evidence))
		case disputed:
			p.disputed.add(fmt.Sprintf("%s/%s (%s)", participant, r.Record, r.Day), r.Side,
				fmt.Sprintf("%s, actividad %s, evidencia %s/%s, decisión %s", r.Measure, r.Intervention, r.EvidenceOf, r.Evidence, r.AO))
		default:
			p.contributions.add(r.row(), r.Side, r.String())
		}
	}
}
