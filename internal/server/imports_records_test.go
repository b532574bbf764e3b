package server_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"

	importstore "chaski/internal/store/imports"
	"chaski/internal/testkit"
)

// The rules that only the drain asked of an import once: each is found in the
// preview, at its cell, in every row that breaks it. Rows 2 and 5 of each file
// are wrong; corrected, the file goes in.
func TestImportPreviewAsksTheRulesOfRecords(t *testing.T) {
	canal, muro := testkit.Codes[testkit.Canal], testkit.Codes[testkit.Muro]
	long := strings.Repeat("9", 201)
	manyParts := "2.3" + strings.Repeat(" 1.1", 50)
	work := func(n int, starts, lat, lon string) string {
		return fmt.Sprintf("11-010%d-AII-26;Obra %d;150101;%s;18/12/2026;20131312955;2026;Ordinario;1000.00;%s;%s\n", n, n, starts, lat, lon)
	}
	person := func(n int, policy, from string) string {
		return fmt.Sprintf("%s;%d;9900880%d;A;B;F;01/01/1990;10/11/2026;%s;20100070970;Aseguradora;%s;31/12/2026\n", canal, 20+n, n, policy, from)
	}
	for _, c := range []struct {
		kind, heads string
		bad, good   [4]string // rows 2 to 5
		found       []string  // row, column and code
	}{
		{
			"planning", "Año;Versión;Resolución;Aprobado el;AEI;Clave;Actividad operativa;UM;Marco;Meta física;Meta financiera\n",
			[4]string{
				"2025;PIA;RDE 1;05/01/2027;AEI.07.04;a;A;Empleo;Ordinario;1;1.00\n", "2024;PIA;RDE 2;05/01/2024;AEI.07.04;b;B;Empleo;Ordinario;1;1.00\n",
				"2024;PIA;RDE 2;05/01/2024;AEI.07.04;c;C;Empleo;Ordinario;1;1.00\n", "2023;PIA;RDE 3;24/11/2026;AEI.07.04;d;D;Empleo;Ordinario;1;1.00\n",
			},
			[4]string{
				"2025;PIA;RDE 1;05/01/2025;AEI.07.04;a;A;Empleo;Ordinario;1;1.00\n", "2024;PIA;RDE 2;05/01/2024;AEI.07.04;b;B;Empleo;Ordinario;1;1.00\n",
				"2024;PIA;RDE 2;05/01/2024;AEI.07.04;c;C;Empleo;Ordinario;1;1.00\n", "2023;PIA;RDE 3;23/11/2026;AEI.07.04;d;D;Empleo;Ordinario;1;1.00\n",
			},
			[]string{"2 Aprobado el date_in_future", "5 Aprobado el date_in_future"},
		},
		{
			"interventions", "Convenio;Nombre;Ubigeo;Fecha de inicio;Término;Proponente;Año recurso;Marco;Monto;Latitud;Longitud\n",
			[4]string{
				work(1, "02/11/2026", "12.04", "-77.03"), work(2, "02/11/2026", "-12.04", "-77.03"),
				work(3, "02/11/2026", "", ""), work(4, "02/11/1926", "-12.04", "77.03"),
			},
			[4]string{
				work(1, "02/11/2026", "-12.04", "-77.03"), work(2, "02/11/2026", "-12.04", "-77.03"),
				work(3, "02/11/2026", "", ""), work(4, "02/11/2026", "-12.04", "-77.03"),
			},
			[]string{"2 Latitud import_place_sign", "5 Fecha de inicio date_invalid", "5 Longitud import_place_sign"},
		},
		{
			"rosters", "Convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Nacimiento;Alta;Póliza;RUC aseguradora;Aseguradora;Póliza desde;Póliza hasta\n",
			[4]string{person(1, long, "01/11/2026"), person(2, "P-2", "01/11/2026"), person(3, "P-3", "01/11/2026"), person(4, "P-4", "01/11/1926")},
			[4]string{person(1, "P-1", "01/11/2026"), person(2, "P-2", "01/11/2026"), person(3, "P-3", "01/11/2026"), person(4, "P-4", "01/11/2026")},
			[]string{"2 Póliza too_long", "5 Póliza desde date_invalid"},
		},
		{
			// Both rows of a resolution are wrong where its date is.
			"transfers", "Resolución;Publicación;Convenio;Monto\n",
			[4]string{
				"RM 91;24/11/2026;" + canal + ";1.00\n", "RM 92;23/11/2026;" + canal + ";1.00\n",
				"RM 93;23/11/2026;" + canal + ";1.00\n", "RM 91;24/11/2026;" + muro + ";1.00\n",
			},
			[4]string{
				"RM 91;23/11/2026;" + canal + ";1.00\n", "RM 92;23/11/2026;" + canal + ";1.00\n",
				"RM 93;23/11/2026;" + canal + ";1.00\n", "RM 91;23/11/2026;" + muro + ";1.00\n",
			},
			[]string{"2 Publicación date_in_future", "5 Publicación date_in_future"},
		},
		{
			"budget_execution", "Año;Clave;Mes;Clasificador;Devengado\n",
			[4]string{
				"2026;seguimiento;10;" + manyParts + ";1.00\n", "2026;seguimiento;10;2.3.1;1.00\n",
				"2026;seguimiento;10;2.3.3;1.00\n", "2026;seguimiento;9;" + manyParts + ";1.00\n",
			},
			[4]string{
				"2026;seguimiento;10;2.3.4;1.00\n", "2026;seguimiento;10;2.3.1;1.00\n",
				"2026;seguimiento;10;2.3.3;1.00\n", "2026;seguimiento;9;2.3.4;1.00\n",
			},
			[]string{"2 Clasificador clasificador_unread", "5 Clasificador clasificador_unread"},
		},
	} {
		t.Run(c.kind, func(t *testing.T) {
			k := testkit.World(t)
			ana := k.Token(testkit.Ana)
			p := upload(k, ana, c.kind, "mal.csv", c.heads+strings.Join(c.bad[:], "")).preview(map[string]any{})
			var found []string
			for _, x := range p.Problems {
				found = append(found, fmt.Sprint(x.Row, " ", x.Column, " ", x.Code))
				if x.Message == "" || strings.Contains(x.Message, "{") {
					t.Errorf("%+v", x)
				}
			}
			if !slices.Equal(found, c.found) || p.Counts.Bad != 2 || p.Fingerprint != "" {
				t.Errorf("%q, want %q; %+v %v", found, c.found, p.Counts, p.Missing)
			}
			imported(k, ana, c.kind, c.heads+strings.Join(c.good[:], ""))
			if n := k.Int(`SELECT count(*) FROM row_problems`); n != 0 {
				t.Errorf("%d problems", n)
			}
		})
	}
}

// What no column of the file brings is named on the row.
func TestImportNamesWhatNoColumnBrings(t *testing.T) {
	k := testkit.World(t)
	p := upload(k, k.Token(testkit.Ana), "interventions", "x.csv",
		"Convenio;Nombre;Ubigeo;Inicio;Término;Proponente;Año recurso;Marco;Monto;Latitud\n"+
			"11-0101-AII-26;Obra;150101;02/11/2026;18/12/2026;20131312955;2026;Ordinario;1000.00;-12.04\n").preview(map[string]any{})
	if len(p.Problems) != 1 || p.Problems[0].Row != 2 || p.Problems[0].Column != "Longitud" || p.Problems[0].Value != "0" || p.Problems[0].Code != "place_outside_peru" {
		t.Errorf("%+v", p.Problems)
	}
}

// A row that exists answers for what changes: an older slip in another field
// does not keep a file out.
func TestImportIsNotRefusedForAnOlderSlip(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	code := testkit.Codes[testkit.Canal]
	k.SQL(`UPDATE interventions SET lat_e6 = 12000000, lon_e6 = -77000000 WHERE id = '` + testkit.Canal + `'`)
	heads := "Convenio;Nombre;Ubigeo;Inicio;Término;Proponente;Año recurso;Marco;Monto%s\n"
	row := code + ";Otro nombre;150101;02/11/2026;18/12/2026;20131312955;2026;Ordinario;1000.00%s\n"
	imported(k, ana, "interventions", fmt.Sprintf(heads+row, "", ""))
	p := upload(k, ana, "interventions", "x.csv", fmt.Sprintf(heads+row, ";Latitud", ";13")).preview(map[string]any{})
	if len(p.Problems) != 1 || p.Problems[0].Column != "Latitud" {
		t.Errorf("the slip is written anew: %+v", p.Problems)
	}
}

// The last net: what a plan overlooked is refused by the drain, which says the
// row of the file; nothing is written.
func TestImportThatTheDrainRefusesNamesItsRow(t *testing.T) {
	k := testkit.World(t)
	f := upload(k, k.Token(testkit.Ana), "entities", "e.csv", twoEntities)
	before := k.Int(`SELECT (SELECT count(*) FROM entities) + (SELECT count(*) FROM import_changes)`)
	writes := []imports.Write{
		{Collection: "entities", ID: "imp000000000001", New: true, Row: 2, Fields: imports.Values{"ruc": "20601234565", "name": "Una"}},
		{Collection: "entities", ID: "imp000000000002", New: true, Row: 7, Fields: imports.Values{"ruc": "20601234566", "name": "Otra"}},
	}
	err := importstore.New(k.Engine, k.App).Apply(context.Background(), actor.Actor{User: testkit.Ana}, imports.Batch{ID: f.ID},
		func(imports.Base) (*imports.Plan, error) { return &imports.Plan{Writes: writes}, nil }, func(int, int) {})
	refused := fault.Of(err)
	if refused.Code != fault.ImportRowRefused || refused.Args["row"] != "7" {
		t.Fatalf("%+v", err)
	}
	if s := httpapi.Message(refused); !strings.Contains(s, "fila 7 del archivo (entidades, RUC): El RUC debe") {
		t.Error(s)
	}
	if n := k.Int(`SELECT (SELECT count(*) FROM entities) + (SELECT count(*) FROM import_changes)`); n != before {
		t.Errorf("%d rows were %d", n, before)
	}
}

// An undo that would bring back what breaks a rule names the row, and undoes
// nothing.
func TestImportIsNotUndoneAgainstARule(t *testing.T) {
	k := testkit.World(t)
	k.SQL(`UPDATE interventions SET lat_e6 = 12000000, lon_e6 = -77000000 WHERE id = '` + testkit.Canal + `'`)
	f := imported(k, k.Token(testkit.Ana), "interventions", "Convenio;Nombre;Ubigeo;Inicio;Término;Proponente;Año recurso;Marco;Monto;Latitud\n"+
		testkit.Codes[testkit.Canal]+";Otro nombre;150101;02/11/2026;18/12/2026;20131312955;2026;Ordinario;1000.00;-12\n")
	u := f.undo()
	if u.Undone || len(u.Refusals) != 1 || u.Refusals[0].Row != 2 || u.Refusals[0].Code != "place_outside_peru" || u.Refusals[0].What == "" {
		t.Errorf("%+v", u)
	}
	if n := k.Int(`SELECT count(*) FROM interventions WHERE lat_e6 = -12000000`); n != 1 {
		t.Error("half an undo happened")
	}
}
