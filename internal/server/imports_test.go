package server_test

import (
	"net/http"
	"strings"
	"testing"

	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

// file is an import as the screens drive it.
type file struct {
	k     *testkit.Kit
	token string
	ID    string `json:"id"`
	State string `json:"state"`
}

type counts struct{ Rows, New, Changed, Same, Bad int }

type preview struct {
	Notes, Missing []string
	Columns        []struct {
		Index         int
		Header, Field string
	}
	Counts   counts
	Problems []struct {
		Row                          int
		Column, Value, Code, Message string
	}
	Changes []struct {
		Row                        int
		What, Field, Before, After string
	}
	Fingerprint string
}

func upload(k *testkit.Kit, token, kind, name, body string) *file {
	k.T.Helper()
	f := &file{k: k, token: token}
	k.Do("POST", httpapi.Prefix+"/imports?kind="+kind+"&name="+name, token, body, "Content-Type: application/octet-stream").JSON(http.StatusOK, f)
	return f
}

func (f *file) preview(body any) preview {
	f.k.T.Helper()
	var p preview
	f.k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/preview", f.token, body).JSON(http.StatusOK, &p)
	return p
}

func (f *file) try(fingerprint string) testkit.Response {
	f.k.T.Helper()
	return f.k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/apply", f.token, map[string]string{"fingerprint": fingerprint})
}

type undone struct {
	Undone   bool
	Refusals []struct {
		Row                 int
		What, Code, Message string
	}
}

func (f *file) undo() undone {
	f.k.T.Helper()
	var u undone
	f.k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", f.token, map[string]any{}).JSON(http.StatusOK, &u)
	return u
}

// imported previews a file, expects no bad row, and imports it.
func imported(k *testkit.Kit, token, kind, body string) *file {
	k.T.Helper()
	f := upload(k, token, kind, "datos.csv", body)
	p := f.preview(map[string]any{})
	for _, x := range p.Problems {
		k.T.Errorf("row %d %s %q: %s", x.Row, x.Column, x.Value, x.Message)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	return f
}

func lines(rows ...string) string { return strings.Join(rows, "\n") + "\n" }

const twoEntities = "RUC;Razón social;Ubigeo\n20131312955;Municipalidad con otro nombre;150101\n20601234565;Municipalidad nueva;\n"

func TestImportShowsAppliesOnceAndUndoes(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	before := k.Int(`SELECT count(*) FROM entities`)
	f := upload(k, ana, "entities", "entidades.csv", twoEntities)
	p := f.preview(map[string]any{})
	if want := (counts{Rows: 2, New: 1, Changed: 1}); p.Counts != want {
		t.Fatalf("%+v, want %+v: %+v", p.Counts, want, p.Problems)
	}
	if len(p.Changes) == 0 || p.Changes[0].After == p.Changes[0].Before {
		t.Errorf("no change is shown: %+v", p.Changes)
	}
	if got := k.Int(`SELECT count(*) FROM entities`); got != before {
		t.Fatalf("the preview wrote: %d entities", got)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	if f.State != "applied" || k.Int(`SELECT count(*) FROM entities`) != before+1 {
		t.Fatalf("state %s, %d entities", f.State, k.Int(`SELECT count(*) FROM entities`))
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'import'`); n != 1 {
		t.Errorf("%d audit entries for one import", n)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed'`); n != 0 {
		t.Errorf("%d rows without an author", n)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f) // the answer was lost and the person tries again
	again := upload(k, ana, "entities", "entidades.csv", twoEntities)
	if q := again.preview(map[string]any{}); q.Counts != (counts{Rows: 2, Same: 2}) {
		t.Errorf("the same file changes something: %+v", q.Counts)
	}
	if u := f.undo(); !u.Undone {
		t.Fatalf("not undone: %+v", u)
	}
	if got := k.Int(`SELECT count(*) FROM entities`); got != before {
		t.Errorf("%d entities after undo, %d before", got, before)
	}
	if got := k.Int(`SELECT count(*) FROM entities WHERE name = 'Municipalidad de prueba'`); got != 1 {
		t.Error("the name did not come back")
	}
}
