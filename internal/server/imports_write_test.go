package server_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"

	importstore "chaski/internal/store/imports"
	"chaski/internal/testkit"
)

// rawRow is a row as the database keeps it, with the types of its columns.
func rawRow(t *testing.T, k *testkit.Kit, collection, id string) map[string]string {
	t.Helper()
	var names []string
	if err := k.App.DB().NewQuery(`SELECT name FROM pragma_table_info({:t})`).Bind(dbx.Params{"t": collection}).Column(&names); err != nil {
		t.Fatal(err)
	}
	for i, n := range names {
		names[i] = fmt.Sprintf(`typeof([[%s]]) || ' ' || coalesce([[%s]], '') AS [[%s]]`, n, n, n)
	}
	row := dbx.NullStringMap{}
	if err := k.App.DB().NewQuery(`SELECT ` + strings.Join(names, ", ") + ` FROM {{` + collection + `}} WHERE id = {:id}`).
		Bind(dbx.Params{"id": id}).One(row); err != nil {
		t.Fatalf("%s/%s: %v", collection, id, err)
	}
	out := map[string]string{}
	for name, v := range row {
		if name != "updated" {
			out[name] = v.String
		}
	}
	return out
}

// What an import writes past PocketBase's own saving is valid for PocketBase, and
// as PocketBase would have kept it: created, changed and given back.
func TestImportedRowsAreAsPocketBaseWouldKeepThem(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	type written struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
	}
	writtenBy := func(f *file, least int) (rows []written) {
		t.Helper()
		if err := k.App.DB().NewQuery(`SELECT collection, record FROM import_changes WHERE import = {:i}`).Bind(dbx.Params{"i": f.ID}).All(&rows); err != nil {
			t.Fatal(err)
		}
		if len(rows) < least {
			t.Fatalf("only %d rows were written", len(rows))
		}
		return rows
	}
	asSaved := func(rows []written) {
		t.Helper()
		for _, r := range rows {
			rec, err := k.App.FindRecordById(r.Collection, r.Record)
			if err != nil {
				continue // taken back
			}
			was := rawRow(t, k, r.Collection, r.Record)
			if err := k.App.Save(rec); err != nil {
				t.Fatalf("%s/%s is not valid: %v", r.Collection, r.Record, err)
			}
			for name, v := range rawRow(t, k, r.Collection, r.Record) {
				if was[name] != v {
					t.Errorf("%s.%s: %q, PocketBase keeps %q", r.Collection, name, was[name], v)
				}
			}
			if !strings.HasPrefix(was["created"], "text 20") || !strings.HasSuffix(was["created"], "Z") {
				t.Errorf("%s created %q", r.Collection, was["created"])
			}
		}
	}
	const header = "Convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Fecha de nacimiento;Fecha de alta;Fecha de baja;Póliza;RUC de la aseguradora;Aseguradora;Póliza desde;Póliza hasta\n"
	row := testkit.Codes[testkit.Canal] + ";77;99123456;Juana;Quispe;F;10/01/1980;02/11/2026;%s;P-77;20100070970;Aseguradora;01/11/2026;31/12/2026\n"
	asSaved(writtenBy(imported(k, ana, "rosters", header+fmt.Sprintf(row, "")), 4))
	changed := imported(k, ana, "rosters", header+fmt.Sprintf(row, "20/11/2026"))
	rows := writtenBy(changed, 1)
	asSaved(rows)
	if u := changed.undo(); !u.Undone {
		t.Fatalf("%+v", u)
	}
	asSaved(rows)
	if n := k.Int(`SELECT count(*) FROM participants WHERE dni = '99123456' AND baja_on = ''`); n != 1 {
		t.Error("the change was not taken back")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed'`); n != 0 {
		t.Errorf("%d rows without an author", n)
	}
}

// All or nothing: whatever is wrong with one row, none is written.
func TestImportWritesNothingWhenARowIsRefused(t *testing.T) {
	k := testkit.World(t)
	good := imports.Write{Collection: "cupos", ID: "imp000000000001", New: true, Row: 2, Fields: imports.Values{
		"intervention": testkit.Canal, "number": int64(90), "state": "activo",
	}}
	with := func(id string, fields imports.Values) imports.Write {
		w := imports.Write{Collection: "cupos", ID: id, New: true, Row: 3, Fields: imports.Values{}}
		for _, from := range []imports.Values{good.Fields, {"number": int64(91)}, fields} {
			for name, v := range from {
				w.Fields[name] = v
			}
		}
		return w
	}
	const next = "imp000000000002"
	for name, c := range map[string]struct {
		bad  imports.Write
		says string
	}{
		"relation to nothing":  {with(next, imports.Values{"intervention": "nosuchwork00000"}), "nosuchwork00000"},
		"relation left out":    {with(next, imports.Values{"intervention": ""}), "intervention"},
		"no such choice":       {with(next, imports.Values{"state": "inventado"}), "state"},
		"id of another row":    {with(testkit.Cupo(testkit.Canal, 1), nil), "UNIQUE"},
		"number taken":         {with(next, imports.Values{"number": int64(90)}), "UNIQUE"},
		"id of no proper form": {with("no id", nil), "id"},
		"change of a row gone": {imports.Write{Collection: "cupos", ID: "gone00000000000", Row: 3, Fields: imports.Values{"number": int64(5)}}, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			var batch struct {
				ID string `json:"id"`
			}
			k.Do("POST", "/api/chaski/v1/imports?kind=rosters&name=a.csv", k.Token(testkit.Ana), "Convenio;Cupo\nx;"+name+"\n",
				"Content-Type: application/octet-stream").JSON(http.StatusOK, &batch)
			before := k.Int(`SELECT count(*) FROM cupos`)
			seq := k.Int(`SELECT seq FROM sync_clock`)
			err := importstore.New(k.Engine, k.App).Apply(context.Background(), actor.Actor{User: testkit.Ana}, imports.Batch{ID: batch.ID},
				func(imports.Base) (*imports.Plan, error) {
					return &imports.Plan{Writes: []imports.Write{good, c.bad}}, nil
				}, func(int, int) {})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if now := k.Int(`SELECT count(*) FROM cupos`); now != before || k.Int(`SELECT seq FROM sync_clock`) != seq || k.Int(`SELECT count(*) FROM dirty`) != 0 {
				t.Errorf("%d cupos were %d", now, before)
			}
			if k.Int(`SELECT count(*) FROM imports WHERE state = 'applied'`) != 0 {
				t.Error("the import says it was done")
			}
		})
	}
}

// While rows are written, the import says how many of how many.
func TestImportTellsHowFarItIs(t *testing.T) {
	k := testkit.World(t)
	f := upload(k, k.Token(testkit.Ana), "entities", "e.csv", twoEntities)
	var told []int
	writes := []imports.Write{
		{Collection: "entities", ID: "imp000000000001", New: true, Row: 2, Fields: imports.Values{"ruc": "20601234565", "name": "Una"}},
		{Collection: "entities", ID: testkit.ID("muni"), Row: 3, Fields: imports.Values{"name": "Otra"}},
	}
	err := importstore.New(k.Engine, k.App).Apply(context.Background(), actor.Actor{User: testkit.Ana}, imports.Batch{ID: f.ID},
		func(imports.Base) (*imports.Plan, error) { return &imports.Plan{Writes: writes}, nil },
		func(done, of int) { told = append(told, done, of) })
	if err != nil || fmt.Sprint(told) != "[1 2 2 2]" {
		t.Errorf("%v %v", told, err)
	}
}
