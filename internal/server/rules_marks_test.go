package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// sheetOf writes a validated sheet on which the first workers were present.
func sheetOf(k *testkit.Kit, day string, workers ...int) string {
	marks := map[string]string{}
	for _, n := range workers {
		marks[testkit.Worker(testkit.Canal, n)] = "presente"
	}
	return k.Save("attendance_sheets", testkit.ID("sh"+day[8:]), map[string]any{
		"intervention": testkit.Canal, "day": day, "state": "validada", "marks": marks, "headcount": len(workers),
	})
}

// signAgain validates a sheet whose validation a change took back.
func signAgain(k *testkit.Kit, sheet string) {
	k.T.Helper()
	if seenSheet(k, testkit.Carla, sheet).State != "validada" {
		decideSheet(k, testkit.Carla, sheet, "validar", "").JSON(200, nil)
	}
}

// One person's mark that is none, or of a stranger, is listed and leaves out that
// mark, not everybody's. What is no list of marks leaves out the sheet.
func TestOneBadMarkLeavesOutThatMark(t *testing.T) {
	k := testkit.World(t)
	sheet := sheetOf(k, "2026-11-10", 1, 2)
	want(t, k, 2, "a sheet")
	one, two := testkit.Worker(testkit.Canal, 1), testkit.Worker(testkit.Canal, 2)
	for _, c := range []struct {
		name, sql string
		jobs      int64
		code      string
	}{
		{"one moved to another work", `UPDATE participants SET intervention = '` + testkit.Muro + `' WHERE id = '` + one + `'`, 1, "participant_not_in_intervention"},
		{"and back", `UPDATE participants SET intervention = '` + testkit.Canal + `' WHERE id = '` + one + `'`, 2, ""},
		{"a mark that is none", `UPDATE attendance_sheets SET marks = '{"` + one + `":"Presente","` + two + `":"presente"}'`, 1, "invalid_value"},
		{"a person that is none", `UPDATE attendance_sheets SET marks = '{"nadie":"presente","` + two + `":"presente"}'`, 1, "invalid_value"},
		{"no list of marks", `UPDATE attendance_sheets SET marks = '["presente"]'`, 0, "invalid_value"},
		{"as it was", `UPDATE attendance_sheets SET marks = '{"` + one + `":"presente","` + two + `":"presente"}'`, 2, ""},
		{"one is gone", `DELETE FROM participants WHERE id = '` + one + `'`, 1, "participant_not_in_intervention"},
	} {
		settled(t, k, c.sql)
		signAgain(k, sheet)
		want(t, k, c.jobs, c.name)
		broken, listed := checked(t, k)
		found := c.code == ""
		for _, line := range broken {
			found = found || line == "attendance_sheets/"+sheet+" marks: "+c.code
		}
		if !found || len(listed) > 0 {
			t.Errorf("%s: %v %v", c.name, broken, listed)
		}
		agrees(t, k, c.name)
	}
}

// A row that cannot be read counts in no figure and is listed with its work; as
// soon as it says again what it said before, it counts and is listed no more. One
// that never could be read is forgotten with the row.
func TestUnreadableRowIsMended(t *testing.T) {
	k := testkit.World(t)
	sheet := sheetOf(k, "2026-11-10", 1, 2)
	want(t, k, 2, "a sheet")
	settled(t, k, `CREATE TEMP TABLE kept AS SELECT marks FROM attendance_sheets; UPDATE attendance_sheets SET marks = '{'`)
	want(t, k, 0, "unreadable")
	agrees(t, k, "unreadable")
	if n := k.Int(`SELECT count(*) FROM row_problems WHERE record = '` + sheet + `' AND intervention = '` + testkit.Canal + `'`); n != 1 {
		t.Errorf("listed with its work: %d", n)
	}
	settled(t, k, `UPDATE attendance_sheets SET marks = (SELECT marks FROM temp.kept)`)
	want(t, k, 0, "its validation is gone")
	signAgain(k, sheet)
	want(t, k, 2, "as it was")
	agrees(t, k, "as it was")
	born := testkit.ID("born")
	settled(t, k, `INSERT INTO attendance_sheets (id, intervention, day, state, marks) VALUES ('`+born+`', '`+testkit.Canal+`', '2026-11-11', 'validada', '{')`)
	agrees(t, k, "born unreadable")
	if n := k.Int(`SELECT count(*) FROM row_problems WHERE record = '` + born + `' AND intervention = '` + testkit.Canal + `'`); n != 1 {
		t.Errorf("born unreadable: %d", n)
	}
	settled(t, k, `DELETE FROM attendance_sheets WHERE id = '`+born+`'`)
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 || k.Int(`SELECT count(*) FROM row_problems`) != 0 {
		t.Errorf("%v %v", broken, listed)
	}
}

// An unreadable field that matters for no figure takes the row out of none: what
// else the row says meanwhile counts, and counts no more when it is taken back.
func TestUnreadableFieldBesideFigures(t *testing.T) {
	k := testkit.World(t)
	sheet := sheetOf(k, "2026-11-10", 1, 2)
	_ = sheet
	k.SQL(`CREATE TEMP TABLE kept AS SELECT number, state FROM cupos WHERE id = '` + testkit.Cupo(testkit.Canal, 1) + `'`)
	settled(t, k, `UPDATE cupos SET number = 'uno', state = 'anulado' WHERE id = '`+testkit.Cupo(testkit.Canal, 1)+`'`)
	want(t, k, 1, "an annulled cupo")
	agrees(t, k, "an annulled cupo")
	settled(t, k, `UPDATE cupos SET (number, state) = (SELECT number, state FROM temp.kept) WHERE id = '`+testkit.Cupo(testkit.Canal, 1)+`'`)
	want(t, k, 2, "taken back")
	agrees(t, k, "taken back")
}
