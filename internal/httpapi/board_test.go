package httpapi_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"chaski/internal/testkit"
)

const v1 = "/api/chaski/v1"

type gauge struct{ Target, Executed, Percent, Opening string }

type aoRow struct {
	ID, Key, Code, Gap  string
	Physical, Financial gauge
}

type board struct {
	Exercise struct {
		Year   int
		Kind   string
		Closed bool
	}
	Freshness struct {
		ComputedAt       string `json:"computed_at"`
		LastReceivedAt   string `json:"last_received_at"`
		OldestSeenAt     string `json:"oldest_seen_at"`
		Devices          int
		StaleDevices     int `json:"stale_devices"`
		PendingMutations int `json:"pending_mutations"`
		ParkedMutations  int `json:"parked_mutations"`
	}
	Summary struct {
		AOs             int    `json:"aos"`
		AtLeast100      int    `json:"aos_at_least_100"`
		AverageAdjusted string `json:"average_adjusted"`
		Financial       gauge
	}
	AEI struct {
		Target, Executed, Percent string
		Lines                     []struct {
			FundingYear       int    `json:"funding_year"`
			FundingFrame      string `json:"funding_frame"`
			Executed, Opening string
		}
	}
	Items []aoRow
}

type line struct {
	Kind, Label, Intervention, Physical, Financial, Source string
	ConvenioCode                                           string `json:"convenio_code"`
	UTName                                                 string `json:"ut_name"`
	AsOf                                                   string `json:"as_of"`
	LastVisitOn                                            string `json:"last_visit_on"`
}

type detail struct {
	AO     aoRow
	Months []struct {
		Month, Physical, Financial, Adjustment string
		PhysicalTarget                         string `json:"physical_target"`
		Closed, Synthetic                      bool
	}
	Lines       []line
	Found, Page int
	Groups      []struct {
		UTName              string `json:"ut_name"`
		Lines               int
		Physical, Financial string
	}
}

func table(k *testkit.Kit, year int) board {
	var b board
	k.Do("GET", fmt.Sprintf("%s/exercises/%d/aos", v1, year), k.Token(testkit.Ana), nil).JSON(200, &b)
	return b
}

func aoDetail(k *testkit.Kit, year int, ao string) detail {
	var d detail
	k.Do("GET", fmt.Sprintf("%s/exercises/%d/aos/%s", v1, year, ao), k.Token(testkit.Ana), nil).JSON(200, &d)
	return d
}

func (b board) ao(t *testing.T, id string) aoRow {
	t.Helper()
	for _, ao := range b.Items {
		if ao.ID == id {
			return ao
		}
	}
	t.Fatalf("no AO %s in %+v", id, b.Items)
	return aoRow{}
}

// explained fails unless lines and months add up to the figures exactly.
func explained(t *testing.T, d detail) {
	t.Helper()
	physical, financial := new(big.Rat), new(big.Rat)
	for _, l := range d.Lines {
		plus(t, physical, l.Physical)
		plus(t, financial, l.Financial)
	}
	same(t, "lines of "+d.AO.Key, physical, d.AO.Physical.Executed)
	same(t, "money of the lines of "+d.AO.Key, financial, d.AO.Financial.Executed)
	physical, financial = new(big.Rat), new(big.Rat)
	for _, m := range d.Months {
		plus(t, physical, m.Physical)
		plus(t, financial, m.Financial)
	}
	same(t, "months of "+d.AO.Key, physical, d.AO.Physical.Executed)
	same(t, "money of the months of "+d.AO.Key, financial, d.AO.Financial.Executed)
	if len(d.Months) != 12 {
		t.Errorf("%d months", len(d.Months))
	}
}

func plus(t *testing.T, sum *big.Rat, s string) {
	t.Helper()
	if s == "" {
		return // not held
	}
	n, ok := new(big.Rat).SetString(s)
	if !ok {
		t.Fatalf("not a number: %q", s)
	}
	sum.Add(sum, n)
}

func same(t *testing.T, what string, got *big.Rat, want string) {
	t.Helper()
	if want == "" {
		want = "0" // not held: nothing may explain it
	}
	w, _ := new(big.Rat).SetString(want)
	if w == nil || got.Cmp(w) != 0 {
		t.Errorf("%s: %s, the figure is %s", what, got.FloatString(2), want)
	}
}

// visited has a visit of Rosa to Canal with two of three present, a validated
// sheet, money, a balance and an event of a closed month.
func visited(t *testing.T) (*testkit.Kit, *testkit.Phone) {
	t.Helper()
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	for _, r := range p.Push(p.Visit("v1", testkit.Canal, nil), p.Mark("v1", testkit.Canal, 1, "presente"), p.Mark("v1", testkit.Canal, 2, "presente"),
		p.Mark("v1", testkit.Canal, 3, "ausente"),
		p.Mutation("create", "findings", testkit.ID("f1"), map[string]any{"visit": testkit.ID("v1"), "severity": "grave", "description": "Sin botiquín en la obra"}),
		p.Mutation("create", "unlisted_workers", testkit.ID("u1"), map[string]any{"visit": testkit.ID("v1"), "dni": "99111222", "given_names": "Quilla", "surnames": "Ficticia"})) {
		if r.Status != "applied" {
			t.Fatalf("%+v", r)
		}
	}
	k.Save("attendance_sheets", testkit.ID("sh1"), map[string]any{
		"intervention": testkit.Muro, "day": "2026-08-10", "headcount": 1,
		"state": "validada", "marks": map[string]string{testkit.Worker(testkit.Muro, 1): "presente"},
	})
	k.Save("opening_balances", testkit.ID("ob"), map[string]any{
		"ao": testkit.JobAO, "exercise": 2026, "as_of": "2026-10-01", "measure": "job",
		"funding_frame": "ordinary", "funding_year": 2026, "quantity": 4, "source": "Ficha de prueba",
	})
	k.Save("opening_balances", testkit.ID("ob2"), map[string]any{
		"exercise": 2026, "as_of": "2026-10-01", "measure": "job",
		"funding_frame": "ordinary", "funding_year": 2025, "quantity": 3, "source": "Ficha de prueba",
	})
	k.Save("budget_execution", testkit.ID("b1"), map[string]any{"ao": testkit.JobAO, "month": "2026-10", "clasificador": "2.3.2", "amount": 12_345_67})
	k.Save("budget_execution", testkit.ID("b2"), map[string]any{"ao": testkit.JobAO, "month": "2026-05", "clasificador": "2.3.2", "amount": 1_00})
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 220-2026-TR", "published_on": "2026-07-01"})
	k.Save("transfers", testkit.ID("t1"), map[string]any{
		"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": "devengada",
		"accrued_on": "2026-10-05", "amount": 150_000_00,
	})
	return k, p
}

func TestAoTable(t *testing.T) {
	k, _ := visited(t)
	b := table(k, 2026)
	jobs := b.ao(t, testkit.JobAO)
	// 2 by the visit, 1 by the sheet, 4 imported; target 10. 12,346.67 of 100,000.
	if jobs.Physical != (gauge{"10", "7", "70.0000", "4"}) || jobs.Financial != (gauge{"100000.00", "12346.67", "12.3467", "0.00"}) || jobs.Gap != "57.6533" {
		t.Errorf("jobs: %+v", jobs)
	}
	if got := b.ao(t, testkit.TransferAO); got.Physical.Executed != "1" || got.Physical.Percent != "25.0000" || got.Financial.Executed != "0.00" {
		t.Errorf("transfers: %+v", got) // a transfer's amount is no devengado
	}
	if b.AEI.Executed != "10" || len(b.AEI.Lines) != 2 || b.AEI.Lines[0].FundingYear != 2025 || b.AEI.Lines[0].Executed != "3" || b.AEI.Lines[1].Opening != "4" {
		t.Errorf("AEI: %+v", b.AEI)
	}
	if b.Summary.AOs != 2 || b.Summary.AtLeast100 != 0 || b.Summary.AverageAdjusted != "47.50" || b.Summary.Financial.Executed != "12346.67" {
		t.Errorf("summary: %+v", b.Summary)
	}
	k.SQL(`UPDATE aos SET followup_approved = 0 WHERE id = '` + testkit.TransferAO + `'`)
	if b := table(k, 2026); b.Summary.AOs != 1 || b.Summary.AverageAdjusted != "70.00" {
		t.Errorf("an AO without approved follow-up is in the summary: %+v", b.Summary)
	}
}

func TestAoDetailExplainsTheFigure(t *testing.T) {
	k, _ := visited(t)
	d := aoDetail(k, 2026, testkit.JobAO)
	explained(t, d)
	explained(t, aoDetail(k, 2026, testkit.TransferAO))
	byKind := map[string][]line{}
	for _, l := range d.Lines {
		byKind[l.Kind] = append(byKind[l.Kind], l)
	}
	if l := byKind["opening_balance"]; len(l) != 1 || l[0].Physical != "4" || l[0].AsOf != "2026-10-01" || l[0].Source != "Ficha de prueba" {
		t.Errorf("balance: %+v", l)
	}
	works := byKind["intervention"]
	if len(works) != 3 || works[0].Intervention != testkit.Canal || works[0].Physical != "2" || works[0].LastVisitOn != "2026-11-23" ||
		works[0].UTName != "Unidad Uno" || works[0].ConvenioCode != testkit.Codes[testkit.Canal] {
		t.Errorf("works: %+v", works)
	}
	if works[2].Intervention != testkit.Puente || works[2].Physical != "0" {
		t.Errorf("a work in execution without jobs yet is missing: %+v", works)
	}
	if l := byKind["budget_execution"]; len(l) != 2 || l[1].Label != "SIAF devengado de oct 2026" || l[1].Financial != "12345.67" {
		t.Errorf("budget: %+v", l)
	}
	// Closed through September: August's job counts in October, and says so. What of
	// the balance was August's nobody says.
	oct := d.Months[9]
	if oct.Month != "2026-10" || oct.Closed || !d.Months[8].Closed || d.Months[7].Physical != "" || oct.Physical != "5" || oct.Adjustment != "1" || oct.Financial != "12346.67" {
		t.Errorf("months: %+v", d.Months)
	}
}

// Raw SQL has no hooks; the next figure has taken it in all the same.
func TestFigureSettlesFirst(t *testing.T) {
	k, _ := visited(t)
	k.SQL(`DELETE FROM visit_marks WHERE id = '` + testkit.ID("v1m1") + `'`)
	if got := table(k, 2026).ao(t, testkit.JobAO).Physical.Executed; got != "6" {
		t.Fatalf("executed = %s, want 6", got)
	}
}

// A closed exercise does not move; what came later is told, and taken off again.
func TestClosedExerciseDoesNotMove(t *testing.T) {
	k, _ := visited(t)
	k.CloseThrough("2026-12")
	before := table(k, 2026)
	if !before.Exercise.Closed {
		t.Fatal("the exercise is not closed")
	}
	k.Save("attendance_sheets", testkit.ID("late"), map[string]any{
		"intervention": testkit.Puente, "day": "2026-11-10", "headcount": 1,
		"state": "validada", "marks": map[string]string{testkit.Worker(testkit.Puente, 1): "presente"},
	})
	k.Save("budget_execution", testkit.ID("b1"), map[string]any{"amount": 99_999_99})
	k.SQL(`DELETE FROM visit_marks WHERE id = '` + testkit.ID("v1m1") + `'`)
	k.SQL(`DELETE FROM visit_marks WHERE id = '` + testkit.ID("v1m2") + `'`)
	after := table(k, 2026)
	if a, b := before.ao(t, testkit.JobAO), after.ao(t, testkit.JobAO); a != b {
		t.Errorf("moved from %+v to %+v", a, b)
	}
	if before.AEI.Executed != after.AEI.Executed {
		t.Errorf("the AEI moved from %s to %s", before.AEI.Executed, after.AEI.Executed)
	}
	d := aoDetail(k, 2026, testkit.JobAO)
	explained(t, d)
	last := d.Lines[len(d.Lines)-1]
	if last.Kind != "adjustment" || last.Physical != "1" || last.Financial != "-87654.32" {
		t.Errorf("later adjustments: %+v", last) // +1 −2 = −1 was posted later, taken off: +1
	}
}

func TestCountedRowsLeadToTheirEvidence(t *testing.T) {
	k, _ := visited(t)
	var d struct {
		Name, Executor, State string
		ConvenioCode          string `json:"convenio_code"`
		Rows                  []struct {
			Source, Label, Day, Amount string
			PostedMonth                string `json:"posted_month"`
			Adjustment                 bool
			Quantity                   int
			Evidence                   struct{ Kind, Visit, Label string }
		}
		Visits []struct {
			ID                         string
			Headcount, Present, Absent int
			Parts                      map[string]int
		}
	}
	get := func(ao, work string) {
		d.Rows, d.Visits = nil, nil
		k.Do("GET", v1+"/exercises/2026/aos/"+ao+"/interventions/"+work, k.Token(testkit.Ana), nil).JSON(200, &d)
	}
	get(testkit.JobAO, testkit.Canal)
	if len(d.Rows) != 2 || d.Executor != "Municipalidad de prueba" || d.ConvenioCode != testkit.Codes[testkit.Canal] {
		t.Fatalf("%+v", d)
	}
	r := d.Rows[0]
	if r.Source != "cupos/"+testkit.Cupo(testkit.Canal, 1) || r.Label != "Cupo 1 · Persona Prueba 1" || r.Day != "2026-11-23" || r.PostedMonth != "2026-11" ||
		r.Adjustment || r.Quantity != 1 || r.Evidence.Kind != "visit" || r.Evidence.Visit != testkit.ID("v1") ||
		r.Evidence.Label != "Visita de 23 nov 2026 · Persona "+testkit.Rosa {
		t.Errorf("%+v", r)
	}
	if len(d.Visits) != 1 || d.Visits[0].Present != 2 || d.Visits[0].Absent != 1 || d.Visits[0].Parts["findings"] != 1 || d.Visits[0].Headcount != 3 {
		t.Errorf("%+v", d.Visits)
	}
	get(testkit.JobAO, testkit.Muro)
	if r := d.Rows[0]; r.Evidence.Kind != "attendance_sheet" || r.Evidence.Label != "Hoja diaria del 10 ago 2026, validada" || r.Label != "Cupo 1 · Persona Prueba 1" ||
		!r.Adjustment || r.PostedMonth != "2026-10" {
		t.Errorf("%+v", r)
	}
	get(testkit.TransferAO, testkit.Canal)
	if r := d.Rows[0]; r.Source != "transfers/"+testkit.ID("t1") || r.Evidence.Kind != "transfer" || r.Amount != "150000.00" || r.Label != "Transferencia · RM 220-2026-TR" {
		t.Errorf("%+v", r)
	}
}

func TestVisitAsEvidence(t *testing.T) {
	k, _ := visited(t)
	k.SQL(`DELETE FROM insured_persons WHERE id = '` + testkit.ID("incana2") + `'`)
	r := k.Do("GET", v1+"/visits/"+testkit.ID("v1"), k.Token(testkit.Ana), nil)
	var d struct {
		Summary struct{ Supervisor string }
		Answers []struct{ Key, Label, Answer string }
		Marks   []struct {
			DNI, Mark, Coverage string
			Cupo                int
			Counted             bool
		}
	}
	r.JSON(200, &d)
	if len(d.Marks) != 3 || d.Marks[0].DNI != "•••••001" || !d.Marks[0].Counted || d.Marks[0].Coverage != "cubierto" ||
		d.Marks[1].Coverage != "sin_cobertura" || !d.Marks[1].Counted || d.Marks[2].Counted || d.Marks[2].Mark != "ausente" {
		t.Errorf("%+v", d.Marks)
	}
	if len(d.Answers) != 1 || d.Answers[0].Label != "¿Hay cartel?" || d.Answers[0].Answer != "si" {
		t.Errorf("%+v", d.Answers)
	}
	for _, whole := range []string{"99000001", "99111222"} {
		if strings.Contains(string(r.Body), whole) {
			t.Errorf("a whole DNI left the server")
		}
	}
}

func TestFreshness(t *testing.T) {
	k, p := visited(t)
	park := k.Phone(testkit.Luis)
	if r := park.Push(park.Visit("vp", testkit.Canal, nil)); r[0].Status != "parked" {
		t.Fatalf("%+v", r)
	}
	k.Clock = k.Clock.Add(25 * time.Hour)
	k.Do("POST", v1+"/sync/pull", park.Token, map[string]any{"protocol": 1, "schema": 1, "device": park.ID, "report": map[string]any{
		"app_version": "1", "outbox": 7, "oldest_pending_at": "", "rejected": 0, "parked": 1, "storage_used": 0, "storage_quota": 0, "persisted": true, "last_heal_at": "",
	}}).JSON(200, nil)
	f := table(k, 2026).Freshness
	if f.Devices != 2 || f.StaleDevices != 1 || f.PendingMutations != 7 || f.ParkedMutations != 1 || f.OldestSeenAt != "2026-11-23T17:00:00.000Z" ||
		f.LastReceivedAt != "2026-11-23T17:00:00.000Z" || f.ComputedAt != "2026-11-24T18:00:00.000Z" {
		t.Errorf("%+v", f)
	}
	// Out of use: a revoked one, and one not seen for half a year.
	k.SQL(`UPDATE devices SET state = 'revocado' WHERE id = '` + p.ID + `'`)
	if f := table(k, 2026).Freshness; f.Devices != 1 || f.StaleDevices != 0 {
		t.Errorf("a revoked device counts: %+v", f)
	}
	k.Clock = k.Clock.Add(181 * 24 * time.Hour)
	if f := table(k, 2026).Freshness; f.Devices != 0 || f.PendingMutations != 0 || f.OldestSeenAt != "" {
		t.Errorf("an abandoned device counts: %+v", f)
	}
}

func TestWhoSeesTheBoard(t *testing.T) {
	k, p := visited(t)
	ines := k.Phone(testkit.Ines)
	if r := ines.Push(ines.Visit("v2", testkit.Puente, nil)); r[0].Status != "applied" {
		t.Fatalf("%+v", r)
	}
	_ = p
	board := []string{"/exercises", "/exercises/2026/aos", "/exercises/2026/aos/" + testkit.JobAO}
	own, other := "/exercises/2026/aos/"+testkit.JobAO+"/interventions/"+testkit.Canal, "/exercises/2026/aos/"+testkit.JobAO+"/interventions/"+testkit.Puente
	visit, otherVisit := "/visits/"+testkit.ID("v1"), "/visits/"+testkit.ID("v2")
	cases := []struct {
		who           string
		code          string // of each route of the board
		own, other    string
		visit, others string
	}{
		{testkit.Ana, "", "", "", "", ""},
		{testkit.Dora, "", "", "", "", ""},
		{testkit.Aldo, "", "", "", "", ""},
		{testkit.Carla, "", "", "not_found", "", "not_found"}, // coordinator of UT1
		{testkit.Rosa, "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
		{testkit.Luis, "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
		{testkit.Elsa, "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
		{testkit.Otto, "forbidden", "forbidden", "forbidden", "forbidden", "forbidden"},
		{"", "session_expired", "session_expired", "session_expired", "session_expired", "session_expired"},
	}
	for _, c := range cases {
		token := ""
		if c.who != "" {
			token = k.Token(c.who)
		}
		want := map[string]string{own: c.own, other: c.other, visit: c.visit, otherVisit: c.others}
		for _, path := range board {
			want[path] = c.code
		}
		for path, code := range want {
			r := k.Do("GET", v1+path, token, nil)
			if got := r.Code(); got != code || code == "" && r.Status != 200 {
				t.Errorf("%q GET %s: %d %q, want %q", c.who, path, r.Status, got, code)
			}
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	k, _ := visited(t)
	none := testkit.ID("none")
	for _, path := range []string{
		"/exercises/2031/aos", "/exercises/2026/aos/" + none, "/exercises/2023/aos/" + testkit.JobAO,
		"/exercises/2026/aos/" + testkit.JobAO + "/interventions/" + none, "/visits/" + none,
	} {
		if r := k.Do("GET", v1+path, k.Token(testkit.Ana), nil); r.Status != 404 || r.Code() != "not_found" {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
		}
	}
	if r := k.Do("GET", v1+"/exercises/ayer/aos", k.Token(testkit.Ana), nil); r.Status != 404 {
		t.Errorf("a year that is none: %d", r.Status)
	}
	var list struct{ Items []struct{ Year int } }
	if err := json.Unmarshal(k.Do("GET", v1+"/exercises", k.Token(testkit.Ana), nil).Body, &list); err != nil || len(list.Items) != 1 {
		t.Errorf("%v %+v", err, list)
	}
}
