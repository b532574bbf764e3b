package verify

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
	"chaski/internal/program"
)

// kept are the counts of exercises that figures are told from without counting
// again. Those of another version of what they rest on, or of another program, are
// believed by nobody and need not be right.
func (c *checker) kept() error {
	var all []struct {
		Exercise int64  `db:"exercise"`
		AgeOn    string `db:"age_on"`
		Counts   string `db:"counts"`
	}
	err := c.db.NewQuery(`SELECT k.exercise, k.age_on, k.counts FROM figures_kept k WHERE k.program = {:p}
		AND k.version = (SELECT coalesce(sum(version), 0) FROM figures_basis b WHERE b.exercise IN (0, k.exercise)) ORDER BY k.exercise`).
		Bind(dbx.Params{"p": program.ID()}).All(&all)
	if err != nil {
		return err
	}
	for _, k := range all {
		row := fmt.Sprintf("figures_kept/%d", k.Exercise)
		var rows figures.Rows
		if json.Unmarshal([]byte(k.Counts), &rows) != nil {
			continue // not read: counted again
		}
		now, err := c.tally(k.Exercise, day.Day(k.AgeOn))
		if err != nil {
			return err
		}
		was := told(rows, day.Day(k.AgeOn))
		c.checked(CheckKept, int64(len(now)))
		pairs := newPairs(CheckKept)
		for what, n := range now {
			if was[what] != n {
				pairs.add(row+"/"+what, "expected", fmt.Sprint(n))
				pairs.add(row+"/"+what, "found", fmt.Sprint(was[what]))
			}
		}
		for what, n := range was {
			if _, known := now[what]; !known && n != 0 {
				pairs.add(row+"/"+what, "found", fmt.Sprint(n))
			}
		}
		pairs.report(c)
	}
	return nil
}

// told is what kept counts say, each number under a name.
func told(rows figures.Rows, on day.Day) map[string]int64 {
	out := map[string]int64{"resoluciones": rows.Resolution}
	for _, w := range rows.Works {
		at := fmt.Sprintf("%d %s ", w.FundingYear, w.Frame)
		out[at+"aii"], out[at+"pi"], out[at+"distritos"] = w.AII, w.PI, w.Districts
	}
	for _, e := range rows.Executors {
		out["ejecutores "+e.Frame], out["sin empleo "+e.Frame] = e.Governments, e.Idle
	}
	for _, r := range rows.Reports {
		out["informes "+r.Unit+" "+r.UnitMeasured] += r.Number
		out["unidades "+r.Unit+" "+r.UnitMeasured] += r.UTs
	}
	for _, p := range rows.Persons {
		out["personas "+p.Sex+" "+ageWord(p.Birth, on)] += p.Number
	}
	for condition, n := range rows.Conditions {
		out["condición "+condition] = n
	}
	for _, r := range rows.CountedBy {
		out["regla "+r.AO+" "+r.Measure+" "+r.Rule] = 1
	}
	return out
}

func ageWord(birth string, on day.Day) string {
	if birth == figures.Contradiction {
		return birth
	}
	return fmt.Sprint(figures.Age(day.Day(birth), on))
}

// tally counts the same row by row, with sets of its own.
func (c *checker) tally(exercise int64, on day.Day) (map[string]int64, error) {
	t := &tally{map[string]int64{}, map[string]bool{}}
	for _, count := range []func(*tally, dbx.Params) error{c.tallyCounted, c.tallyTransfers, c.tallyReports, func(t *tally, p dbx.Params) error { return c.tallyPeople(t, p, on) }} {
		if err := count(t, dbx.Params{"y": exercise}); err != nil {
			return nil, err
		}
	}
	return t.of, nil
}

// tally counts things, each once.
type tally struct {
	of   map[string]int64
	seen map[string]bool
}

func (t *tally) once(what, thing string) {
	if key := what + "\x00" + thing; !t.seen[key] {
		t.seen[key] = true
		t.of[what]++
	}
}

func (c *checker) rowsOf(t *tally, params dbx.Params, sql string, note func(t *tally, r []string)) error {
	rows, err := c.db.NewQuery(sql).Bind(params).Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	line := make([]string, len(names))
	into := make([]any, len(names))
	for i := range line {
		into[i] = &line[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		note(t, line)
	}
	return rows.Err()
}

func (c *checker) tallyCounted(t *tally, params dbx.Params) error {
	return c.rowsOf(t, params, `SELECT p.ao, p.measure, p.rule, p.funding_year, p.funding_frame, p.intervention, coalesce(i.kind, ''), coalesce(d.ubigeo, '')
		FROM progress_contributions p LEFT JOIN interventions i ON i.id = p.intervention LEFT JOIN districts d ON d.id = i.district
		WHERE p.exercise = {:y}`, func(t *tally, r []string) {
		t.once("regla "+r[0]+" "+r[1]+" "+r[2], "")
		if r[1] != "job" || r[5] == "" {
			return
		}
		t.seen["work\x00"+r[5]] = true
		at := r[3] + " " + r[4] + " "
		if r[6] == "aii" || r[6] == "pi" {
			t.once(at+r[6], r[5])
		}
		if r[7] != "" {
			t.once(at+"distritos", r[7])
		}
	})
}

func (c *checker) tallyTransfers(t *tally, params dbx.Params) error {
	return c.rowsOf(t, params, `SELECT p.funding_frame, k.executor, t.resolution, p.intervention, p.source_record
		FROM progress_contributions p JOIN transfers t ON t.id = p.source_record JOIN convenios k ON k.id = t.convenio
		WHERE p.exercise = {:y} AND p.source_collection = 'transfers'`, func(t *tally, r []string) {
		t.once("resoluciones", r[2])
		for _, frame := range []string{r[0], ""} {
			t.once("ejecutores "+frame, r[1])
			if !t.seen["work\x00"+r[3]] {
				t.of["sin empleo "+frame]++
			}
		}
	})
}

func (c *checker) tallyReports(t *tally, params dbx.Params) error {
	return c.rowsOf(t, params, `SELECT r.unit, p.ao, r.ut, p.quantity FROM progress_contributions p JOIN management_reports r ON r.id = p.source_record
		WHERE p.exercise = {:y} AND p.source_collection = 'management_reports'`, func(t *tally, r []string) {
		var n int64
		_, _ = fmt.Sscan(r[3], &n) // a whole number in its column
		t.of["informes "+r[0]+" "+r[1]] += n
		if r[2] != "" {
			t.once("unidades "+r[0]+" "+r[1], r[2])
		}
	})
}

// tallyPeople sees the rows of a person one after the other.
func (c *checker) tallyPeople(t *tally, params dbx.Params, on day.Day) error {
	var dni, sex, birth string
	person := func() {
		if dni != "" {
			t.of["personas "+sex+" "+ageWord(birth, on)]++
		}
	}
	err := c.rowsOf(t, params, `SELECT p.dni, p.sex, p.birth_date FROM progress_people g JOIN participants p ON p.id = g.participant
		WHERE g.exercise = {:y} ORDER BY p.dni`, func(_ *tally, r []string) {
		if r[0] != dni {
			person()
			dni, sex, birth = r[0], r[1], r[2]
			return
		}
		if r[1] != sex {
			sex = figures.Contradiction
		}
		if r[2] != birth {
			birth = figures.Contradiction
		}
	})
	if err != nil {
		return err
	}
	person()
	return c.rowsOf(t, params, `SELECT c.condition, p.dni FROM progress_people g JOIN participants p ON p.id = g.participant
		JOIN participant_conditions c ON c.participant = p.id WHERE g.exercise = {:y}`, func(t *tally, r []string) { t.once("condición "+r[0], r[1]) })
}
