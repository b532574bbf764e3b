package store

import (
	"sort"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/progress"
)

// contribution is what one source row adds to a figure now.
type contribution struct {
	SourceCollection   string `db:"source_collection"`
	SourceRecord       string `db:"source_record"`
	Measure            string `db:"measure"`
	AO                 string `db:"ao"` // "": money of another year, counted for the AEI only
	Exercise           int64  `db:"exercise"`
	FundingYear        int64  `db:"funding_year"`
	FundingFrame       string `db:"funding_frame"`
	Day                string `db:"day"` // of the qualifying event
	Quantity           int64  `db:"quantity"`
	Amount             int64  `db:"amount"` // céntimos
	Rule               string `db:"rule"`
	Intervention       string `db:"intervention"`
	EvidenceCollection string `db:"evidence_collection"`
	EvidenceRecord     string `db:"evidence_record"`
}

const contributionColumns = `source_collection, source_record, measure, ao, exercise, funding_year, funding_frame,
	day, quantity, amount, rule, intervention, evidence_collection, evidence_record`

// scope is the money a work is paid with: it attributes progress, never the
// start date (domain.md §E).
type scope struct {
	State        string `db:"state"`
	FundingYear  int64  `db:"funding_year"`
	FundingFrame string `db:"funding_frame"`
}

// progress recomputes the contributions that the changes may have moved.
func (d *drain) progress(changes []change) (bool, error) {
	figures := false
	for _, ch := range changes {
		if ch.key.Collection == "aos" || ch.key.Collection == "ao_months" || ch.key.Collection == "exercises" {
			figures = true // targets are figures too
		}
		if err := d.note(ch); err != nil {
			return false, err
		}
	}
	ledger, err := d.openLedger()
	if err != nil {
		return false, err
	}
	cupos, err := d.cuposByIntervention()
	if err != nil {
		return false, err
	}
	for _, intervention := range sortedKeys(cupos) {
		if err := d.jobsOf(ledger, intervention, cupos[intervention]); err != nil {
			return false, err
		}
	}
	for _, k := range d.affected.orderedSources() {
		now, err := d.sourceNow(k)
		if err != nil {
			return false, err
		}
		if err := ledger.set(k, now); err != nil {
			return false, err
		}
	}
	return figures || ledger.moved, nil
}

func (a *affected) orderedSources() []Key {
	out := make([]Key, 0, len(a.sources))
	for k := range a.sources {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Collection+out[i].Record < out[j].Collection+out[j].Record
	})
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// cuposByIntervention groups the affected cupos under the intervention each
// belongs to now, whatever the rows that named it say. One that is gone falls to
// the intervention it last counted for.
func (d *drain) cuposByIntervention() (map[string]map[string]bool, error) {
	out := map[string]map[string]bool{}
	put := func(intervention, cupo string) {
		if out[intervention] == nil {
			out[intervention] = map[string]bool{}
		}
		out[intervention][cupo] = true
	}
	for intervention := range d.affected.whole {
		all, err := d.everyCupo(intervention)
		if err != nil {
			return nil, err
		}
		for cupo := range all {
			d.affected.cupos[cupo] = true
		}
	}
	ids := sortedKeys(d.affected.cupos)
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		var rows []struct {
			Cupo         string `db:"source_record"`
			Intervention string `db:"intervention"`
		}
		if err := d.db.NewQuery(`SELECT j.value AS source_record, coalesce(c.intervention, p.intervention, '') AS intervention
			FROM json_each({:ids}) j LEFT JOIN cupos c ON c.id = j.value
			LEFT JOIN progress_contributions p ON p.source_collection = 'cupos' AND p.source_record = j.value`).
			Bind(dbx.Params{"ids": jsonList(ids[:n])}).All(&rows); err != nil {
			return nil, err
		}
		for _, r := range rows {
			put(r.Intervention, r.Cupo)
		}
		ids = ids[n:]
	}
	delete(out, "")
	return out, nil
}

// jobsOf recomputes cupos of one intervention. The work is bounded by one
// intervention, whatever the size of the year.
func (d *drain) jobsOf(l *ledger, intervention string, cupos map[string]bool) error {
	var scopes []scope
	err := d.db.NewQuery(`SELECT i.state, CAST(c.funding_year AS INTEGER) AS funding_year, c.funding_frame FROM interventions i
		JOIN convenios c ON c.intervention = i.id WHERE i.id = {:i}`).Bind(dbx.Params{"i": intervention}).All(&scopes)
	if err != nil {
		return err
	}
	first := map[string]jobs.Jornal{}
	if len(scopes) == 1 && jobs.Executes(scopes[0].State) {
		marks, err := d.marksOf(intervention)
		if err != nil {
			return err
		}
		first = jobs.First(marks)
	}
	for _, cupo := range sortedKeys(cupos) {
		var now *contribution
		if j, ok := first[cupo]; ok {
			if now, err = d.job(intervention, j, scopes[0]); err != nil {
				return err
			}
		}
		if err := l.set(Key{"cupos", cupo}, now); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) job(intervention string, j jobs.Jornal, s scope) (*contribution, error) {
	year := int64(j.Day.Month().Year())
	ao, err := d.aoFor(progress.MeasureJob, year, s.FundingYear, s.FundingFrame)
	return &contribution{
		Measure: progress.MeasureJob, AO: ao, Exercise: year, FundingYear: s.FundingYear, FundingFrame: s.FundingFrame,
		Day: string(j.Day), Quantity: 1, Rule: progress.RuleCupo, Intervention: intervention,
		EvidenceCollection: j.Source, EvidenceRecord: j.Record,
	}, err
}

func (d *drain) everyCupo(intervention string) (map[string]bool, error) {
	ids, err := column(d.db, `SELECT id FROM cupos WHERE intervention = {:i}
		UNION SELECT source_record FROM progress_contributions WHERE source_collection = 'cupos' AND intervention = {:i}`,
		dbx.Params{"i": intervention})
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// marksOf are the validated marks of an intervention on active cupos, for days
// on which the person was on the roster.
func (d *drain) marksOf(intervention string) ([]jobs.Mark, error) {
	var rows []struct {
		Cupo        string `db:"cupo"`
		Participant string `db:"participant"`
		Day         string `db:"day"`
		Mark        string `db:"mark"`
		Source      string `db:"source"`
		Record      string `db:"record"`
	}
	err := d.db.NewQuery(`
		SELECT p.cupo, p.id AS participant, s.day, s.mark, s.source, s.record FROM (
			SELECT m.participant, v.visited_on AS day, m.mark, 'visit_marks' AS source, m.id AS record
			FROM visit_marks m JOIN visits v ON v.id = m.visit
			WHERE v.intervention = {:i} AND v.state IN ('sincronizada', 'validada')
			UNION ALL
			SELECT j.key, a.day, coalesce(CAST(j.value AS TEXT), ''), 'attendance_sheets', a.id
			FROM attendance_sheets a, json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) j
			WHERE a.intervention = {:i} AND a.state = 'validada'
		) s
		JOIN participants p ON p.id = s.participant AND p.intervention = {:i}
		JOIN cupos c ON c.id = p.cupo AND c.state = 'activo' AND c.intervention = {:i}
		WHERE s.day >= p.alta_on AND (p.baja_on = '' OR s.day <= p.baja_on)`).
		Bind(dbx.Params{"i": intervention}).All(&rows)
	out := make([]jobs.Mark, len(rows))
	for i, r := range rows {
		out[i] = jobs.Mark{Cupo: r.Cupo, Participant: r.Participant, Day: day.Day(r.Day), Mark: r.Mark, Source: r.Source, Record: r.Record}
	}
	return out, err
}

// aoFor is the AO a contribution counts for: of the exercise whose money pays
// it. Money of an earlier year counts for the AEI alone.
func (d *drain) aoFor(measure string, exercise, fundingYear int64, frame string) (string, error) {
	if exercise != fundingYear {
		return "", nil
	}
	ids, err := column(d.db, `SELECT id FROM aos WHERE exercise = {:y} AND unit_measure = {:m} AND funding_frame = {:f} ORDER BY position, id LIMIT 1`,
		dbx.Params{"y": exercise, "m": measure, "f": frame})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// sourceNow is what a transfer, balance or budget row adds now; nil for nothing.
func (d *drain) sourceNow(k Key) (*contribution, error) {
	switch k.Collection {
	case "transfers":
		return d.transferNow(k.Record)
	case "opening_balances":
		return d.one(`SELECT measure, ao, CAST(exercise AS INTEGER) AS exercise, CAST(funding_year AS INTEGER) AS funding_year, funding_frame,
			as_of AS day, CAST(quantity AS INTEGER) AS quantity, CAST(amount AS INTEGER) AS amount,
			'`+progress.RuleBalance+`' AS rule FROM opening_balances WHERE id = {:id}`, k)
	case "budget_execution":
		return d.one(`SELECT '`+progress.MeasureAccrued+`' AS measure, b.ao, CAST(a.exercise AS INTEGER) AS exercise,
			CAST(a.exercise AS INTEGER) AS funding_year, a.funding_frame,
			b.month || '-01' AS day, 0 AS quantity, CAST(b.amount AS INTEGER) AS amount, '`+progress.RuleAccrued+`' AS rule
			FROM budget_execution b JOIN aos a ON a.id = b.ao WHERE b.id = {:id}`, k)
	}
	return nil, nil
}

func (d *drain) one(sql string, k Key) (*contribution, error) {
	var rows []contribution
	if err := d.db.NewQuery(sql).Bind(dbx.Params{"id": k.Record}).All(&rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	rows[0].EvidenceCollection, rows[0].EvidenceRecord = k.Collection, k.Record
	return &rows[0], nil
}

// transferNow: a transfer counts when accrued under a published resolution, once
// per (resolution, convenio): the earliest of a pair is the one that counts.
func (d *drain) transferNow(id string) (*contribution, error) {
	c, err := d.one(`SELECT '`+progress.MeasureTransfer+`' AS measure, '' AS ao, CAST(substr(t.accrued_on, 1, 4) AS INTEGER) AS exercise,
		CAST(c.funding_year AS INTEGER) AS funding_year, c.funding_frame, t.accrued_on AS day, 1 AS quantity,
		CAST(t.amount AS INTEGER) AS amount, c.intervention,
		'`+progress.RuleTransfer+`' AS rule
		FROM transfers t JOIN convenios c ON c.id = t.convenio JOIN resolutions r ON r.id = t.resolution
		WHERE t.id = {:id} AND t.state IN ('devengada', 'girada') AND t.accrued_on <> '' AND r.published_on <= t.accrued_on
		AND NOT EXISTS (SELECT 1 FROM transfers o WHERE o.convenio = t.convenio AND o.resolution = t.resolution
			AND o.state IN ('devengada', 'girada') AND o.accrued_on <> '' AND r.published_on <= o.accrued_on
			AND (o.accrued_on, o.id) < (t.accrued_on, t.id))`, Key{"transfers", id})
	if err != nil || c == nil {
		return nil, err
	}
	c.AO, err = d.aoFor(progress.MeasureTransfer, c.Exercise, c.FundingYear, c.FundingFrame)
	return c, err
}
