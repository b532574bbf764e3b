package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// A visit made on a phone moves the figure once, however often it is sent.
func TestVisitMovesTheFigureOnce(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	batch := []any{
		p.Visit("v1", testkit.Canal, nil), p.Mark("v1", testkit.Canal, 1, "presente"),
		p.Mark("v1", testkit.Canal, 2, "presente"), p.Mark("v1", testkit.Canal, 3, "ausente"),
	}
	first := p.Push(batch...)
	for i, r := range first {
		if r.Status != "applied" || r.Receipt == "" || r.Rev != 1 || r.Seq == 0 {
			t.Fatalf("mutation %d: %+v", i, r)
		}
	}
	if got := k.Jobs(); got != 2 {
		t.Fatalf("jobs = %d, want 2", got)
	}
	for i, r := range p.Push(batch...) { // the answer was lost: the same again
		if r.ID != first[i].ID || r.Seq != first[i].Seq || r.Receipt != first[i].Receipt || r.Status != first[i].Status {
			t.Fatalf("another outcome the second time: %+v, was %+v", r, first[i])
		}
	}
	if got := k.Jobs(); got != 2 {
		t.Fatalf("counted twice: jobs = %d", got)
	}
	// A second visit to the same cupos adds no job.
	p.Push(p.Visit("v2", testkit.Canal, nil), p.Mark("v2", testkit.Canal, 1, "presente"))
	if got := k.Jobs(); got != 2 {
		t.Fatalf("a cupo counts once in the life of its work: jobs = %d", got)
	}
	p.Pull()
	if row := p.Rows["visits/"+testkit.ID("v1")]; row["state"] != "sincronizada" || row["supervisor"] != testkit.Rosa {
		t.Fatalf("the visit came back as %v", row)
	}
	if p.Rows["visit_marks/"+testkit.ID("v1m1")]["intervention"] != testkit.Canal {
		t.Fatal("the mark did not come back")
	}
}

// What a sensor said of a position stays with the visit, and staff are told what
// it is good for; phones are not sent it.
func TestFixOfAVisitIsKept(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	fix := map[string]any{"taken_at": "2026-11-23T09:10:00-05:00", "age_s": 7200, "altitude_m": 3399, "mocked": false}
	coarse := p.Visit("v1", testkit.Canal, map[string]any{"accuracy_m": 48000, "fix": fix, "location_reason": "Quebrada"})
	if r := p.Push(coarse)[0]; r.Status != "applied" {
		t.Fatalf("%+v", r)
	}
	if k.Int(`SELECT count(*) FROM visits WHERE id = '`+testkit.ID("v1")+`' AND location_reason = 'Quebrada'
		AND json_extract(fix, '$.age_s') = 7200 AND json_extract(fix, '$.altitude_m') = 3399 AND json_extract(fix, '$.mocked') = 0`) != 1 {
		t.Fatal("what the sensor said is not with the visit")
	}
	p.Pull()
	if _, sent := p.Rows["visits/"+testkit.ID("v1")]["fix"]; sent {
		t.Fatal("phones are sent the fix")
	}
}

// Every bad mutation has its own code at its own field and a sentence; the rest
// of the batch goes through.
func TestBadMutations(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	good := p.Visit("good", testkit.Canal, nil)
	reused := p.Visit("reused", testkit.Canal, nil)
	other := map[string]any{}
	for key, v := range reused {
		other[key] = v
	}
	other["record"] = testkit.ID("other")
	cloned := p.Visit("cloned", testkit.Canal, nil)
	cloned["counter"] = good["counter"]
	wrongForm := p.Visit("wrong", testkit.Canal, nil)
	wrongForm["extra"] = 1
	odd := p.Visit("odd", testkit.Canal, nil)
	odd["counter"] = "siete"
	cases := []struct {
		name, status, code, field string
		mutation                  any
	}{
		{"good", "applied", "", "", good},
		{"no object", "rejected", "mutation_malformed", "mutation", "hola"},
		{"unknown member", "rejected", "mutation_malformed", "extra", wrongForm},
		{"a text for a number", "rejected", "mutation_malformed", "counter", odd},
		{"unknown collection", "rejected", "unknown_collection", "collection", p.Mutation("create", "users", testkit.ID("u"), map[string]any{})},
		{"unknown field", "rejected", "unknown_field", "color", p.Visit("a", testkit.Canal, map[string]any{"color": "rojo"})},
		{"not allowed", "rejected", "operation_not_allowed", "op", p.Change("delete", "visits", "good", 1, map[string]any{})},
		{"no base", "rejected", "mutation_malformed", "base_rev", p.Mutation("delete", "findings", testkit.ID("good"), map[string]any{})},
		{"missing field", "rejected", "required", "headcount", p.Visit("b", testkit.Canal, map[string]any{"headcount": nil})},
		{"no date", "rejected", "date_invalid", "visited_on", p.Visit("c", testkit.Canal, map[string]any{"visited_on": "2026-02-30"})},
		{"future", "rejected", "date_in_future", "visited_on", p.Visit("d", testkit.Canal, map[string]any{"visited_on": "2026-11-24"})},
		{"outside the AII", "rejected", "date_outside_intervention", "visited_on", p.Visit("e", testkit.Canal, map[string]any{"visited_on": "2026-08-02"})},
		{"outside Peru", "rejected", "place_outside_peru", "lat_e6", p.Visit("f", testkit.Canal, map[string]any{"lat_e6": 40000000})},
		{"no place", "rejected", "place_reason_required", "location_reason", p.Visit("g", testkit.Canal, map[string]any{"lat_e6": nil, "lon_e6": nil})},
		{"convenio", "rejected", "convenio_mismatch", "convenio_code", p.Visit("h", testkit.Canal, map[string]any{"convenio_code": "11-0009-AII-26"})},
		{"checklist", "rejected", "checklist_unknown", "checklist_version", p.Visit("i", testkit.Canal, map[string]any{"checklist_version": 9})},
		{"other unit", "rejected", "out_of_scope", "intervention", p.Visit("j", testkit.Puente, nil)},
		{"no such AII", "rejected", "out_of_scope", "intervention", p.Visit("k", testkit.ID("nada"), map[string]any{"convenio_code": "11-0001-AII-26"})},
		{"DNI of 7", "rejected", "dni_invalid", "dni", p.Mutation("create", "unlisted_workers", testkit.ID("x"),
			map[string]any{"visit": testkit.ID("good"), "dni": "9900001", "given_names": "Eva", "surnames": "Prueba"})},
		{"unlisted", "applied", "", "", p.Mutation("create", "unlisted_workers", testkit.ID("u1"),
			map[string]any{"visit": testkit.ID("good"), "dni": "99000001", "given_names": "Eva", "surnames": "Prueba"})},
		{"the same person again", "rejected", "person_listed", "dni", p.Mutation("create", "unlisted_workers", testkit.ID("u2"),
			map[string]any{"visit": testkit.ID("good"), "dni": "99000001", "given_names": "Eva", "surnames": "Prueba"})},
		{"short finding", "rejected", "too_short", "description", p.Mutation("create", "findings", testkit.ID("y"),
			map[string]any{"visit": testkit.ID("good"), "severity": "leve", "description": "corto"})},
		{"stranger", "rejected", "participant_not_in_intervention", "participant", p.Mutation("create", "visit_marks", testkit.ID("z"),
			map[string]any{"visit": testkit.ID("good"), "participant": testkit.Worker(testkit.Muro, 1), "mark": "presente"})},
		{"orphan", "rejected", "parent_not_found", "visit", p.Mark("nowhere", testkit.Canal, 1, "presente")},
		{"child of rejected", "rejected", "parent_rejected", "visit", p.Mark("j", testkit.Canal, 1, "presente")},
		{"same record", "rejected", "record_exists", "record", p.Visit("good", testkit.Canal, nil)},
		{"id first use", "applied", "", "", reused},
		{"id reused", "rejected", "mutation_id_reused", "id", other},
		{"cloned device", "rejected", "device_counter_reused", "counter", cloned},
		{"last good", "applied", "", "", p.Mark("good", testkit.Canal, 1, "presente")},
		{"marked twice", "rejected", "mark_exists", "participant", p.Mutation("create", "visit_marks", testkit.ID("w"),
			map[string]any{"visit": testkit.ID("good"), "participant": testkit.Worker(testkit.Canal, 1), "mark": "ausente"})},
	}
	var batch []any
	for _, c := range cases {
		batch = append(batch, c.mutation)
	}
	for i, r := range p.Push(batch...) {
		c := cases[i]
		if r.Status != c.status || r.Code() != c.code {
			t.Errorf("%s: %s %q, want %s %q", c.name, r.Status, r.Code(), c.status, c.code)
			continue
		}
		if c.code != "" && (r.Errors[0].Field != c.field || len(r.Errors[0].Message) < 20 || strings.Contains(r.Errors[0].Message, "{")) {
			t.Errorf("%s: field %q message %q", c.name, r.Errors[0].Field, r.Errors[0].Message)
		}
	}
	if n := k.Int(`SELECT count(*) FROM visits`); n != 2 {
		t.Errorf("%d visits, want 2", n)
	}
}

// More people marked present than were counted cannot be.
func TestHeadcountBoundsPresence(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	r := p.Push(p.Visit("v", testkit.Canal, map[string]any{"headcount": 1}), p.Mark("v", testkit.Canal, 1, "presente"), p.Mark("v", testkit.Canal, 2, "presente"))
	if r[1].Status != "applied" || r[2].Code() != "headcount_mismatch" {
		t.Fatalf("%+v", r)
	}
}

// Scope once held, and a colleague's work of the same unit: parked, not lost,
// and without effect on a figure.
func TestParked(t *testing.T) {
	k := testkit.World(t)
	rosa, luis := k.Phone(testkit.Rosa), k.Phone(testkit.Luis)
	rosa.Pull()
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": "2026-11-22"})
	r := rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Mark("v", testkit.Canal, 1, "presente"))
	if r[0].Status != "parked" || r[0].Code() != "assignment_ended" || r[1].Status != "parked" || r[1].Code() != "parent_parked" {
		t.Fatalf("%+v", r)
	}
	rosa.Pull()
	if _, still := rosa.Rows["participants/"+testkit.Worker(testkit.Canal, 1)]; still {
		t.Error("the roster of a work no longer assigned is still on the phone")
	}
	if _, header := rosa.Rows["interventions/"+testkit.Canal]; !header {
		t.Error("the unit's header went with it")
	}
	if r := luis.Push(luis.Visit("w", testkit.Muro, nil)); r[0].Status != "parked" || r[0].Code() != "never_assigned" {
		t.Errorf("%+v", r)
	}
	if k.Jobs() != 0 || k.Int(`SELECT count(*) FROM visits`) != 0 {
		t.Error("a parked mutation had an effect")
	}
	if k.Int(`SELECT count(*) FROM sync_mutations WHERE status = 'parked' AND body <> ''`) != 3 {
		t.Error("a parked mutation's body was not kept")
	}
}

// A phone packs what it sends.
func TestPackedRequest(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	send := func(mutations ...any) testkit.Response {
		body := map[string]any{"protocol": 1, "device": p.ID, "mutations": mutations}
		return k.Do("POST", "/api/chaski/v1/sync/push", p.Token, body, "Content-Encoding: gzip")
	}
	visit := p.Visit("v", testkit.Canal, nil)
	if r := send(visit); r.Status != 200 || !strings.Contains(string(r.Body), `"status":"applied"`) {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	// The same unpacked is the same: what is remembered is what was said.
	if r := p.Push(visit); r[0].Status != "applied" || k.Int(`SELECT count(*) FROM visits`) != 1 {
		t.Errorf("%+v", r)
	}
}

// Requests that fail as a whole store nothing and say what to do.
func TestRefusedRequests(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	push := func(token, device string, body any, headers ...string) testkit.Response {
		if body == nil {
			body = map[string]any{"protocol": 1, "device": device, "mutations": []any{}}
		}
		return k.Do("POST", "/api/chaski/v1/sync/push", token, body, headers...)
	}
	large := `{"protocol":1,"device":"` + p.ID + `","mutations":["` + strings.Repeat("a", 3<<20) + `"]}`
	many := make([]any, 1001)
	for i := range many {
		many[i] = map[string]any{}
	}
	for _, c := range []struct {
		name   string
		r      testkit.Response
		status int
		code   string
	}{
		{"no token", push("", p.ID, nil), 401, "session_expired"},
		{"broken token", push("x.y.z", p.ID, nil), 401, "session_expired"},
		{"no JSON", push(p.Token, "", "{"), 400, "malformed"},
		{"unknown member", push(p.Token, "", `{"protocol":1,"device":"a","mutations":[],"x":1}`), 400, "malformed"},
		{"missing device", push(p.Token, "", `{"protocol":1,"mutations":[]}`), 400, "malformed"},
		{"another's device", push(k.Token(testkit.Ines), p.ID, nil), 409, "device_unknown"},
		{"too many", push(p.Token, "", map[string]any{"protocol": 1, "device": p.ID, "mutations": many}), 413, "body_too_large"},
		{"too large", push(p.Token, "", large), 413, "body_too_large"},
		{"too large once unpacked", push(p.Token, "", large, "Content-Encoding: gzip"), 413, "body_too_large"},
		{"in an encoding of none", push(p.Token, p.ID, nil, "Content-Encoding: br"), 400, "malformed"},
		{"old client pulls", k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, map[string]any{"protocol": 1, "schema": 99, "device": p.ID}), 426, "client_outdated"},
		{"no such route", k.Do("GET", "/api/chaski/v1/nada", p.Token, nil), 404, "not_found"},
	} {
		if c.r.Status != c.status || c.r.Code() != c.code {
			t.Errorf("%s: %d %q, want %d %q: %s", c.name, c.r.Status, c.r.Code(), c.status, c.code, c.r.Body)
		}
	}
	k.Save("devices", p.ID, map[string]any{"state": "revocado"})
	if r := k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, map[string]any{"protocol": 1, "schema": 1, "device": p.ID}); r.Status != 403 || r.Code() != "device_revoked" {
		t.Errorf("a revoked device pulls: %s", r.Body)
	}
	// What it still held is not lost: it waits for review.
	if r := p.Push(p.Visit("late", testkit.Canal, nil)); r[0].Status != "parked" || r[0].Code() != "device_revoked" {
		t.Errorf("a revoked device flushes: %+v", r)
	}
}

// Only supervisors record visits; every other role is refused by name.
func TestOtherRolesMayNotPush(t *testing.T) {
	k := testkit.World(t)
	for _, user := range []string{testkit.Carla, testkit.Elsa, testkit.Ana, testkit.Dora, testkit.Aldo, testkit.Otto} {
		p := k.Phone(user)
		if r := p.Push(p.Visit("v", testkit.Canal, nil)); r[0].Code() != "operation_not_allowed" {
			t.Errorf("%s: %+v", user, r)
		}
	}
}

// What depends on a parked record waits with it, also a change of it; a second
// copy of it is not taken; and a stranger's mutation decides nothing.
func TestFatesOfParkedWork(t *testing.T) {
	k := testkit.World(t)
	rosa, ines := k.Phone(testkit.Rosa), k.Phone(testkit.Ines)
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": "2026-11-22"})
	finding := rosa.Mutation("create", "findings", testkit.ID("f1"), map[string]any{"visit": testkit.ID("v"), "severity": "grave", "description": "Sin agua en la obra"})
	fix := rosa.Mutation("update", "findings", testkit.ID("f1"), map[string]any{"state": "levantado"})
	fix["prev"] = finding["id"]
	r := rosa.Push(rosa.Visit("v", testkit.Canal, nil), finding, fix)
	if r[2].Status != "parked" || r[2].Code() != "parent_parked" {
		t.Errorf("a change of a parked finding: %+v", r[2])
	}
	if r := rosa.Push(rosa.Visit("v", testkit.Canal, map[string]any{"headcount": 2})); r[0].Code() != "record_exists" {
		t.Errorf("a second copy: %+v", r)
	}
	ines.Push(ines.Mutation("update", "visits", testkit.ID("v"), map[string]any{}), ines.Visit("v", testkit.Canal, nil))
	if r := rosa.Push(rosa.Mark("v", testkit.Canal, 1, "presente")); r[0].Code() != "parent_parked" {
		t.Errorf("after a stranger's rejection: %+v", r)
	}
	k.Save("assignments", testkit.ID("as1"), map[string]any{"to_on": ""})
	if r := rosa.Push(rosa.Visit("v", testkit.Canal, nil)); r[0].Code() != "record_exists" {
		t.Errorf("a copy after the assignment came back: %+v", r)
	}
}

// Work done while he was a supervisor waits for review, whatever he is now; so do
// the rest of a visit whose assignment was deleted.
func TestFormerSupervisor(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v", testkit.Canal, nil))
	k.SQL(`DELETE FROM assignments WHERE id = '` + testkit.ID("as1") + `'`)
	if r := p.Push(p.Mark("v", testkit.Canal, 1, "presente")); r[0].Status != "parked" || r[0].Code() != "never_assigned" {
		t.Errorf("a mark of his own visit: %+v", r)
	}
	k.Save("users", testkit.Rosa, map[string]any{"role": "ut_coordinator"})
	if r := p.Push(p.Visit("w", testkit.Muro, nil)); r[0].Status != "parked" || r[0].Code() != "assignment_ended" {
		t.Errorf("after a change of role: %+v", r)
	}
}

// What the device's clock said is kept beside each outcome; a mutation's rev is
// what that mutation led to, not what a later one made of it.
func TestEvidenceAndRevs(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	create := p.Mutation("create", "findings", testkit.ID("f1"), map[string]any{"visit": testkit.ID("v"), "severity": "grave", "description": "Sin agua en la obra"})
	fix := p.Mutation("update", "findings", testkit.ID("f1"), map[string]any{"corrective_measure": "uno"})
	fix["prev"] = create["id"]
	r := p.Push(p.Visit("v", testkit.Canal, nil), create, fix)
	if r[1].Rev != 1 || r[2].Rev != 2 {
		t.Errorf("revs %d, %d", r[1].Rev, r[2].Rev)
	}
	stale := p.Mutation("update", "findings", testkit.ID("f1"), map[string]any{"corrective_measure": "dos"})
	stale["prev"] = create["id"]
	if r := p.Push(stale); r[0].Status != "applied" || r[0].Rev != 2 || len(r[0].Lost) != 1 || r[0].Conflict == "" {
		t.Errorf("a change on top of an older one: %+v", r)
	}
	if k.Int(`SELECT count(*) FROM findings WHERE corrective_measure = 'uno'`) != 1 {
		t.Error("overwritten")
	}
	if n := k.Int(`SELECT count(*) FROM sync_mutations WHERE at = '2026-11-23T11:00:00-05:00' AND form = 'visit/1' AND schema = 1`); n != 4 {
		t.Errorf("%d of 4 mutations keep what the device's clock said", n)
	}
}
