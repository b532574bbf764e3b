package store

import (
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// daily is of whom something was said, and on which days.
type daily map[string]map[day.Day]bool // participant -> days

// say notes that a mark of a participant came, went or changed.
func (a *affected) say(intervention, participant, on string) {
	if intervention == "" {
		return // of a visit that is not there: it counts nowhere
	}
	if a.said[intervention] == nil {
		a.said[intervention] = daily{}
	}
	if a.said[intervention][participant] == nil {
		a.said[intervention][participant] = map[day.Day]bool{}
	}
	a.said[intervention][participant][day.Day(on)] = true
}

// saySheet notes all that a daily sheet says.
func (a *affected) saySheet(p replication.Payload) {
	intervention := p.Text("intervention")
	marks, plain := p["marks"].(map[string]any)
	if !plain && p["marks"] != nil {
		a.works[intervention] = true
		return
	}
	for participant := range marks {
		a.say(intervention, participant, p.Text("day"))
	}
}

// weigh adds those interventions to the recounted ones in which something was
// said that may move a figure (jobs.Stands). Mostly nothing was: people are seen
// again who were counted long ago, and the whole attendance of a work need not be
// read for it, but what is said of those days, for they may be disputed.
func (d *drain) weigh() error {
	if err := d.sayVisits(); err != nil {
		return err
	}
	open := slices.DeleteFunc(slices.Sorted(maps.Keys(d.affected.said)), func(w string) bool { return d.affected.works[w] })
	for works := range slices.Chunk(open, worksAtOnce) {
		rosters, err := d.rosters(works)
		if err != nil {
			return err
		}
		for _, w := range works {
			if !rosters[w].stand(d.affected.said[w]) {
				d.affected.works[w] = true
			} else if err := d.reweigh(w, rosters[w].asked(d.affected.said[w])); err != nil {
				return err
			}
		}
	}
	return nil
}

// sayVisits notes what new visits say, whenever their marks were written.
func (d *drain) sayVisits() error {
	for visits := range slices.Chunk(d.affected.visits, sqlite.Chunk) {
		var rows []struct {
			Intervention string `db:"intervention"`
			Participant  string `db:"participant"`
			Day          string `db:"visited_on"`
		}
		if err := d.db.NewQuery(`SELECT v.intervention, m.participant, v.visited_on FROM visits v JOIN visit_marks m ON m.visit = v.id
			WHERE v.id IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"ids": sqlite.JSONList(visits)}).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			d.affected.say(r.Intervention, r.Participant, r.Day)
		}
	}
	return nil
}

// roster is who is on the roster of an intervention, with his first jornales.
type roster struct {
	people map[string]string    // participant -> DNI
	rows   map[string][]firstOf // by DNI
}

// firstOf is the first jornal of a row of the roster in each year.
type firstOf map[int]day.Day

// stand says that what is counted stays, whatever was said. Who is not on the
// roster counts nothing.
func (r *roster) stand(said daily) bool {
	for participant, days := range said {
		for _, first := range r.rows[r.people[participant]] {
			for on := range days {
				if !jobs.Stands(first[on.Month().Year()], on) {
					return false
				}
			}
		}
	}
	return true
}

// asked is of whom something was said, and on which days.
func (r *roster) asked(said daily) *asked {
	people, days := map[string]bool{}, map[string]bool{}
	for participant, on := range said {
		if dni := r.people[participant]; dni != "" {
			people[dni] = true
		}
		for d := range on {
			days[string(d)] = true
		}
	}
	return &asked{people: slices.Sorted(maps.Keys(people)), days: slices.Sorted(maps.Keys(days))}
}

// rosters reads those of interventions.
func (d *drain) rosters(works []string) (map[string]*roster, error) {
	params := dbx.Params{"works": sqlite.JSONList(works)}
	var years []personYear
	if err := d.db.NewQuery(`SELECT participant, exercise, day FROM progress_people WHERE intervention IN (SELECT value FROM json_each({:works}))`).
		Bind(params).All(&years); err != nil {
		return nil, err
	}
	first := map[string]firstOf{}
	for _, y := range years {
		if first[y.Participant] == nil {
			first[y.Participant] = firstOf{}
		}
		first[y.Participant][int(y.Exercise)] = day.Day(y.Day)
	}
	var people []struct {
		Intervention string `db:"intervention"`
		ID           string `db:"id"`
		DNI          string `db:"dni"`
	}
	if err := d.db.NewQuery(`SELECT intervention, id, dni FROM participants WHERE intervention IN (SELECT value FROM json_each({:works}))`).
		Bind(params).All(&people); err != nil {
		return nil, err
	}
	out := map[string]*roster{}
	for _, w := range works {
		out[w] = &roster{people: map[string]string{}, rows: map[string][]firstOf{}}
	}
	for _, p := range people {
		r := out[p.Intervention]
		r.people[p.ID] = p.DNI
		r.rows[p.DNI] = append(r.rows[p.DNI], first[p.ID])
	}
	return out, nil
}
