package national_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"chaski/internal/catalog"
	"chaski/internal/demo/national"
	"chaski/internal/domain/day"
	"chaski/internal/domain/jobs"
)

func published(t testing.TB) national.Published {
	t.Helper()
	raw, err := os.ReadFile("../golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := national.ReadPublished(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func plan(t testing.TB, seed int64, every int) *national.Plan {
	t.Helper()
	p, err := national.Build(national.Input{
		Seed: seed, Published: published(t), Places: places(), Calendar: catalog.Calendar(), SheetEvery: every,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// places are the districts in use in the year.
func places() []national.Place {
	var out []national.Place
	for _, d := range catalog.Districts() {
		if d.InForce("2023-12-31") {
			out = append(out, national.Place{Ubigeo: d.Ubigeo, Name: d.Name, Province: d.Province, Department: d.Department, UT: d.UT})
		}
	}
	return out
}

// refs names what is referred to by its own key.
func refs(p *national.Plan) *national.Refs {
	r := &national.Refs{
		District: map[string]string{}, UT: map[string]string{},
		Supervisor:   func(ut string, n int) string { return fmt.Sprint("supervisor ", ut, n) },
		Coordinator:  func(ut string) string { return "coordinator " + ut },
		ChecklistKey: "visita_aii", ChecklistVersion: 1, Items: []string{"cartel", "agua"},
	}
	for _, x := range p.Places {
		r.District[x.Ubigeo], r.UT[x.UT] = x.Ubigeo, x.UT
	}
	for _, e := range p.Entities {
		r.Entity = append(r.Entity, e.RUC)
	}
	for _, x := range p.Resolutions {
		r.Resolution = append(r.Resolution, x.Name)
	}
	return r
}

// row of a collection by column.
type row struct {
	id string
	of map[string]int
	v  []any
}

func (r row) text(column string) string {
	s, ok := r.v[r.of[column]].(string)
	if !ok {
		panic(column + " is no text")
	}
	return s
}

var positions = func() map[string]map[string]int {
	out := map[string]map[string]int{}
	for c, names := range national.Columns {
		out[c] = map[string]int{}
		for i, n := range names {
			out[c][n] = i
		}
	}
	return out
}()

// rowsOf are the rows of one work by collection.
func rowsOf(t testing.TB, p *national.Plan, w *national.Work, r *national.Refs) map[string][]row {
	t.Helper()
	out := map[string][]row{}
	if err := p.Emit(w, r, func(collection, id string, values ...any) error {
		if len(values) != len(national.Columns[collection]) {
			return fmt.Errorf("%d values for %s", len(values), collection)
		}
		out[collection] = append(out[collection], row{id, positions[collection], values})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// tally counts what the rows add up to, by the rules of the domain and nothing
// that the plan says of itself.
type tally struct {
	works, jobs map[string]int // by kind year frame; year frame
	districts   map[string]map[string]bool
	transfers   map[string]int
	amounts     map[string]int64
	executors   map[string]map[string]bool
	idle        map[string]int
	resolutions map[string]bool
	people      map[string]row // DNI with a jornal: a row of his
	conditions  map[string]map[string]bool
	accrued     map[string]int64 // frame month
	rows        map[string]int
	uncounted   map[string]int
	ids         map[string]bool
}

func newTally() *tally {
	return &tally{
		works: map[string]int{}, jobs: map[string]int{}, districts: map[string]map[string]bool{}, transfers: map[string]int{},
		amounts: map[string]int64{}, executors: map[string]map[string]bool{}, idle: map[string]int{}, resolutions: map[string]bool{},
		people: map[string]row{}, conditions: map[string]map[string]bool{}, accrued: map[string]int64{}, rows: map[string]int{},
		uncounted: map[string]int{}, ids: map[string]bool{},
	}
}

func (c *tally) add(t testing.TB, rows map[string][]row) {
	for collection, rs := range rows {
		c.rows[collection] += len(rs)
	}
	work, convenio := rows["interventions"][0], rows["convenios"][0]
	year := convenio.v[convenio.of["funding_year"]].(int)
	scope := fmt.Sprintf("%d %s", year, convenio.text("funding_frame"))
	counted := count(t, rows)
	if len(counted.Cupos) > 0 {
		c.works[work.text("kind")+" "+scope]++
		c.jobs[scope] += len(counted.Cupos)
		put(c.districts, scope, work.text("district"))
	}
	active := 0
	for _, r := range rows["cupos"] {
		if r.text("state") == "activo" {
			active++
		} else {
			c.uncounted["void cupos"]++
		}
	}
	c.uncounted["cupos never worked"] += active - len(counted.Cupos)
	c.transfer(rows, convenio, scope, len(counted.Cupos) > 0)
	worked := map[string]string{}
	for _, r := range rows["participants"] {
		if _, ok := counted.People[jobs.RosterYear{Participant: r.id, Year: 2023}]; ok {
			if was, again := c.people[r.text("dni")]; again {
				c.uncounted["people again"]++
				for _, same := range []string{"given_names", "surnames", "sex", "birth_date"} {
					if was.text(same) != r.text(same) {
						t.Errorf("%s of %s: %s, then %s", same, r.text("dni"), was.text(same), r.text(same))
					}
				}
			}
			c.people[r.text("dni")] = r
			worked[r.id] = r.text("dni")
		} else {
			c.uncounted["people without a jornal"]++
		}
	}
	for _, r := range rows["participant_conditions"] {
		if dni := worked[r.text("participant")]; dni != "" {
			put(c.conditions, r.text("condition"), dni)
		} else {
			c.uncounted["conditions of people without a jornal"]++
		}
	}
}

func put(m map[string]map[string]bool, key, value string) {
	if m[key] == nil {
		m[key] = map[string]bool{}
	}
	m[key][value] = true
}

func (c *tally) transfer(rows map[string][]row, convenio row, scope string, executed bool) {
	seen := map[string]bool{}
	for _, r := range rows["transfers"] {
		state, key := r.text("state"), r.text("resolution")+r.text("convenio")
		if state != "devengada" && state != "girada" || seen[key] {
			c.uncounted["transfers"]++
			continue
		}
		seen[key] = true
		frame := convenio.text("funding_frame")
		c.transfers[scope]++
		c.amounts[scope] += r.v[r.of["amount"]].(int64)
		c.accrued[frame+" "+r.text("accrued_on")[:7]] += r.v[r.of["amount"]].(int64)
		c.resolutions[r.text("resolution")] = true
		put(c.executors, scope, convenio.text("executor"))
		if !executed {
			c.idle[scope]++
		}
	}
}

// count applies the rule of the domain to what sheets and visits say.
func count(t testing.TB, rows map[string][]row) jobs.Counted {
	if !jobs.Executes(rows["interventions"][0].text("state")) {
		return jobs.Counted{}
	}
	active := map[string]bool{}
	for _, r := range rows["cupos"] {
		active[r.id] = r.text("state") == "activo"
	}
	people := map[string]row{}
	for _, r := range rows["participants"] {
		people[r.id] = r
	}
	var marks []jobs.Mark
	add := func(participant, on, mark, source, record string) {
		p := people[participant]
		if on >= p.text("alta_on") && on <= p.text("baja_on") && active[p.text("cupo")] {
			marks = append(marks, jobs.Mark{
				Work: p.text("intervention"), Cupo: p.text("cupo"), Participant: participant, Person: p.text("dni"), Day: day.Day(on), Mark: mark,
				Evidence: jobs.Evidence{Source: source, Record: record},
			})
		}
	}
	for _, r := range rows["attendance_sheets"] {
		if r.text("state") != "validada" {
			continue
		}
		var m map[string]string
		if err := json.Unmarshal([]byte(r.text("marks")), &m); err != nil {
			t.Fatal(err)
		}
		present := 0
		for participant, mark := range m {
			add(participant, r.text("day"), mark, "attendance_sheets", r.id)
			if mark == "presente" {
				present++
			}
		}
		if present != r.v[r.of["headcount"]].(int) {
			t.Errorf("sheet %s: %d present, headcount %v", r.id, present, r.v[r.of["headcount"]])
		}
	}
	on := map[string]string{}
	for _, r := range rows["visits"] {
		on[r.id] = r.text("visited_on")
	}
	for _, r := range rows["visit_marks"] {
		add(r.text("participant"), on[r.text("visit")], r.text("mark"), "visit_marks", r.id)
	}
	return jobs.Count(rows["interventions"][0].id, jobs.Cases(marks), nil)
}

func counted(t testing.TB, p *national.Plan) *tally {
	t.Helper()
	c, r := newTally(), refs(p)
	for _, w := range p.Works {
		c.add(t, rowsOf(t, p, w, r))
	}
	return c
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, published %v", what, got, want)
	}
}

// Every figure that the report gives of works, money and people comes out of
// counting the rows.
func TestRowsAddUpToTheReport(t *testing.T) {
	p := plan(t, 2026, 10)
	want := p.Published
	c := counted(t, p)
	works, cupos := 0, 0
	for _, o := range want.Origins {
		scope := fmt.Sprintf("%d %s", o.Year, o.Frame)
		same(t, "AII "+scope, c.works["aii "+scope], o.AII)
		same(t, "PI "+scope, c.works["pi "+scope], o.PI)
		same(t, "jobs "+scope, c.jobs[scope], o.Jobs)
		if o.Districts > 0 {
			same(t, "districts "+scope, len(c.districts[scope]), o.Districts)
		}
		works, cupos = works+o.AII+o.PI, cupos+o.Jobs
	}
	idle := 0
	for frame, tr := range want.Transfers {
		scope := "2023 " + frame
		same(t, "transfers "+scope, c.transfers[scope], tr.Number)
		same(t, "amount "+scope, c.amounts[scope], tr.Amount)
		same(t, "not executed "+scope, c.idle[scope], tr.Idle)
		if tr.Entities > 0 {
			same(t, "executors "+scope, len(c.executors[scope]), tr.Entities)
		}
		idle += tr.Idle
	}
	same(t, "interventions", c.rows["interventions"], works+idle)
	same(t, "resolutions", len(c.resolutions), want.Resolutions)
	same(t, "jobs by scope", len(c.jobs), len(want.Origins))
	people(t, c, want.People)
	if cupos+c.uncounted["cupos never worked"]+c.uncounted["void cupos"] != c.rows["cupos"] {
		t.Errorf("%d cupos, %d jobs", c.rows["cupos"], cupos)
	}
	for _, what := range []string{
		"void cupos", "cupos never worked", "transfers", "people without a jornal", "people again", "conditions of people without a jornal",
	} {
		if c.uncounted[what] == 0 {
			t.Errorf("no %s to be left out", what)
		}
	}
	for _, line := range p.Budget() {
		if line.Clasificador == national.TransferClasificador {
			for _, ao := range want.AOs {
				if ao.Key == line.AO {
					same(t, line.AO+" "+string(line.Month), line.Amount, c.accrued[ao.Frame+" "+string(line.Month)])
				}
			}
		}
	}
}

func people(t *testing.T, c *tally, want national.Participants) {
	t.Helper()
	var women int
	var bands [3]int
	for _, r := range c.people {
		if r.text("sex") == "F" {
			women++
		}
		age := 2023 - day.Day(r.text("birth_date")).Month().Year()
		for i, b := range national.Bands {
			if age >= b[0] && age <= b[1] {
				bands[i]++
			}
		}
		if eighteen := fmt.Sprintf("%04d%s", day.Day(r.text("birth_date")).Month().Year()+18, r.text("birth_date")[4:]); eighteen > r.text("alta_on") {
			t.Errorf("born %s, alta %s", r.text("birth_date"), r.text("alta_on"))
		}
		if dni := r.text("dni"); len(dni) != 8 || !strings.HasPrefix(dni, "99") {
			t.Errorf("DNI %s", dni)
		}
	}
	same(t, "participants", len(c.people), want.Total)
	same(t, "women", women, want.Women)
	same(t, "men", len(c.people)-women, want.Men)
	same(t, "bands", bands, want.Bands)
	for i, name := range national.Conditions {
		same(t, name, len(c.conditions[name]), want.Conditions[i])
	}
}

// What the units and the desks do, and the money that SIAF has of it.
func TestDesksAddUpToTheReport(t *testing.T) {
	p := plan(t, 2026, 10)
	units := map[string]int{}
	byAO := map[string]int64{}
	seen := map[string]bool{}
	for _, r := range p.Reports {
		key := r.Unit + r.UT + r.AO + r.Kind + r.Period
		if r.State != "aprobado" || r.Approved == "" || seen[key] {
			continue
		}
		seen[key] = true
		byAO[r.AO]++
		if r.Approved[:4] != "2023" {
			t.Errorf("%s approved %s", r.Number, r.Approved)
		}
		if r.AO == "gestion" {
			units[r.Unit]++
		}
	}
	if fmt.Sprint(units) != fmt.Sprint(p.Published.Reports) {
		t.Errorf("reports %v, published %v", units, p.Published.Reports)
	}
	for _, a := range p.Assistances {
		key := fmt.Sprint(a.Entity, a.On, a.Modality, a.Topic)
		if a.State != "validada" || a.Evidence == "" || seen[key] {
			continue
		}
		seen[key] = true
		byAO[map[string]string{national.Ordinary: "promocion", national.Ley: "promocion_ley"}[a.Frame]]++
	}
	spent := map[string]int64{}
	for _, line := range p.Budget() {
		spent[line.AO] += line.Amount
		if line.Amount <= 0 {
			t.Errorf("%s %s %s: %d", line.AO, line.Clasificador, line.Month, line.Amount)
		}
	}
	for _, ao := range p.Published.AOs {
		same(t, "devengado of "+ao.Key, spent[ao.Key], ao.Financial)
		if ao.Unit == "management_report" || ao.Unit == "technical_assistance" {
			same(t, "units of "+ao.Key, byAO[ao.Key], ao.Physical)
		}
	}
}

// RM 220-2023-TR as the ministry told the press.
func TestTheBigResolution(t *testing.T) {
	p := plan(t, 2026, 10)
	departments, entities, works, amount := map[string]int{}, map[int]bool{}, 0, int64(0)
	for _, w := range p.Works {
		if w.Resolution >= 0 && p.Resolutions[w.Resolution].Number == 220 {
			works++
			amount += w.Amount
			entities[w.Entity] = true
			departments[p.Places[w.Place].Department]++
		}
	}
	same(t, "works", works, 410)
	same(t, "municipalities", len(entities), 228)
	same(t, "amount", amount, 57_052_398_00)
	same(t, "departments", fmt.Sprint(departments), fmt.Sprint(map[string]int{
		"Áncash": 9, "Arequipa": 93, "Ayacucho": 100, "Huancavelica": 1, "Huánuco": 1, "Junín": 43, "La Libertad": 32, "Lima": 97,
		"Loreto": 10, "Madre de Dios": 17, "Puno": 2, "San Martín": 5,
	}))
}

// The press counted some 7,000 jobs by June; most of the year's work came after.
func TestMostOfTheYearComesAfterJune(t *testing.T) {
	byJune, all := 0, 0
	for _, w := range plan(t, 2026, 10).Works {
		all += w.Jobs
		if w.Starts <= "2023-06-30" {
			byJune += w.Jobs
		}
	}
	if byJune < 5000 || byJune > 9000 {
		t.Errorf("%d of %d jobs by June", byJune, all)
	}
}

// Other seeds reach the same totals with other rows; the same seed gives the
// same rows.
func TestSeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("plans the year several times")
	}
	for seed := range int64(6) {
		if p := plan(t, seed, 14); len(p.Works) != 4791 {
			t.Errorf("seed %d: %d works", seed, len(p.Works))
		}
	}
	a, b, other := plan(t, 7, 10), plan(t, 7, 10), plan(t, 8, 10)
	r := refs(a)
	for i := 0; i < len(a.Works); i += 97 {
		x, y := fmt.Sprint(rowsOf(t, a, a.Works[i], r)), fmt.Sprint(rowsOf(t, b, b.Works[i], r))
		if x != y {
			t.Fatalf("work %d differs", i)
		}
		if x == fmt.Sprint(rowsOf(t, other, other.Works[i], r)) {
			t.Errorf("work %d is the same under another seed", i)
		}
	}
}

// The year holds together: nobody on two works or two cupos on one day, nothing
// outside its work or its year, and no id twice.
func TestHoldsTogether(t *testing.T) {
	p := plan(t, 2026, 5)
	r := refs(p)
	ids := map[string]bool{}
	until := map[string]string{} // of a DNI
	units, departments := map[string]bool{}, map[string]bool{}
	codes := map[string]bool{}
	for _, w := range p.Works {
		rows := rowsOf(t, p, w, r)
		for collection, rs := range rows {
			for _, x := range rs {
				if ids[x.id] || len(x.id) != 15 {
					t.Fatalf("%s %s twice or malformed", collection, x.id)
				}
				ids[x.id] = true
			}
		}
		if codes[w.Code] {
			t.Errorf("%s twice", w.Code)
		}
		codes[w.Code] = true
		units[p.Places[w.Place].UT], departments[p.Places[w.Place].Department] = true, true
		cupo := map[string]string{}
		for _, x := range rows["participants"] {
			alta, baja := x.text("alta_on"), x.text("baja_on")
			if alta > baja || alta < string(w.Starts) || baja > string(w.Ends) || w.Executed && baja > "2023-12-31" {
				t.Errorf("%s: from %s to %s", w.Code, alta, baja)
			}
			if alta <= until[x.text("dni")] || alta <= cupo[x.text("cupo")] {
				t.Errorf("%s: %s twice on %s", w.Code, x.text("dni"), alta)
			}
			until[x.text("dni")], cupo[x.text("cupo")] = baja, baja
		}
		for _, x := range rows["insured_persons"] {
			if x.text("from_on") > x.text("to_on") {
				t.Errorf("%s: insured from %s to %s", w.Code, x.text("from_on"), x.text("to_on"))
			}
		}
		for _, x := range rows["transfers"] {
			on := x.text("accrued_on")
			if on != "" && (on < string(p.Resolutions[w.Resolution].Published) || on[:4] != "2023") {
				t.Errorf("%s: accrued %s under %s", w.Code, on, p.Resolutions[w.Resolution].Published)
			}
		}
	}
	same(t, "units", len(units), p.Published.Units)
	same(t, "departments", len(departments), 25)
}
