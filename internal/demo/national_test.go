package demo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/demo"
	"chaski/internal/store"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

func slice(works int) demo.Options {
	return demo.Options{Seed: 2026, Today: today, National: true, Works: works}
}

// throughTheDrain derives as the command does.
func throughTheDrain(k *testkit.Kit, o demo.Options) demo.Options {
	o.InTransaction = k.Engine.InTransaction
	o.Bulk = func(ctx context.Context, app core.App, label string, fn func(core.App) error) error {
		return k.Engine.Bulk(ctx, app, store.Batch{Action: "demo", Detail: label}, fn)
	}
	return o
}

// A part of the national year through the real drain: every figure can be
// recomputed, and what the works have is what is counted.
func TestAPartOfTheNationalYear(t *testing.T) {
	k := testkit.Empty(t)
	if err := demo.Load(context.Background(), k.App, throughTheDrain(k, slice(60))); err != nil {
		t.Fatal(err)
	}
	report, err := verify.Run(k.App, func() error { return k.Engine.CatchUp(k.App) }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range report.Differences {
		if i < 20 {
			t.Errorf("%+v", d)
		}
	}
	cell := func(where string) int64 {
		return k.Int(`SELECT coalesce(sum(c.quantity), 0) FROM progress_cells c LEFT JOIN aos a ON a.id = c.ao WHERE c.exercise = 2023 AND ` + where)
	}
	amount := func(where string) int64 {
		return k.Int(`SELECT coalesce(sum(c.amount), 0) FROM progress_cells c LEFT JOIN aos a ON a.id = c.ao WHERE c.exercise = 2023 AND ` + where)
	}
	// What no work has is whole: the report's.
	for where, want := range map[string]int64{
		`a.key = 'promocion'`: 2262, `a.key = 'promocion_ley'`: 923, `a.key = 'gestion'`: 124, `a.key = 'gestion_ley'`: 2, `a.key = 'sentencias'`: 1,
		`a.key = 'modelo_integridad'`: 0,
	} {
		if got := cell(where); got != want {
			t.Errorf("%s: %d, want %d", where, got, want)
		}
	}
	jobs := k.Int(`SELECT count(*) FROM cupos c JOIN convenios v ON v.intervention = c.intervention WHERE v.code LIKE '%-2_' AND v.funding_year < 2024
		AND EXISTS (SELECT 1 FROM participants p JOIN progress_people g ON g.participant = p.id WHERE p.cupo = c.id)`)
	if got := cell(`c.measure = 'job'`); got != jobs || jobs < 1500 {
		t.Errorf("%d jobs, %d cupos with somebody who worked", got, jobs)
	}
	for _, ao := range []string{"transferencia", "transferencia_ley"} {
		transfers, accrued := amount(`a.key = '`+ao+`' AND c.measure = 'transfer'`), amount(`a.key = '`+ao+`' AND c.measure = 'devengado'`)
		if transfers != accrued || transfers == 0 {
			t.Errorf("%s: transfers of %d, devengado %d", ao, transfers, accrued)
		}
	}
	if n := k.Int(`SELECT count(*) FROM progress_postings WHERE month <> qualifying_month`); n != 0 {
		t.Errorf("%d events were posted as adjustments", n)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action <> 'demo'`); n != 0 {
		t.Errorf("%d audit entries of other kinds", n)
	}
	if err := demo.Unfinished(k.App); err != nil {
		t.Error(err)
	}
}

// Rows written by SQL are as PocketBase would have written them: saving one
// through its validation changes nothing of how it is stored.
func TestNationalRowsAreAsPocketBaseWritesThem(t *testing.T) {
	app := empty(t)
	if err := demo.Load(context.Background(), app, slice(40)); err != nil {
		t.Fatal(err)
	}
	collections, err := app.FindAllCollections(core.CollectionTypeBase, core.CollectionTypeAuth)
	if err != nil {
		t.Fatal(err)
	}
	looked := map[string]int{}
	for _, c := range collections {
		if c.System {
			continue
		}
		var ids []string
		// Spread over the table, whatever its size.
		if err := app.DB().NewQuery(`SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n, count(*) OVER () AS all_of FROM ` + c.Name + `)
			WHERE n % max(1, all_of / 25) = 0 LIMIT 30`).Column(&ids); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			looked[c.Name]++
			before := stored(t, app, c, id)
			r, err := app.FindRecordById(c, id)
			if err != nil {
				t.Fatal(err)
			}
			if err := app.Save(r); err != nil {
				t.Errorf("%s %s: %v", c.Name, id, err)
				continue
			}
			for column, was := range before {
				if now := stored(t, app, c, id)[column]; now != was {
					t.Errorf("%s %s, %s: written %s, by PocketBase %s", c.Name, id, column, was, now)
				}
			}
		}
	}
	for _, name := range []string{
		"interventions", "convenios", "cupos", "participants", "participant_conditions", "movements", "insurance_policies", "insurance_certificates",
		"insured_persons", "attendance_sheets", "visits", "visit_marks", "findings", "transfers", "assignments", "technical_assistances",
		"management_reports", "budget_execution", "entities", "users", "resolutions", "rendiciones", "rendicion_lines", "rendicion_observations",
	} {
		if looked[name] < 4 {
			t.Errorf("%s: only %d rows looked at", name, looked[name])
		}
	}
}

// stored is a row as SQLite has it, types included.
func stored(t *testing.T, app core.App, c *core.Collection, id string) map[string]string {
	t.Helper()
	var columns []string
	for _, name := range c.Fields.FieldNames() {
		if name != "updated" {
			columns = append(columns, fmt.Sprintf("typeof(%[1]s) || ' ' || quote(%[1]s) AS %[1]s", "`"+name+"`"))
		}
	}
	row := dbx.NullStringMap{}
	if err := app.DB().NewQuery(`SELECT ` + strings.Join(columns, ", ") + ` FROM ` + c.Name + ` WHERE id = {:id}`).
		Bind(dbx.Params{"id": id}).One(&row); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, v := range row {
		out[name] = v.String
	}
	return out
}

// A load that was cut off is known as such, and cannot be loaded over.
func TestANationalLoadCutOff(t *testing.T) {
	app := empty(t)
	boom, n := errors.New("power gone"), 0
	o := slice(150)
	o.Bulk = func(_ context.Context, app core.App, _ string, fn func(core.App) error) error {
		if n++; n == 3 { // some works are written, some are not
			return boom
		}
		return app.RunInTransaction(fn)
	}
	if err := demo.Load(context.Background(), app, o); !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	if err := demo.Unfinished(app); !errors.Is(err, demo.ErrUnfinished) {
		t.Errorf("taken for whole: %v", err)
	}
	for _, national := range []bool{true, false} {
		if err := demo.Load(context.Background(), app, demo.Options{Seed: 2026, Today: today, National: national}); !errors.Is(err, demo.ErrUnfinished) {
			t.Errorf("loaded over: %v", err)
		}
	}
}

// The published figures are read by the demo, which makes rows of them, and by
// tests. What is executed comes from rows: nothing else of the program may know
// the file, by any way of naming it.
func TestNothingElseReadsThePublishedFigures(t *testing.T) {
	allowed := map[string]bool{
		"internal/demo/exercise2023.go":       true, // embeds it
		"internal/golden/check/main.go":       true, // the comparison itself, no part of the program
		"internal/demo/national/published.go": true,
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "tools") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		seen++
		if strings.Contains(string(raw), "golden-2023") && !allowed[filepath.ToSlash(name)] {
			t.Errorf("%s names the published figures", name)
		}
		for _, line := range strings.Split(string(raw), "\n") {
			pattern, embeds := strings.CutPrefix(line, "//go:embed ")
			if !embeds || filepath.ToSlash(name) == "internal/demo/exercise2023.go" {
				continue
			}
			for _, p := range strings.Fields(pattern) {
				found, err := filepath.Glob(filepath.Join(filepath.Dir(path), strings.TrimPrefix(p, "all:")))
				if err != nil {
					return err
				}
				for _, f := range found {
					if strings.Contains(f, "golden") {
						t.Errorf("%s embeds %s", name, f)
					}
				}
			}
		}
		return nil
	})
	if err != nil || seen < 50 {
		t.Fatal(seen, err)
	}
}
