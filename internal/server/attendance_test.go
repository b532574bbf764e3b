package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
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
