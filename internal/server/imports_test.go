package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
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

type problem struct {
	Row                          int
	Column, Value, Code, Message string
}

type preview struct {
	Notes, Missing []string
	Columns        []struct {
		Index         int
		Header, Field string
	}
	Counts    counts
	Problems  []problem
	Warnings  []problem
	Constants []problem
	Aside     []struct {
		Row       int
		Why, Text string
		Left      bool
	}
	Fields  []string
	Sample  []struct{ Cells []string }
	Changes []struct {
		Row                        int
		What, Field, Before, After string
	}
	Questions []struct {
		Key, Text, Answer string
		Options           []struct{ Value, Text string }
		Rows              []int
		Changes           []struct {
			Row                        int
			What, Field, Before, After string
		}
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

// answers previews the file again with what the person says.
func (f *file) answers(said map[string]string) preview {
	f.k.T.Helper()
	return f.preview(map[string]any{"reading": map[string]any{"answers": said}})
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
	if len(p.Questions) == 1 && p.Questions[0].Key == "closed_months" {
		p = f.answers(map[string]string{"closed_months": "Regularización de prueba"})
	}
	for _, x := range p.Problems {
		k.T.Errorf("row %d %s %q: %s", x.Row, x.Column, x.Value, x.Message)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
	return f
}

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

// fill gives the sample files the dates of the kit's day.
func fill(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../testdata/import", name))
	if err != nil {
		t.Fatal(err)
	}
	s := strings.NewReplacer("{year}", "2026", "{yy}", "26", "{month}", "11").Replace(string(raw))
	return regexp.MustCompile(`\{today([+-]\d+)?\}`).ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.Atoi(strings.Trim(m, "{}today"))
		return testkit.Now.AddDate(0, 0, n).Format("02/01/2006")
	})
}

// The sample files of a first day, imported in order into an empty system by its
// administrator, give a supervisor work, people who are covered, and figures.
func TestImportOfTheSampleFiles(t *testing.T) {
	k := testkit.Empty(t)
	territory(k)
	k.Save("users", testkit.ID("adm"), map[string]any{
		"email": "admin@example.org", "password": "chaski-test", "name": "Administradora", "role": "admin", "active": true, "verified": true,
	})
	admin := k.Token(testkit.ID("adm"))
	var done []*file
	for _, s := range []struct{ kind, name string }{
		{"entities", "1-entidades.csv"},
		{"planning", "2-poi-y-ao.csv"},
		{"users", "3-usuarios.csv"},
		{"interventions", "4-intervenciones.csv"},
		{"rosters", "5-padron.csv"},
		{"transfers", "6-transferencias.csv"},
		{"budget_execution", "7-siaf.csv"},
	} {
		body := fill(t, s.name)
		done = append(done, imported(k, admin, s.kind, body))
		f := upload(k, admin, s.kind, s.name, body)
		if p := f.preview(map[string]any{}); p.Counts.Same != p.Counts.Rows {
			t.Errorf("%s a second time: %+v %+v", s.name, p.Counts, p.Changes)
		}
	}
	for _, c := range []struct {
		what string
		want int64
	}{
		{`SELECT count(*) FROM assignments a JOIN users u ON u.id = a.user WHERE u.email = 'supervisora@example.org'`, 2},
		{`SELECT count(*) FROM participants`, 10},
		{`SELECT count(*) FROM insured_persons`, 10},
		{`SELECT sum(amount) FROM progress_contributions WHERE measure = 'devengado'`, 31404115},
		{`SELECT sum(quantity) FROM progress_contributions WHERE measure = 'transfer'`, 2},
		{`SELECT count(*) FROM ao_versions v JOIN poi_versions p ON p.id = v.poi_version WHERE p.key = 'pia' AND p.approved_on = '2026-01-15'`, 4},
		{`SELECT count(*) FROM aos WHERE (key, counting_rule) IN (VALUES ('seguimiento', 'cupo_v1'), ('transferencia', 'transferencia_v1'), ('promocion', 'asistencia_v1'), ('gestion', 'informe_v1'))`, 4},
		{`SELECT count(*) FROM audit WHERE action = 'unattributed'`, 0},
	} {
		if got := k.Int(c.what); got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
	verifies(t, k)
	if u := done[0].undo(); u.Undone || len(u.Refusals) != 3 || u.Refusals[0].Code != "import_undo_used" {
		t.Errorf("entities with convenios were undone: %+v", u)
	}
	for i := len(done) - 1; i >= 0; i-- {
		if u := done[i].undo(); !u.Undone {
			t.Fatalf("file %d is not undone: %+v", i+1, u.Refusals)
		}
	}
	if n := k.Int(`SELECT (SELECT count(*) FROM entities) + (SELECT count(*) FROM convenios) + (SELECT count(*) FROM participants) +
		(SELECT count(*) FROM aos) + (SELECT count(*) FROM exercises) + (SELECT count(*) FROM progress_contributions)`); n != 0 {
		t.Errorf("%d rows are left after undoing everything", n)
	}
	verifies(t, k)
}

// territory is what an empty start has: a unit and districts.
func territory(k *testkit.Kit) {
	k.T.Helper()
	if k.Int(`SELECT count(*) FROM districts WHERE ubigeo = '080405'`) > 0 {
		return
	}
	k.Save("uts", testkit.ID("ut07"), map[string]any{"code": "UT07", "name": "UT Cusco"})
	for _, u := range []string{"080405", "080401", "081201"} {
		k.Save("districts", testkit.ID("d"+u), map[string]any{
			"ubigeo": u, "name": "Distrito", "province": "Calca", "department": "Cusco", "ut": testkit.ID("ut07"), "valid_from": "2020-01-01",
		})
	}
}
