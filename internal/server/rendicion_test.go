package server_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/rendicion"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

const rc = "/api/chaski/v1/rendiciones"

type deadline struct {
	Due     string `json:"due_on"`
	Left    int    `json:"left"`
	Overdue bool   `json:"overdue"`
	Norm    string `json:"norm"`
}

// rendered is an answer of the rendición routes, as far as these tests look.
type rendered struct {
	State       string    `json:"state"`
	Revision    int64     `json:"revision"`
	Transferred string    `json:"transferred"`
	Difference  string    `json:"difference"`
	Receipt     string    `json:"receipt"`
	PresentedOn string    `json:"presented_on"`
	CanEdit     bool      `json:"can_edit"`
	CanReview   bool      `json:"can_review"`
	Deadline    deadline  `json:"deadline"`
	Correction  *deadline `json:"correction"`
	Amounts     []struct {
		Line   string  `json:"line"`
		Amount *string `json:"amount"`
		Open   bool    `json:"open"`
	} `json:"amounts"`
	Documents []struct {
		ID           string `json:"id"`
		Kind         string `json:"kind"`
		SHA256       string `json:"sha256"`
		SupersededBy string `json:"superseded_by"`
		Open         bool   `json:"open"`
	} `json:"documents"`
	Observations []struct {
		ID, Item, State string
	} `json:"observations"`
	Submissions []struct {
		Receipt string `json:"receipt"`
		SHA256  string `json:"sha256"`
	} `json:"submissions"`
}

func (r rendered) open() string {
	var out []string
	for _, a := range r.Amounts {
		if a.Open {
			out = append(out, a.Line)
		}
	}
	for _, d := range r.Documents {
		if d.Open {
			out = append(out, d.ID)
		}
	}
	return strings.Join(out, " ")
}

// office is a server on which Canal has ended and S/ 10,000.00 were transferred.
type office struct {
	*testkit.Kit
	elsa, carla, ines string // tokens
}

func ended(t *testing.T) *office {
	t.Helper()
	k := testkit.World(t)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 1", "published_on": "2026-07-01"})
	k.Save("transfers", testkit.ID("tr"), map[string]any{
		"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": "girada", "accrued_on": "2026-07-10", "amount": 10_000_00,
	})
	k.Save("interventions", testkit.Canal, map[string]any{"state": "terminada", "ends_on": "2026-11-20"})
	k.Save("users", testkit.ID("coord2"), map[string]any{
		"email": "coord2@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true,
	})
	k.Save("users", testkit.ID("ejec2"), map[string]any{
		"email": "ejec2@example.org", "password": "chaski-test", "name": "Otro ejecutor", "role": "executor", "entity": testkit.ID("otra"), "active": true, "verified": true,
	})
	return &office{Kit: k, elsa: k.Token(testkit.Elsa), carla: k.Token(testkit.Carla), ines: k.Token(testkit.ID("coord2"))}
}

func (o *office) get(token string) (x rendered) {
	o.T.Helper()
	o.Do("GET", rc+"/"+testkit.Canal, token, nil).JSON(200, &x)
	return x
}

func change(line, amount, base string) map[string]any {
	c := map[string]any{"line": line, "amount": nil, "base": nil}
	if amount != "" {
		c["amount"] = amount
	}
	if base != "" {
		c["base"] = base
	}
	return c
}

func (o *office) save(token string, lines ...map[string]any) testkit.Response {
	o.T.Helper()
	return o.Do("PATCH", rc+"/"+testkit.Canal, token, map[string]any{"lines": lines, "answers": map[string]string{}})
}

// document attaches a file as an upload that ended well would.
func (o *office) document(kind, id, replaces string) error {
	o.T.Helper()
	elsa := actor.Actor{User: testkit.Elsa, Role: actor.Executor, Entity: testkit.ID("muni")}
	f := app.StoredFile{FileDescription: describe(kind, id, replaces), Document: testkit.ID(id), File: id + ".pdf", MIME: "application/pdf"}
	if _, err := o.Rendiciones().Attach(o.T.Context(), elsa, f); err != nil {
		return err
	}
	folder, err := o.App.FindCollectionByNameOrId("rendicion_documents")
	if err != nil {
		return err
	}
	storage, err := o.App.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	return storage.Upload(bytesOf(id), folder.BaseFilesPath()+"/"+f.Document+"/"+f.File)
}

// bytesOf a document are ten.
func bytesOf(id string) []byte { return []byte(fmt.Sprintf("%-10.10s", id)) }

func (o *office) submit(x rendered) testkit.Response {
	o.T.Helper()
	return o.Do("POST", rc+"/"+testkit.Canal+"/submit", o.elsa, map[string]any{"revision": x.Revision})
}

func (o *office) review(token string, x rendered, q map[string]any) testkit.Response {
	o.T.Helper()
	body := map[string]any{"revision": x.Revision, "approve": false, "lifted": []string{}, "observations": []any{}}
	for k, v := range q {
		body[k] = v
	}
	return o.Do("POST", rc+"/"+testkit.Canal+"/review", token, body)
}

var requiredKinds = []string{"oficio", "informe_rt", "acta_termino", "planilla_pago", "comprobantes"}

// squared has everything that is needed to submit.
func (o *office) squared() rendered {
	o.T.Helper()
	o.save(o.elsa, change("monc", "8800.00", ""), change("insumos", "1200.00", "")).JSON(200, nil)
	for _, kind := range requiredKinds {
		if err := o.document(kind, "d"+kind[:4], ""); err != nil {
			o.T.Fatal(err)
		}
	}
	return o.get(o.elsa)
}

func code(t *testing.T, r testkit.Response, status int, want string) {
	t.Helper()
	if r.Status != status || r.Code() != want {
		t.Errorf("%d %s, want %d %s: %s", r.Status, r.Code(), status, want, r.Body)
	}
}

func (o *office) verified() {
	o.T.Helper()
	var said strings.Builder
	report, err := verify.Run(o.App, func() error { return o.Engine.CatchUp(o.App) }, &said)
	if err != nil || !report.OK() {
		o.T.Errorf("verify: %v\n%s", err, said.String())
	}
}

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
	o.submit(x).JSON(200, &x)
	if x.State != "presentada" || x.CanEdit || x.PresentedOn != "2026-11-23" || !strings.HasPrefix(x.Receipt, "RC-11-0001-AII-26-1-") || x.open() != "" {
		t.Fatalf("%+v", x)
	}
	var work struct{ State string }
	_ = o.App.DB().NewQuery(`SELECT state FROM interventions WHERE id = '` + testkit.Canal + `'`).One(&work)
	if work.State != "rc_presentada" {
		t.Errorf("the work is %s", work.State)
	}
	code(t, o.save(o.elsa, change("monc", "1.00", "8800.00")), 409, "rendicion_closed")
	code(t, o.submit(x), 409, "rendicion_closed")

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
	code(t, o.save(o.elsa, change("monc", "8700.00", "8800.00")), 409, "rendicion_item_closed")
	if err := o.document("oficio", "dx", testkit.ID("dofic")); err == nil {
		t.Error("a document nobody observed was replaced")
	}
	if err := o.document("fotos", "dy", ""); err == nil {
		t.Error("a document nobody asked for was added")
	}
	code(t, o.Do("DELETE", rc+"/"+testkit.Canal+"/documents/"+doc, o.elsa, nil), 409, "rendicion_item_closed")
	code(t, o.submit(x), 400, "observation_unanswered")

	o.save(o.elsa, change("insumos", "1000.00", "1200.00"), change("devuelto", "200.00", "")).JSON(200, &x)
	if err := o.document("comprobantes", "dp", doc); err != nil {
		t.Fatal(err)
	}
	if err := o.document("comprobantes", "dq", testkit.ID("dp")); err != nil {
		t.Fatalf("a file nobody has seen yet may be replaced again: %v", err)
	}
	x = o.get(o.elsa)
	code(t, o.submit(x), 400, "document_missing") // money given back needs its voucher
	answers := map[string]string{x.Observations[0].ID: "Se devolvió la diferencia."}
	o.Do("PATCH", rc+"/"+testkit.Canal, o.elsa, map[string]any{"lines": []any{}, "answers": answers}).JSON(200, &x)
	// The voucher comes with the line that was opened.
	if err := o.document("voucher_devolucion", "dvou", ""); err != nil {
		t.Fatal(err)
	}
	x = o.get(o.elsa)
	o.submit(x).JSON(200, &x)
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
	if n := o.Int(`SELECT count(*) FROM audit WHERE action = 'rendicion.amount' AND actor = '` + testkit.Elsa + `'`); n != 4 {
		t.Errorf("%d changes of amounts in the trail", n)
	}
	o.verified()
}

func TestRendicionBalanceThatRemainsIsNeverApproved(t *testing.T) {
	o := ended(t)
	x := o.squared()
	o.save(o.elsa, change("monc", "8799.99", "8800.00"), change("saldo", "0.01", "")).JSON(200, &x)
	o.submit(x).JSON(200, &x)
	code(t, o.review(o.carla, x, map[string]any{"approve": true}), 400, "balance_remains")
}

func TestRendicionThatDoesNotSquareIsNotSubmitted(t *testing.T) {
	o := ended(t)
	x := o.squared()
	o.save(o.elsa, change("monc", "8679.50", "8800.00")).JSON(200, &x)
	r := o.submit(x)
	code(t, r, 400, "rendicion_unbalanced")
	if !strings.Contains(string(r.Body), "faltan S/ 120.50 por explicar") {
		t.Errorf("%s", r.Body)
	}
	if o.get(o.elsa).State != "pendiente" {
		t.Error("something was presented")
	}
	o.save(o.elsa, change("monc", "8800.00", "8679.50")).JSON(200, nil)
	code(t, o.submit(x), 409, "conflict") // what he saw is not what is there
	for bad, amount := range map[string]string{"text": "mil", "negative": "-1.00", "three decimals": "1.005", "huge": "100000000000.01"} {
		if r := o.save(o.elsa, change("epp", amount, "")); r.Status != 400 {
			t.Errorf("%s: %d %s", bad, r.Status, r.Body)
		}
	}
}

func TestRendicionConcurrentEditsAreNeverOverwritten(t *testing.T) {
	o := ended(t)
	o.save(o.elsa, change("insumos", "130.00", "")).JSON(200, nil)
	r := o.save(o.elsa, change("epp", "1.00", ""), change("insumos", "120.50", ""))
	code(t, r, 409, "rendicion_changed")
	for _, said := range []string{"S/ 120.50", "S/ 130.00", "Insumos"} {
		if !strings.Contains(string(r.Body), said) {
			t.Errorf("%s is not said: %s", said, r.Body)
		}
	}
	if n := o.Int(`SELECT count(*) FROM rendicion_lines WHERE amount <> 0`); n != 1 {
		t.Errorf("%d lines: half of a refused change was written", n)
	}
	// The same again, as after a lost answer, is no conflict; nor is another line.
	o.save(o.elsa, change("insumos", "130.00", "")).JSON(200, nil)
	o.save(o.elsa, change("epp", "1.00", "")).JSON(200, nil)
}

func TestRendicionScope(t *testing.T) {
	o := ended(t)
	for who, want := range map[string]int{testkit.Elsa: 200, testkit.Carla: 200, testkit.Ana: 200, testkit.ID("coord2"): 404, testkit.ID("ejec2"): 404, testkit.Otto: 404, testkit.Luis: 404} {
		if r := o.Do("GET", rc+"/"+testkit.Canal, o.Token(who), nil); r.Status != want {
			t.Errorf("%s: %d, want %d", who, r.Status, want)
		}
	}
	code(t, o.Do("GET", rc+"/"+testkit.Muro, o.elsa, nil), 409, "work_not_ended")
	code(t, o.save(o.carla, change("monc", "1.00", "")), 403, "forbidden")
	code(t, o.save(o.Token(testkit.ID("ejec2")), change("monc", "1.00", "")), 404, "not_found")
	code(t, o.Do("GET", rc+"/inbox", o.elsa, nil), 403, "forbidden")
	code(t, o.Do("GET", rc, o.carla, nil), 403, "forbidden")

	x := o.squared()
	o.submit(x).JSON(200, &x)
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
	x := o.squared()
	o.submit(x).JSON(200, &x)
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
	o.Do("PATCH", rc+"/"+testkit.Canal, o.elsa, map[string]any{"lines": []any{}, "answers": map[string]string{x.Observations[0].ID: "Se adjunta."}}).JSON(200, &x)
	o.submit(x).JSON(200, &x)
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
	x := o.squared()
	o.submit(x).JSON(200, &x)
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

func describe(kind, id, replaces string) app.FileDescription {
	d := app.FileDescription{
		Intervention: testkit.Canal, Kind: rendicion.Document(kind), Name: kind + ".pdf", Size: 10,
		SHA256: fmt.Sprintf("%x", sha256.Sum256(bytesOf(id))),
	}
	if replaces != "" {
		d.Replaces = replaces
	}
	return d
}
