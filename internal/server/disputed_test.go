package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
)

const disputedPath = "/api/chaski/v1/disputed-days"

type dayMark struct {
	Source, Record, Participant, Mark, Name, By, Visit string
	Holds                                              bool
}

type disputedDay struct {
	Row, Day, Person, DNI, Seen, Reason string
	MayDecide                           bool   `json:"may_decide"`
	DecidedBy                           string `json:"decided_by"`
	Marks                               []dayMark
}

// disputed are the days that somebody lists, with how many there are.
func disputed(k *testkit.Kit, user, state string) []disputedDay {
	k.T.Helper()
	var list struct {
		Items []disputedDay
		Total int
	}
	k.Do("GET", disputedPath+"?state="+state, k.Token(user), nil).JSON(200, &list)
	if list.Total != len(list.Items) {
		k.T.Errorf("%s: %d listed of %d", state, len(list.Items), list.Total)
	}
	return list.Items
}

func decideDay(k *testkit.Kit, user string, d disputedDay, m dayMark, reason string) testkit.Response {
	k.T.Helper()
	return k.Do("POST", disputedPath+"/"+d.Row+"/"+d.Day+"/decision", k.Token(user), map[string]any{
		"source": m.Source, "record": m.Record, "participant": m.Participant, "seen": d.Seen, "reason": reason,
	})
}

// onTwoSheets has one person present on the validated sheets of two works on one day.
func onTwoSheets(k *testkit.Kit, other string) {
	k.T.Helper()
	one, two := testkit.Worker(testkit.Canal, 1), testkit.Worker(other, 1)
	k.SQL(`UPDATE participants SET dni = '99000009' WHERE id IN ('` + one + `', '` + two + `')`)
	for id, row := range map[string][2]string{"s1": {testkit.Canal, one}, "s2": {other, two}} {
		k.Save("attendance_sheets", testkit.ID(id), map[string]any{
			"intervention": row[0], "day": "2026-10-12", "headcount": 1, "state": "validada", "marks": map[string]string{row[1]: "presente"},
		})
	}
}

const why = "El cuaderno de obra lo tiene en Canal"

// A disputed day counts for nobody; the coordinator says which mark holds, for a
// reason, and it is a jornal of that work until anything that is said of the day
// changes.
func TestADisputedDayIsDecided(t *testing.T) {
	k := testkit.World(t)
	onTwoSheets(k, testkit.Muro)
	want(t, k, 0, "nobody decided")
	open := disputed(k, testkit.Carla, "abierto")
	if len(open) != 1 || len(open[0].Marks) != 2 || !open[0].MayDecide || open[0].Day != "2026-10-12" || strings.Contains(open[0].DNI, "99000009") || !strings.HasSuffix(open[0].DNI, "009") {
		t.Fatalf("%+v", open)
	}
	d := open[0]
	holds := d.Marks[0]
	code(t, decideDay(k, testkit.Carla, d, holds, "sí"), 400, "too_short")
	code(t, decideDay(k, testkit.Carla, d, dayMark{Source: "visit_marks", Record: holds.Record, Participant: holds.Participant}, why), 400, "invalid_value")
	code(t, decideDay(k, testkit.Carla, disputedDay{Row: d.Row, Day: "2026-10-13", Seen: d.Seen}, holds, why), 404, "not_found")
	stale := d
	stale.Seen = strings.Repeat("0", len(d.Seen))
	code(t, decideDay(k, testkit.Carla, stale, holds, why), 409, "conflict")
	code(t, decideDay(k, testkit.Rosa, d, holds, why), 403, "forbidden")
	want(t, k, 0, "nothing of that was a decision")

	var now disputedDay
	decideDay(k, testkit.Carla, d, holds, why).JSON(200, &now)
	if now.DecidedBy == "" || now.Reason != why || !now.Marks[0].Holds || now.Marks[1].Holds {
		t.Fatalf("%+v", now)
	}
	want(t, k, 1, "the mark that holds is a jornal")
	if len(disputed(k, testkit.Carla, "abierto")) != 0 || len(disputed(k, testkit.Carla, "resuelto")) != 1 {
		t.Error("it is not listed as decided")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'jornal.decided' AND actor = '` + testkit.Carla + `' AND record = '` + d.Row + `' AND detail LIKE '%` + why + `%'`); n != 1 {
		t.Errorf("%d entries in the trail", n)
	}
	// Decided anew, for the other work.
	decideDay(k, testkit.Carla, now, now.Marks[1], "El cuaderno era del día anterior").JSON(200, &now)
	if now.Marks[0].Holds || !now.Marks[1].Holds {
		t.Fatalf("%+v", now)
	}
	want(t, k, 1, "one jornal, of the other")
	// Any change of a sheet takes the decision back, and its validation with it.
	k.Save("attendance_sheets", testkit.ID("s1"), map[string]any{"headcount": 2})
	want(t, k, 1, "only one work says so now: nothing is disputed")
	decideSheet(k, testkit.Carla, testkit.ID("s1"), "validar", "").JSON(200, nil)
	want(t, k, 0, "said again, of another revision: nobody decided about that")
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'jornal.undone'`); n != 1 {
		t.Errorf("%d decisions told as undone", n)
	}
	if open := disputed(k, testkit.Carla, "abierto"); len(open) != 1 || open[0].Seen == d.Seen {
		t.Errorf("%+v", open)
	}
}

// Of two units both see the day; the centre decides.
func TestADayOfTwoUnitsIsDecidedByTheCentre(t *testing.T) {
	k := testkit.World(t)
	onTwoSheets(k, testkit.Puente)
	k.Save("users", testkit.ID("rev"), map[string]any{
		"email": "rev@example.org", "password": "chaski-test", "name": "Revisora", "role": "central_reviewer", "active": true, "verified": true,
	})
	open := disputed(k, testkit.Carla, "abierto")
	if len(open) != 1 || open[0].MayDecide {
		t.Fatalf("%+v", open)
	}
	code(t, decideDay(k, testkit.Carla, open[0], open[0].Marks[0], why), 403, "two_units")
	want(t, k, 0, "nobody decided")
	d := disputed(k, testkit.ID("rev"), "abierto")[0]
	if !d.MayDecide {
		t.Fatalf("%+v", d)
	}
	decideDay(k, testkit.ID("rev"), d, d.Marks[0], why).JSON(200, nil)
	want(t, k, 1, "the centre did")
	k.SQL(`UPDATE interventions SET ut = '` + testkit.UT2 + `'`)
	code(t, decideDay(k, testkit.Carla, d, d.Marks[0], why), 404, "not_found")
}
