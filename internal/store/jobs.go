package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/visit"
	"chaski/internal/store/sqlite"
)

// work is what decides whether and where the jobs of an intervention count. The
// money it is paid with attributes progress, never the start date (domain rule:
// attribution by year and frame of the convenio).
type work struct {
	State        string `db:"state"`
	FundingYear  int64  `db:"funding_year"`
	FundingFrame string `db:"funding_frame"`
}

// recount adds the contributions of one intervention's cupos to now, and brings
// its participants of each year and its disputed days up to date.
func (d *drain) recount(intervention string, now map[Key]*contribution) error {
	w, cases, err := d.casesOf(intervention, nil)
	if err != nil {
		return err
	}
	decided, err := d.keepDisputed(intervention, nil, cases)
	if err != nil {
		return err
	}
	counted := jobs.Count(intervention, cases, decided)
	for cupo, j := range counted.Cupos {
		year := int64(j.Day.Month().Year())
		ao, err := d.aoFor(progress.MeasureJob, year, w.FundingYear, w.FundingFrame)
		if err != nil {
			return err
		}
		now[Key{"cupos", cupo}] = &contribution{
			Measure: progress.MeasureJob, AO: ao, Exercise: year, FundingYear: w.FundingYear, FundingFrame: w.FundingFrame,
			Day: string(j.Day), Quantity: 1, Rule: progress.RuleCupo, Intervention: intervention,
			EvidenceCollection: j.Source, EvidenceRecord: j.Record,
		}
	}
	return d.keepPeople(intervention, counted.People)
}

// counting is the work if its jornales count, nil if not.
func (d *drain) counting(intervention string) (*work, error) {
	var works []work
	err := d.db.NewQuery(`SELECT i.state, CAST(c.funding_year AS INTEGER) AS funding_year, c.funding_frame FROM interventions i
		JOIN convenios c ON c.intervention = i.id WHERE i.id = {:i}`).Bind(dbx.Params{"i": intervention}).All(&works)
	if err != nil || len(works) != 1 || !jobs.Executes(works[0].State) {
		return nil, err
	}
	return &works[0], nil
}

type rosterRow struct {
	ID   string `db:"id"`
	Cupo string `db:"cupo"`
	DNI  string `db:"dni"`
	Alta string `db:"alta_on"`
	Baja string `db:"baja_on"`
}

// asked narrows what is read of marks to some people and days; nil is everything.
type asked struct{ people, days []string }

// among is the part of a statement that narrows it, by the list of that name.
func (a *asked) among(column, list string) string {
	if a == nil {
		return ""
	}
	return ` AND ` + column + ` IN (SELECT value FROM json_each({:` + list + `}))`
}

// of binds the work and the list.
func (a *asked) of(intervention, list string) dbx.Params {
	params := dbx.Params{"i": intervention}
	if a != nil {
		params[list] = sqlite.JSONList(map[string][]string{"people": a.people, "days": a.days}[list])
	}
	return params
}

// marksOf are the validated marks of an intervention on active cupos, for days
// on which the person was on the roster and, if the rule in force demands it,
// insured.
func (d *drain) marksOf(intervention string, a *asked) ([]jobs.Mark, error) {
	var people []rosterRow
	err := d.db.NewQuery(`SELECT p.id, p.cupo, p.dni, p.alta_on, p.baja_on FROM participants p
		JOIN cupos c ON c.id = p.cupo AND c.state = 'activo' AND c.intervention = {:i}
		WHERE p.intervention = {:i}` + a.among("p.dni", "people") + ` AND` + sound("p", "participants") + ` AND` + sound("c", "cupos")).
		Bind(a.of(intervention, "people")).All(&people)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	insured, err := d.coverOf(intervention)
	if err != nil {
		return nil, err
	}
	on := make(map[string]rosterRow, len(people))
	for _, p := range people {
		on[p.ID] = p
	}
	var marks []jobs.Mark
	add := func(participant, date, mark string, evidence jobs.Evidence) {
		p, known := on[participant]
		if !known || date < p.Alta || p.Baja != "" && date > p.Baja {
			return
		}
		if mark == jobs.Present && !insured(p.DNI, day.Day(date)) {
			return
		}
		marks = append(marks, jobs.Mark{
			Work: intervention, Cupo: p.Cupo, Participant: p.ID, Person: p.DNI, Day: day.Day(date), Mark: mark, Evidence: evidence,
		})
	}
	if err := d.visitMarks(intervention, a, add); err != nil {
		return nil, err
	}
	return marks, d.sheetMarks(intervention, a, add)
}

// sayMark is told of each mark, and where it is written.
type sayMark func(participant, date, mark string, evidence jobs.Evidence)

func (d *drain) visitMarks(intervention string, a *asked, add sayMark) error {
	var rows []struct {
		ID          string `db:"id"`
		Participant string `db:"participant"`
		Day         string `db:"visited_on"`
		Mark        string `db:"mark"`
	}
	err := d.db.NewQuery(`SELECT m.id, m.participant, v.visited_on, m.mark FROM visits v JOIN visit_marks m ON m.visit = v.id
		WHERE v.intervention = {:i} AND v.state IN ` + Among(visit.Visits.In(visit.Counted)) + a.among("v.visited_on", "days") + `
		AND` + sound("v", "visits") + ` AND` + sound("m", "visit_marks")).Bind(a.of(intervention, "days")).All(&rows)
	for _, r := range rows {
		add(r.Participant, r.Day, r.Mark, jobs.Evidence{Source: "visit_marks", Record: r.ID})
	}
	return err
}

func (d *drain) sheetMarks(intervention string, a *asked, add sayMark) error {
	var sheets []struct {
		ID    string `db:"id"`
		Day   string `db:"day"`
		Marks string `db:"marks"`
	}
	err := d.db.NewQuery(`SELECT id, day, coalesce(marks, '') AS marks FROM attendance_sheets s
		WHERE intervention = {:i} AND state = 'validada'` + a.among("day", "days") + ` AND` + sound("s", "attendance_sheets")).Bind(a.of(intervention, "days")).All(&sheets)
	for _, s := range sheets {
		eachMark(s.Marks, func(participant, mark string) {
			add(participant, s.Day, mark, jobs.Evidence{Source: "attendance_sheets", Record: s.ID})
		})
	}
	return err
}

type personYear struct {
	Participant        string `db:"participant"`
	Exercise           int64  `db:"exercise"`
	Intervention       string `db:"intervention"`
	Day                string `db:"day"`
	EvidenceCollection string `db:"evidence_collection"`
	EvidenceRecord     string `db:"evidence_record"`
}

// keepPeople stores who of an intervention's roster worked in which year.
func (d *drain) keepPeople(intervention string, people map[jobs.RosterYear]jobs.Jornal) error {
	var was []personYear
	if err := d.db.NewQuery(`SELECT participant, exercise, intervention, day, evidence_collection, evidence_record
		FROM progress_people WHERE intervention = {:i}`).Bind(dbx.Params{"i": intervention}).All(&was); err != nil {
		return err
	}
	same := map[jobs.RosterYear]bool{}
	for _, w := range was {
		k := jobs.RosterYear{Participant: w.Participant, Year: int(w.Exercise)}
		j, still := people[k]
		if still && (j == jobs.Jornal{Day: day.Day(w.Day), Source: w.EvidenceCollection, Record: w.EvidenceRecord}) {
			same[k] = true
			continue
		}
		if !still {
			d.people = true
			d.touch(w.Exercise, w.Participant)
			if err := d.sql.Exec(`DELETE FROM progress_people WHERE exercise = {:y} AND participant = {:p} AND intervention = {:i}`,
				dbx.Params{"y": w.Exercise, "p": w.Participant, "i": intervention}); err != nil {
				return err
			}
		}
	}
	for k, j := range people {
		if same[k] {
			continue
		}
		d.people = true
		d.touch(int64(k.Year), k.Participant)
		if err := d.sql.Exec(`INSERT OR REPLACE INTO progress_people (participant, exercise, intervention, day, evidence_collection, evidence_record)
			VALUES ({:p}, {:y}, {:i}, {:d}, {:c}, {:r})`,
			dbx.Params{"p": k.Participant, "y": k.Year, "i": intervention, "d": string(j.Day), "c": j.Source, "r": j.Record}); err != nil {
			return err
		}
	}
	return nil
}
