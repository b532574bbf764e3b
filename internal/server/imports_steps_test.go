package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"chaski/internal/app/imports"
	"chaski/internal/httpapi"
	"chaski/internal/server"
	"chaski/internal/testkit"
)

// importer is that of a running server.
func importer(k *testkit.Kit) *imports.Importer {
	k.T.Helper()
	im, ok := k.App.Store().Get(server.ImporterKey).(*imports.Importer)
	if !ok {
		k.T.Fatal("the server has no importer")
	}
	return im
}

// inSteps makes every import a long one.
func inSteps(k *testkit.Kit, writes int) *testkit.Kit {
	k.T.Helper()
	importer(k).StepWrites = writes
	return k
}

// look asks how an import is.
func (f *file) look() (now struct {
	State         string
	Done, Records int
	Counts        counts
	Stop          *struct {
		Code, Message string
		Refused       int
	}
}) {
	f.k.T.Helper()
	f.k.Do("GET", httpapi.Prefix+"/imports/"+f.ID, f.token, nil).JSON(http.StatusOK, &now)
	return now
}

// until waits for an import to be in a state.
func (f *file) until(states ...string) string {
	f.k.T.Helper()
	for range 1000 {
		now := f.look()
		for _, s := range states {
			if now.State == s {
				return s
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.k.T.Fatalf("the import is %+v, never %v", f.look(), states)
	return ""
}

// accepted uploads a file, looks at it and imports it in steps.
func accepted(k *testkit.Kit, token, kind, body string) *file {
	k.T.Helper()
	f := upload(k, token, kind, "largo.csv", body)
	p := f.preview(map[string]any{})
	for _, x := range p.Problems {
		k.T.Errorf("row %d %s %q: %s", x.Row, x.Column, x.Value, x.Message)
	}
	f.try(p.Fingerprint).JSON(http.StatusAccepted, f)
	return f
}

// roster is a file of people in the works of the world, some rows of each in turn.
func roster(rows int) string {
	var b strings.Builder
	b.WriteString("Convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Fecha de nacimiento;Fecha de alta;Póliza;RUC de la aseguradora;Aseguradora;Póliza desde;Póliza hasta\n")
	works := []string{testkit.Canal, testkit.Muro, testkit.Puente}
	for i := range rows {
		work := testkit.Codes[works[i%len(works)]]
		fmt.Fprintf(&b, "%s;%d;995%05d;Juana;Quispe;F;10/01/1980;02/11/2026;P-%s;20100070970;Aseguradora;01/11/2026;31/12/2026\n", work, 100+i, i, work)
	}
	return b.String()
}

// content is what imports write, told apart from when.
func content(k *testkit.Kit) string {
	k.T.Helper()
	var out string
	if err := k.App.DB().NewQuery(`SELECT (SELECT group_concat(x, ';') FROM (SELECT id || number AS x FROM cupos ORDER BY id)) ||
		(SELECT group_concat(x, ';') FROM (SELECT id || dni || cupo || baja_on AS x FROM participants ORDER BY id)) ||
		(SELECT coalesce(group_concat(x, ';'), '') FROM (SELECT id || dni AS x FROM insured_persons ORDER BY id)) ||
		(SELECT coalesce(group_concat(x, ';'), '') FROM (SELECT id || number AS x FROM insurance_policies ORDER BY id)) ||
		(SELECT coalesce(group_concat(x, ';'), '') FROM (SELECT id || ruc || name AS x FROM entities ORDER BY id))`).Row(&out); err != nil {
		k.T.Fatal(err)
	}
	return out
}

// Whatever the step before which the server is killed, the import goes on at the
// next start, ends once, and can be undone to the last row; also when that is cut
// off.
func TestLongImportGoesOnAfterAKillBetweenAnyTwoSteps(t *testing.T) {
	first := inSteps(testkit.World(t), 12)
	before := content(first)
	whole := inSteps(testkit.World(t), 12)
	f := accepted(whole, whole.Token(testkit.Ana), "rosters", roster(24))
	f.until(imports.Applied)
	want, steps := content(whole), int(whole.Int(`SELECT steps FROM imports`))
	if steps < 4 {
		t.Fatalf("%d steps: not enough to cut between", steps)
	}
	for cut := 1; cut < steps; cut++ {
		t.Run(fmt.Sprintf("after step %d", cut), func(t *testing.T) {
			k := inSteps(testkit.World(t), 12)
			importer(k).Between = func(b imports.Batch) bool { return k.Int(`SELECT step FROM imports`) < int64(cut) }
			f := accepted(k, k.Token(testkit.Ana), "rosters", roster(24))
			for k.Int(`SELECT step FROM imports`) < int64(cut) {
				time.Sleep(5 * time.Millisecond)
			}
			verifies(t, k)
			again := inSteps(k.Restart(), 12)
			f.k, f.token = again, again.Token(testkit.Ana)
			f.until(imports.Applied)
			if n := again.Int(`SELECT count(*) FROM participants WHERE dni LIKE '995%'`); n < 24 {
				t.Errorf("%d people", n)
			}
			if got := again.Int(`SELECT count(*) FROM import_changes`); got != int64(f.look().Records) {
				t.Errorf("%d changes are kept of %d", got, f.look().Records)
			}
			if len(content(again)) != len(want) {
				t.Error("not what an import without a cut leaves")
			}
			verifies(t, again)

			importer(again).Between = func(imports.Batch) bool { return again.Int(`SELECT step FROM imports`) > int64(cut) }
			again.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", f.token, map[string]any{}).JSON(http.StatusAccepted, nil)
			for again.Int(`SELECT step FROM imports`) > int64(cut) {
				time.Sleep(5 * time.Millisecond)
			}
			verifies(t, again)
			last := inSteps(again.Restart(), 12)
			f.k, f.token = last, last.Token(testkit.Ana)
			f.until(imports.Undone)
			if content(last) != before {
				t.Error("undone is not as before")
			}
			verifies(t, last)
		})
	}
}
