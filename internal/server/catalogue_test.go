package server_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/catalog"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"

	"chaski/internal/store/catalogue"
	"chaski/internal/store/parameters"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

const cataloguePath = "/api/chaski/v1/catalogue"

func verifies(t *testing.T, k *testkit.Kit) {
	t.Helper()
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil || !report.OK() {
		t.Fatalf("%v %+v", err, report.Differences)
	}
}

// catalogued is a world with the catalogue, and the analyst's token.
func catalogued(t *testing.T) (*testkit.Kit, string) {
	t.Helper()
	k := testkit.World(t)
	if _, err := catalog.Load(context.Background(), k.App, k.Engine.InTransaction); err != nil {
		t.Fatal(err)
	}
	return k, k.Token(testkit.Ana)
}

func TestWhoReadsAndWhoEditsTheCatalogue(t *testing.T) {
	k := testkit.World(t)
	holiday := map[string]any{"day": "2026-12-24", "name": "Día no laborable", "norm": "Decreto de prueba"}
	for user, want := range map[string][2]int{
		testkit.Ana: {200, 204}, testkit.Dora: {200, 403}, testkit.Aldo: {200, 403},
		testkit.Rosa: {403, 403}, testkit.Carla: {403, 403}, testkit.Elsa: {403, 403}, testkit.Otto: {403, 403},
	} {
		if got := k.Do("GET", cataloguePath, k.Token(user), nil); got.Status != want[0] {
			t.Errorf("%s reads: %d", user, got.Status)
		}
		if got := k.Do("GET", cataloguePath+"/districts", k.Token(user), nil); got.Status != want[0] {
			t.Errorf("%s reads districts: %d", user, got.Status)
		}
		if got := k.Do("POST", cataloguePath+"/holidays", k.Token(user), holiday); got.Status != want[1] {
			t.Errorf("%s adds: %d %s", user, got.Status, got.Body)
		}
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'catalogue' AND collection = 'holidays' AND actor = '` + testkit.Ana + `'`); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

// A value begins on a day, today or later, and ends the one before it; what was
// in force stays in force for its time.
func TestParameterOverTime(t *testing.T) {
	k, token := catalogued(t)
	const key = "rendicion.deadline_workdays"
	add := func(value any, from string) testkit.Response {
		return k.Do("POST", cataloguePath+"/parameters", token, map[string]any{
			"key": key, "value": value, "valid_from": from, "norm": "Resolución de prueba", "assumption": false,
		})
	}
	on := func(d day.Day) int64 {
		n, err := parameters.Int(k.App.DB(), key, d)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	add(20, "2027-01-01").JSON(204, nil)
	add(30, "2027-06-01").JSON(204, nil)
	add(25, "2027-03-01").JSON(204, nil) // between two that are there
	for d, want := range map[day.Day]int64{
		"2020-01-01": 15, "2026-12-31": 15, "2027-01-01": 20, "2027-02-28": 20,
		"2027-03-01": 25, "2027-05-31": 25, "2027-06-01": 30, "2040-01-01": 30,
	} {
		if got := on(d); got != want {
			t.Errorf("on %s: %d, want %d", d, got, want)
		}
	}
	if n := k.Int(`SELECT count(*) FROM parameters a JOIN parameters b ON a.key = b.key AND a.id <> b.id
		AND a.valid_from <= b.valid_from AND (a.valid_to = '' OR a.valid_to >= b.valid_from) WHERE a.key = '` + key + `'`); n != 0 {
		t.Errorf("%d pairs of values overlap", n)
	}
	for _, c := range []struct {
		value any
		from  string
		code  string
	}{
		{20, "2027-01-01", "date_taken"},
		{20, "2026-11-22", "date_in_past"},
		{20, "2027-02-30", "date_invalid"},
		{0, "2028-01-01", "invalid_value"},
		{"20", "2028-01-01", "invalid_value"},
		{15.5, "2028-01-01", "invalid_value"},
		{nil, "2028-01-01", "invalid_value"},
	} {
		if got := add(c.value, c.from); got.Status != 400 || got.Code() != c.code && c.value != nil {
			t.Errorf("%v from %s: %d %s, want %s", c.value, c.from, got.Status, got.Code(), c.code)
		}
	}
	got := k.Do("POST", cataloguePath+"/parameters", token, map[string]any{
		"key": "nothing.reads_this", "value": 1, "valid_from": "2027-01-01", "norm": "Resolución de prueba", "assumption": false,
	})
	if got.Code() != "parameter_unknown" {
		t.Errorf("a key no rule reads: %s", got.Code())
	}
	verifies(t, k)
}

func TestParameterMissingOrMalformedIsAFault(t *testing.T) {
	k := testkit.World(t)
	for key, value := range map[string]string{"test.text": `"quince"`, "test.null": `null`} {
		k.Save("parameters", testkit.ID(strings.ReplaceAll(key, ".", "")), map[string]any{
			"key": key, "value": value, "valid_from": "2026-01-01", "norm": "Prueba",
		})
	}
	db := k.App.DB()
	code := func(err error) fault.Code {
		if err == nil {
			return ""
		}
		return fault.Of(err).Code
	}
	if _, err := parameters.Int(db, "test.text", "2026-11-23"); code(err) != fault.ParameterMalformed {
		t.Errorf("text as a number: %v", err)
	}
	if _, err := parameters.Int(db, "test.null", "2026-11-23"); code(err) != fault.ParameterMalformed {
		t.Errorf("nothing as a number: %v", err)
	}
	if _, err := parameters.Int(db, "test.text", "2025-12-31"); code(err) != fault.ParameterMissing {
		t.Errorf("before the first value: %v", err)
	}
}

func TestHolidayMovesTheCalendarAndReachesPhones(t *testing.T) {
	k, token := catalogued(t)
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	national := func() calendar.Calendar {
		t.Helper()
		holidays, err := catalogue.Holidays(k.App.DB())
		if err != nil {
			t.Fatal(err)
		}
		return calendar.Of(holidays, "")
	}
	before := national()
	k.Do("POST", cataloguePath+"/holidays", token, map[string]any{"day": "2026-12-24", "name": "Día no laborable", "norm": "Decreto de prueba"}).JSON(204, nil)
	after := national()
	if !before.Workday("2026-12-24") || after.Workday("2026-12-24") {
		t.Error("the day is worked still")
	}
	held := len(rosa.Rows)
	rosa.Pull()
	if len(rosa.Rows) != held+1 {
		t.Errorf("%d rows came", len(rosa.Rows)-held)
	}
	if got := k.Do("POST", cataloguePath+"/holidays", token, map[string]any{"day": "2026-12-24", "name": "Otra vez", "norm": "Decreto de prueba"}); got.Code() != "date_taken" {
		t.Errorf("the same day twice: %s", got.Code())
	}
	verifies(t, k)
}

func TestChecklistVersions(t *testing.T) {
	k, token := catalogued(t)
	add := func(from string, items ...map[string]string) testkit.Response {
		return k.Do("POST", cataloguePath+"/checklists", token, map[string]any{"key": "visita_aii", "title": "Visita", "items": items, "valid_from": from})
	}
	question := map[string]string{"key": "cartel", "label": "¿Hay cartel?"}
	add("2027-01-01", question, map[string]string{"key": "sombra", "label": "¿Hay sombra para descansar?"}).JSON(204, nil)
	if n := k.Int(`SELECT max(version) FROM checklists WHERE key = 'visita_aii'`); n != 2 {
		t.Errorf("version %d", n)
	}
	for from, c := range map[string]struct {
		items []map[string]string
		code  string
	}{
		"2026-12-01": {[]map[string]string{question}, "date_before_last"},
		"2026-11-01": {[]map[string]string{question}, "date_in_past"},
		"2027-02-01": {[]map[string]string{question, question}, "question_repeated"},
		"2027-03-01": {nil, "invalid_value"},
		"2027-04-01": {[]map[string]string{{"key": "Con espacio", "label": "¿?"}}, "invalid_value"},
	} {
		if c.items == nil {
			c.items = []map[string]string{}
		}
		if got := add(from, c.items...); got.Code() != c.code {
			t.Errorf("from %s: %s, want %s", from, got.Code(), c.code)
		}
	}
	// A phone that has not heard of version 2 answers version 1: it is accepted.
	rosa := k.Phone(testkit.Rosa)
	if got := rosa.Push(rosa.Visit("v1", testkit.Canal, nil), rosa.Visit("v2", testkit.Muro, map[string]any{"checklist_version": 2})); got[0].Status != "applied" || got[1].Status != "applied" {
		t.Errorf("%+v", got)
	}
}

// A district changes hands on a day: both units know its name, and who asks gets
// the unit of the day. A jurisdiction that is corrected leaves the wrong unit.
func TestJurisdictionOverTime(t *testing.T) {
	k, token := catalogued(t)
	district := testkit.ID("dist1")
	on := func(d day.Day) string {
		ut, err := catalogue.UTOfDistrict(k.App.DB(), district, d)
		if err != nil {
			t.Fatal(err)
		}
		return ut
	}
	rosa, ines := k.Phone(testkit.Rosa), k.Phone(testkit.Ines) // of UT1 and UT2
	holds := func(p *testkit.Phone) bool { p.Pull(); return p.Rows["districts/"+district] != nil }
	if !holds(rosa) || holds(ines) {
		t.Fatal("before the change only UT1 knows the district")
	}
	move := func(ut, from string) testkit.Response {
		return k.Do("POST", cataloguePath+"/jurisdictions", token, map[string]any{"ubigeo": "150101", "ut": ut, "valid_from": from, "note": "Resolución de prueba"})
	}
	move("UT02", "2027-01-01").JSON(204, nil)
	if a, b, c := on("2026-12-31"), on("2027-01-01"), on("2019-12-31"); a != testkit.UT1 || b != testkit.UT2 || c != "" {
		t.Errorf("%s, %s, %q", a, b, c)
	}
	if !holds(rosa) || !holds(ines) {
		t.Error("both units have it, one of them of old")
	}
	for _, c := range []struct{ ut, from, code string }{
		{"UT02", "2027-06-01", "unit_same"}, {"UT01", "2027-01-01", "date_taken"}, {"UT01", "2026-11-22", "date_in_past"}, {"UT99", "2027-06-01", "not_found"},
	} {
		if got := move(c.ut, c.from); got.Code() != c.code {
			t.Errorf("%s from %s: %s, want %s", c.ut, c.from, got.Code(), c.code)
		}
	}
	var page struct {
		Total int
		Items []struct {
			Ubigeo        string
			Jurisdictions []struct {
				UT        string
				ValidFrom string `json:"valid_from"`
				ValidTo   string `json:"valid_to"`
			}
		}
	}
	k.Do("GET", cataloguePath+"/districts?q=150101", token, nil).JSON(200, &page)
	if page.Total != 1 || len(page.Items[0].Jurisdictions) != 2 || page.Items[0].Jurisdictions[1].ValidTo != "2026-12-31" {
		t.Errorf("%+v", page)
	}
	verifies(t, k)

	// It was a mistake: the row is corrected by hand, over the record API.
	k.Save("jurisdictions", testkit.ID("juris1"), map[string]any{"ut": testkit.UT2})
	if holds(rosa) || !holds(ines) {
		t.Error("the district did not leave UT1 with its only jurisdiction there")
	}
	verifies(t, k)
	// verify sees by itself where a district belongs.
	k.SQL(`UPDATE sync_entries SET removed = 1 WHERE row = (SELECT n FROM sync_rows WHERE collection = 'districts' AND record = '` + district + `')`)
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil || report.Of(verify.CheckBuckets) == 0 {
		t.Errorf("verify did not miss the district: %v", err)
	}
}

// A database of before, with the unit a field of the district, comes out of the
// step with dated rows, nothing unaccounted for, and phones that agree.
func TestCatalogueMigrationMovesTheUnits(t *testing.T) {
	k := testkit.World(t)
	down, up := migration(t, "202611240001_catalogue.go")
	if err := k.App.RunInTransaction(down); err != nil {
		t.Fatal(err)
	}
	if n := k.Int(`SELECT count(*) FROM districts WHERE ut = '` + testkit.UT1 + `'`); n != 1 {
		t.Fatalf("%d districts of UT1 in the old form", n)
	}
	if err := k.App.RunInTransaction(up); err != nil {
		t.Fatal(err)
	}
	if ut, err := catalogue.UTOfDistrict(k.App.DB(), testkit.ID("dist2"), "2026-11-23"); err != nil || ut != testkit.UT2 {
		t.Fatalf("%q, %v", ut, err)
	}
	verifies(t, k)
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	if rosa.Rows["districts/"+testkit.ID("dist1")] == nil || rosa.Rows["districts/"+testkit.ID("dist2")] != nil {
		t.Error("the districts are not where they belong")
	}
}

func migration(t *testing.T, file string) (down, up func(core.App) error) {
	t.Helper()
	for _, m := range core.AppMigrations.Items() {
		if m.File == file {
			return m.Down, m.Up
		}
	}
	t.Fatal("no migration " + file)
	return nil, nil
}
