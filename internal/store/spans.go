package store

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
	"chaski/internal/store/sqlite"
)

// insuring are the kinds of row on which cover rests.
var insuring = []string{"insurance_policies", "insurance_certificates", "insured_persons", "participants"}

// cover keeps the insured rows that follow from certificates, works out anew what the
// insured of the works among the dirty rows prove, with since when that is known, and answers the rows of which it changed: they say it
// (`proves`), so that phones can tell it too. cover_spans keeps what was ever proved;
// of a span that stands no more it is noted when that was known.
func (d *drain) cover(keys []Key, known map[Key]bool) ([]Key, error) {
	works, said := map[string]bool{}, map[string]bool{}
	for _, name := range insuring {
		var ids []string
		for _, k := range keys {
			if k.Collection == name {
				ids = append(ids, k.Record)
			}
		}
		for some := range slices.Chunk(ids, sqlite.Chunk) {
			if err := d.insuredAt(name, some, known, works, said); err != nil {
				return nil, err
			}
		}
	}
	var out []Key
	for some := range slices.Chunk(slices.Sorted(maps.Keys(works)), sqlite.Chunk) {
		named, err := d.naming(some)
		if err != nil {
			return nil, err
		}
		changed, err := d.coverSome(some, said)
		if err != nil {
			return nil, err
		}
		out = append(append(out, named...), changed...)
	}
	return out, nil
}

// insuredAt adds the works of rows, as they are and as they were, and of which of them
// somebody said something: all others only a step of the schema has touched.
func (d *drain) insuredAt(name string, ids []string, known map[Key]bool, works, said map[string]bool) error {
	var rows []struct{ Record, Work string }
	err := d.db.NewQuery(`SELECT id AS record, intervention AS work FROM ` + name + ` WHERE id IN (SELECT value FROM json_each({:ids}))
		UNION SELECT record, json_extract(payload, '$.intervention') FROM sync_rows
		WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids})) AND payload IS NOT NULL`).
		Bind(dbx.Params{"c": name, "ids": sqlite.JSONList(ids)}).All(&rows)
	for _, r := range rows {
		works[r.Work] = true
		if !known[Key{name, r.Record}] {
			said[r.Work] = true
		}
	}
	return err
}

// insuredRow is one insured row with all that its cover rests on.
type insuredRow struct {
	insurance.Insured
	ID     string
	Work   string
	Proves string
	Policy insurance.Policy
	Issued day.Day
	Left   day.Day // the last day of who is on the roster no more, "" for everybody else
}

const insuredSQL = `SELECT s.id, s.intervention AS work, s.insurance_policy AS policy_id, s.dni, s.from_on, coalesce(s.to_on, '') AS to_on,
		coalesce(s.proves, '') AS proves, coalesce(p.id, '') AS "policy.id", coalesce(p.state, '') AS "policy.state",
		coalesce(p.valid_from, '') AS "policy.valid_from", coalesce(p.valid_to, '') AS "policy.valid_to",
		coalesce(c.state, '') AS certificate, coalesce(nullif(c.issued_on, ''), p.issued_on, '') AS issued,
		coalesce((SELECT CASE WHEN max(coalesce(t.baja_on, '') = '') THEN '' ELSE max(t.baja_on) END FROM participants t
			WHERE t.intervention = s.intervention AND t.dni = s.dni), '') AS left
	FROM insured_persons s LEFT JOIN insurance_policies p ON p.id = s.insurance_policy
	LEFT JOIN insurance_certificates c ON c.id = s.insurance_certificate
	WHERE s.intervention IN (SELECT value FROM json_each({:works})) ORDER BY s.id`

// keptSpan is a span as it is kept, with whom it is about.
type keptSpan struct {
	insurance.Span
	N       int64
	Insured string
	Work    string
	Policy  string
	DNI     string
}

func (d *drain) coverSome(works []string, said map[string]bool) ([]Key, error) {
	params := dbx.Params{"works": sqlite.JSONList(works)}
	var rows []insuredRow
	if err := d.db.NewQuery(insuredSQL).Bind(params).All(&rows); err != nil {
		return nil, err
	}
	var kept []keptSpan
	if err := d.db.NewQuery(`SELECT n, insured, intervention AS work, policy, dni, from_on AS "from", to_on AS "to", known_on AS known, sure, issued_on AS issued
		FROM cover_spans WHERE until_at = '' AND (intervention IN (SELECT value FROM json_each({:works}))
			OR insured IN (SELECT id FROM insured_persons WHERE intervention IN (SELECT value FROM json_each({:works})))) ORDER BY insured, from_on`).
		Bind(params).All(&kept); err != nil {
		return nil, err
	}
	live := map[string][]keptSpan{}
	for _, s := range kept {
		live[s.Insured] = append(live[s.Insured], s)
	}
	recorded, err := d.recordedOn(rows, live, said)
	if err != nil {
		return nil, err
	}
	var out []Key
	for _, r := range rows {
		on, sure := d.engine.Today(), said[r.Work] && !d.Undated
		if was := recorded[r.ID]; was != "" {
			on, sure = was, true
		}
		changed, err := d.coverOne(r, live[r.ID], on, sure)
		if err != nil {
			return nil, err
		}
		delete(live, r.ID)
		if changed {
			out = append(out, Key{"insured_persons", r.ID})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(live)) { // rows that are gone
		for _, s := range live[id] {
			if err := d.closeSpan(s); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// coverOne keeps what a row proves now; true if the row says something else since.
func (d *drain) coverOne(r insuredRow, live []keptSpan, on day.Day, sure bool) (bool, error) {
	var before []insurance.Span
	for _, s := range live {
		if s.Policy == r.PolicyID && s.DNI == r.DNI { // of another person, or on another paper, nothing was proved
			before = append(before, s.Span)
		}
	}
	now := insurance.Follow(before, insurance.ClaimOf(r.Insured, r.Policy, r.Issued, r.Left), on, sure)
	fresh := map[insurance.Span]bool{}
	for _, s := range now {
		fresh[s] = true
	}
	for _, s := range live {
		if fresh[s.Span] && s.Policy == r.PolicyID && s.DNI == r.DNI && s.Work == r.Work {
			delete(fresh, s.Span) // it stands as it is kept
			continue
		}
		if err := d.closeSpan(s); err != nil {
			return false, err
		}
	}
	for _, s := range now {
		if !fresh[s] {
			continue
		}
		if err := d.sql.Exec(`INSERT INTO cover_spans (insured, intervention, policy, dni, from_on, to_on, known_on, sure, issued_on, recorded_at, until_at)
			VALUES ({:insured}, {:work}, {:policy}, {:dni}, {:from}, {:to}, {:known}, {:sure}, {:issued}, {:at}, '')`,
			dbx.Params{
				"insured": r.ID, "work": r.Work, "policy": r.PolicyID, "dni": r.DNI, "from": string(s.From), "to": string(s.To),
				"known": string(s.Known), "sure": s.Sure, "issued": string(s.Issued), "at": d.engine.Stamp(),
			}); err != nil {
			return false, err
		}
	}
	proves := provesJSON(now)
	if proves == r.Proves {
		return false, nil
	}
	return true, d.sql.Exec(`UPDATE insured_persons SET proves = {:p} WHERE id = {:id}`, dbx.Params{"p": proves, "id": r.ID})
}

// provesJSON is the list that a row says.
func provesJSON(spans []insurance.Span) string {
	if spans == nil {
		return "[]"
	}
	out, err := json.Marshal(spans)
	if err != nil {
		panic(err) // texts and a truth value
	}
	return string(out)
}

func (d *drain) closeSpan(s keptSpan) error {
	return d.sql.Exec(`UPDATE cover_spans SET until_at = {:at} WHERE n = {:n}`,
		dbx.Params{"at": d.engine.Stamp(), "n": s.N})
}

// recordedOn is, of rows that were there before it was kept since when cover is known,
// the day on which they were recorded, where that can be told: both they and their
// policy were made once, and nobody has touched them since.
func (d *drain) recordedOn(rows []insuredRow, live map[string][]keptSpan, said map[string]bool) (map[string]day.Day, error) {
	out := map[string]day.Day{}
	if d.Undated {
		return out, nil
	}
	var old []string
	for _, r := range rows {
		if r.Proves == "" && len(live[r.ID]) == 0 && !said[r.Work] {
			old = append(old, r.ID)
		}
	}
	for some := range slices.Chunk(old, sqlite.Chunk) {
		var made []struct{ ID, At string }
		if err := d.db.NewQuery(`SELECT s.id, max(s.created, p.created) AS at FROM insured_persons s JOIN insurance_policies p ON p.id = s.insurance_policy
			WHERE s.id IN (SELECT value FROM json_each({:ids})) AND s.updated = s.created AND p.updated = p.created AND s.created <> '' AND p.created <> ''
			AND NOT EXISTS (SELECT 1 FROM audit o WHERE o.action <> 'create' AND o.action IN ` + WritersSQL + `
				AND (o.collection = 'insured_persons' AND o.record = s.id OR o.collection = 'insurance_policies' AND o.record = p.id))`).
			Bind(dbx.Params{"ids": sqlite.JSONList(some)}).All(&made); err != nil {
			return nil, err
		}
		for _, m := range made {
			out[m.ID] = day.Of(ParsePB(m.At))
		}
	}
	return out, nil
}
