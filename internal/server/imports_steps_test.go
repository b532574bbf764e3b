package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
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
},
) {
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
func roster(rows int) string { return rosterFrom(rows, 100, "995") }

// rosterFrom numbers the cupos from one on, and begins each DNI so.
func rosterFrom(rows, cupo int, dni string) string {
	var b strings.Builder
	b.WriteString("Convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Fecha de nacimiento;Fecha de alta;Póliza;RUC de la aseguradora;Aseguradora;Póliza desde;Póliza hasta\n")
	works := []string{testkit.Canal, testkit.Muro, testkit.Puente}
	for i := range rows {
		work := testkit.Codes[works[i%len(works)]]
		fmt.Fprintf(&b, "%s;%d;%s%05d;Juana;Quispe;F;10/01/1980;02/11/2026;P-%s;20100070970;Aseguradora;01/11/2026;31/12/2026\n", work, cupo+i, dni, i, work)
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

// What somebody changes between the preview and a step is not overwritten: the
// import stops before it, says at which row, and goes on from a new look.
func TestLongImportStopsBeforeWhatChangedMeanwhile(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, collection, filter, field string }{
		"planned by groups": {"rosters", roster(24), "participants", "dni = '99500002'", "given_names"},
		"held whole": {
			"entities", "RUC;Razón social\n20131312955;Con otro nombre\n20601234565;Nueva\n20100070970;Con otro también\n",
			"entities", "ruc = '20100070970'", "name",
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := inSteps(testkit.World(t), 1)
			ana := k.Token(testkit.Ana)
			if c.kind == "rosters" { // a second file that changes them all
				f := accepted(k, ana, c.kind, c.body)
				f.until(imports.Applied)
				c.body = strings.ReplaceAll(c.body, "Juana", "Juana Rosa")
				inSteps(k, 8)
			}
			first := true
			importer(k).Between = func(imports.Batch) bool {
				if first {
					amend(k, c.collection, c.filter, c.field, "Cambiada")
				}
				first = false
				return true
			}
			f := accepted(k, ana, c.kind, c.body)
			f.until(imports.Stopped)
			now := f.look()
			if now.Stop == nil || now.Stop.Code != "import_stopped" || now.Done == 0 || now.Done >= now.Records {
				t.Fatalf("%+v", now)
			}
			verifies(t, k)
			p := f.preview(map[string]any{})
			if p.Counts.Same == 0 || p.Fingerprint == "" {
				t.Fatalf("what is written is not known: %+v", p.Counts)
			}
			f.try(p.Fingerprint).JSON(http.StatusAccepted, f)
			f.until(imports.Applied)
			if got := k.Int(`SELECT count(*) FROM import_changes WHERE import = '` + f.ID + `'`); got != int64(f.look().Done) {
				t.Errorf("%d changes kept, %d done", got, f.look().Done)
			}
			verifies(t, k)
			k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", f.token, map[string]any{}).JSON(http.StatusAccepted, nil)
			f.until(imports.Undone)
			verifies(t, k)
		})
	}
}

// Taken back while it is written: what is there is undone, and nothing else is
// written. Another import waits for its turn.
func TestLongImportIsCancelledAndTheNextOneFollows(t *testing.T) {
	k := inSteps(testkit.World(t), 12)
	before := content(k)
	ana := k.Token(testkit.Ana)
	begun, goOn := make(chan bool), make(chan bool)
	resume := sync.OnceFunc(func() { close(goOn) })
	defer resume() // also when the test fails: the server waits for its step
	first := true
	importer(k).Between = func(imports.Batch) bool {
		if first {
			first = false
			close(begun)
			<-goOn
		}
		return true
	}
	f := accepted(k, ana, "rosters", roster(24))
	<-begun
	next := accepted(k, ana, "rosters", rosterFrom(24, 300, "996"))
	if now := next.look(); now.State != imports.Applying || now.Done != 0 {
		t.Errorf("two imports are written at once: %+v", now)
	}
	k.Do("POST", httpapi.Prefix+"/imports/"+next.ID+"/undo", ana, map[string]any{}).JSON(http.StatusAccepted, nil)
	k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", ana, map[string]any{}).JSON(http.StatusAccepted, nil)
	third := accepted(k, ana, "entities", "RUC;Razón social\n"+manyEntities(30))
	resume()
	f.until(imports.Undone)
	next.until(imports.Undone)
	third.until(imports.Applied)
	verifies(t, k)
	k.Do("POST", httpapi.Prefix+"/imports/"+third.ID+"/undo", ana, map[string]any{}).JSON(http.StatusAccepted, nil)
	third.until(imports.Undone)
	if content(k) != before {
		t.Error("something is left of what was cancelled")
	}
	verifies(t, k)
}

// Two people import one file: the second is stopped, and a new look shows that
// nothing is left to write. Accepting that ends it, and what comes after has its
// turn.
func TestLongImportWithNothingLeftIsApplied(t *testing.T) {
	for kind, body := range map[string]string{"rosters": roster(24), "entities": "RUC;Razón social\n" + manyEntities(30)} {
		t.Run(kind, func(t *testing.T) {
			k := inSteps(testkit.World(t), 12)
			ana := k.Token(testkit.Ana)
			begun, goOn := make(chan bool), make(chan bool)
			resume := sync.OnceFunc(func() { close(goOn) })
			defer resume()
			first := true
			importer(k).Between = func(imports.Batch) bool {
				if first {
					first = false
					close(begun)
					<-goOn
				}
				return true
			}
			f := accepted(k, ana, kind, body)
			<-begun
			again := upload(k, ana, kind, "otra-vez.csv", body)
			again.try(again.preview(map[string]any{}).Fingerprint).JSON(http.StatusAccepted, again)
			resume()
			f.until(imports.Applied)
			again.until(imports.Stopped)
			p := again.preview(map[string]any{})
			if p.Counts.New+p.Counts.Changed != 0 {
				t.Fatalf("something is left: %+v", p.Counts)
			}
			again.try(p.Fingerprint).JSON(http.StatusOK, again)
			again.until(imports.Applied)
			k.Do("POST", httpapi.Prefix+"/imports/"+again.ID+"/undo", ana, map[string]any{})
			again.until(imports.Undone)
			k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", ana, map[string]any{}).JSON(http.StatusAccepted, nil)
			f.until(imports.Undone)
			verifies(t, k)
		})
	}
}

// A work that is written in several steps: who comes on its roster between two of
// them is not there a second time after the next.
func TestLongImportLooksAgainAtALargeWork(t *testing.T) {
	k := inSteps(testkit.World(t), 12)
	first := true
	importer(k).Between = func(imports.Batch) bool {
		if first {
			k.Save("cupos", testkit.ID("cu900"), map[string]any{"intervention": testkit.Canal, "number": 900, "state": "activo"})
			k.Save("participants", testkit.ID("pa900"), map[string]any{
				"intervention": testkit.Canal, "cupo": testkit.ID("cu900"), "dni": "99500021", "given_names": "Juana", "surnames": "Quispe", "sex": "F",
				"birth_date": "1980-01-10", "alta_on": "2026-11-02",
			})
		}
		first = false
		return true
	}
	f := accepted(k, k.Token(testkit.Ana), "rosters", roster(24))
	f.until(imports.Stopped, imports.Applied)
	if now := f.look(); now.Stop == nil || now.Done == 0 {
		t.Errorf("%+v", now)
	}
	if n := k.Int(`SELECT count(*) FROM participants WHERE dni = '99500021'`); n != 1 {
		t.Errorf("one person %d times in one work", n)
	}
	verifies(t, k)
}

// A month that is closed after an import was accepted, before its turn came, is
// asked about.
func TestLongImportStopsBeforeAMonthClosedMeanwhile(t *testing.T) {
	k := inSteps(testkit.World(t), 12)
	ana := k.Token(testkit.Ana)
	begun, goOn := make(chan bool), make(chan bool)
	resume := sync.OnceFunc(func() { close(goOn) })
	defer resume()
	first := true
	importer(k).Between = func(imports.Batch) bool {
		if first {
			first = false
			close(begun)
			<-goOn
		}
		return true
	}
	front := accepted(k, ana, "rosters", roster(24))
	<-begun
	body := "Ejercicio;Clave;Mes;Clasificador;Devengado\n"
	for n := range 15 {
		body += fmt.Sprintf("2026;seguimiento;10;2.3.2.7.11.%d;1.00\n", n+1)
	}
	f := accepted(k, ana, "budget_execution", body)
	k.Save("month_closes", testkit.ID("m202610"), map[string]any{"month": "2026-10"})
	resume()
	front.until(imports.Applied)
	f.until(imports.Stopped, imports.Applied)
	if now := f.look(); now.State != imports.Stopped || now.Done != 0 {
		t.Errorf("%+v", now)
	}
	if p := f.preview(map[string]any{}); len(p.Questions) != 1 || p.Questions[0].Key != imports.AskClosed {
		t.Errorf("%+v", p.Questions)
	}
}

// A file that brings nothing new is imported, also when its preview is forgotten.
func TestImportOfNothingNewAfterARestart(t *testing.T) {
	k := testkit.World(t)
	imported(k, k.Token(testkit.Ana), "entities", twoEntities)
	f := upload(k, k.Token(testkit.Ana), "entities", "otra-vez.csv", twoEntities)
	p := f.preview(map[string]any{})
	k = k.Restart()
	f.k, f.token = k, k.Token(testkit.Ana)
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	f.until(imports.Applied)
}

// amend edits a row as an administrator would.
func amend(k *testkit.Kit, collection, filter, field, value string) {
	r, err := k.App.FindFirstRecordByFilter(collection, filter)
	if err == nil {
		r.Set(field, value)
		err = k.App.Save(r)
	}
	if err != nil {
		k.T.Error(err)
	}
}

// manyEntities are rows with a RUC that holds.
func manyEntities(n int) string {
	var b strings.Builder
	for i := range n {
		ten := fmt.Sprintf("20%08d", 60_000_000+i)
		sum := 0
		for at, weight := range []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2} {
			sum += int(ten[at]-'0') * weight
		}
		fmt.Fprintf(&b, "%s%d;Municipalidad %d\n", ten, (11-sum%11)%10, i)
	}
	return b.String()
}

// Later work keeps a long import from being undone, all of it, and says where.
// What appears while it is undone stops it; settled, it goes on.
func TestLongUndoIsRefusedOverLaterWork(t *testing.T) {
	k := inSteps(testkit.World(t), 12)
	before := content(k)
	ana := k.Token(testkit.Ana)
	f := accepted(k, ana, "rosters", roster(24))
	f.until(imports.Applied)
	undo := func() {
		t.Helper()
		k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", ana, map[string]any{}).JSON(http.StatusAccepted, nil)
	}
	edit := func(name string) { amend(k, "participants", "dni = '99500000'", "given_names", name) }
	whole := content(k)
	edit("Otra")
	undo()
	f.until(imports.Applied)
	if now := f.look(); now.Stop == nil || now.Stop.Code != "import_undo_refused" || now.Stop.Refused != 1 || now.Done != now.Records {
		t.Fatalf("%+v", now)
	}
	if content(k) != whole {
		t.Error("some of it was undone")
	}
	edit("Juana")
	first := true
	importer(k).Between = func(imports.Batch) bool {
		if first {
			edit("Otra")
		}
		first = false
		return true
	}
	undo()
	f.until(imports.UndoStopped)
	if now := f.look(); now.Stop == nil || now.Stop.Refused != 1 || now.Done == 0 || now.Done >= now.Records {
		t.Fatalf("%+v", now)
	}
	verifies(t, k)
	edit("Juana")
	undo()
	f.until(imports.Undone)
	if content(k) != before {
		t.Error("undone is not as before")
	}
	verifies(t, k)
}

// A file that comes in pieces goes on where it was, and is what was announced or
// nothing.
func TestImportFileComesInPieces(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	sum := sha256.Sum256([]byte(twoEntities))
	say := map[string]any{"kind": "entities", "name": "grande.csv", "size": len(twoEntities), "sha256": hex.EncodeToString(sum[:])}
	var f struct {
		ID, State string
		Received  int
	}
	begin := func() { k.Do("POST", httpapi.Prefix+"/imports/files", ana, say).JSON(http.StatusOK, &f) }
	piece := func(offset int, bytes string) testkit.Response {
		path := fmt.Sprintf("%s/imports/%s/bytes?offset=%d", httpapi.Prefix, f.ID, offset)
		return k.Do("PUT", path, ana, bytes, "Content-Type: application/octet-stream")
	}
	begin()
	first := f.ID
	piece(0, twoEntities[:20]).JSON(http.StatusOK, &f)
	piece(0, twoEntities[:20]).JSON(http.StatusOK, &f) // its answer was lost
	if f.Received != 20 || f.State != "receiving" {
		t.Fatalf("%+v", f)
	}
	k = k.Restart()
	ana = k.Token(testkit.Ana)
	begin()
	if f.ID != first || f.Received != 20 {
		t.Fatalf("another file, or from the start: %+v", f)
	}
	k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/preview", ana, map[string]any{}).JSON(http.StatusConflict, nil)
	piece(20, twoEntities[20:]).JSON(http.StatusOK, &f)
	if f.State != "uploaded" || f.Received != len(twoEntities) {
		t.Fatalf("%+v", f)
	}
	g := &file{k: k, token: ana, ID: f.ID}
	if p := g.preview(map[string]any{}); p.Counts.Rows != 2 {
		t.Errorf("%+v", p.Counts)
	}
	if r := k.Do("GET", httpapi.Prefix+"/imports/"+f.ID+"/file", ana, nil); r.Status != http.StatusOK || string(r.Body) != twoEntities {
		t.Errorf("the file as it was sent: %d %q", r.Status, r.Body)
	}
	say["sha256"] = strings.Repeat("0", 64)
	begin()
	if code := piece(0, twoEntities).Code(); code != "file_hash_mismatch" {
		t.Errorf("another file than was announced: %s", code)
	}
	if n := k.Int(`SELECT count(*) FROM imports WHERE state = 'receiving'`); n != 0 {
		t.Errorf("%d files are still awaited", n)
	}
}
