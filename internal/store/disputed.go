package store

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/store/sqlite"
)

// jornales stands in dirty for a work that has to be counted anew, though none of its
// rows changed: somebody decided about a disputed day.
const jornales = "jornales"

// AuditUndone is the action of a decision about a disputed day that no longer holds,
// because what it was about changed.
const AuditUndone = "jornal.undone"

// again has the works counted anew that stand in dirty for it.
func (d *drain) again(keys []Key) {
	for _, k := range keys {
		if k.Collection == jornales {
			d.affected.works[k.Record] = true
		}
	}
}

// casesOf is all that is said of the people of a work whose jornales count, in any
// work where it may be one: whoever is on two rosters has one jornal a day.
func (d *drain) casesOf(intervention string, a *asked) (*work, []jobs.Case, error) {
	w, err := d.counting(intervention)
	if err != nil || w == nil {
		return nil, nil, err
	}
	marks, err := d.marksOf(intervention, a)
	if err != nil {
		return nil, nil, err
	}
	elsewhere, err := d.elsewhere(intervention, marks)
	return w, jobs.Cases(append(marks, elsewhere...)), err
}

// elsewhere are the marks of other works about who was present in this one, on those
// days. Mostly there are none: nobody's DNI is on another roster in that time.
func (d *drain) elsewhere(intervention string, marks []jobs.Mark) ([]jobs.Mark, error) {
	people, days := map[string]bool{}, map[string]bool{}
	for _, m := range marks {
		if m.Mark == jobs.Present {
			people[m.Person], days[string(m.Day)] = true, true
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	a := &asked{days: slices.Sorted(maps.Keys(days))}
	var others []struct {
		Intervention string `db:"intervention"`
		DNI          string `db:"dni"`
	}
	// Nothing that lies outside the term of a work counts.
	err := d.db.NewQuery(`SELECT DISTINCT p.intervention, p.dni FROM json_each({:people}) j CROSS JOIN participants p ON p.dni = j.value
		JOIN interventions i ON i.id = p.intervention
		WHERE p.intervention <> {:i} AND i.starts_on <= {:last} AND i.ends_on >= {:first} AND p.alta_on <= {:last} AND (p.baja_on = '' OR p.baja_on >= {:first})`).
		Bind(dbx.Params{
			"people": sqlite.JSONList(slices.Sorted(maps.Keys(people))), "i": intervention,
			"first": a.days[0], "last": a.days[len(a.days)-1],
		}).All(&others)
	if err != nil {
		return nil, err
	}
	byWork := map[string][]string{}
	for _, o := range others {
		byWork[o.Intervention] = append(byWork[o.Intervention], o.DNI)
	}
	var out []jobs.Mark
	for _, other := range slices.Sorted(maps.Keys(byWork)) {
		w, err := d.counting(other)
		if err != nil {
			return nil, err
		}
		if w == nil {
			continue
		}
		some, err := d.marksOf(other, &asked{people: byWork[other], days: a.days})
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// disputedRow is one mark of a disputed day as it is kept.
type disputedRow struct {
	Person       string `db:"person"`
	Day          string `db:"day"`
	Participant  string `db:"participant"`
	Source       string `db:"source"`
	Record       string `db:"record"`
	Intervention string `db:"intervention"`
	Mark         string `db:"mark"`
	Decision     int64  `db:"decision"`
}

// keepDisputed keeps the disputed days of a work as they are now and answers what was
// decided about them. If that changes anything for another work, that one is counted
// anew too.
func (d *drain) keepDisputed(intervention string, a *asked, cases []jobs.Case) (map[jobs.PersonDay]jobs.Stand, error) {
	now := map[jobs.PersonDay][]jobs.Mark{}
	for _, c := range cases {
		if !c.Disputed {
			continue
		}
		evidence := c.Evidence()
		if slices.ContainsFunc(evidence, func(m jobs.Mark) bool { return m.Work == intervention }) {
			now[c.PersonDay] = evidence
		}
	}
	was, err := d.wasDisputed(intervention, a)
	if err != nil || len(now) == 0 && len(was) == 0 {
		return nil, err
	}
	stands, decisions, err := d.decided(now)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(was)
	for k := range now {
		if _, there := all[k]; !there {
			all[k] = nil
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(all), func(x, y jobs.PersonDay) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Day, y.Day))
	}) {
		if err := d.keepOne(intervention, k, was[k], rowsOf(k, now[k], decisions[k])); err != nil {
			return nil, err
		}
	}
	return stands, nil
}

func rowsOf(k jobs.PersonDay, marks []jobs.Mark, decision int64) []disputedRow {
	out := make([]disputedRow, len(marks))
	for i, m := range marks {
		out[i] = disputedRow{k.Person, string(k.Day), m.Participant, m.Source, m.Record, m.Work, m.Mark, decision}
	}
	slices.SortFunc(out, func(x, y disputedRow) int {
		return cmp.Or(cmp.Compare(x.Participant, y.Participant), cmp.Compare(x.Source, y.Source), cmp.Compare(x.Record, y.Record))
	})
	return out
}

// wasDisputed are the days of a work that were disputed, with what was said of them
// anywhere, in the order of rowsOf.
func (d *drain) wasDisputed(intervention string, a *asked) (map[jobs.PersonDay][]disputedRow, error) {
	params := dbx.Params{"i": intervention}
	if a != nil {
		params["people"], params["days"] = sqlite.JSONList(a.people), sqlite.JSONList(a.days)
	}
	var rows []disputedRow
	err := d.db.NewQuery(`SELECT o.* FROM (SELECT DISTINCT person, day FROM progress_disputed WHERE intervention = {:i}` +
		a.among("person", "people") + a.among("day", "days") + `) k JOIN progress_disputed o ON o.person = k.person AND o.day = k.day
		ORDER BY o.person, o.day, o.participant, o.source, o.record`).Bind(params).All(&rows)
	out := map[jobs.PersonDay][]disputedRow{}
	for _, r := range rows {
		k := jobs.PersonDay{Person: r.Person, Day: day.Day(r.Day)}
		out[k] = append(out[k], r)
	}
	return out, err
}

// keepOne replaces what is kept of one disputed day.
func (d *drain) keepOne(intervention string, k jobs.PersonDay, was, now []disputedRow) error {
	if slices.Equal(was, now) {
		return nil
	}
	if err := d.sql.Exec(`DELETE FROM progress_disputed WHERE person = {:p} AND day = {:d}`, dbx.Params{"p": k.Person, "d": string(k.Day)}); err != nil {
		return err
	}
	for _, r := range now {
		if err := d.sql.Exec(`INSERT INTO progress_disputed (person, day, participant, source, record, intervention, mark, decision)
			VALUES ({:p}, {:d}, {:w}, {:s}, {:r}, {:i}, {:m}, {:n})`, dbx.Params{
			"p": r.Person, "d": r.Day, "w": r.Participant, "s": r.Source, "r": r.Record, "i": r.Intervention, "m": r.Mark, "n": r.Decision,
		}); err != nil {
			return err
		}
	}
	d.disputed = true
	for _, r := range slices.Concat(was, now) {
		if r.Intervention != intervention {
			d.affected.works[r.Intervention] = true
		}
	}
	if len(was) == 0 || was[0].Decision == 0 || len(now) > 0 && now[0].Decision > 0 {
		return nil
	}
	return WriteAudit(d.app, Audit{
		Action: AuditUndone, Key: Key{"participants", was[0].Participant}, At: d.engine.Now(),
		Detail: map[string]any{"day": k.Day, "decision": was[0].Decision},
	})
}

// Weighed is one mark of the evidence that a decision is about: of that revision of
// the row it is written in.
type Weighed struct {
	Source      string `json:"source"`
	Record      string `json:"record"`
	Participant string `json:"participant"`
	Mark        string `json:"mark"`
	Rev         int64  `json:"rev"`
}

// decided are the decisions that hold of disputed days: the newest of each, if what is
// said of the day is still exactly what it was about.
func (d *drain) decided(now map[jobs.PersonDay][]jobs.Mark) (map[jobs.PersonDay]jobs.Stand, map[jobs.PersonDay]int64, error) {
	stands, decisions := map[jobs.PersonDay]jobs.Stand{}, map[jobs.PersonDay]int64{}
	if len(now) == 0 {
		return stands, decisions, nil
	}
	people := map[string]bool{}
	for k := range now {
		people[k.Person] = true
	}
	var rows []struct {
		N           int64  `db:"n"`
		Person      string `db:"person"`
		Day         string `db:"day"`
		Source      string `db:"source"`
		Record      string `db:"record"`
		Participant string `db:"participant"`
		Evidence    string `db:"evidence"`
	}
	err := d.db.NewQuery(`SELECT j.n, j.person, j.day, j.source, j.record, j.participant, j.evidence FROM jornal_decisions j
		WHERE j.person IN (SELECT value FROM json_each({:people})) ORDER BY j.n`).
		Bind(dbx.Params{"people": sqlite.JSONList(slices.Sorted(maps.Keys(people)))}).All(&rows)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		k := jobs.PersonDay{Person: r.Person, Day: day.Day(r.Day)}
		delete(stands, k) // an older one holds no more
		delete(decisions, k)
		marks := now[k]
		if marks == nil {
			continue
		}
		weighed, err := WeighedOf(d.db, marks)
		if err != nil {
			return nil, nil, err
		}
		var about []Weighed
		if json.Unmarshal([]byte(r.Evidence), &about) == nil && slices.Equal(weighed, about) {
			stands[k] = jobs.Stand{Evidence: jobs.Evidence{Source: r.Source, Record: r.Record}, Participant: r.Participant}
			decisions[k] = r.N
		}
	}
	return stands, decisions, nil
}

// WeighedOf is the evidence with the revisions of its rows, in its order.
func WeighedOf(db dbx.Builder, marks []jobs.Mark) ([]Weighed, error) {
	out := make([]Weighed, len(marks))
	for i, m := range marks {
		row, err := FindSyncRow(db, Key{m.Source, m.Record})
		if err != nil {
			return nil, err
		}
		out[i] = Weighed{m.Source, m.Record, m.Participant, m.Mark, row.Rev}
	}
	return out, nil
}

// reweigh brings the disputed days of works up to date of which nothing else can have
// moved: of whom something was said, on those days.
func (d *drain) reweigh(intervention string, a *asked) error {
	_, cases, err := d.casesOf(intervention, a)
	if err != nil {
		return err
	}
	_, err = d.keepDisputed(intervention, a, cases)
	return err
}
