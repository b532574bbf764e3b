package server_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/testkit"
)

// A holiday of one department moves the deadlines of the works that lie in it,
// whichever unit they belong to; a national one moves all.
func TestHolidayHasAScope(t *testing.T) {
	o := ended(t) // Canal lies in Lima
	o.Save("districts", testkit.ID("cusco"), map[string]any{
		"ubigeo": "080101", "name": "Cusco", "province": "Cusco", "department": "Cusco", "valid_from": "2020-01-01",
	})
	// A unit crosses departments: the same one serves both works.
	o.Save("jurisdictions", testkit.ID("jcusco"), map[string]any{
		"district": testkit.ID("cusco"), "ut": testkit.UT1, "valid_from": "2020-01-01",
	})
	o.Save("interventions", testkit.Muro, map[string]any{"state": "terminada", "ends_on": "2026-11-20", "district": testkit.ID("cusco")})
	ana := o.Token(testkit.Ana)
	due := func(work string) string {
		t.Helper()
		var x rendered
		o.Do("GET", rc+"/"+work, ana, nil).JSON(200, &x)
		return x.Deadline.Due
	}
	expect := func(when, lima, cusco string) {
		t.Helper()
		if l, c := due(testkit.Canal), due(testkit.Muro); l != lima || c != cusco {
			t.Errorf("%s: Lima %s, Cusco %s; want %s and %s", when, l, c, lima, cusco)
		}
	}
	add := func(day, scope string) testkit.Response {
		body := map[string]any{"day": day, "name": "Día no laborable", "norm": "Decreto de prueba"}
		if scope != "" {
			body["scope"] = scope
		}
		return o.Do("POST", "/api/chaski/v1/catalogue/holidays", ana, body)
	}
	expect("no holiday", "2026-12-11", "2026-12-11")
	add("2026-12-01", "08").JSON(204, nil)
	expect("a holiday of Cusco", "2026-12-11", "2026-12-14")
	add("2026-12-01", "15").JSON(204, nil)
	expect("the same day in Lima too", "2026-12-14", "2026-12-14")
	add("2026-12-02", "").JSON(204, nil)
	expect("a national one", "2026-12-15", "2026-12-15")
	code(t, add("2026-12-01", "08"), 400, "date_taken")
	code(t, add("2026-12-02", "08"), 400, "date_taken") // it is free everywhere
	if r := add("2026-12-03", "26"); r.Status != 400 {
		t.Errorf("a department that is not: %d", r.Status)
	}
	var c struct {
		Holidays []struct{ Day, Scope string }
	}
	o.Do("GET", "/api/chaski/v1/catalogue", ana, nil).JSON(200, &c)
	if len(c.Holidays) != 3 || c.Holidays[0].Scope != "08" || c.Holidays[2].Scope != "national" {
		t.Errorf("%+v", c.Holidays)
	}
	verifies(t, o.Kit)
}

// The steps of the schema can be taken back and made again; a regional holiday
// goes with its scope, and is no change by anybody unknown.
func TestScopeGoesDownAndUp(t *testing.T) {
	k := testkit.World(t)
	k.Save("holidays", testkit.ID("cusco"), map[string]any{"day": "2026-06-24", "name": "Inti Raymi", "norm": "Ley de prueba", "scope": "08"})
	var steps []*core.Migration
	for _, m := range core.AppMigrations.Items() {
		if m.File == "202612010070_outside.go" || m.File == "202612010071_holiday_scope.go" {
			steps = append(steps, m)
		}
	}
	if len(steps) != 2 {
		t.Fatalf("%d steps", len(steps))
	}
	slices.Reverse(steps)
	for _, s := range steps {
		if err := s.Down(k.App); err != nil {
			t.Fatal(err)
		}
	}
	if n := k.Int(`SELECT count(*) FROM holidays`); n != 0 {
		t.Errorf("%d holidays without the scope", n)
	}
	if named := outside(t, k); named != nil {
		t.Errorf("verify names %v", named)
	}
	slices.Reverse(steps)
	for _, s := range steps {
		if err := s.Up(k.App); err != nil {
			t.Fatal(err)
		}
	}
	k.Save("holidays", testkit.ID("cusco"), map[string]any{"day": "2026-06-24", "name": "Inti Raymi", "norm": "Ley de prueba", "scope": "08"})
	verifies(t, k)
}
