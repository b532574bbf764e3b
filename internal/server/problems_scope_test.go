package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// A coordinator corrects what is wrong in a row of his unit, never to whom it
// belongs nor its state; who sees every unit does.
func TestCorrectionStaysInTheUnit(t *testing.T) {
	k := testkit.World(t)
	sheet := sheetOf(k, "2026-11-10", 1)
	one, stranger := testkit.Worker(testkit.Canal, 1), testkit.Worker(testkit.Puente, 1)
	settled(t, k, `UPDATE attendance_sheets SET marks = '{"`+stranger+`":"presente"}'`)
	correct := func(user string, fields, seen map[string]any) string {
		return k.Do("POST", "/api/chaski/v1/problems/attendance_sheets/"+sheet+"/correct", k.Token(user),
			map[string]any{"fields": fields, "seen": seen, "reason": "Cuaderno de asistencia, folio 3"}).Code()
	}
	offered := func(user string) (out []string) {
		for _, f := range problems(k, user).Items[0].Fields {
			out = append(out, f.Field)
		}
		return out
	}
	if got := strings.Join(offered(testkit.Carla), " "); got != "marks" {
		t.Errorf("offered to a coordinator: %s", got)
	}
	if got := strings.Join(offered(testkit.Ana), " "); got != "intervention marks" {
		t.Errorf("offered to an analyst: %s", got)
	}
	away, here := map[string]any{"intervention": testkit.Puente}, map[string]any{"intervention": testkit.Canal}
	if got := correct(testkit.Carla, away, here); got != "unknown_field" {
		t.Errorf("to another unit: %q", got)
	}
	if got := correct(testkit.Carla, map[string]any{"marks": map[string]string{one: "presente\u200b"}}, map[string]any{"marks": map[string]string{stranger: "presente"}}); got != "" {
		t.Errorf("the marks, with a character that nobody sees: %q", got)
	}
	if n := k.Int(`SELECT count(*) FROM row_problems`); n != 0 {
		t.Errorf("%d problems left", n)
	}
	settled(t, k, `UPDATE attendance_sheets SET marks = '{"`+stranger+`":"presente"}'`)
	if got := correct(testkit.Ana, away, here); got != "" {
		t.Errorf("by an analyst: %q", got)
	}
}

// No DNI leaves with the list of problems, also not one that a conflict lost; it
// is corrected by who saw it masked, and what is masked is never written.
func TestProblemsShowNoDNI(t *testing.T) {
	k := testkit.World(t)
	worker := testkit.Worker(testkit.Canal, 1)
	settled(t, k, `UPDATE participants SET dni = '9990012345' WHERE id = '`+worker+`'`)
	settled(t, k, `INSERT INTO conflicts (id, kind, collection, record, intervention, mutation, author, rule, state, "values") VALUES ('`+testkit.ID("cf")+`', 'edit',
		'participants', '`+worker+`', '`+testkit.Canal+`', 'm', '`+testkit.Rosa+`', 'r', 'abierto', '[{"field":"dni","mine":"45678912","theirs":"45678913"},7]')`)
	r := k.Do("GET", "/api/chaski/v1/problems", k.Token(testkit.Carla), nil)
	var got problemList
	if err := json.Unmarshal(r.Body, &got); err != nil || got.Total != 2 {
		t.Fatalf("%v %s", err, r.Body)
	}
	for _, number := range []string{"9990012345", "45678912", "45678913"} {
		if strings.Contains(string(r.Body), number) {
			t.Errorf("%s is served: %s", number, r.Body)
		}
	}
	if !strings.Contains(string(r.Body), "•••••••345") || !strings.Contains(string(r.Body), "•••••912") {
		t.Errorf("not masked: %s", r.Body)
	}
	correct := func(to string) string {
		return k.Do("POST", "/api/chaski/v1/problems/participants/"+worker+"/correct", k.Token(testkit.Carla), map[string]any{
			"fields": map[string]any{"dni": to}, "seen": map[string]any{"dni": "•••••••345"}, "reason": "Copia del DNI en el expediente",
		}).Code()
	}
	if got := correct("•••••345"); got != "invalid_value" {
		t.Errorf("what is masked: %q", got)
	}
	if got := correct("45671234"); got != "" {
		t.Errorf("the number: %q", got)
	}
}
