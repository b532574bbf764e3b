package store

import (
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/figures"
	"chaski/internal/store/sqlite"
)

// A person of an exercise is a DNI with a jornal in it, on whatever rosters: with
// the sex and birth date all of them say, or Contradiction, and the conditions any
// of them gives. progress_groups says how many there are of a kind, so that nobody
// has to look at each to tell the figures of a running year.
type person struct {
	DNI        string `db:"dni"`
	Sex        string `db:"sex"`
	Birth      string `db:"birth"`
	Conditions string `db:"conditions"` // in order, a blank between
}

type groupKey struct{ what, sex, birth string } // what: a condition; "" for all

// groups are those a person is one of.
func (p person) groups() []groupKey {
	out := []groupKey{{"", p.Sex, p.Birth}}
	for _, c := range strings.Fields(p.Conditions) {
		out = append(out, groupKey{c, "", ""})
	}
	return out
}

// touch notes that a participant may make another person of an exercise.
func (d *drain) touch(exercise int64, participant string) {
	d.basis[exercise] = true
	if d.touched[exercise] == nil {
		d.touched[exercise] = map[string]bool{}
	}
	d.touched[exercise][participant] = true
}

// persons brings the persons of the participants that were touched up to date, by
// the DNI they have and by the one they had.
func (d *drain) persons(changes []change) error {
	had := map[string]string{}
	for _, ch := range changes {
		if ch.key.Collection == "participants" && ch.old != nil {
			had[ch.key.Record] = ch.old.Text("dni")
		}
	}
	for exercise, participants := range d.touched {
		dnis := map[string]bool{}
		ids := slices.Sorted(maps.Keys(participants))
		now, err := sqlite.Column(d.db, `SELECT DISTINCT dni FROM participants WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": sqlite.JSONList(ids)})
		if err != nil {
			return err
		}
		for _, dni := range now {
			dnis[dni] = true
		}
		for _, id := range ids {
			if had[id] != "" {
				dnis[had[id]] = true
			}
		}
		if err := d.decidePersons(exercise, slices.Sorted(maps.Keys(dnis))); err != nil {
			return err
		}
	}
	return nil
}

// decidePersons looks at a few persons among many: CROSS JOIN keeps SQLite from
// going through all the people of the exercise to find them.
func (d *drain) decidePersons(exercise int64, dnis []string) error {
	params := dbx.Params{"y": exercise, "dnis": sqlite.JSONList(dnis)}
	was, err := personsBy(d.db, `SELECT dni, sex, birth, conditions FROM progress_persons WHERE exercise = {:y} AND dni IN (SELECT value FROM json_each({:dnis}))`, params)
	if err != nil {
		return err
	}
	now, err := personsBy(d.db, personsNow, params)
	if err != nil {
		return err
	}
	moved := map[groupKey]int64{}
	for _, dni := range dnis {
		a, were := was[dni]
		b, are := now[dni]
		if a == b && were == are {
			continue
		}
		if err := d.storePerson(exercise, dni, b, are); err != nil {
			return err
		}
		if were {
			count(moved, a, -1)
		}
		if are {
			count(moved, b, 1)
		}
	}
	return d.moveGroups(exercise, moved)
}

// personsNow are the persons that some DNI are in an exercise.
const personsNow = `SELECT p.dni, CASE WHEN min(p.sex) = max(p.sex) THEN min(p.sex) ELSE '` + figures.Contradiction + `' END AS sex,
		CASE WHEN min(p.birth_date) = max(p.birth_date) THEN min(p.birth_date) ELSE '` + figures.Contradiction + `' END AS birth,
		coalesce((SELECT group_concat(condition, ' ') FROM (SELECT DISTINCT c.condition FROM participants q
			CROSS JOIN progress_people h ON h.exercise = {:y} AND h.participant = q.id CROSS JOIN participant_conditions c ON c.participant = q.id
			WHERE q.dni = p.dni ORDER BY 1)), '') AS conditions
	FROM json_each({:dnis}) j CROSS JOIN participants p ON p.dni = j.value CROSS JOIN progress_people g ON g.exercise = {:y} AND g.participant = p.id
	GROUP BY p.dni`

func count(moved map[groupKey]int64, p person, n int64) {
	for _, g := range p.groups() {
		moved[g] += n
	}
}

func personsBy(db dbx.Builder, sql string, params dbx.Params) (map[string]person, error) {
	var rows []person
	err := db.NewQuery(sql).Bind(params).All(&rows)
	out := make(map[string]person, len(rows))
	for _, p := range rows {
		out[p.DNI] = p
	}
	return out, err
}

func (d *drain) storePerson(exercise int64, dni string, p person, is bool) error {
	if !is {
		return d.sql.Exec(`DELETE FROM progress_persons WHERE exercise = {:y} AND dni = {:d}`, dbx.Params{"y": exercise, "d": dni})
	}
	return d.sql.Exec(`INSERT OR REPLACE INTO progress_persons (exercise, dni, sex, birth, conditions) VALUES ({:y}, {:d}, {:s}, {:b}, {:c})`,
		dbx.Params{"y": exercise, "d": dni, "s": p.Sex, "b": p.Birth, "c": p.Conditions})
}

func (d *drain) moveGroups(exercise int64, moved map[groupKey]int64) error {
	for g, n := range moved {
		if n == 0 {
			continue
		}
		if err := d.sql.Exec(`INSERT INTO progress_groups (exercise, what, sex, birth, n) VALUES ({:y}, {:w}, {:s}, {:b}, {:n})
			ON CONFLICT (exercise, what, sex, birth) DO UPDATE SET n = n + excluded.n`,
			dbx.Params{"y": exercise, "w": g.what, "s": g.sex, "b": g.birth, "n": n}); err != nil {
			return err
		}
	}
	return nil
}
