package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

func TestRendicionFromFirstAmountToApproval(t *testing.T) {
	o := ended(t)
	x := o.get(o.elsa)
	if x.State != "pendiente" || !x.CanEdit || x.Transferred != "10000.00" || x.Difference != "10000.00" || x.Deadline.Due != "2026-12-11" {
		t.Fatalf("%+v", x)
	}
	x = o.squared()
	if x.Difference != "0.00" {
		t.Fatalf("%+v", x)
	}
	code(t, o.review(o.carla, x, map[string]any{"approve": true}), 409, "rendicion_closed")
	x = o.submitted()
	if x.State != "presentada" || x.CanEdit || x.PresentedOn != "2026-11-23" || !strings.HasPrefix(x.Receipt, "RC-11-0001-AII-26-1-") || x.open() != "" {
		t.Fatalf("%+v", x)
	}
	var work struct{ State string }
	_ = o.App.DB().NewQuery(`SELECT state FROM interventions WHERE id = '` + testkit.Canal + `'`).One(&work)
	if work.State != "rc_presentada" {
		t.Errorf("the work is %s", work.State)
	}
	rejected(t, o.state(fields{"monc": 1_00})[0], "rendicion_closed")

	seen := o.get(o.carla)
	if !seen.CanReview || seen.CanEdit {
		t.Fatalf("the coordinator sees %+v", seen)
	}
	doc := testkit.ID("dcomp")
	o.review(o.carla, seen, map[string]any{"observations": []any{
		map[string]any{"target": "line", "item": "insumos", "also": []string{"devuelto"}, "text": "Falta sustento de S/ 200.00"},
		map[string]any{"target": "document", "item": doc, "also": []string{}, "text": "Las facturas no se leen"},
	}}).JSON(200, &seen)
	x = o.get(o.elsa)
	if x.State != "observada" || !x.CanEdit || x.open() != "insumos devuelto "+doc {
		t.Fatalf("open: %q in %+v", x.open(), x)
	}
	rejected(t, o.state(fields{"monc": 8700_00})[0], "rendicion_item_closed")
	rejected(t, o.document("oficio", "dx", testkit.ID("dofic")), "rendicion_item_closed") // nobody observed it
	rejected(t, o.document("fotos", "dy", ""), "rendicion_item_closed")                   // nobody asked for it
	rejected(t, o.withdraw(doc), "rendicion_item_closed")
	rejected(t, o.submit(), "observation_unanswered")

	applied(t, o.state(fields{"insumos": 1000_00, "devuelto": 200_00}))
	taken(t, o.document("comprobantes", "dp", doc))
	taken(t, o.document("comprobantes", "dq", testkit.ID("dp"))) // nobody has seen it yet
	rejected(t, o.submit(), "document_missing")                  // money given back needs its voucher
	taken(t, o.answer(x.Observations[0].ID, "Se devolvió la diferencia."))
	taken(t, o.document("voucher_devolucion", "dvou", "")) // it comes with the line that was opened
	x = o.submitted()
	if x.State != "subsanada" || len(x.Submissions) != 2 || x.Submissions[0].Receipt == x.Submissions[1].Receipt {
		t.Fatalf("%+v", x)
	}
	seen = o.get(o.carla)
	code(t, o.review(o.carla, seen, map[string]any{"approve": true}), 400, "observations_open")
	o.review(o.carla, seen, map[string]any{"approve": true, "lifted": []string{seen.Observations[0].ID, seen.Observations[1].ID}}).JSON(200, &seen)
	if seen.State != "conforme" || seen.CanReview || o.get(o.elsa).CanEdit {
		t.Errorf("%+v", seen)
	}
	if n := o.Int(`SELECT count(*) FROM rendicion_documents`); n != 8 {
		t.Errorf("%d versions of documents: one was erased", n)
	}
	if n := o.Int(`SELECT count(*) FROM sync_mutations WHERE collection = 'rendicion_lines' AND status = 'applied' AND user = '` + testkit.Elsa + `'`); n != 4 {
		t.Errorf("%d changes of amounts are known", n)
	}
	o.verified()
}

func TestRendicionBalanceThatRemainsIsNeverApproved(t *testing.T) {
	o := ended(t)
	o.squared()
	applied(t, o.state(fields{"monc": 8799_99, "saldo": 1}))
	x := o.submitted()
	code(t, o.review(o.carla, x, map[string]any{"approve": true}), 400, "balance_remains")
}

func TestRendicionThatDoesNotSquareIsNotSubmitted(t *testing.T) {
	o := ended(t)
	o.squared()
	applied(t, o.state(fields{"monc": 8679_50}))
	r := o.submit()
	rejected(t, r, "rendicion_unbalanced")
	if !strings.Contains(r.Errors[0].Message, "faltan S/ 120.50 por explicar") {
		t.Errorf("%+v", r)
	}
	if o.get(o.elsa).State != "pendiente" {
		t.Error("something was presented")
	}
	for bad, amount := range map[string]any{"text": "mil", "negative": -1_00, "part of a céntimo": 100.5, "huge": 10_000_000_000_001} {
		if r := o.state(fields{"epp": amount})[0]; r.Status != "rejected" {
			t.Errorf("%s: %+v", bad, r)
		}
	}
}

func TestRendicionScope(t *testing.T) {
	o := ended(t)
	for who, want := range map[string]int{testkit.Elsa: 200, testkit.Carla: 200, testkit.Ana: 200, testkit.ID("coord2"): 404, testkit.ID("ejec2"): 404, testkit.Otto: 404, testkit.Luis: 404} {
		if r := o.Do("GET", rc+"/"+testkit.Canal, o.Token(who), nil); r.Status != want {
			t.Errorf("%s: %d, want %d", who, r.Status, want)
		}
	}
	code(t, o.Do("GET", rc+"/"+testkit.Muro, o.elsa, nil), 409, "work_not_ended")
	code(t, o.Do("GET", rc+"/inbox", o.elsa, nil), 403, "forbidden")
	code(t, o.Do("GET", rc, o.carla, nil), 403, "forbidden")

	o.squared()
	x := o.submitted()
	code(t, o.review(o.elsa, x, map[string]any{"approve": true}), 403, "forbidden")
	code(t, o.review(o.Token(testkit.Dora), x, map[string]any{"approve": true}), 403, "forbidden")
	code(t, o.review(o.ines, x, map[string]any{"approve": true}), 404, "not_found")
	var inbox struct {
		Items []struct {
			Work struct{ Intervention string } `json:"work"`
		}
	}
	for token, want := range map[string]int{o.carla: 1, o.ines: 0, o.Token(testkit.Ana): 1} {
		o.Do("GET", rc+"/inbox", token, nil).JSON(200, &inbox)
		if len(inbox.Items) != want {
			t.Errorf("%d in an inbox, want %d", len(inbox.Items), want)
		}
	}
}

func TestRendicionDeadline(t *testing.T) {
	o := ended(t)
	for on, want := range map[string]struct {
		left    int
		overdue bool
		queue   int
	}{
		"2026-12-10": {1, false, 0}, "2026-12-11": {0, false, 0}, "2026-12-12": {0, true, 1}, "2026-12-17": {-4, true, 1},
	} {
		day, _ := time.Parse(time.DateOnly, on)
		o.Clock = day.Add(17 * time.Hour)
		d := o.get(o.elsa).Deadline
		if d.Left != want.left || d.Overdue != want.overdue || d.Norm == "" {
			t.Errorf("%s: %+v", on, d)
		}
		var q struct {
			UTs []struct {
				Name  string
				Count int
			} `json:"uts"`
			Total int
		}
		o.Do("GET", rc+"/overdue", o.Token(testkit.Ana), nil).JSON(200, &q)
		if q.Total != want.queue || len(q.UTs) != want.queue {
			t.Errorf("%s: %+v", on, q)
		}
	}
	// Lima's day, not UTC's: at 20:00 on the last day it is not over.
	o.Clock = time.Date(2026, 12, 12, 1, 0, 0, 0, time.UTC)
	if d := o.get(o.elsa).Deadline; d.Overdue || d.Left != 0 {
		t.Errorf("%+v", d)
	}
}

// Presented in time and observed later: what is due is its correction, counted
// from the day it was last observed; the first deadline is over for good. Not
// corrected in time it is in the same queue as what was never presented.
func TestCorrectionDeadline(t *testing.T) {
	o := ended(t)
	on := func(day string) {
		d, _ := time.Parse(time.DateOnly, day)
		o.Clock = d.Add(17 * time.Hour)
	}
	queue := func() int {
		var q struct {
			Total int
		}
		o.Do("GET", rc+"/overdue", o.Token(testkit.Ana), nil).JSON(200, &q)
		return q.Total
	}
	on("2026-12-01")
	o.squared()
	x := o.submitted()
	if x.Correction != nil {
		t.Errorf("nothing was observed yet: %+v", x.Correction)
	}
	on("2026-12-21") // after the first deadline
	observe := []map[string]any{{"target": "line", "item": "monc", "also": []string{}, "text": "Falta la planilla."}}
	o.review(o.carla, x, map[string]any{"observations": observe}).JSON(200, &x)
	for day, want := range map[string]deadline{
		"2026-12-21": {Due: "2027-01-04", Left: 10}, "2027-01-04": {Due: "2027-01-04"}, "2027-01-06": {Due: "2027-01-04", Left: -2, Overdue: true},
	} {
		on(day)
		got := o.get(o.elsa)
		if got.Deadline.Overdue || got.Correction == nil || got.Correction.Norm == "" {
			t.Fatalf("%s: %+v", day, got)
		}
		if want.Norm = got.Correction.Norm; *got.Correction != want {
			t.Errorf("%s: %+v, want %+v", day, *got.Correction, want)
		}
		if n := queue(); (n == 1) != want.Overdue {
			t.Errorf("%s: %d in the queue", day, n)
		}
	}
	x = o.get(o.elsa)
	taken(t, o.answer(x.Observations[0].ID, "Se adjunta."))
	x = o.submitted()
	if x.Correction != nil || queue() != 0 {
		t.Errorf("corrected: %+v, %d in the queue", x.Correction, queue())
	}
	on("2027-02-01") // an answer that is not accepted opens it again: anew from that day
	o.review(o.carla, x, map[string]any{"approve": false}).JSON(200, &x)
	if x.Correction == nil || x.Correction.Due != "2027-02-15" {
		t.Errorf("%+v", x.Correction)
	}
	verifies(t, o.Kit)
}

// The day on which a rendición was observed before it was written down comes from
// the trail; taking the step back and making it again is no change by anybody unknown.
func TestCorrectionGoesDownAndUp(t *testing.T) {
	o := ended(t)
	o.Clock = time.Date(2026, 12, 22, 2, 0, 0, 0, time.UTC) // still the 21st in Lima
	o.squared()
	x := o.submitted()
	observe := []map[string]any{{"target": "line", "item": "monc", "also": []string{}, "text": "Falta la planilla."}}
	o.review(o.carla, x, map[string]any{"observations": observe}).JSON(200, &x)
	for _, m := range core.AppMigrations.Items() {
		if m.File != "202612010140_correction.go" {
			continue
		}
		if err := m.Down(o.App); err != nil {
			t.Fatal(err)
		}
		if err := m.Up(o.App); err != nil {
			t.Fatal(err)
		}
	}
	if c := o.get(o.elsa).Correction; c == nil || c.Due != "2027-01-04" {
		t.Errorf("%+v", c)
	}
	if named := outside(t, o.Kit); named != nil {
		t.Errorf("verify names %v", named)
	}
	verifies(t, o.Kit)
}
