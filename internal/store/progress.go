package store

import (
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/progress"
	"chaski/internal/store/sqlite"
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

// worksAtOnce bounds the memory of a drain: the contributions of so many
// interventions are compared at a time.
const worksAtOnce = 100

// progress recomputes the contributions that the changes may have moved, and
// posts the differences. The work is bounded by the interventions and sources
// touched, whatever the size of the year.
func (d *drain) progress(changes []change) (bool, error) {
	figures := false
	for _, ch := range changes {
		switch ch.key.Collection {
		case "aos", "ao_months", "ao_versions", "poi_versions", "exercises":
			figures = true // targets are figures too
		}
		if err := d.note(ch); err != nil {
			return false, err
		}
	}
	for _, ch := range d.flipped {
		if err := d.noteContent(ch.key, ch.now); err != nil {
			return false, err
		}
	}
	if err := d.weigh(); err != nil {
		return false, err
	}
	p, err := d.openPostings()
	if err != nil {
		return false, err
	}
	if err := d.recountAll(p); err != nil {
		return false, err
	}
	for keys := range slices.Chunk(d.affected.orderedSources(), sqlite.Chunk) {
		now := make(map[Key]*contribution, len(keys))
		for _, k := range keys {
			if now[k], err = d.sourceNow(k); err != nil {
				return false, err
			}
		}
		if err := d.compare(p, now, nil); err != nil {
			return false, err
		}
	}
	return figures || p.moved || d.people || d.disputed, p.flush()
}

// recountAll recounts the affected works, and those that turn out to be on the way:
// a day of theirs is disputed with one of these, or no longer.
func (d *drain) recountAll(p *postings) error {
	done := map[string]bool{}
	for {
		todo := slices.DeleteFunc(slices.Sorted(maps.Keys(d.affected.works)), func(w string) bool { return done[w] })
		if len(todo) == 0 {
			return nil
		}
		for works := range slices.Chunk(todo, worksAtOnce) {
			now := map[Key]*contribution{}
			for _, intervention := range works {
				done[intervention] = true
				if err := d.recount(intervention, now); err != nil {
					return err
				}
			}
			if err := d.compare(p, now, works); err != nil {
				return err
			}
		}
	}
}

// compare compares what sources add now with what they added, and posts the
// difference. A cupo that counted for one of the works and is not in now counts
// no more.
func (d *drain) compare(p *postings, now map[Key]*contribution, works []string) error {
	was, err := d.contributionsOf(sortedSources(now), works)
	if err != nil {
		return err
	}
	for k := range was {
		if _, named := now[k]; !named {
			now[k] = nil
		}
	}
	for _, k := range sortedSources(now) {
		if err := p.change(k, was[k], now[k]); err != nil {
			return err
		}
	}
	return nil
}

// contributionsOf reads what these sources, and the cupos of these works, add
// so far.
func (d *drain) contributionsOf(keys []Key, works []string) (map[Key]*contribution, error) {
	out := map[Key]*contribution{}
	read := func(where string, params dbx.Params) error {
		var rows []*contribution
		err := d.db.NewQuery(`SELECT ` + contributionColumns + ` FROM progress_contributions WHERE ` + where).Bind(params).All(&rows)
		for _, c := range rows {
			out[Key{c.SourceCollection, c.SourceRecord}] = c
		}
		return err
	}
	if len(works) > 0 {
		// The plus keeps SQLite from the primary key: by it every cupo of the
		// country would be read to find those of a few works.
		if err := read(`+source_collection = 'cupos' AND intervention IN (SELECT value FROM json_each({:works}))`,
			dbx.Params{"works": sqlite.JSONList(works)}); err != nil {
			return nil, err
		}
	}
	byCollection := map[string][]string{}
	for _, k := range keys {
		byCollection[k.Collection] = append(byCollection[k.Collection], k.Record)
	}
	for _, collection := range slices.Sorted(maps.Keys(byCollection)) {
		if err := read(`source_collection = {:c} AND source_record IN (SELECT value FROM json_each({:ids}))`,
			dbx.Params{"c": collection, "ids": sqlite.JSONList(byCollection[collection])}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// aoFor is the AO a contribution counts for: of the exercise whose money pays
// it. Money of an earlier year counts for the AEI alone.
func (d *drain) aoFor(measure string, exercise, fundingYear int64, frame string) (string, error) {
	if exercise != fundingYear {
		return "", nil
	}
	asked := aoScope{measure, exercise, frame}
	if ao, known := d.serving[asked]; known {
		return ao, nil
	}
	ids, err := sqlite.Column(d.db, `SELECT id FROM aos WHERE exercise = {:y} AND unit_measure = {:m} AND funding_frame = {:f} ORDER BY position, id LIMIT 1`,
		dbx.Params{"y": exercise, "m": measure, "f": frame})
	if err != nil {
		return "", err
	}
	ao := ""
	if len(ids) > 0 {
		ao = ids[0]
	}
	d.serving[asked] = ao
	return ao, nil
}

type aoScope struct {
	measure  string
	exercise int64
	frame    string
}

// sourceNow is what a row other than a cupo adds now; nil for nothing.
func (d *drain) sourceNow(k Key) (*contribution, error) {
	sql, counts := sourceRules[k.Collection]
	if !counts {
		return nil, nil
	}
	var rows []contribution
	if err := d.db.NewQuery(sql).Bind(dbx.Params{"id": k.Record}).All(&rows); err != nil || len(rows) == 0 {
		return nil, err
	}
	c := &rows[0]
	c.EvidenceCollection, c.EvidenceRecord = k.Collection, k.Record
	var err error
	if c.AO == "" && c.Rule != progress.RuleBalance {
		c.AO, err = d.aoFor(c.Measure, c.Exercise, c.FundingYear, c.FundingFrame)
	}
	return c, err
}

var accrued = Among(progress.Transfers.In(progress.Accrued))

// sourceRules say what one row of a collection adds to a figure; no row, nothing.
// Each unit of measure counts an event once: of rows that tell the same event
// the earliest counts (docs/glossary.md).
var sourceRules = map[string]string{
	// Accrued under a published resolution, once per (resolution, convenio).
	"transfers": `SELECT '` + progress.MeasureTransfer + `' AS measure, '' AS ao, CAST(substr(t.accrued_on, 1, 4) AS INTEGER) AS exercise,
		CAST(c.funding_year AS INTEGER) AS funding_year, c.funding_frame, t.accrued_on AS day, 1 AS quantity,
		CAST(t.amount AS INTEGER) AS amount, c.intervention, '` + progress.RuleTransfer + `' AS rule
		FROM transfers t JOIN convenios c ON c.id = t.convenio JOIN resolutions r ON r.id = t.resolution
		WHERE t.id = {:id} AND t.state IN ` + accrued + ` AND t.accrued_on <> '' AND` + sound("t", "transfers") + `
		AND r.state <> 'anulada' AND r.published_on <= t.accrued_on
		AND NOT EXISTS (SELECT 1 FROM transfers o WHERE o.convenio = t.convenio AND o.resolution = t.resolution
			AND o.state IN ` + accrued + ` AND o.accrued_on <> '' AND r.published_on <= o.accrued_on AND` + sound("o", "transfers") + `
			AND (o.accrued_on, o.id) < (t.accrued_on, t.id))`,

	// Validated, with evidence, once per proponent, day, modality and topic.
	"technical_assistances": `SELECT '` + progress.MeasureAssistance + `' AS measure, '' AS ao, CAST(substr(a.held_on, 1, 4) AS INTEGER) AS exercise,
		CAST(a.funding_year AS INTEGER) AS funding_year, a.funding_frame, a.held_on AS day, 1 AS quantity, 0 AS amount,
		'` + progress.RuleAssistance + `' AS rule FROM technical_assistances a
		WHERE a.id = {:id} AND a.state = 'validada' AND a.evidence <> '' AND` + sound("a", "technical_assistances") + `
		AND NOT EXISTS (SELECT 1 FROM technical_assistances o WHERE o.entity = a.entity AND o.held_on = a.held_on
			AND o.modality = a.modality AND o.topic = a.topic AND o.state = 'validada' AND o.evidence <> '' AND` + sound("o", "technical_assistances") + ` AND o.id < a.id)`,

	// Approved, once per unit, kind and period. Two AO of a frame count reports,
	// so the report names its own.
	"management_reports": `SELECT '` + progress.MeasureReport + `' AS measure, r.ao, CAST(a.exercise AS INTEGER) AS exercise,
		CAST(a.exercise AS INTEGER) AS funding_year, a.funding_frame, r.approved_on AS day, 1 AS quantity, 0 AS amount,
		'` + progress.RuleReport + `' AS rule FROM management_reports r JOIN aos a ON a.id = r.ao
		WHERE r.id = {:id} AND r.state = 'aprobado' AND r.approved_on <> '' AND a.unit_measure = '` + progress.MeasureReport + `' AND` + sound("r", "management_reports") + `
		AND NOT EXISTS (SELECT 1 FROM management_reports o WHERE o.unit = r.unit AND o.ut = r.ut AND o.kind = r.kind AND o.period = r.period
			AND o.ao = r.ao AND o.state = 'aprobado' AND o.approved_on <> '' AND` + sound("o", "management_reports") + ` AND (o.approved_on, o.id) < (r.approved_on, r.id))`,

	"opening_balances": `SELECT measure, ao, CAST(exercise AS INTEGER) AS exercise, CAST(funding_year AS INTEGER) AS funding_year, funding_frame,
		as_of AS day, CAST(quantity AS INTEGER) AS quantity, CAST(amount AS INTEGER) AS amount,
		'` + progress.RuleBalance + `' AS rule FROM opening_balances b WHERE id = {:id} AND` + sound("b", "opening_balances"),

	"budget_execution": `SELECT '` + progress.MeasureAccrued + `' AS measure, b.ao, CAST(a.exercise AS INTEGER) AS exercise,
		CAST(a.exercise AS INTEGER) AS funding_year, a.funding_frame,
		b.month || '-01' AS day, 0 AS quantity, CAST(b.amount AS INTEGER) AS amount, '` + progress.RuleAccrued + `' AS rule
		FROM budget_execution b JOIN aos a ON a.id = b.ao WHERE b.id = {:id} AND` + sound("b", "budget_execution"),
}
