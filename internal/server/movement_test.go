package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// stay is a row of a roster as a phone has it.
func stay(p *testkit.Phone, id string) map[string]any { return p.Rows["participants/"+id] }

// One act each: who leaves, who comes, and both at once; all phones of the work see what
// follows from it, and who made it takes it back.
func TestMovementsChangeTheRoster(t *testing.T) {
	k := testkit.World(t)
	elsa, rosa := k.Phone(testkit.Elsa), k.Phone(testkit.Rosa)
	elsa.Pull()
	baja, alta := elsa.Baja("a", testkit.Canal, 1, "2026-11-20"), elsa.Alta("b", testkit.Canal, 1, "2026-11-21", "99000101")
	replaced := elsa.Reemplazo("c", testkit.Canal, testkit.Worker(testkit.Canal, 2), "2026-11-22", "2026-11-23", "99000102")
	applied(t, elsa.Push(baja, alta, replaced))
	applied(t, elsa.Push(baja, alta, replaced)) // an answer was lost
	for _, p := range []*testkit.Phone{elsa, rosa} {
		p.Pull()
		if stay(p, testkit.Worker(testkit.Canal, 1))["baja_on"] != "2026-11-20" || stay(p, testkit.Worker(testkit.Canal, 2))["baja_on"] != "2026-11-22" {
			t.Errorf("who left: %v %v", stay(p, testkit.Worker(testkit.Canal, 1)), stay(p, testkit.Worker(testkit.Canal, 2)))
		}
		b, c := stay(p, testkit.ID("b")), stay(p, testkit.ID("c"))
		if b["cupo"] != testkit.Cupo(testkit.Canal, 1) || b["alta_on"] != "2026-11-21" || b["dni"] != "99000101" || c["cupo"] != testkit.Cupo(testkit.Canal, 2) || c["alta_on"] != "2026-11-23" {
			t.Errorf("who came: %v %v", b, c)
		}
		m := p.Rows["movements/"+testkit.ID("c")]
		if m["state"] != "registrado" || m["participant"] != testkit.ID("c") || m["cupo"] != c["cupo"] || m["recorded_by"] != testkit.Elsa || m["dni"] != nil {
			t.Errorf("the movement: %v", m)
		}
	}
	if n := k.Int(`SELECT count(*) FROM participants WHERE intervention = '` + testkit.Canal + `'`); n != 5 {
		t.Errorf("%d people, sent twice", n)
	}
	verifies(t, k)
	if r := elsa.Push(elsa.Change("delete", "movements", "a", 1, fields{})); r[0].Code() != "movement_followed" {
		t.Errorf("a baja is taken back whose cupo somebody has: %+v", r)
	}
	applied(t, elsa.Push(elsa.Change("delete", "movements", "b", 1, fields{}), elsa.Change("delete", "movements", "a", 1, fields{}), elsa.Change("delete", "movements", "c", 1, fields{})))
	rosa.Pull()
	if stay(rosa, testkit.ID("b")) != nil || stay(rosa, testkit.ID("c")) != nil || stay(rosa, testkit.Worker(testkit.Canal, 1))["baja_on"] != "" || stay(rosa, testkit.Worker(testkit.Canal, 2))["baja_on"] != "" {
		t.Errorf("taken back: %v %v", stay(rosa, testkit.Worker(testkit.Canal, 1)), stay(rosa, testkit.Worker(testkit.Canal, 2)))
	}
	verifies(t, k)
}

func TestMovementRules(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	applied(t, p.Push(p.Sheet(testkit.Canal, "2026-11-20", []int{1, 2, 3}, nil, nil)))
	decideSheet(k, testkit.Carla, testkit.SheetID(testkit.Canal, "2026-11-20"), "validar", "").JSON(200, nil)
	k.Save("cupos", testkit.ID("void"), fields{"intervention": testkit.Canal, "number": 9, "state": "anulado"})
	k.Save("cupos", testkit.ID("free"), fields{"intervention": testkit.Canal, "number": 10, "state": "activo"})
	w1 := testkit.Worker(testkit.Canal, 1)
	with := func(m map[string]any, more fields) map[string]any {
		for name, value := range more {
			m["fields"].(map[string]any)[name] = value
		}
		return m
	}
	free := fields{"cupo": testkit.ID("free")}
	for _, c := range []struct {
		why, code, field string
		m                map[string]any
	}{
		{"before the work", "date_outside_intervention", "effective_on", p.Baja("x", testkit.Canal, 1, "2026-08-02")},
		{"of another work", "participant_not_in_intervention", "participant", with(p.Baja("x", testkit.Canal, 1, "2026-11-20"), fields{"participant": testkit.Worker(testkit.Muro, 1)})},
		{"nobody", "parent_not_found", "participant", with(p.Baja("x", testkit.Canal, 1, "2026-11-20"), fields{"participant": testkit.ID("nobody")})},
		{"for no reason", "required", "reason", with(p.Baja("x", testkit.Canal, 1, "2026-11-20"), fields{"reason": ""})},
		{"before a validated day on which he was there", "worked_after", "effective_on", p.Baja("x", testkit.Canal, 1, "2026-11-19")},
		{"to a cupo that is held", "cupo_taken", "cupo", p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101")},
		{"to a void cupo", "cupo_void", "cupo", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101"), fields{"cupo": testkit.ID("void")})},
		{"to another work's cupo", "reference_foreign", "cupo", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101"), fields{"cupo": testkit.Cupo(testkit.Muro, 1)})},
		{"who is there already", "person_on_roster", "dni", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000001"), free)},
		{"a DNI of seven digits", "dni_invalid", "dni", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101"), fields{"dni": "9900010"})},
		{"not of age", "under_age", "birth_date", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101"), fields{"birth_date": "2008-11-22"})},
		{"nobody comes", "required", "dni", with(p.Alta("x", testkit.Canal, 1, "2026-11-21", "99000101"), fields{"dni": ""})},
		{"comes on the other's last day", "movement_order", "effective_on", p.Reemplazo("x", testkit.Canal, w1, "2026-11-21", "2026-11-21", "99000101")},
		{"replaced by himself", "person_on_roster", "dni", p.Reemplazo("x", testkit.Canal, w1, "2026-11-21", "2026-11-22", "99000001")},
		{"a baja that brings somebody", "invalid_value", "dni", with(p.Baja("x", testkit.Canal, 1, "2026-11-20"), fields{"dni": "99000101"})},
		{"its own state", "unknown_field", "state", with(p.Baja("x", testkit.Canal, 1, "2026-11-20"), fields{"state": "validado"})},
		{"of others' work", "out_of_scope", "intervention", p.Baja("x", testkit.Puente, 1, "2026-11-20")},
	} {
		if r := p.Push(c.m); r[0].Status != "rejected" || r[0].Code() != c.code || r[0].Errors[0].Field != c.field {
			t.Errorf("%s: %+v", c.why, r[0])
		}
	}
	if n := k.Int(`SELECT count(*) FROM movements`) + k.Int(`SELECT count(*) FROM participants WHERE baja_on <> '' OR intervention = '`+testkit.Canal+`' AND dni LIKE '990001%'`); n != 0 {
		t.Errorf("%d rows of what was refused", n)
	}
	if r := k.Phone(testkit.Rosa).Push(p.Baja("x", testkit.Canal, 1, "2026-11-20")); r[0].Code() != "operation_not_allowed" {
		t.Errorf("its supervisor: %+v", r[0])
	}
	verifies(t, k)
}

// What comes before what it hangs on waits for it: a reemplazo of a reemplazo in reverse
// order of arrival, in one request and in two.
func TestAReemplazoOfAReemplazoInReverseOrder(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	first := p.Reemplazo("a", testkit.Canal, testkit.Worker(testkit.Canal, 1), "2026-11-10", "2026-11-11", "99000101")
	second := p.Reemplazo("b", testkit.Canal, testkit.ID("a"), "2026-11-15", "2026-11-16", "99000102")
	if r := p.Push(second); r[0].Code() != "parent_not_found" {
		t.Fatalf("%+v", r)
	}
	applied(t, p.Push(first))
	third := p.Reemplazo("c", testkit.Muro, testkit.Worker(testkit.Muro, 1), "2026-11-10", "2026-11-11", "99000103")
	fourth := p.Reemplazo("d", testkit.Muro, testkit.ID("c"), "2026-11-15", "2026-11-16", "99000104")
	applied(t, p.Push(fourth, third))
	p.Pull()
	for _, c := range [][3]string{{"a", "2026-11-11", "2026-11-15"}, {"b", "2026-11-16", ""}, {"c", "2026-11-11", "2026-11-15"}, {"d", "2026-11-16", ""}} {
		if s := stay(p, testkit.ID(c[0])); s["alta_on"] != c[1] || s["baja_on"] != c[2] {
			t.Errorf("%s: %v", c[0], s)
		}
	}
	verifies(t, k)
}

// The same DNI comes to two works, of which neither executor knows: both are kept, the
// later one says so, and a day on both sheets is nobody's until somebody decides.
func TestOneDNIComesToTwoWorks(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	k.Save("cupos", testkit.ID("free"), fields{"intervention": testkit.Canal, "number": 10, "state": "activo"})
	k.Save("cupos", testkit.ID("freem"), fields{"intervention": testkit.Muro, "number": 10, "state": "activo"})
	a, b := p.Alta("a", testkit.Canal, 1, "2026-11-10", "99000101"), p.Alta("b", testkit.Muro, 1, "2026-11-10", "99000101")
	a["fields"].(map[string]any)["cupo"], b["fields"].(map[string]any)["cupo"] = testkit.ID("free"), testkit.ID("freem")
	applied(t, p.Push(a, b))
	p.Pull()
	if first, second := p.Rows["movements/"+testkit.ID("a")], p.Rows["movements/"+testkit.ID("b")]; first["doubts"] != nil || second["doubts"] == nil {
		t.Errorf("%v %v", first["doubts"], second["doubts"])
	}
	verifies(t, k)
}

// A movement of a closed month is taken; the figures of that month do not move.
func TestAMovementOfAClosedMonth(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	month := func(m string) int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'job' AND month = '` + m + `'`)
	}
	applied(t, p.Push(p.Reemplazo("a", testkit.Canal, testkit.Worker(testkit.Canal, 1), "2026-09-10", "2026-09-11", "99000101")))
	sheet := p.Sheet(testkit.Canal, "2026-09-15", []int{2}, nil, fields{"marks": fields{testkit.ID("a"): "presente", testkit.Worker(testkit.Canal, 2): "presente"}, "headcount": 2})
	applied(t, p.Push(sheet))
	decideSheet(k, testkit.Carla, testkit.SheetID(testkit.Canal, "2026-09-15"), "validar", "").JSON(200, nil)
	if month("2026-09") != 0 || month("2026-10") != 2 {
		t.Errorf("September %d, October %d", month("2026-09"), month("2026-10"))
	}
	verifies(t, k)
}

// What the people of a closed work had written waits for the unit with what builds on
// it, and takes effect as theirs when it is accepted.
func TestMovementsOfAClosedWorkWait(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	p.Pull()
	k.Save("interventions", testkit.Canal, fields{"state": "cerrada"})
	r := p.Push(
		p.Reemplazo("a", testkit.Canal, testkit.Worker(testkit.Canal, 1), "2026-11-10", "2026-11-11", "99000101"),
		p.Movement("b", testkit.Canal, "baja", fields{"participant": testkit.ID("a"), "effective_on": "2026-11-20", "reason": "Abandono"}),
	)
	if r[0].Status != "parked" || r[1].Status != "parked" {
		t.Fatalf("%+v", r)
	}
	for range r {
		list := waiting(k, testkit.Carla)
		if len(list.Items) == 0 {
			break
		}
		k.Do("POST", httpapiPrefix+"/parked/"+list.Items[0].Mutation+"/decide", k.Token(testkit.Carla), fields{"decision": "accept"}).JSON(200, nil)
	}
	if n := k.Int(`SELECT count(*) FROM participants WHERE id = '` + testkit.ID("a") + `' AND baja_on = '2026-11-20'`); n != 1 {
		t.Error("accepted, and the roster is as before")
	}
	verifies(t, k)
}

type movementSeen struct {
	ID, Kind, State, Leaves, Comes string
	StateReason                    string `json:"state_reason"`
	RecordedBy                     string `json:"recorded_by"`
	Elsewhere                      []string
	Revision                       int64
}

func movementsIn(k *testkit.Kit, state string) map[string]movementSeen {
	k.T.Helper()
	var list struct{ Items []movementSeen }
	k.Do("GET", httpapiPrefix+"/movements?state="+state, k.Token(testkit.Carla), nil).JSON(200, &list)
	out := map[string]movementSeen{}
	for _, m := range list.Items {
		out[m.ID] = m
	}
	return out
}

func decideMovement(k *testkit.Kit, user, id, decision, reason string, revision int64) testkit.Response {
	k.T.Helper()
	return k.Do("POST", httpapiPrefix+"/movements/"+id+"/decision", k.Token(user), fields{"decision": decision, "reason": reason, "revision": revision})
}

// The unit sees what came, by name and with its doubts, validates it or makes it void:
// then the roster is as it was, and who recorded it is told why.
func TestTheUnitDecidesMovements(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	k.Save("participants", testkit.ID("double"), fields{
		"intervention": testkit.Muro, "cupo": testkit.Cupo(testkit.Muro, 3), "dni": "99000101", "given_names": "Otra", "surnames": "Vez", "sex": "M", "birth_date": "1991-02-03", "alta_on": "2026-09-01",
	})
	id, w1 := testkit.ID("a"), testkit.Worker(testkit.Canal, 1)
	applied(t, p.Push(p.Reemplazo("a", testkit.Canal, w1, "2026-11-10", "2026-11-11", "99000101"), p.Baja("b", testkit.Canal, 2, "2026-11-12")))
	seen := movementsIn(k, "registrado")
	if m := seen[id]; m.Leaves != "Prueba 1, Persona" || m.Comes != "Persona 01, Nueva" || m.RecordedBy == "" || len(m.Elsewhere) != 1 {
		t.Fatalf("%+v", m)
	}
	if looked := seen[id]; looked.Revision != 1 {
		t.Errorf("%+v", looked)
	}
	code(t, decideMovement(k, testkit.Carla, id, "anular", "no", 1), 400, "too_short")
	code(t, decideMovement(k, testkit.Carla, id, "validar", "", 7), 409, "conflict")
	const why = "La persona ya trabaja en Muro"
	decideMovement(k, testkit.Carla, id, "anular", why, 1).JSON(200, nil)
	decideMovement(k, testkit.Carla, testkit.ID("b"), "validar", "", seen[testkit.ID("b")].Revision).JSON(200, nil)
	if m := movementsIn(k, "anulado")[id]; m.StateReason != why || m.Comes != "Persona 01, Nueva" {
		t.Errorf("%+v", m)
	}
	code(t, decideMovement(k, testkit.Carla, id, "validar", "", movementsIn(k, "anulado")[id].Revision), 409, "movement_state")
	p.Pull()
	if stay(p, w1)["baja_on"] != "" || stay(p, id) != nil || stay(p, testkit.Worker(testkit.Canal, 2))["baja_on"] != "2026-11-12" || p.Rows["movements/"+id]["state_reason"] != why {
		t.Errorf("%v %v %v", stay(p, w1), stay(p, id), p.Rows["movements/"+id])
	}
	if r := p.Push(p.Change("delete", "movements", "b", 2, fields{})); r[0].Code() != "movement_decided" {
		t.Errorf("a validated one is taken back: %+v", r)
	}
	// He leaves again: the void one does not stand in the way.
	applied(t, p.Push(p.Baja("c", testkit.Canal, 1, "2026-11-13")))
	if n := k.Int(`SELECT count(*) FROM audit WHERE action LIKE 'movement.%'`); n != 2 {
		t.Errorf("%d acts in the trail", n)
	}
	verifies(t, k)
}
