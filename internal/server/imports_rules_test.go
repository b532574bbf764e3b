package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaski/internal/domain/identity"
	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

func TestImportIsForAnalystsAndUsersForAdministrators(t *testing.T) {
	k := testkit.World(t)
	path := httpapi.Prefix + "/imports"
	for _, who := range []string{testkit.Rosa, testkit.Carla, testkit.Elsa, testkit.Dora, testkit.Aldo, testkit.Otto} {
		token := k.Token(who)
		for _, r := range []testkit.Response{
			k.Do("GET", path, token, nil), k.Do("GET", path+"/kinds", token, nil), k.Do("GET", path+"/kinds/entities/template?format=csv", token, nil),
			k.Do("POST", path+"?kind=entities&name=x.csv", token, twoEntities, "Content-Type: application/octet-stream"),
		} {
			if r.Status != http.StatusForbidden {
				t.Errorf("%s: %d %s", who, r.Status, r.Body)
			}
		}
	}
	ana := k.Token(testkit.Ana)
	r := k.Do("POST", path+"?kind=users&name=x.csv", ana, "Correo,Nombre,Rol\na@example.org,A,admin\n", "Content-Type: application/octet-stream")
	if r.Status != http.StatusForbidden {
		t.Errorf("an analyst imports users: %d", r.Status)
	}
	f := upload(k, ana, "entities", "e.csv", twoEntities)
	for way, body := range map[string]any{"/preview": map[string]any{}, "/apply": map[string]any{"fingerprint": "x"}, "/undo": map[string]any{}} {
		if r := k.Do("POST", path+"/"+f.ID+way, k.Token(testkit.Dora), body); r.Status != http.StatusForbidden {
			t.Errorf("%s by a director: %d", way, r.Status)
		}
	}
	if r := k.Do("GET", "/api/collections/imports/records", ana, nil); r.Status == http.StatusOK {
		t.Error("imports are read past the routes")
	}
}

func TestImportIsRefusedWhenTheDataMovedMeanwhile(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	f := upload(k, ana, "entities", "e.csv", twoEntities)
	p := f.preview(map[string]any{})
	k.Save("entities", testkit.ID("muni"), map[string]any{"name": "Cambiada por otra persona"})
	if r := f.try(p.Fingerprint); r.Status != http.StatusConflict || r.Code() != "import_stale" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if n := k.Int(`SELECT count(*) FROM entities WHERE name = 'Cambiada por otra persona'`); n != 1 {
		t.Error("the change of the other person was overwritten")
	}
	q := f.preview(map[string]any{})
	if last := q.Changes[len(q.Changes)-1]; last.Before != "Cambiada por otra persona" {
		t.Errorf("%+v", q.Changes)
	}
	f.try(q.Fingerprint).JSON(http.StatusOK, f)
}

func TestImportIsNotUndoneOverLaterWork(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	f := imported(k, ana, "entities", twoEntities)
	k.Save("entities", testkit.ID("muni"), map[string]any{"name": "Corregida después"})
	u := f.undo()
	if u.Undone || len(u.Refusals) != 1 || u.Refusals[0].Code != "import_undo_edited" || u.Refusals[0].Row != 2 || !strings.Contains(u.Refusals[0].Message, "Nombre") {
		t.Fatalf("%+v", u)
	}
	if n := k.Int(`SELECT count(*) FROM entities WHERE ruc = '20601234565'`); n != 1 {
		t.Error("half an undo happened")
	}
	// A sheet names a participant only inside its marks.
	roster := "Convenio,Cupo,DNI,Nombres,Apellidos,Sexo,Nacimiento,Alta\n" + testkit.Codes[testkit.Canal] + ",9,99007777,Nueva,Persona,F,21/02/1990,10/11/2026\n"
	g := imported(k, ana, "rosters", roster)
	var id string
	if err := k.App.DB().NewQuery(`SELECT id FROM participants WHERE dni = '99007777'`).Row(&id); err != nil {
		t.Fatal(err)
	}
	k.Save("attendance_sheets", testkit.ID("sheet"), map[string]any{
		"intervention": testkit.Canal, "day": "2026-11-16", "state": "registrada", "headcount": 1, "marks": map[string]string{id: "presente"},
	})
	if u := g.undo(); u.Undone || u.Refusals[0].Code != "import_undo_used" {
		t.Fatalf("%+v", u)
	}
}

// The rows that a rule of the programme refuses, each with its code.
func TestImportSaysWhatIsWrongWithEachRow(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	canal := testkit.Codes[testkit.Canal]
	heads := "Convenio,Cupo,DNI,Nombres,Apellidos,Sexo,Nacimiento,Alta,Baja\n"
	for _, c := range []struct{ kind, body, code string }{
		{"entities", "RUC,Nombre\n20131312955,A\n20131312955,A\n", "import_duplicate_row"},
		{"entities", "RUC,Nombre,Ubigeo\n20131312955,A,250101\n", "import_ubigeo_unknown"},
		{"entities", "RUC,Nombre\n20131312955,A,de más\n", "import_row_wider"},
		{"entities", "RUC,Nombre\n,A\n", "import_required"},
		{"rosters", heads + canal + ",1,99001111,A,B,F,01/01/1990,10/11/2026,\n", "import_cupo_taken"},
		{"rosters", heads + canal + ",8,99000001,A,B,F,01/01/1990,10/11/2026,\n", "import_person_twice"},
		{"rosters", heads + canal + ",8,99001111,A,B,F,11/11/2008,10/11/2026,\n", "import_under_age"},
		{"rosters", heads + canal + ",8,99001111,A,B,F,01/01/1990,10/11/2026,09/11/2026\n", "import_dates_order"},
		{"rosters", heads + canal + ",8,99001111,A,B,F,01/01/1990,10/01/2026,\n", "date_outside_intervention"},
		{"rosters", heads + "11-9999-AII-26,8,99001111,A,B,F,01/01/1990,10/11/2026,\n", "import_convenio_unknown"},
		{"rosters", heads + canal + ",8,9900111,A,B,F,01/01/1990,10/11/2026,\n", "import_dni_short"},
		{"transfers", "Resolución,Publicación,Convenio,Monto,Devengado el\nRM 1,10/11/2026," + canal + ",10.00,09/11/2026\n", "import_accrued_early"},
		{"transfers", "Resolución,Publicación,Convenio,Monto,Devengado el\nRM 1,10/11/2026," + canal + ",10.00,11/11/2027\n", "date_in_future"},
		{"transfers", "Resolución,Publicación,Convenio,Monto\nRM 1,10/11/2026," + canal + ",1.234\n", "import_amount_ambiguous"},
		{"budget_execution", "Año,Clave,Mes,Clasificador,Devengado\n2026,nada,10,2.3.2,10.00\n", "import_ao_unknown"},
		{"budget_execution", "Año,Clave,Mes,Clasificador,Devengado\n2026,seguimiento,2025-10,2.3.2,10.00\n", "import_month_other_year"},
		{"budget_execution", "Año,Clave,Mes,Clasificador,Devengado\n2026,seguimiento,12,2.3.2,10.00\n", "import_month_future"},
	} {
		p := upload(k, ana, c.kind, "x.csv", c.body).preview(map[string]any{})
		if len(p.Problems) == 0 || p.Problems[0].Code != c.code || p.Problems[0].Message == "" || strings.Contains(p.Problems[0].Message, "{") {
			t.Errorf("%s: %+v %v", c.code, p.Problems, p.Missing)
			continue
		}
		if p.Fingerprint != "" {
			t.Errorf("%s: can be imported", c.code)
		}
	}
	two := "Resolución,Publicación,Convenio,Monto\nRM 1,10/11/2026," + canal + ",1.00\nRM 1,11/11/2026," + testkit.Codes[testkit.Muro] + ",1.00\n"
	p := upload(k, ana, "transfers", "x.csv", two).preview(map[string]any{})
	if len(p.Problems) != 1 || p.Problems[0].Code != "import_contradicts" || p.Problems[0].Row != 3 {
		t.Errorf("one resolution with two dates: %+v", p.Problems)
	}
}

// A workbook as offices have them: a title, two rows of merged headings, a
// formula without result, an eaten zero.
func TestImportOfAWorkbookWithMergedHeadings(t *testing.T) {
	k := testkit.World(t)
	f := excelize.NewFile()
	set := func(cell string, v any) { _ = f.SetCellValue("Sheet1", cell, v) }
	set("A1", "POI 2026: METAS POR ACTIVIDAD OPERATIVA")
	_ = f.MergeCell("Sheet1", "A1", "G1")
	for cell, v := range map[string]string{"A3": "Año", "B3": "Clave", "C3": "Actividad operativa", "D3": "Unidad de medida", "E3": "Marco", "F3": "Metas", "F4": "Física", "G4": "Financiera"} {
		set(cell, v)
	}
	_ = f.MergeCell("Sheet1", "F3", "G3")
	for _, c := range []string{"A", "B", "C", "D", "E"} {
		_ = f.MergeCell("Sheet1", c+"3", c+"4")
	}
	for i, v := range []any{2026, "promocion", "Asistencia técnica", "Asistencia Técnica", "ORDINARIO", 36, 60000.5} {
		cell, _ := excelize.CoordinatesToCellName(i+1, 5)
		set(cell, v)
	}
	for i, v := range []any{2026, "gestion", "Gestión", "Informe", "Ordinario", 12} {
		cell, _ := excelize.CoordinatesToCellName(i+1, 6)
		set(cell, v)
	}
	_ = f.SetCellFormula("Sheet1", "G6", "=G5*2")
	var body bytes.Buffer
	if err := f.Write(&body); err != nil {
		t.Fatal(err)
	}
	p := upload(k, k.Token(testkit.Ana), "planning", "poi.xlsx", body.String()).preview(map[string]any{})
	if len(p.Missing) > 0 || p.Counts != (counts{Rows: 2, New: 1, Bad: 1}) {
		t.Fatalf("%+v %v %+v %+v", p.Counts, p.Missing, p.Columns, p.Problems)
	}
	if x := p.Problems[0]; x.Row != 6 || x.Code != "import_formula" || x.Column != "Financiera" {
		t.Errorf("%+v", x)
	}
}

// A file over the limit is refused after the limit, not after its end.
func TestImportOfTooManyRows(t *testing.T) {
	k := testkit.World(t)
	var body strings.Builder
	body.WriteString("RUC,Nombre\n")
	for i := range 300_000 {
		first := fmt.Sprintf("2060%06d", i)
		body.WriteString(first + identity.RUCCheck(first) + ",Municipalidad\n")
	}
	f := upload(k, k.Token(testkit.Ana), "entities", "grande.csv", body.String())
	r := k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/preview", f.token, map[string]any{})
	if r.Code() != "import_too_many_rows" || !strings.Contains(string(r.Body), "20000") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

// One policy that covers several works is a policy of each of them.
func TestImportOfOnePolicyForTwoWorks(t *testing.T) {
	k := testkit.World(t)
	heads := "Convenio,Cupo,DNI,Nombres,Apellidos,Sexo,Nacimiento,Alta,Póliza,RUC aseguradora,Aseguradora,Póliza desde,Póliza hasta\n"
	row := func(work, dni string) string {
		return testkit.Codes[work] + ",9," + dni + ",A,B,F,01/01/1990,10/11/2026,POL-1,20100070970,Aseguradora,01/11/2026,31/12/2026\n"
	}
	f := imported(k, k.Token(testkit.Ana), "rosters", heads+row(testkit.Canal, "99007701")+row(testkit.Muro, "99007702"))
	if n := k.Int(`SELECT count(*) FROM insured_persons i JOIN insurance_policies p ON p.id = i.insurance_policy AND p.intervention = i.intervention WHERE p.number = 'POL-1'`); n != 2 {
		t.Errorf("%d people are insured", n)
	}
	if u := f.undo(); !u.Undone {
		t.Errorf("%+v", u)
	}
}
