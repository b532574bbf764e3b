package catalog_test

import (
	"context"
	"io"
	"testing"

	"chaski/internal/catalog"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

func load(t *testing.T, k *testkit.Kit) int {
	t.Helper()
	n, err := catalog.Load(context.Background(), k.App, k.Engine.InTransaction)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLoadOnceAndNeverAgain(t *testing.T) {
	k := testkit.Empty(t)
	want := 20 + 25 + 196 + 1892 + 1892 + len(catalog.Holidays()) + len(catalog.Parameters()) + len(catalog.Checklists())
	if n := load(t, k); n != want {
		t.Fatalf("loaded %d, want %d", n, want)
	}
	if n := k.Int(`SELECT count(DISTINCT district) FROM jurisdictions`); n != 1892 {
		t.Fatalf("%d districts have a unit", n)
	}
	// Load does not validate row by row; every row is as if it did.
	for _, name := range []string{"uts", "departments", "provinces", "districts", "jurisdictions", "holidays", "parameters", "checklists"} {
		records, err := k.App.FindAllRecords(name)
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %d, %v", name, len(records), err)
		}
		for _, r := range records {
			if err := k.App.Validate(r); err != nil {
				t.Errorf("%s %s: %v", name, r.Id, err)
			}
		}
	}

	// What people did since stays.
	unit := catalog.ID("uts", "UT07")
	k.Save("uts", unit, map[string]any{"name": "UT Cusco y Apurímac", "assumption": false})
	holiday, err := k.App.FindRecordById("holidays", catalog.ID("holidays", "2027-08-06"))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.App.Delete(holiday); err != nil {
		t.Fatal(err)
	}
	if n := load(t, k); n != 0 {
		t.Fatalf("loaded %d again", n)
	}
	if r, err := k.App.FindRecordById("uts", unit); err != nil || r.GetString("name") != "UT Cusco y Apurímac" {
		t.Fatalf("the unit's name was overwritten: %v", err)
	}
	if n := k.Int(`SELECT count(*) FROM holidays WHERE day = '2027-08-06'`); n != 0 {
		t.Fatal("a deleted holiday came back")
	}
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil || !report.OK() {
		t.Fatalf("%v %+v", err, report.Differences)
	}
}

// Rows that are there already under another id are taken as they are.
func TestLoadBesideRowsOfOthers(t *testing.T) {
	k := testkit.World(t) // UT01, UT02, districts 150101 and 150102, a parameter, a checklist
	load(t, k)
	for _, table := range []string{"uts", "districts", "jurisdictions"} {
		column := map[string]string{"uts": "code", "districts": "ubigeo", "jurisdictions": "district"}[table]
		if n := k.Int(`SELECT count(*) - count(DISTINCT ` + column + `) FROM ` + table); n != 0 {
			t.Errorf("%d rows of %s are there twice", n, table)
		}
	}
	if n := k.Int(`SELECT count(*) FROM jurisdictions WHERE district = '` + testkit.ID("dist1") + `' AND ut = '` + testkit.UT1 + `'`); n != 1 {
		t.Error("the jurisdiction of a district that was there changed")
	}
	if n := k.Int(`SELECT count(*) FROM checklists`); n != 1 {
		t.Error("a second checklist beside the one in use")
	}
	if n := k.Int(`SELECT count(*) FROM districts`); n != 1892 {
		t.Errorf("%d districts", n)
	}
}
