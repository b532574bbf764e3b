package server_test

import (
	"testing"

	"chaski/internal/domain/actor"
	"chaski/internal/testkit"
)

const (
	sheetDay = "2026-11-20"
	ofSheets = "attendance_sheets/"
)

// colleague is another person of the entity that executes Canal and Muro.
func colleague(k *testkit.Kit) string {
	id := testkit.ID("elmo")
	k.Save("users", id, fields{
		"email": "elmo@example.org", "password": "chaski-test", "name": "Elmo", "role": "executor", "entity": testkit.ID("muni"), "active": true, "verified": true,
	})
	return id
}

// The executor writes and corrects a day until the unit validates it; it counts only
// then; observed it is corrected and waits again; returned it is corrected too.
func TestASheetFromItsWritingToTheFigure(t *testing.T) {
	k := testkit.World(t)
	elsa, sheet := k.Phone(testkit.Elsa), testkit.SheetID(testkit.Canal, sheetDay)
	elsa.Pull()
	if roster := elsa.Rows["participants/"+testkit.Worker(testkit.Canal, 1)]; roster["dni"] == "" || roster["surnames"] == "" {
		t.Fatalf("who executes the work has no roster: %v", roster)
	}
	applied(t, elsa.Push(elsa.Sheet(testkit.Canal, sheetDay, []int{1, 2}, map[int]string{3: "salud"}, nil)))
	page := elsa.Pull()
	if page.Trailer.Total == "" || elsa.Rows[ofSheets+sheet]["state"] != "registrada" {
		t.Fatalf("%v", elsa.Rows[ofSheets+sheet])
	}
	want(t, k, 0, "written")
	const why = "Falta la firma del inspector"
	decideSheet(k, testkit.Carla, sheet, "observar", why).JSON(200, nil)
	elsa.Pull()
	if row := elsa.Rows[ofSheets+sheet]; row["state"] != "observada" || row["state_reason"] != why {
		t.Fatalf("who has to correct it is not told why: %v", row)
	}
	applied(t, elsa.Push(elsa.CorrectSheet(testkit.Canal, sheetDay, elsa.Revs[ofSheets+sheet], []int{1, 2, 3}, nil)))
	if s := seenSheet(k, testkit.Carla, sheet); s.State != "registrada" || s.StateReason != why || s.Present != 3 {
		t.Fatalf("corrected: %+v", s)
	}
	decideSheet(k, testkit.Carla, sheet, "validar", "").JSON(200, nil)
	want(t, k, 3, "validated")
	elsa.Pull()
	rev := elsa.Revs[ofSheets+sheet]
	r := elsa.Push(elsa.CorrectSheet(testkit.Canal, sheetDay, rev, []int{1}, map[int]string{2: "permiso", 3: "otro"}))[0]
	if r.Status != "rejected" || r.Code() != "sheet_validated" || r.Errors[0].Field != "headcount" {
		t.Fatalf("a validated sheet is corrected: %+v", r)
	}
	if s := seenSheet(k, testkit.Carla, sheet); s.State != "validada" || s.Present != 3 {
		t.Fatalf("%+v", s)
	}
	applied(t, elsa.Push(elsa.CorrectSheet(testkit.Canal, sheetDay, rev, []int{1, 2, 3}, nil))) // says nothing new
	want(t, k, 3, "the refused correction")
	decideSheet(k, testkit.Carla, sheet, "devolver", "Se confirma con el cuaderno").JSON(200, nil)
	want(t, k, 0, "returned")
	elsa.Pull()
	applied(t, elsa.Push(elsa.CorrectSheet(testkit.Canal, sheetDay, elsa.Revs[ofSheets+sheet], []int{1}, map[int]string{2: "permiso", 3: "otro"})))
	decideSheet(k, testkit.Carla, sheet, "validar", "").JSON(200, nil)
	want(t, k, 1, "corrected and validated")
	verifies(t, k)
}

func TestSheetRules(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	for _, c := range []struct {
		why, day, code, field string
		with                  fields
	}{
		{"in the future", "2026-11-24", "date_in_future", "day", nil},
		{"before the work", "2026-08-02", "date_outside_intervention", "day", nil},
		{"after its end", "2026-11-23", "date_outside_intervention", "day", nil},
		{"more counted than marked", sheetDay, "sheet_headcount", "headcount", fields{"headcount": 3}},
		{"fewer counted than marked", sheetDay, "sheet_headcount", "headcount", fields{"headcount": 1}},
		{"absent for no reason", sheetDay, "required", "reasons", fields{"reasons": fields{}}},
		{"a reason of who was there", sheetDay, "invalid_value", "reasons", fields{"reasons": fields{testkit.Worker(testkit.Canal, 3): "salud", testkit.Worker(testkit.Canal, 1): "salud"}}},
		{"a reason that is none", sheetDay, "invalid_value", "reasons", fields{"reasons": fields{testkit.Worker(testkit.Canal, 3): "pereza"}}},
		{"somebody of another work", sheetDay, "participant_not_in_intervention", "marks", fields{"marks": fields{testkit.Worker(testkit.Muro, 1): "presente"}, "headcount": 1, "reasons": fields{}}},
		{"its own state", sheetDay, "unknown_field", "state", fields{"state": "validada"}},
		{"who signs it", sheetDay, "unknown_field", "validated_by", fields{"validated_by": testkit.Elsa}},
	} {
		if c.day == "2026-11-23" {
			k.Save("interventions", testkit.Canal, fields{"ends_on": "2026-11-22"})
		}
		r := p.Push(p.Sheet(testkit.Canal, c.day, []int{1, 2}, map[int]string{3: "salud"}, c.with))[0]
		if r.Status != "rejected" || r.Code() != c.code || r.Errors[0].Field != c.field {
			t.Errorf("%s: %+v", c.why, r)
		}
	}
	m := p.Sheet(testkit.Canal, sheetDay, []int{1}, nil, nil)
	m["record"] = testkit.ID("other")
	if r := p.Push(m)[0]; r.Code() != "invalid_value" || r.Errors[0].Field != "record" {
		t.Errorf("an id that another device would not give it: %+v", r)
	}
	if n := k.Int(`SELECT count(*) FROM attendance_sheets`); n != 0 {
		t.Errorf("%d sheets", n)
	}
}

// Two people of one entity write the same day without knowing of each other: one
// sheet. What they say alike is so; what differs is kept until somebody settles it.
func TestTwoPeopleWriteOneDay(t *testing.T) {
	k := testkit.World(t)
	sheet := testkit.SheetID(testkit.Canal, sheetDay)
	elsa, elmo := k.Phone(testkit.Elsa), k.Phone(colleague(k))
	elsa.Pull()
	elmo.Pull()
	applied(t, elsa.Push(elsa.Sheet(testkit.Canal, sheetDay, []int{1, 2}, map[int]string{3: "salud"}, nil)))
	same := applied(t, elmo.Push(elmo.Sheet(testkit.Canal, sheetDay, []int{1, 2}, map[int]string{3: "salud"}, nil)))
	if same[0].Conflict != "" {
		t.Fatalf("the same said twice: %+v", same)
	}
	first := elmo.Sheet(testkit.Canal, "2026-11-21", []int{1, 2}, map[int]string{3: "salud"}, nil)
	applied(t, elsa.Push(elsa.Sheet(testkit.Canal, "2026-11-21", []int{1, 2, 3}, nil, nil)))
	other := applied(t, elmo.Push(first))[0]
	if other.Conflict == "" || len(other.Lost) != 3 {
		t.Fatalf("otherwise said: %+v", other)
	}
	again := elmo.CorrectSheet(testkit.Canal, "2026-11-21", 0, []int{1}, map[int]string{2: "otro", 3: "salud"})
	again["record"], again["prev"] = testkit.SheetID(testkit.Canal, "2026-11-21"), first["id"]
	delete(again, "base_rev")
	if r := applied(t, elmo.Push(again))[0]; r.Conflict != other.Conflict {
		t.Errorf("corrected unseen: %+v", r)
	}
	if n := k.Int(`SELECT count(*) FROM attendance_sheets`); n != 2 {
		t.Fatalf("%d sheets of two days", n)
	}
	elsa.Pull()
	if c := elsa.Rows["conflicts/"+other.Conflict]; c["other"] != testkit.Elsa || c["author_name"] != "Elmo" {
		t.Errorf("whose sheet stands is not told: %v", c)
	}
	decideSheet(k, testkit.Carla, sheet, "validar", "").JSON(200, nil)
	day21 := testkit.SheetID(testkit.Canal, "2026-11-21")
	decideSheet(k, testkit.Carla, day21, "validar", "").JSON(200, nil)
	want(t, k, 3, "two days, three people: a cupo counts once")
	settled := k.Do("POST", httpapiPrefix+"/conflicts/"+other.Conflict+"/settle", k.Token(testkit.Carla), fields{"resolution": "author"})
	code(t, settled, 409, "sheet_validated")
	decideSheet(k, testkit.Carla, day21, "devolver", "Dos personas la escribieron").JSON(200, nil)
	k.Do("POST", httpapiPrefix+"/conflicts/"+other.Conflict+"/settle", k.Token(testkit.Carla), fields{"resolution": "author"}).JSON(200, nil)
	if s := seenSheet(k, testkit.Carla, day21); s.Present != 1 || s.State != "registrada" {
		t.Errorf("the other's word: %+v", s)
	}
	want(t, k, 2, "what only the other day says")
	verifies(t, k)
}

// A sheet of the day is there under another id, from before people wrote their own.
func TestASheetThatIsThereAlready(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	elsa := k.Phone(testkit.Elsa)
	mine := elsa.Sheet(testkit.Canal, "2026-11-10", []int{1, 2}, nil, nil)
	r := applied(t, elsa.Push(mine, elsa.Sheet(testkit.Muro, "2026-11-10", []int{1}, nil, nil)))
	if r[0].Conflict == "" || r[1].Conflict != "" || k.Int(`SELECT count(*) FROM attendance_sheets`) != 2 {
		t.Fatalf("%+v", r)
	}
	if k.Int(`SELECT count(*) FROM conflicts WHERE record = '`+id+`'`) != 1 {
		t.Error("the conflict is not of the sheet that is there")
	}
	again := elsa.Mutation("update", "attendance_sheets", testkit.SheetID(testkit.Canal, "2026-11-10"), testkit.SheetSaid(testkit.Canal, []int{1}, nil))
	again["prev"] = mine["id"]
	if next := applied(t, elsa.Push(again))[0]; next.Conflict != "" {
		t.Errorf("he gives in: %+v", next)
	}
	again = elsa.Mutation("update", "attendance_sheets", testkit.SheetID(testkit.Canal, "2026-11-10"), testkit.SheetSaid(testkit.Canal, []int{3}, nil))
	again["prev"] = mine["id"]
	if next := applied(t, elsa.Push(again))[0]; next.Conflict != r[0].Conflict {
		t.Errorf("he says something else again: %+v", next)
	}
	alike := applied(t, elsa.Push(elsa.Sheet(testkit.Canal, "2026-11-10", []int{1}, nil, nil)))
	if alike[0].Conflict != "" {
		t.Errorf("%+v", alike)
	}
	twice := applied(t, elsa.Push(elsa.Sheet(testkit.Muro, "2026-11-11", []int{1}, nil, nil), elsa.Sheet(testkit.Muro, "2026-11-11", []int{1, 2}, nil, nil)))
	if twice[0].Conflict != "" || twice[1].Conflict == "" {
		t.Errorf("two in one batch: %+v", twice)
	}
	verifies(t, k)
}

// A sheet of a closed month is taken, as a visit is: its figure is posted to the open
// month, and the closed one does not move.
func TestASheetOfAClosedMonth(t *testing.T) {
	k := testkit.World(t)
	elsa := k.Phone(testkit.Elsa)
	month := func(m string) int64 {
		return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'job' AND month = '` + m + `'`)
	}
	applied(t, elsa.Push(elsa.Sheet(testkit.Canal, "2026-09-15", []int{1, 2}, nil, nil)))
	decideSheet(k, testkit.Carla, testkit.SheetID(testkit.Canal, "2026-09-15"), "validar", "").JSON(200, nil)
	if month("2026-09") != 0 || month("2026-10") != 2 {
		t.Errorf("September %d, October %d", month("2026-09"), month("2026-10"))
	}
	verifies(t, k)
}

// Who may write a sheet: of every role, and of every relation to the work.
func TestWhoWritesASheet(t *testing.T) {
	k := testkit.World(t)
	for role, token := range everyRole(t, k) {
		if !role.May(actor.HoldReplica) {
			if role.May(actor.WriteSheets) {
				t.Errorf("%s writes sheets and holds no replica", role)
			}
			continue
		}
		p := k.Phone(testkit.Elsa)
		p.Token = token
		var d struct{ Device string }
		k.Do("POST", "/api/chaski/v1/devices", token, fields{"install": "install-" + string(role)}).JSON(200, &d)
		p.ID = d.Device
		r := p.Push(p.Sheet(testkit.Canal, sheetDay, []int{1}, nil, nil))[0]
		if taken := r.Status == "applied"; taken != role.May(actor.WriteSheets) {
			t.Errorf("%s: %+v", role, r)
		}
	}
	for user, want := range map[string]string{testkit.Rosa: "operation_not_allowed", testkit.Elsa: "out_of_scope"} {
		p := k.Phone(user)
		if r := p.Push(p.Sheet(testkit.Puente, sheetDay, []int{1}, nil, nil))[0]; r.Code() != want {
			t.Errorf("of a work of others: %+v, want %s", r, want)
		}
	}
	rosa := k.Phone(testkit.Rosa)
	if r := rosa.Push(rosa.CorrectSheet(testkit.Canal, sheetDay, 1, []int{1, 2}, nil))[0]; r.Code() != "operation_not_allowed" {
		t.Errorf("its supervisor corrects it: %+v", r)
	}
}

// What the people of a closed work had written waits for the unit, of each his own,
// and is merged when it is accepted.
func TestSheetsOfAClosedWorkWait(t *testing.T) {
	k := testkit.World(t)
	elsa, elmo := k.Phone(testkit.Elsa), k.Phone(colleague(k))
	elsa.Pull()
	elmo.Pull()
	k.Save("interventions", testkit.Canal, fields{"state": "cerrada"})
	for p, present := range map[*testkit.Phone][]int{elsa: {1, 2}, elmo: {1}} {
		if r := p.Push(p.Sheet(testkit.Canal, sheetDay, present, nil, nil))[0]; r.Status != "parked" || r.Code() != "assignment_ended" {
			t.Fatalf("%+v", r)
		}
	}
	for range 2 {
		list := waiting(k, testkit.Carla)
		if len(list.Items) == 0 {
			t.Fatal("nothing waits")
		}
		k.Do("POST", httpapiPrefix+"/parked/"+list.Items[0].Mutation+"/decide", k.Token(testkit.Carla), fields{"decision": "accept"}).JSON(200, nil)
	}
	if len(waiting(k, testkit.Carla).Items) != 0 || k.Int(`SELECT count(*) FROM attendance_sheets`) != 1 || k.Int(`SELECT count(*) FROM conflicts`) != 1 {
		t.Errorf("%d sheets, %d conflicts", k.Int(`SELECT count(*) FROM attendance_sheets`), k.Int(`SELECT count(*) FROM conflicts`))
	}
	verifies(t, k)
}
