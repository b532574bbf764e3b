package store

import (
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/store/sqlite"
)

// EveryExercise stands for all of them in figures_basis.
const EveryExercise = 0

// restsOn says of which exercises a row is behind the counts, by the collection it
// is of, and through whom: what YearRows reads beside the ledger. The ledger's own
// moves are noted where they are made. CROSS JOIN keeps SQLite from going through
// all the people of the country to find those of a few rows.
var restsOn = map[string]string{
	"participants": `SELECT DISTINCT g.exercise, g.participant FROM json_each({:ids}) j CROSS JOIN exercises e
		CROSS JOIN progress_people g ON g.exercise = e.year AND g.participant = j.value`,
	"participant_conditions": `SELECT DISTINCT g.exercise, g.participant FROM json_each({:ids}) j CROSS JOIN participant_conditions c ON c.id = j.value
		CROSS JOIN exercises e CROSS JOIN progress_people g ON g.exercise = e.year AND g.participant = c.participant`,
	"interventions": `SELECT DISTINCT exercise, '' AS participant FROM progress_contributions WHERE intervention IN (SELECT value FROM json_each({:ids}))`,
	"convenios": `SELECT DISTINCT p.exercise, '' AS participant FROM convenios c JOIN progress_contributions p ON p.intervention = c.intervention
		WHERE c.id IN (SELECT value FROM json_each({:ids}))`,
	"transfers": `SELECT DISTINCT exercise, '' AS participant FROM progress_contributions
		WHERE source_collection = 'transfers' AND source_record IN (SELECT value FROM json_each({:ids}))`,
	"management_reports": `SELECT DISTINCT exercise, '' AS participant FROM progress_contributions
		WHERE source_collection = 'management_reports' AND source_record IN (SELECT value FROM json_each({:ids}))`,
	"districts": `SELECT 0 AS exercise, '' AS participant FROM json_each({:ids}) LIMIT 1`,
}

// noteBasis notes the exercises whose counts rest on a row that was written. It
// goes by the dirty rows, not by their changes: counts read columns that devices
// do not hold, and rows that cannot be read. A new participant, work or transfer
// is in no count yet; if it comes into one, the ledger says so.
func (d *drain) noteBasis(keys []Key, changes []change) error {
	fresh := map[Key]bool{}
	asked := map[string][]string{}
	for _, ch := range changes {
		k := ch.key
		switch {
		case k.Collection == "participant_conditions": // the person had or has it
			for _, p := range []string{ch.old.Text("participant"), ch.now.Text("participant")} {
				if p != "" {
					asked["participants"] = append(asked["participants"], p)
				}
			}
		case ch.old == nil && k.Collection != "districts": // a work may have named it before
			fresh[k] = true
		}
	}
	for _, k := range keys {
		if restsOn[k.Collection] != "" && !fresh[k] {
			asked[k.Collection] = append(asked[k.Collection], k.Record)
		}
	}
	for _, collection := range slices.Sorted(maps.Keys(asked)) {
		var rows []struct {
			Exercise    int64  `db:"exercise"`
			Participant string `db:"participant"`
		}
		if err := d.db.NewQuery(restsOn[collection]).Bind(dbx.Params{"ids": sqlite.JSONList(asked[collection])}).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			d.basis[r.Exercise] = true
			if r.Participant != "" {
				d.touch(r.Exercise, r.Participant)
			}
		}
	}
	return nil
}

// saveBasis raises the versions of what moved, in the transaction that moved it.
func (d *drain) saveBasis() error {
	for year := range d.basis {
		if err := d.sql.Exec(`INSERT INTO figures_basis (exercise, version) VALUES ({:y}, 1)
			ON CONFLICT (exercise) DO UPDATE SET version = version + 1`, dbx.Params{"y": year}); err != nil {
			return err
		}
	}
	return nil
}

// BasisOf is the version of what an exercise's counts rest on. Both parts only
// grow, so a sum never comes back.
func BasisOf(db dbx.Builder, year int64) (version int64, err error) {
	err = db.NewQuery(`SELECT coalesce(sum(version), 0) FROM figures_basis WHERE exercise IN ({:y}, {:every})`).
		Bind(dbx.Params{"y": year, "every": EveryExercise}).Row(&version)
	return version, err
}
