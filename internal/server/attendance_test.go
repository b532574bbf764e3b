package server_test

import (
	"io"
	"strings"
	"testing"

	"chaski/internal/testkit"
	"chaski/internal/verify"
)

const sheetsPath = "/api/chaski/v1/attendance-sheets"

type sheetSeen struct {
	ID, State   string
	StateReason string `json:"state_reason"`
	ValidatedBy string `json:"validated_by"`
	ValidatedAt string `json:"validated_at"`
	Present     int
	Revision    int64
}

// seenSheet is a sheet as its coordinator lists it.
func seenSheet(k *testkit.Kit, user, id string) sheetSeen {
	k.T.Helper()
	for _, state := range []string{"registrada", "validada", "observada"} {
		var list struct{ Items []sheetSeen }
		k.Do("GET", sheetsPath+"?state="+state, k.Token(user), nil).JSON(200, &list)
		for _, s := range list.Items {
			if s.ID == id {
				return s
			}
		}
	}
	return sheetSeen{}
}

// decideSheet decides about the sheet as it is now.
func decideSheet(k *testkit.Kit, user, id, decision, reason string) testkit.Response {
	k.T.Helper()
	return decideSheetSeen(k, user, id, decision, reason, seenSheet(k, user, id).Revision)
}

func decideSheetSeen(k *testkit.Kit, user, id, decision, reason string, revision int64) testkit.Response {
	k.T.Helper()
	return k.Do("POST", sheetsPath+"/"+id+"/decision", k.Token(user), map[string]any{"decision": decision, "reason": reason, "revision": revision})
}

func registered(k *testkit.Kit) string {
	k.T.Helper()
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-10", "state": "registrada", "headcount": 1,
		"marks": map[string]string{testkit.Worker(testkit.Canal, 1): "presente"},
	})
	return testkit.ID("s")
}

// Only validating signs; a validation goes back with a reason, and with the
// signature; each act is in the trail.
func TestASheetIsDecided(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	signature := func() (by string) {
		if err := k.App.DB().NewQuery(`SELECT validated_by FROM attendance_sheets WHERE id = '` + id + `'`).Row(&by); err != nil {
			t.Fatal(err)
		}
		return by
	}
	const why = "Faltan dos firmas en la hoja"
	code(t, decideSheet(k, testkit.Carla, id, "observar", "no"), 400, "sheet_reason")
	decideSheet(k, testkit.Carla, id, "observar", why).JSON(200, nil)
	if s := seenSheet(k, testkit.Carla, id); s.State != "observada" || s.StateReason != why || signature() != "" {
		t.Fatalf("observed: %+v, signed by %q", s, signature())
	}
	code(t, decideSheet(k, testkit.Carla, id, "devolver", why), 409, "sheet_state")
	decideSheet(k, testkit.Carla, id, "validar", "").JSON(200, nil)
	if s := seenSheet(k, testkit.Carla, id); s.State != "validada" || s.StateReason != "" || s.ValidatedBy == "" || s.ValidatedAt == "" || signature() != testkit.Carla || s.Present != 1 {
		t.Fatalf("validated: %+v, signed by %q", s, signature())
	}
	want(t, k, 1, "validated")
	code(t, decideSheet(k, testkit.Carla, id, "validar", ""), 409, "sheet_state")
	code(t, decideSheet(k, testkit.Carla, id, "devolver", ""), 400, "sheet_reason")
	was := seenSheet(k, testkit.Carla, id).Revision
	decideSheet(k, testkit.Carla, id, "devolver", why).JSON(200, nil)
	if s := seenSheet(k, testkit.Carla, id); s.State != "registrada" || s.ValidatedBy+s.ValidatedAt != "" || signature() != "" {
		t.Fatalf("given back: %+v, signed by %q", s, signature())
	}
	want(t, k, 0, "given back")
	code(t, decideSheetSeen(k, testkit.Carla, id, "validar", "", was), 409, "conflict")
	if n := k.Int(`SELECT count(*) FROM audit WHERE action LIKE 'attendance.%' AND record = '` + id + `'`); n != 3 {
		t.Errorf("%d entries in the trail", n)
	}
}

func TestASheetIsDecidedByItsUnit(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	k.Save("users", testkit.ID("coord2"), map[string]any{
		"email": "coord2@example.org", "password": "chaski-test", "name": "Ines", "role": "ut_coordinator", "ut": testkit.ID("ut2"), "active": true, "verified": true,
	})
	for user, want := range map[string]int{testkit.Rosa: 403, testkit.Otto: 403, testkit.Ana: 403, testkit.ID("coord2"): 404} {
		if r := decideSheetSeen(k, user, id, "validar", "", seenSheet(k, testkit.Carla, id).Revision); r.Status != want {
			t.Errorf("%s: %d", user, r.Status)
		}
	}
	code(t, k.Do("POST", sheetsPath+"/"+id+"/decision", "", map[string]any{"decision": "validar", "revision": 1}), 401, "session_expired")
	if r := k.Do("PATCH", "/api/collections/attendance_sheets/records/"+id, k.Token(testkit.Carla), map[string]any{"state": "validada"}); r.Status != 403 {
		t.Errorf("over REST: %d", r.Status)
	}
	if s := seenSheet(k, testkit.Carla, id); s.State != "registrada" {
		t.Errorf("%+v", s)
	}
}

// A validation is of what the sheet said: by whatever path it changes, the
// validation is gone, and no path signs or takes back without a reason.
func TestAValidationEndsWithAChangeByAnyPath(t *testing.T) {
	k := testkit.World(t)
	superuser := k.Superuser("tecnico@example.org")
	id := registered(k)
	signedAgain := func() {
		t.Helper()
		if seenSheet(k, testkit.Carla, id).State != "validada" {
			decideSheet(k, testkit.Carla, id, "validar", "").JSON(200, nil)
		}
	}
	dashboard := func(fields map[string]any) testkit.Response {
		return k.Do("PATCH", "/api/collections/attendance_sheets/records/"+id, superuser, fields)
	}
	open := func(what string) {
		t.Helper()
		if s := seenSheet(k, testkit.Carla, id); s.State == "validada" || s.ValidatedBy != "" || s.StateReason == "" {
			t.Errorf("%s: %+v", what, s)
		}
	}
	signedAgain()
	dashboard(map[string]any{"headcount": 99}).JSON(200, nil)
	open("the dashboard changed the headcount")
	signedAgain()
	k.Save("attendance_sheets", id, map[string]any{"marks": map[string]string{testkit.Worker(testkit.Canal, 2): "presente"}})
	open("a job changed the marks")
	signedAgain()
	if r := dashboard(map[string]any{"state": "observada"}); r.Status != 400 {
		t.Errorf("taken back without a reason: %d", r.Status)
	}
	if r := dashboard(map[string]any{"validated_by": testkit.Dora}); r.Status != 200 || strings.Contains(string(r.Body), testkit.Dora) {
		t.Errorf("signed for another: %d %s", r.Status, r.Body)
	}
	dashboard(map[string]any{"state": "observada", "state_reason": "La hoja es de otra obra"}).JSON(200, nil)
	open("the dashboard observed it")
	signedAgain()
	dashboard(map[string]any{"marks": map[string]string{testkit.Worker(testkit.Canal, 2): "presente"}}).JSON(200, nil)
	if s := seenSheet(k, testkit.Carla, id); s.State != "validada" || s.ValidatedBy == "" {
		t.Errorf("the same marks again: %+v", s)
	}
}

// Also past the application: what SQL changed counts no more in the settling that
// finds it, for figures and for phones; the trail says why, and verify names the
// change and nothing else.
func TestAValidationEndsWithAChangeByRawSQL(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	phone := k.Phone(testkit.Rosa)
	two := `{"` + testkit.Worker(testkit.Canal, 1) + `":"presente","` + testkit.Worker(testkit.Canal, 2) + `":"presente"}`
	for _, c := range []struct {
		name, sql, state string
		jobs             int64 // once validated again
	}{
		{"the marks", `marks = '` + two + `'`, "registrada", 2},
		{"the same marks, written otherwise", `marks = '` + strings.ReplaceAll(two, ",", " , ") + `'`, "validada", 2},
		{"the headcount", `headcount = 40`, "registrada", 2},
		{"nothing", `headcount = headcount`, "validada", 2},
		{"the day", `day = '2026-11-11'`, "registrada", 2},
		{"the work, and whom it names", `intervention = '` + testkit.Muro + `', marks = '{"` + testkit.Worker(testkit.Muro, 1) + `":"presente"}'`, "registrada", 1},
		{"observed, without a reason", `state = 'observada'`, "observada", 1},
	} {
		signAgain(k, id)
		before := k.Int(`SELECT count(*) FROM audit WHERE action = 'attendance.taken_back'`)
		k.SQL(`UPDATE attendance_sheets SET ` + c.sql + ` WHERE id = '` + id + `'`)
		phone.Pull()
		var row struct{ State, Reason, Signer, At string }
		if err := k.App.DB().NewQuery(`SELECT state, state_reason AS reason, validated_by AS signer, validated_at AS at FROM attendance_sheets WHERE id = '` + id + `'`).One(&row); err != nil {
			t.Fatal(err)
		}
		open := c.state != "validada"
		if row.State != c.state || open != (row.Signer+row.At == "") || open != (row.Reason != "") {
			t.Errorf("%s: %+v", c.name, row)
		}
		if held := phone.Rows["attendance_sheets/"+id]["state"]; held != c.state {
			t.Errorf("%s: a phone holds it as %v", c.name, held)
		}
		if open {
			want(t, k, 0, c.name)
		}
		if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'attendance.taken_back'`); open != (n == before+1) {
			t.Errorf("%s: %d entries in the trail, %d before", c.name, n, before)
		}
		onlyUnattributed(t, k, c.name)
		signAgain(k, id)
		want(t, k, c.jobs, c.name+", validated again")
		onlyUnattributed(t, k, c.name+", validated again")
	}
}

// A field that cannot be read and matters for no figure hides no change of one
// that does.
func TestAValidationEndsWithAnUnreadableChange(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	signAgain(k, id)
	want(t, k, 1, "validated")
	settled(t, k, `UPDATE attendance_sheets SET headcount = 1.5, marks = '{"`+testkit.Worker(testkit.Canal, 1)+`":"presente","`+testkit.Worker(testkit.Canal, 2)+`":"presente"}'`)
	want(t, k, 0, "unreadable")
	agrees(t, k, "unreadable")
	settled(t, k, `UPDATE attendance_sheets SET headcount = 2`)
	want(t, k, 0, "readable")
	onlyUnattributed(t, k, "readable")
	signAgain(k, id)
	want(t, k, 2, "validated again")
}

// A program that read the sheet while it was validated, and writes it after SQL
// changed it, does not bring the validation back.
func TestAStaleWriteBringsNoValidationBack(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	signAgain(k, id)
	k.SQL(`UPDATE attendance_sheets SET marks = '{"` + testkit.Worker(testkit.Canal, 2) + `":"presente"}'`)
	stale, err := k.App.FindRecordById("attendance_sheets", id)
	if err != nil || stale.GetString("state") != "validada" {
		t.Fatalf("%v %v", stale, err)
	}
	stale.Set("headcount", 1)
	if err := k.App.Save(stale); err != nil {
		t.Fatal(err)
	}
	if s := seenSheet(k, testkit.Carla, id); s.State != "registrada" || s.ValidatedBy+s.ValidatedAt != "" {
		t.Errorf("%+v", s)
	}
	want(t, k, 0, "taken back")
}

// SQL signs for nobody.
func TestRawSQLSignsNothing(t *testing.T) {
	k := testkit.World(t)
	id := registered(k)
	for state, by := range map[string]string{"registrada": testkit.Dora, "validada": testkit.Carla} {
		settled(t, k, `UPDATE attendance_sheets SET state = '`+state+`', validated_by = '`+by+`', validated_at = '2026-11-11 10:00:00.000Z'`)
		if s := seenSheet(k, testkit.Carla, id); s.State != state || s.ValidatedBy+s.ValidatedAt != "" {
			t.Errorf("%+v", s)
		}
		onlyUnattributed(t, k, state)
		k.Save("attendance_sheets", id, map[string]any{"state": "registrada", "state_reason": "Se firmó sin ser de la unidad"})
	}
}

// onlyUnattributed: verify names what SQL changed, and nothing else.
func onlyUnattributed(t *testing.T, k *testkit.Kit, when string) {
	t.Helper()
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		if d.Check != verify.CheckUnattributed {
			t.Errorf("%s: %+v", when, d)
		}
	}
	if report.Of(verify.CheckUnattributed) == 0 {
		t.Errorf("%s: not named", when)
	}
}
