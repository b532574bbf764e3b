package server_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chaski/internal/httpapi"
	"chaski/internal/testkit"
)

// ofField is a file of the field with the convenios of the world in it.
func ofField(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../testdata/imports", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("08-0011-AII-26", testkit.Codes[testkit.Canal], "08-0012-AII-26", testkit.Codes[testkit.Muro], "08-0013-AII-26", testkit.Codes[testkit.Muro]).
		Replace(string(raw))
}

// figure is what an activity executed in 2026, in units and in soles.
func figure(k *testkit.Kit, key string) (physical int, financial string) {
	k.T.Helper()
	var out struct {
		Figures struct {
			AOs []struct {
				Key      string                     `json:"clave"`
				Physical struct{ Ejecutado int }    `json:"fisico"`
				Money    struct{ Ejecutado string } `json:"financiero"`
			} `json:"actividades_operativas"`
		}
	}
	k.Do("GET", httpapi.Prefix+"/figures/2026", k.Token(testkit.Ana), nil).JSON(http.StatusOK, &out)
	for _, ao := range out.Figures.AOs {
		if ao.Key == key {
			return ao.Physical.Ejecutado, ao.Money.Ejecutado
		}
	}
	k.T.Fatalf("no figure of %s", key)
	return 0, ""
}

func (p preview) codes() []string {
	out := []string{}
	for _, w := range p.Warnings {
		out = append(out, fmt.Sprint(w.Row, " ", w.Code))
	}
	slices.Sort(out)
	return out
}

func apply(t *testing.T, f *file, p preview) {
	t.Helper()
	for _, x := range p.Problems {
		t.Errorf("row %d %s: %s", x.Row, x.Column, x.Message)
	}
	for _, w := range p.Warnings {
		if w.Message == "" || strings.Contains(w.Message, "{") {
			t.Errorf("%+v", w)
		}
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
}

// Two transfers that are stored under another spelling of their resolution are
// those, however often the file comes.
func TestImportOfAResolutionInAnotherSpelling(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 101-2026-TR", "published_on": "2026-10-01"})
	for i, c := range []struct {
		convenio, on string
		amount       int
	}{{"cvcana", "2026-10-06", 95_680_00}, {"cvmuro", "2026-10-29", 71_760_00}} {
		k.Save("transfers", testkit.ID(fmt.Sprint("t", i)), map[string]any{
			"convenio": testkit.ID(c.convenio), "resolution": testkit.ID("rm"), "state": "devengada", "accrued_on": c.on, "amount": c.amount,
		})
	}
	const name = "20-same-resolution-other-spelling.csv"
	for range 2 {
		f := upload(k, ana, "transfers", name, ofField(t, name))
		p := f.preview(map[string]any{})
		if p.Counts != (counts{Rows: 2, Same: 2}) {
			t.Errorf("%+v %+v", p.Counts, p.Changes)
		}
		apply(t, f, p)
		if n, _ := figure(k, "transferencia"); n != 2 {
			t.Errorf("%d transfers", n)
		}
	}
	verifies(t, k)
	// Into an empty system the two rows are two transfers of one resolution.
	k = testkit.World(t)
	for range 2 {
		f := upload(k, k.Token(testkit.Ana), "transfers", name, ofField(t, name))
		apply(t, f, f.preview(map[string]any{}))
	}
	if n, _ := figure(k, "transferencia"); n != 2 || k.Int(`SELECT count(*) FROM resolutions WHERE number = 'RM 101-2026-TR'`) != 1 {
		t.Errorf("%d transfers, %d resolutions", n, k.Int(`SELECT count(*) FROM resolutions`))
	}
	verifies(t, k)
}

// gestion is an activity of the running exercise without events of its own.
func gestion(k *testkit.Kit) string {
	return k.Save("aos", testkit.ID("gestion"), map[string]any{
		"key": "gestion", "name": "Gestión", "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "management_report",
		"budget_category": "PP0073", "counting_rule": "informe_v1", "physical_target": 12, "financial_target": 1_000_000,
	})
}

// A report with every level of a classifier is the money of its finest level, once.
func TestImportOfParentsBesideTheirChildren(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	gestion(k)
	const name = "21-siaf-hierarchy-parent-and-children.csv"
	for i := range 2 {
		f := upload(k, ana, "budget_execution", name, ofField(t, name))
		p := f.preview(map[string]any{})
		if got := p.codes(); !slices.Equal(got, []string{"2 import_subtotal", "3 import_subtotal", "5 import_row_repeated"}) {
			t.Errorf("%q", got)
		}
		if p.Counts.New != 1-i || len(p.Questions) > 0 {
			t.Errorf("%+v %+v", p.Counts, p.Questions)
		}
		apply(t, f, p)
		if _, soles := figure(k, "gestion"); soles != "10000.00" {
			t.Errorf("devengado %s", soles)
		}
	}
	if got := k.Int(`SELECT count(*) FROM budget_execution WHERE clasificador = '2.3.2.7.11.99' AND amount = 1000000`); got != 1 {
		t.Errorf("%d rows in their form", got)
	}
	verifies(t, k)
}

func TestImportOfAClassifierInSixSpellings(t *testing.T) {
	k := testkit.World(t)
	gestion(k)
	const name = "21b-mef-official-spaced-clasificador.csv"
	for range 2 {
		f := upload(k, k.Token(testkit.Ana), "budget_execution", name, ofField(t, name))
		p := f.preview(map[string]any{})
		if got := p.codes(); len(got) != 5 {
			t.Errorf("%q", got)
		}
		apply(t, f, p)
		if _, soles := figure(k, "gestion"); soles != "10.00" {
			t.Errorf("devengado %s", soles)
		}
	}
	verifies(t, k)
}

// Where a total and its detail do not agree, in a file or with what is stored, a
// person says which of the two is right.
func TestImportAsksWhichLevelIsRight(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	gestion(k)
	const heads = "Ejercicio;Clave;Mes;Clasificador;Devengado (S/)\n"
	ask := func(rows, answer, want string) {
		t.Helper()
		f := upload(k, ana, "budget_execution", "x.csv", heads+rows)
		p := f.preview(map[string]any{})
		if p.Fingerprint != "" || len(p.Questions) != 1 || len(p.Questions[0].Options) != 2 || strings.Contains(p.Questions[0].Text, "{") {
			t.Fatalf("%+v %+v", p.Questions, p.Problems)
		}
		apply(t, f, f.answers(map[string]string{p.Questions[0].Key: answer}))
		if _, soles := figure(k, "gestion"); soles != want {
			t.Errorf("%s: %s, want %s", answer, soles, want)
		}
		if n := k.Int(`SELECT count(*) FROM row_problems`); n != 0 {
			t.Errorf("%s: %d problems", answer, n)
		}
	}
	ask("2026;gestion;10;2.3;100.00\n2026;gestion;10;2.3.1;40.00\n2026;gestion;10;2.3.2;50.00\n", "use_detail", "90.00")
	ask("2026;gestion;11;2.3;100.00\n2026;gestion;11;2.3.1;40.00\n", "use_total", "190.00")
	ask("2026;gestion;11;2.3.1;40.00\n2026;gestion;11;2.3.2;60.50\n", "keep_stored", "190.00")
	ask("2026;gestion;11;2.3.1;40.00\n2026;gestion;11;2.3.2;60.50\n", "take_file", "190.50")
	ask("2026;gestion;11;2.3;99.00\n", "take_file", "189.00")
	twice := upload(k, ana, "budget_execution", "x.csv", heads+"2026;gestion;11;2.6.3;5.00\n2026;gestion;11;2.6.3;5.00\n").preview(map[string]any{})
	if len(twice.Problems) != 1 || twice.Problems[0].Code != "import_duplicate_row" {
		t.Errorf("the same in the same words: %+v", twice.Problems)
	}
	verifies(t, k)
}

// One policy in two spellings is one policy, in the file and beside what is stored.
func TestImportOfAPolicyInTwoSpellings(t *testing.T) {
	k := testkit.World(t)
	const name = "61-policy-two-spellings.csv"
	for range 2 {
		f := upload(k, k.Token(testkit.Ana), "rosters", name, ofField(t, name))
		apply(t, f, f.preview(map[string]any{}))
		if n := k.Int(`SELECT count(*) FROM insurance_policies WHERE number LIKE 'POL%'`); n != 1 {
			t.Errorf("%d policies", n)
		}
		if n := k.Int(`SELECT count(*) FROM insured_persons i JOIN insurance_policies p ON p.id = i.insurance_policy WHERE p.number = 'POL-2026-001'`); n != 2 {
			t.Errorf("%d people are insured", n)
		}
	}
	verifies(t, k)
}

// One DNI with two names, or on two rosters at a time, is listed before it is
// applied: in the file, and beside what is stored.
func TestImportListsOneDNIWithTwoNames(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	for _, name := range []string{"62-same-dni-two-names.csv", "62-same-dni-two-works.csv"} {
		p := upload(k, ana, "rosters", name, ofField(t, name)).preview(map[string]any{})
		if got := p.codes(); !slices.Equal(got, []string{"3 import_dni_other_name", "3 import_dni_other_work"}) {
			t.Errorf("%s: %q", name, got)
		}
		for _, w := range p.Warnings {
			if !strings.Contains(w.Message, "fila 2") || !strings.Contains(w.Message, "•••••001") || strings.Contains(w.Message, "00990001") {
				t.Errorf("%s", w.Message)
			}
		}
		if p.Fingerprint == "" {
			t.Errorf("%s: it is blocked: %+v", name, p.Problems)
		}
	}
	heads, rows, _ := strings.Cut(ofField(t, "62-same-dni-two-names.csv"), "\n")
	one, two, _ := strings.Cut(rows, "\n")
	f := upload(k, ana, "rosters", "uno.csv", heads+"\n"+one+"\n")
	apply(t, f, f.preview(map[string]any{}))
	p := upload(k, ana, "rosters", "dos.csv", heads+"\n"+two).preview(map[string]any{})
	if got := p.codes(); !slices.Equal(got, []string{"2 import_dni_other_name", "2 import_dni_other_work"}) {
		t.Errorf("beside what is stored: %q", got)
	}
	if p := upload(k, ana, "rosters", "uno.csv", heads+"\n"+one+"\n").preview(map[string]any{}); len(p.Warnings) > 0 {
		t.Errorf("the same file again: %+v", p.Warnings)
	}
}

// What an import changes in closed months is told cell by cell and needs a
// reason, which the audit trail keeps; so does undoing it.
func TestImportIntoClosedMonths(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	k.Save("budget_execution", testkit.ID("b"), map[string]any{"ao": testkit.JobAO, "month": "2026-09", "clasificador": "2.3.2", "amount": 100_00})
	f := upload(k, ana, "budget_execution", "x.csv", "Ejercicio;Clave;Mes;Clasificador;Devengado (S/)\n2026;seguimiento;9;2.3.2;150.00\n2026;seguimiento;8;2.3.2;7.00\n2026;seguimiento;10;2.3.2;1.00\n")
	p := f.preview(map[string]any{})
	if len(p.Questions) != 1 || p.Fingerprint != "" || len(p.Questions[0].Options) > 0 {
		t.Fatalf("%+v", p)
	}
	q := p.Questions[0]
	if strings.Contains(q.Text, "{") || !strings.Contains(q.Text, "2026-10") || len(q.Changes) != 2 {
		t.Fatalf("%+v", q)
	}
	if c := q.Changes[0]; c.Row != 2 || c.Before != "100.00" || c.After != "150.00" || !strings.Contains(c.What, "2026-09") || !strings.Contains(c.What, "seguimiento") {
		t.Errorf("%+v", c)
	}
	if c := q.Changes[1]; c.Row != 3 || c.Before != "0.00" || c.After != "7.00" {
		t.Errorf("%+v", c)
	}
	if r := f.try("x"); r.Code() != "import_unanswered" {
		t.Errorf("without a reason: %s", r.Body)
	}
	if p := f.answers(map[string]string{q.Key: "corto"}); p.Fingerprint != "" {
		t.Error("five letters are a reason")
	}
	apply(t, f, f.answers(map[string]string{q.Key: "Oficio 12-2026 de SIAF"}))
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'import' AND actor = '` + testkit.Ana + `' AND detail LIKE '%Oficio 12-2026 de SIAF%'`); n != 1 {
		t.Errorf("%d entries with the reason", n)
	}
	if got := k.Int(`SELECT amount FROM progress_cells WHERE month = '2026-10' AND measure = 'devengado'`); got != 158_00 {
		t.Errorf("the open month has %d", got)
	}
	verifies(t, k)
	undo := func(reason string) testkit.Response {
		return k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", ana, map[string]any{"reason": reason})
	}
	if r := undo(""); r.Code() != "import_undo_reason" {
		t.Errorf("undone without a reason: %s", r.Body)
	}
	undo("El oficio fue anulado").JSON(http.StatusOK, nil)
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'import_undo' AND detail LIKE '%El oficio fue anulado%'`); n != 1 {
		t.Errorf("%d entries with the reason of the undo", n)
	}
	verifies(t, k)
	// A row without a name of its own is told by what it joins, never by its id.
	moved := upload(k, ana, "transfers", "t.csv", "Resolución;Publicación;Convenio;Monto;Devengado\nRM 901-2026-TR;10/09/2026;"+testkit.Codes[testkit.Canal]+";1500.00;15/09/2026\n")
	if q := moved.preview(map[string]any{}).Questions; len(q) != 1 || len(q[0].Changes) == 0 ||
		!strings.HasSuffix(q[0].Changes[0].What, "RM 901-2026-TR · "+testkit.Codes[testkit.Canal]) {
		t.Errorf("a transfer of a closed month: %+v", q)
	}
	targets := upload(k, ana, "planning", "poi.csv", "Año;Clave;Actividad operativa;Unidad de medida;Marco;Meta física;Meta financiera\n2025;gestion;Gestión;Informe;Ordinario;12;10.00\n")
	if q := targets.preview(map[string]any{}).Questions; len(q) != 1 || !strings.Contains(q[0].Text, "2025 (ejercicio cerrado)") {
		t.Errorf("targets of a closed exercise: %+v", q)
	}
}

// Months that were closed after an import are not moved by its undoing either
// without a reason.
func TestUndoAfterTheClose(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	f := upload(k, ana, "budget_execution", "x.csv", "Ejercicio;Clave;Mes;Clasificador;Devengado (S/)\n2026;seguimiento;11;2.3.2;150.00\n")
	apply(t, f, f.preview(map[string]any{}))
	k.CloseThrough("2026-11")
	ana = k.Token(testkit.Ana)
	var shown struct{ Closed bool }
	k.Do("GET", httpapi.Prefix+"/imports/"+f.ID, ana, nil).JSON(http.StatusOK, &shown)
	undo := func(reason string) testkit.Response {
		return k.Do("POST", httpapi.Prefix+"/imports/"+f.ID+"/undo", ana, map[string]any{"reason": reason})
	}
	if r := undo(""); r.Code() != "import_undo_reason" || !shown.Closed {
		t.Errorf("undone without a reason (shown %v): %s", shown.Closed, r.Body)
	}
	undo("El oficio fue anulado").JSON(http.StatusOK, nil)
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'import_undo' AND detail LIKE '%El oficio fue anulado%'`); n != 1 {
		t.Errorf("%d entries with the reason of the undo", n)
	}
	verifies(t, k)
}

// A resolution without its kind is another number: whoever may have meant a stored
// one is told, row by row.
func TestResolutionsAlike(t *testing.T) {
	k := testkit.World(t)
	ana := k.Token(testkit.Ana)
	head := "Resolución;Publicación;Convenio;Monto;Devengado\n"
	line := func(number string) string {
		return number + ";10/11/2026;" + testkit.Codes[testkit.Canal] + ";1500.00;15/11/2026\n"
	}
	f := upload(k, ana, "transfers", "uno.csv", head+line("RM 901-2026-TR"))
	apply(t, f, f.preview(map[string]any{}))
	p := upload(k, ana, "transfers", "dos.csv", head+line("901-2026-TR")+line("R.M. Nº 901-2026-TR")+line("RM 902-2026-TR")+line("RD 902-2026-TR")).preview(map[string]any{})
	if got := p.codes(); !slices.Equal(got, []string{"2 import_resolution_like", "5 import_resolution_like"}) {
		t.Errorf("%q", got)
	}
}
