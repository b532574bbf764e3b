package verify

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
)

// Which buckets hold a row, said once more from the tables alone (protocol §3):
// what places rows is not asked about itself.

const (
	everyones = `SELECT id, 'catalog' AS bucket FROM {rows}`
	persons   = `SELECT id, 'user:' || user AS bucket FROM {rows} WHERE user <> ''`
	ofTheWork = `SELECT id, 'aii:' || intervention AS bucket FROM {rows} WHERE intervention <> ''`
	// ofTheVisit is where its visit is, whatever its own intervention says.
	ofTheVisit = `SELECT t.id, CASE v.state WHEN 'planificada' THEN 'aii-sup:' ELSE 'aii:' END || v.intervention AS bucket
		FROM {rows} t JOIN visits v ON v.id = t.visit WHERE v.intervention <> ''`
	ofTheFinding = `SELECT t.id, CASE v.state WHEN 'planificada' THEN 'aii-sup:' ELSE 'aii:' END || v.intervention AS bucket
		FROM {rows} t JOIN findings f ON f.id = t.finding JOIN visits v ON v.id = f.visit WHERE v.intervention <> ''`
	nowhere = ``
)

// placements answers, of a tracked collection, each row with each bucket that has
// to hold it. Nothing here: its rows are never served.
var placements = map[string]string{
	"parameters": everyones, "checklists": everyones, "holidays": everyones,
	"assignments": persons, "mutation_reviews": persons,
	"conflicts": `SELECT id, 'user:' || author AS bucket FROM conflicts WHERE author <> '' UNION SELECT id, 'user:' || other FROM conflicts WHERE other <> ''`,

	"uts":       `SELECT id, 'ut:' || id AS bucket FROM uts`,
	"districts": `SELECT DISTINCT d.id, 'ut:' || j.ut AS bucket FROM districts d JOIN jurisdictions j ON j.district = d.id`,
	"interventions": `SELECT id, 'aii:' || id AS bucket FROM interventions
		UNION ALL SELECT id, 'ut:' || ut FROM interventions WHERE ut <> ''`,
	"convenios": `SELECT id, 'aii:' || intervention AS bucket FROM convenios
		UNION ALL SELECT c.id, 'ut:' || i.ut FROM convenios c JOIN interventions i ON i.id = c.intervention WHERE i.ut <> ''`,
	"entities": `WITH works AS (SELECT e.id, c.intervention FROM entities e JOIN convenios c ON e.id IN (c.proposer, c.executor))
		SELECT id, 'aii:' || intervention AS bucket FROM works
		UNION SELECT w.id, 'ut:' || i.ut FROM works w JOIN interventions i ON i.id = w.intervention WHERE i.ut <> ''`,

	"cupos": ofTheWork, "participants": ofTheWork, "movements": ofTheWork, "insurance_policies": ofTheWork,
	"insurance_certificates": ofTheWork, "certificate_photos": ofTheWork, "insured_persons": ofTheWork, "attendance_sheets": ofTheWork, "rendiciones": ofTheWork, "accidents": ofTheWork,
	"rendicion_lines": ofTheWork, "rendicion_documents": ofTheWork, "rendicion_observations": ofTheWork,
	"visits": `SELECT id, CASE state WHEN 'planificada' THEN 'aii-sup:' ELSE 'aii:' END || intervention AS bucket
		FROM visits WHERE intervention <> ''`,
	"visit_marks": ofTheVisit, "findings": ofTheVisit, "unlisted_workers": ofTheVisit, "visit_photos": ofTheVisit, "finding_photos": ofTheFinding,
	// Sensitive data has its own bucket, which no device holds.
	"participant_conditions": `SELECT p.id, 'sensitive:' || i.ut AS bucket FROM participant_conditions p
		JOIN interventions i ON i.id = p.intervention WHERE i.ut <> ''`,

	"jurisdictions": nowhere, "exercises": nowhere, "aos": nowhere, "ao_months": nowhere, "budget_execution": nowhere,
	"opening_balances": nowhere, "month_closes": nowhere, "resolutions": nowhere, "transfers": nowhere, "poi_versions": nowhere,
	"ao_versions": nowhere, "technical_assistances": nowhere, "management_reports": nowhere,
}

// placesOf are the buckets that have to hold the rows of a collection, by row.
func (c *checker) placesOf(collection string) (map[string][]string, error) {
	sql, known := placements[collection]
	if !known {
		return nil, fmt.Errorf("no placement is said of %s", collection)
	}
	out := map[string][]string{}
	if sql == nowhere {
		return out, nil
	}
	var rows []struct {
		ID     string `db:"id"`
		Bucket string `db:"bucket"`
	}
	if err := c.db.NewQuery(strings.ReplaceAll(sql, "{rows}", collection)).Bind(dbx.Params{}).All(&rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID] = append(out[r.ID], r.Bucket)
	}
	return out, nil
}
