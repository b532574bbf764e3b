package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

type parkedList struct {
	Items []struct {
		Mutation, Why, Visit string
		VisitThere           bool   `json:"visit_there"`
		VisitedOn            string `json:"visited_on"`
		Intervention         struct {
			ID, Name, UT string
			Code         string `json:"convenio_code"`
		}
		Author    struct{ ID, Name string }
		Mutations int
	}
}

func waiting(k *testkit.Kit, user string) parkedList {
	k.T.Helper()
	var out parkedList
	k.Do("GET", "/api/chaski/v1/parked", k.Token(user), nil).JSON(200, &out)
	return out
}

func decide(k *testkit.Kit, user, mutation, decision, reason string) testkit.Response {
	k.T.Helper()
	return k.Do("POST", "/api/chaski/v1/parked/"+mutation+"/decide", k.Token(user), fields{"decision": decision, "reason": reason})
}

// parkedVisit: Luis, of the same unit, visited Muro, which is not his.
func parkedVisit(k *testkit.Kit) (*testkit.Phone, []any) {
	k.T.Helper()
	luis := k.Phone(testkit.Luis)
	finding := luis.Finding("f", "v")
	fix := luis.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
	fix["prev"] = finding["id"]
	sent := []any{
		luis.Visit("v", testkit.Muro, fields{"headcount": 1}), luis.Mark("v", testkit.Muro, 1, "presente"), luis.Mark("v", testkit.Muro, 2, "presente"),
		luis.Mark("v", testkit.Muro, 3, "ausente"), finding, luis.Unlisted("u", "v", "99000001"), fix,
	}
	for i, r := range luis.Push(sent...) {
		if r.Status != "parked" {
			k.T.Fatalf("%d: %+v", i, r)
		}
	}
	return luis, sent
}

func idOf(m any) string {
	id, _ := m.(map[string]any)["id"].(string)
	return id
}

// What waits is shown to the unit's coordinator and the centre, the visit with
// what hangs on it; nobody else sees it or decides.
func TestParkedList(t *testing.T) {
	k := testkit.World(t)
	_, sent := parkedVisit(k)
	k.Save("users", testkit.ID("rev"), fields{
		"email": "rev@example.org", "password": "chaski-test", "name": "Revisora", "role": "central_reviewer", "active": true, "verified": true,
	})
	k.Save("users", testkit.ID("otrac"), fields{
		"email": "otra@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true,
	})
	for _, user := range []string{testkit.Carla, testkit.ID("rev")} {
		list := waiting(k, user)
		if len(list.Items) != 1 {
			t.Fatalf("%s: %+v", user, list)
		}
		g := list.Items[0]
		if g.Mutation != idOf(sent[0]) || g.Why != "never_assigned" || g.Visit != testkit.ID("v") || g.VisitThere || g.VisitedOn != "2026-11-23" ||
			g.Intervention.ID != testkit.Muro || g.Intervention.Code != testkit.Codes[testkit.Muro] || g.Intervention.UT != testkit.UT1 ||
			g.Author.ID != testkit.Luis || g.Mutations != 7 {
			t.Errorf("%+v", g)
		}
	}
	if list := waiting(k, testkit.ID("otrac")); len(list.Items) != 0 {
		t.Errorf("another unit sees %+v", list)
	}
	for _, user := range []string{testkit.Luis, testkit.Ana, testkit.Elsa, testkit.Dora} {
		if r := k.Do("GET", "/api/chaski/v1/parked", k.Token(user), nil); r.Status != 403 {
			t.Errorf("%s lists: %d", user, r.Status)
		}
		if r := decide(k, user, idOf(sent[0]), "accept", ""); r.Status != 403 {
			t.Errorf("%s decides: %d", user, r.Status)
		}
	}
	if r := decide(k, testkit.ID("otrac"), idOf(sent[0]), "accept", ""); r.Status != 404 {
		t.Errorf("another unit decides: %d", r.Status)
	}
	if r := decide(k, testkit.Carla, "nada", "accept", ""); r.Status != 404 {
		t.Errorf("nothing of that id: %d", r.Status)
	}
}

// Who decides reads all that was sent: every field of each mutation stands in the
// answer, people and questions by name, and it is noted that he read it.
func TestParkedDetail(t *testing.T) {
	k := testkit.World(t)
	luis := k.Phone(testkit.Luis)
	mark := luis.Mark("v", testkit.Muro, 1, "presente")
	mark["fields"].(map[string]any)["coverage_seen"] = "por_confirmar"
	visit := luis.Visit("v", testkit.Muro, fields{
		"headcount": 1, "accuracy_m": 900, "location_reason": "Hay mucha neblina", "roster_as_of": "2026-11-22T08:00:00-05:00", "note": "Se acercó el alcalde",
		"fix": fields{"age_s": 4, "altitude_m": 3400, "altitude_accuracy_m": 12, "heading_deg": 90, "speed_cms": 10, "taken_at": "2026-11-23T09:00:04-05:00"},
	})
	finding, unlisted := luis.Finding("f", "v"), luis.Unlisted("u", "v", "99000001")
	finding["fields"].(map[string]any)["responsible"] = "Residente de obra"
	finding["fields"].(map[string]any)["due_on"] = "2026-12-01"
	unlisted["fields"].(map[string]any)["note"] = "Dice que empieza hoy"
	change := luis.Mutation("update", "findings", testkit.ID("f"), fields{"severity": "leve"})
	change["prev"] = finding["id"]
	sent := []any{visit, mark, finding, unlisted, change}
	for i, r := range luis.Push(sent...) {
		if r.Status != "parked" {
			t.Fatalf("%d: %+v", i, r)
		}
	}
	got := k.Do("GET", "/api/chaski/v1/parked/"+idOf(mark), k.Token(testkit.Carla), nil)
	var d struct {
		Items []struct {
			Collection, Op, Name, Why, At string
			ReceivedAt                    string `json:"received_at"`
			Fields                        fields
		}
		Visit struct {
			Answers []struct{ Key, Label string }
			Marks   []struct {
				Name, DNI, Coverage string
				Seen                string `json:"coverage_seen"`
			}
		}
	}
	got.JSON(200, &d)
	hidden := map[string]bool{"intervention": true, "participant": true, "visit": true, "dni": true, "checklist_key": true, "answers": true, "fix": true}
	for _, m := range sent {
		m := m.(map[string]any)
		for field, value := range m["fields"].(fields) {
			if text := fmt.Sprint(value); !hidden[field] && !strings.Contains(string(got.Body), text) {
				t.Errorf("%v %s: %q is not shown", m["collection"], field, text)
			}
		}
		fix, _ := m["fields"].(fields)["fix"].(fields)
		for field, value := range fix {
			if text := fmt.Sprint(value); !strings.Contains(string(got.Body), text) {
				t.Errorf("fix %s: %q is not shown", field, text)
			}
		}
	}
	if len(d.Items) != 5 || d.Items[0].At == "" || d.Items[0].ReceivedAt == "" || d.Items[0].Why != "never_assigned" || d.Items[1].Why != "parent_parked" || d.Items[1].Name == "" ||
		d.Items[3].Fields["dni"] != "•••••001" || d.Items[4].Fields["severity"] != "leve" {
		t.Errorf("%+v", d.Items)
	}
	if a := d.Visit.Answers; len(a) != 1 || a[0].Label == "" || a[0].Label == a[0].Key {
		t.Errorf("an answer without its question: %+v", a)
	}
	if m := d.Visit.Marks; len(m) != 1 || m[0].Name != d.Items[1].Name || m[0].Seen != "por_confirmar" || !strings.Contains(m[0].DNI, "•") {
		t.Errorf("%+v", m)
	}
	if strings.Contains(string(got.Body), "99000001") {
		t.Error("a whole DNI is shown")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE actor = '` + testkit.Carla + `' AND action = 'read_personal' AND record = '` + testkit.ID("v") + `'`); n == 0 {
		t.Error("nobody noted who read it")
	}
	code(t, k.Do("GET", "/api/chaski/v1/parked/nada", k.Token(testkit.Carla), nil), 404, "not_found")
	decide(k, testkit.Carla, idOf(mark), "accept", "").JSON(200, nil)
	code(t, k.Do("GET", "/api/chaski/v1/parked/"+idOf(mark), k.Token(testkit.Carla), nil), 404, "not_found")
}

// Accepted: judged by the rules as its author's own work, whole, once; the author
// learns it; sent again it gets the new outcome.
func TestAcceptParked(t *testing.T) {
	k := testkit.World(t)
	luis, sent := parkedVisit(k)
	var out struct {
		Applied, Rejected int
		Refused           []struct {
			Collection, Record, Op, Name string
			Errors                       []struct{ Code, Message string }
		}
	}
	decide(k, testkit.Carla, idOf(sent[3]), "accept", "").JSON(200, &out) // any of the group names it
	if out.Applied != 6 || out.Rejected != 1 || len(out.Refused) != 1 {   // more present than counted
		t.Fatalf("%+v", out)
	}
	r := out.Refused[0]
	named := k.Int(`SELECT count(*) FROM participants WHERE id = '` + testkit.Worker(testkit.Muro, 2) + `' AND given_names || ' ' || surnames = '` + r.Name + `'`)
	if r.Collection != "visit_marks" || r.Op != "create" || named != 1 || len(r.Errors) != 1 || r.Errors[0].Code != "headcount_mismatch" {
		t.Errorf("the reviewer is told %+v", r)
	}
	if k.Jobs() != 1 {
		t.Errorf("jobs = %d, want 1", k.Jobs())
	}
	if n := k.Int(`SELECT count(*) FROM visits WHERE supervisor = '` + testkit.Luis + `' AND device = '` + luis.ID + `' AND received_at <> ''`); n != 1 {
		t.Error("the visit is not its author's, from his device")
	}
	if n := k.Int(`SELECT count(*) FROM findings WHERE severity = 'leve'`); n != 1 {
		t.Error("the change of the parked finding is missing")
	}
	luis.Pull()
	for i, m := range sent {
		var found map[string]any
		for key, r := range luis.Rows {
			if strings.HasPrefix(key, "mutation_reviews/") && r["mutation"] == idOf(m) {
				found = r
			}
		}
		status := "applied"
		if i == 2 {
			status = "rejected"
		}
		if found["status"] != status || found["user"] != testkit.Luis || found["decided_by_name"] != "Persona "+testkit.Carla || found["receipt"] == "" {
			t.Errorf("mutation %d: told %v", i, found)
		}
		if i == 2 {
			raw, _ := json.Marshal(found["errors"])
			if !strings.Contains(string(raw), "headcount_mismatch") || !strings.Contains(string(raw), "Hay más personas") {
				t.Errorf("its reason: %s", raw)
			}
		}
		again := luis.Push(m)[0]
		if again.Status != status || float64(again.Seq) != found["seq"] || float64(again.Rev) != found["rev"] || again.Receipt != found["receipt"] {
			t.Errorf("mutation %d sent again: %+v, told %v", i, again, found)
		}
	}
	for _, decision := range []string{"accept", "reject"} {
		if r := decide(k, testkit.Carla, idOf(sent[0]), decision, "Ya lo vio otra persona"); r.Status != 409 || r.Code() != "parked_decided" {
			t.Errorf("decided twice: %s", r.Body)
		}
	}
	if len(waiting(k, testkit.Carla).Items) != 0 || k.Jobs() != 1 {
		t.Error("it still waits, or counted twice")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'accept_parked' AND actor = '` + testkit.Carla + `'`); n != 1 {
		t.Error("the decision left no trace")
	}
	verifies(t, k)
}

// Rejected: with a reason the author reads; nothing takes effect.
func TestRejectParked(t *testing.T) {
	k := testkit.World(t)
	luis, sent := parkedVisit(k)
	if r := decide(k, testkit.Carla, idOf(sent[0]), "reject", "no"); r.Status != 400 || r.Code() != "too_short" {
		t.Fatalf("without a reason: %s", r.Body)
	}
	decide(k, testkit.Carla, idOf(sent[0]), "reject", "Esa visita la hizo Rosa").JSON(200, nil)
	for i, r := range luis.Push(sent...) {
		if r.Status != "rejected" || r.Code() != "review_rejected" || !strings.Contains(r.Errors[0].Message, "Esa visita la hizo Rosa") {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if k.Int(`SELECT count(*) FROM visits`) != 0 || k.Jobs() != 0 {
		t.Error("it took effect")
	}
	luis.Pull()
	n := 0
	for key, r := range luis.Rows {
		if strings.HasPrefix(key, "mutation_reviews/") && r["status"] == "rejected" && r["reason"] == "Esa visita la hizo Rosa" {
			n++
		}
	}
	if n != len(sent) {
		t.Errorf("told of %d of %d", n, len(sent))
	}
	// The way is free to send it anew.
	k.Save("assignments", testkit.ID("as9"), fields{"user": testkit.Luis, "intervention": testkit.Muro, "from_on": "2026-10-01"})
	if r := luis.Push(luis.Visit("v", testkit.Muro, nil)); r[0].Status != "applied" {
		t.Errorf("%+v", r[0])
	}
	verifies(t, k)
}

// More of a visit that is there already: decided apart from other people's work.
func TestReviewOfLateChildren(t *testing.T) {
	k := testkit.World(t)
	rosa := k.Phone(testkit.Rosa)
	applied(t, rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v")))
	k.Save("assignments", testkit.ID("as1"), fields{"to_on": "2026-11-22"})
	late := []any{rosa.Mark("v", testkit.Canal, 1, "presente"), rosa.Change("update", "findings", "f", 1, fields{"severity": "leve"})}
	rosa.Push(late...)
	ines := k.Phone(testkit.Ines)
	k.Save("devices", ines.ID, fields{"state": "revocado"})
	if r := ines.Push(ines.Visit("w", testkit.Puente, nil)); r[0].Code() != "device_revoked" {
		t.Fatalf("%+v", r)
	}
	list := waiting(k, testkit.Carla)
	if len(list.Items) != 1 || !list.Items[0].VisitThere || list.Items[0].Mutations != 2 || list.Items[0].Why != "assignment_ended" {
		t.Fatalf("%+v", list)
	}
	// What came meanwhile from somebody in standing is not overwritten.
	k.Save("findings", testkit.ID("f"), fields{"severity": "moderada"})
	decide(k, testkit.Carla, list.Items[0].Mutation, "accept", "").JSON(200, nil)
	if k.Jobs() != 1 || k.Int(`SELECT count(*) FROM findings WHERE severity = 'moderada'`) != 1 || k.Int(`SELECT count(*) FROM conflicts`) != 1 {
		t.Error("the mark counts, the severity stays, with a conflict")
	}
	if n := k.Int(`SELECT count(*) FROM sync_mutations WHERE status = 'parked'`); n != 1 {
		t.Errorf("%d wait, want Ines' visit", n)
	}
	verifies(t, k)
}
