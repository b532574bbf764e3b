package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chaski/internal/app/imports"
	"chaski/internal/testkit"
)

// caseOf is a file of the field (testdata/imports) as it was sent.
func caseOf(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../testdata/imports", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// fieldWorld is the world with an activity of 2026 that ledgers name, and two
// districts of Cusco.
func fieldWorld(t *testing.T) (*testkit.Kit, string) {
	t.Helper()
	k := testkit.World(t)
	k.Save("aos", testkit.ID("aogestionley"), map[string]any{
		"key": "gestion_ley", "name": "Gestión ley", "exercise": 2026, "funding_frame": "ley_31728", "unit_measure": "management_report",
		"counting_rule": "informe_v1", "physical_target": 12, "financial_target": 100000000, "position": 90, "followup_approved": true,
	})
	k.Save("uts", testkit.ID("utcusco"), map[string]any{"code": "UT07", "name": "Cusco"})
	for ubigeo, name := range map[string][3]string{
		"080401": {"Calca", "Calca", "Cusco"}, "080405": {"Písac", "Calca", "Cusco"}, "140101": {"Chiclayo", "Chiclayo", "Lambayeque"},
	} {
		k.Save("districts", testkit.ID("d"+ubigeo), map[string]any{
			"ubigeo": ubigeo, "name": name[0], "province": name[1], "department": name[2], "valid_from": "2020-01-01",
		})
		k.Save("jurisdictions", testkit.ID("j"+ubigeo), map[string]any{
			"district": testkit.ID("d" + ubigeo), "ut": testkit.ID("utcusco"), "valid_from": "2020-01-01",
		})
	}
	k.Save("districts", testkit.ID("dist1"), map[string]any{"name": "Lima"})
	k.Save("entities", testkit.ID("emuni19"), map[string]any{"ruc": "20990000019", "name": "Municipalidad de ejemplo"})
	return k, k.Token(testkit.Ana)
}

func (p preview) said() string {
	var out []string
	for _, x := range p.Problems {
		out = append(out, fmt.Sprint(x.Row, " ", x.Column, " ", x.Code))
	}
	return strings.Join(out, "; ")
}

// asks is the text of the question with a key that begins so, "" for none.
func (p preview) asks(key string) string {
	for _, q := range p.Questions {
		if strings.HasPrefix(q.Key, key) {
			return q.Text
		}
	}
	return ""
}

func (p preview) field(header string) string {
	for _, c := range p.Columns {
		if c.Header == header {
			return c.Field
		}
	}
	return "no such column"
}

// answered answers every question of a file with its nth option.
func (f *file) answered(reading map[string]any, options map[string]string) preview {
	f.k.T.Helper()
	reading["answers"] = options
	return f.preview(map[string]any{"reading": reading})
}

func (f *file) applies(p preview) {
	f.k.T.Helper()
	if p.Fingerprint == "" {
		f.k.T.Fatalf("cannot be imported: %s %v %+v", p.said(), p.Missing, p.Questions)
	}
	f.try(p.Fingerprint).JSON(http.StatusOK, f)
}

// 33: the column PIM, left of the exact label, is not the target; and the same
// file a second time changes nothing.
func TestFieldExactHeadingBeatsASynonym(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "33-pim-left-of-exact-label.csv")
	for i := range 2 {
		f := upload(k, ana, "planning", "33.csv", body)
		p := f.preview(map[string]any{})
		if p.field("PIM") != "" || p.field("Meta financiera anual (S/)") != "financial_target" {
			t.Fatalf("%+v", p.Columns)
		}
		if i == 0 {
			f.applies(p)
		} else if p.Counts.Same != 1 {
			t.Errorf("a second time: %+v", p.Counts)
		}
		if got := k.Int(`SELECT financial_target FROM aos WHERE key = 'seguimiento'`); got != 12000000 {
			t.Errorf("the target is %d", got)
		}
	}
	verifies(t, k)
}

// 34: Ubigeo has the codes, Distrito the names; alone, names are no code.
func TestFieldUbigeoBeatsDistrito(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "34-district-name-left-of-ubigeo.csv")
	f := upload(k, ana, "interventions", "34.csv", body)
	p := f.preview(map[string]any{})
	if p.field("Ubigeo") != "ubigeo" || p.field("Distrito") != "district_name" || len(p.Problems) > 0 {
		t.Fatalf("%+v %s", p.Columns, p.said())
	}
	// The name is another district's of the same province: a person says which.
	if len(p.Questions) != 1 || p.Fingerprint != "" || !strings.Contains(p.Questions[0].Text, "Písac") {
		t.Fatalf("%+v", p.Questions)
	}
	f.applies(f.answered(map[string]any{}, map[string]string{p.Questions[0].Key: "by_name"}))
	if n := k.Int(`SELECT count(*) FROM interventions i JOIN districts d ON d.id = i.district WHERE d.ubigeo = '080401' AND i.name = 'Limpieza'`); n != 1 {
		t.Error("the work is not in the district that was answered")
	}
	codes := strings.NewReplacer(";Ubigeo;", ";Nota;", ";Calca;Calca;080405;", ";Calca;080405;x;").Replace(body)
	if p := upload(k, ana, "interventions", "codes.csv", codes).preview(map[string]any{}); p.field("Distrito") != "ubigeo" {
		t.Errorf("a column of codes: %+v", p.Columns)
	}
	names := strings.NewReplacer(";Ubigeo;", ";Nota;", ";080405;", ";x;").Replace(body)
	if p := upload(k, ana, "interventions", "names.csv", names).preview(map[string]any{}); p.field("Distrito") != "district_name" || !slices.Contains(p.Missing, "Ubigeo") {
		t.Errorf("a column of names: %+v %v", p.Columns, p.Missing)
	}
}

// 22: 2026.10 typed as a number holds 2026.1: asked once, and then October.
func TestFieldOctoberAsANumber(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "22-period-2026.10-as-number.xlsx")
	for i := range 2 {
		f := upload(k, ana, "budget_execution", "22.xlsx", body)
		p := f.preview(map[string]any{})
		if len(p.Questions) != 1 || !slices.Equal(p.Questions[0].Rows, []int{2}) || p.Fingerprint != "" || len(p.Problems) > 0 {
			t.Fatalf("%+v %s", p.Questions, p.said())
		}
		p = f.answered(map[string]any{}, map[string]string{p.Questions[0].Key: "october"})
		if i == 0 {
			f.applies(p)
		} else if p.Counts.Same != 2 {
			t.Errorf("a second time: %+v", p.Counts)
		}
		for month, want := range map[string]int64{"2026-01": 0, "2026-10": 500050, "2026-11": 600025} {
			if got := k.Int(`SELECT coalesce(sum(amount), 0) FROM budget_execution WHERE ao = '` + testkit.ID("aogestionley") + `' AND month = '` + month + `'`); got != want {
				t.Errorf("%s has %d, want %d", month, got, want)
			}
		}
	}
	verifies(t, k)
	// 22b: martes is no month, 5.005 no amount; 202610, oct-26 and 10 are one month.
	p := upload(k, ana, "budget_execution", "22b.csv", caseOf(t, "22b-period-202610.csv")).preview(map[string]any{})
	if got, want := p.said(), "3 Mes import_month_invalid; 4  import_duplicate_row; 5 Devengado import_amount_ambiguous"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if p.Sample[0].Cells[2] != "10/2026" {
		t.Errorf("202610 is %q", p.Sample[0].Cells)
	}
	padded := "Ejercicio;Clave;Mes;Clasificador;Devengado\n2026;gestion_ley;2026.09;2.3.2;1.00\n2026;gestion_ley;2026.1;2.3.2;2.00\n"
	if p := upload(k, ana, "budget_execution", "x.csv", padded).preview(map[string]any{}); p.asks("month") != "" || p.Sample[1].Cells[2] != "10/2026" || len(p.Notes) == 0 {
		t.Errorf("where January is 2026.01: %+v %+v", p.Questions, p.Sample)
	}
}

// 16: the birth dates of the file say that the month is first, the others say
// nothing: they are asked about, once.
func TestFieldDatesThatCouldBeTwo(t *testing.T) {
	k, ana := fieldWorld(t)
	canal := testkit.Codes[testkit.Canal]
	body := strings.ReplaceAll(caseOf(t, "16-us-dates-all-ambiguous.csv"), "08-0011-AII-26", canal)
	f := upload(k, ana, "rosters", "16.csv", body)
	p := f.preview(map[string]any{})
	if len(p.Questions) != 1 || len(p.Questions[0].Options) != 2 || !strings.Contains(p.Questions[0].Text, "«Fecha de alta»") || strings.Contains(p.Questions[0].Text, "nacimiento") {
		t.Fatalf("%+v", p.Questions)
	}
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "nacimiento") {
		t.Errorf("%q", p.Notes)
	}
	p = f.answered(map[string]any{}, map[string]string{p.Questions[0].Key: "month_first"})
	f.applies(p)
	if n := k.Int(`SELECT count(*) FROM participants WHERE dni = '00990002' AND birth_date = '1990-03-25' AND alta_on = '2026-11-12'`); n != 1 {
		t.Error("the dates are not those that were answered")
	}
	head := "Código de convenio;Cupo;DNI;Nombres;Apellidos;Sexo;Fecha de nacimiento;Fecha de alta\n"
	mixed := head + canal + ";95;99000095;A;B;F;25/03/1990;10/11/2026\n" + canal + ";96;99000096;A;B;F;03/25/1990;10/11/2026\n" + canal + ";97;99000097;A;B;F;03/04/1990;10/11/2026\n"
	q := upload(k, ana, "rosters", "mixed.csv", mixed).preview(map[string]any{})
	if len(q.Questions) != 1 || q.said() != "3 Fecha de nacimiento import_date_month_first" {
		t.Errorf("%+v %s", q.Questions, q.said())
	}
	agreed := head + canal + ";95;99000095;A;B;F;25/03/1990;10/11/2026\n"
	if q := upload(k, ana, "rosters", "agreed.csv", agreed).preview(map[string]any{}); len(q.Questions) > 0 || len(q.Notes) != 1 || q.Fingerprint == "" {
		t.Errorf("another column of the file tells: %+v %q", q.Questions, q.Notes)
	}
}

// 35: Lima is 140101 for RENIEC and 150101 for INEI.
func TestFieldUbigeoOfReniec(t *testing.T) {
	k, ana := fieldWorld(t)
	p := upload(k, ana, "entities", "35.csv", caseOf(t, "35-reniec-ubigeo-accepted.csv")).preview(map[string]any{})
	if p.said() != "2 Ubigeo import_ubigeo_reniec" || !strings.Contains(p.Problems[0].Message, "150101") || p.Fingerprint != "" {
		t.Errorf("%+v", p.Problems)
	}
	// A file without names moves no work unasked.
	row := "Convenio;Nombre;Ubigeo;Inicio;Término;Proponente;Año recurso;Marco;Monto\n" +
		testkit.Codes[testkit.Canal] + ";Canal renovado;140101;02/11/2026;18/12/2026;20131312955;2026;Ordinario;1000.00\n"
	f := upload(k, ana, "interventions", "move.csv", row)
	p = f.preview(map[string]any{})
	move := p.asks("move")
	if !strings.Contains(move, "Lima") || !strings.Contains(move, "Chiclayo") || p.Fingerprint != "" {
		t.Fatalf("%+v %s", p.Questions, p.said())
	}
	f.applies(f.answered(map[string]any{}, map[string]string{"move " + testkit.Canal: "stay", "closed_months": "Oficio 12-2026 de la unidad"}))
	if n := k.Int(`SELECT count(*) FROM interventions i JOIN districts d ON d.id = i.district WHERE d.ubigeo = '150101' AND i.name = 'Canal renovado' AND i.ut = '` + testkit.UT1 + `'`); n != 1 {
		t.Error("the work was moved")
	}
	f = upload(k, ana, "interventions", "move.csv", strings.Replace(row, "renovado", "mudado", 1))
	f.applies(f.answered(map[string]any{}, map[string]string{"move " + testkit.Canal: "move", "closed_months": "Oficio 12-2026 de la unidad"}))
	if n := k.Int(`SELECT count(*) FROM interventions i JOIN districts d ON d.id = i.district WHERE d.ubigeo = '140101' AND i.name = 'Canal mudado'`); n != 1 {
		t.Error("the work was not moved")
	}
}

// 36, 37, 38: bodies of every sort, places outside Peru, names in any shape.
func TestFieldBodiesPlacesAndNames(t *testing.T) {
	k, ana := fieldWorld(t)
	imported(k, ana, "entities", caseOf(t, "36-ruc-16-and-17.csv"))
	if n := k.Int(`SELECT count(*) FROM entities WHERE substr(ruc, 1, 2) IN ('10', '15', '16', '17')`); n != 4 {
		t.Errorf("%d persons with a RUC", n)
	}
	p := upload(k, ana, "interventions", "37.csv", caseOf(t, "37-coordinates.csv")).preview(map[string]any{})
	codes := map[int]string{}
	for _, x := range p.Problems {
		codes[x.Row] = x.Code
		if x.Row < 5 && !strings.Contains(x.Message, "latitud -13.4222 y longitud -71.8489") {
			t.Errorf("%+v", x)
		}
	}
	if fmt.Sprint(codes) != "map[3:import_place_swapped 4:import_place_sign 5:import_place_outside]" {
		t.Errorf("%v", codes)
	}
	canal := testkit.Codes[testkit.Canal]
	for _, c := range []struct{ name, given, surnames string }{
		{"38-padron-paterno-materno.csv", "María José", "D'Angelo Ñaupa"}, {"38b-apellidos-y-nombres.csv", "JUANA", "QUISPE MAMANI"},
	} {
		body := strings.NewReplacer("08-0011-AII-26", canal, ";00990001;", ";99000777;").Replace(caseOf(t, c.name))
		f := imported(k, ana, "rosters", body)
		if n := k.Int(`SELECT count(*) FROM participants WHERE dni = '99000777' AND given_names = '` + c.given + `' AND surnames = '` + strings.ReplaceAll(c.surnames, "'", "''") + `'`); n != 1 {
			t.Errorf("%s: not %s, %s", c.name, c.surnames, c.given)
		}
		f.undo()
	}
	body := strings.ReplaceAll(caseOf(t, "38b-apellidos-y-nombres.csv"), "08-0011-AII-26", canal)
	if p := upload(k, ana, "rosters", "x.csv", strings.Replace(body, ",", "", 1)).preview(map[string]any{}); p.said() != "2 Apellidos y nombres import_names_together" {
		t.Error(p.said())
	}
	body = strings.ReplaceAll(caseOf(t, "38c-one-surname-apostrophe.csv"), "08-0011-AII-26", canal)
	f := upload(k, ana, "rosters", "38c.csv", body)
	p = f.preview(map[string]any{})
	if p.said() != "4 DNI import_dni_zeros" || len(p.Warnings) != 1 || p.Warnings[0].Row != 3 {
		t.Fatalf("%s %+v", p.said(), p.Warnings)
	}
	f.applies(f.preview(map[string]any{"reading": map[string]any{"ignored": []int{4}}}))
	if n := k.Int(`SELECT count(*) FROM participants WHERE given_names = '=1+1' AND surnames = '@Quispe' AND birth_date = '2008-02-29'`); n != 1 {
		t.Error("a name that looks like a formula is a text")
	}
}

// 18: titles, a total and notes are no transfers; what an amount's tail says is
// read or refused, row by row; the person can read a row that was left out.
func TestFieldReportWithTotalsAndNotes(t *testing.T) {
	k, ana := fieldWorld(t)
	f := upload(k, ana, "transfers", "18.xlsx", caseOf(t, "18-state-report-titles-total-footnotes.xlsx"))
	p := f.preview(map[string]any{})
	var left []string
	for _, a := range p.Aside {
		left = append(left, fmt.Sprint(a.Row, " ", a.Why, " ", a.Left))
	}
	if want := []string{"12 Suma de otras filas true", "14 Nota al pie true", "15 Nota al pie true"}; !slices.Equal(left, want) || p.Counts.Rows != 7 {
		t.Errorf("%q, want %q; %+v", left, want, p.Counts)
	}
	amounts := map[int]string{}
	for _, x := range p.Problems {
		if x.Column == "MONTO TRANSFERIDO" {
			amounts[x.Row] = x.Code
		}
	}
	if fmt.Sprint(amounts) != "map[7:import_amount_dash]" || len(p.Questions) != 2 {
		t.Errorf("%v %+v", amounts, p.Questions)
	}
	p = f.preview(map[string]any{"reading": map[string]any{"ignored": []int{7}, "kept": []int{12}}})
	if p.Counts.Rows != 7 || len(p.Aside) != 4 || p.Aside[0].Row != 7 || !p.Aside[0].Left || p.Aside[1].Left {
		t.Errorf("%+v %+v", p.Counts, p.Aside)
	}
	// 17: hidden rows are read, listed, and can be left out; so can broken ones.
	f = upload(k, ana, "entities", "17.xlsx", caseOf(t, "17-errors-formulas-hidden.xlsx"))
	p = f.preview(map[string]any{})
	if len(p.Aside) != 1 || p.Aside[0].Row != 4 || p.Aside[0].Left || p.Counts.Rows != 4 {
		t.Errorf("%+v %+v", p.Aside, p.Counts)
	}
	p = f.preview(map[string]any{"reading": map[string]any{"ignored": []int{2, 3, 4, 5}}})
	if len(p.Aside) != 4 {
		t.Errorf("%+v", p.Aside)
	}
}

// 46: of two equal headings the first is read, and the person is told.
func TestFieldEqualHeadingsAreTold(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "46-duplicate-headers.csv")
	f := upload(k, ana, "entities", "46.csv", body)
	p := f.preview(map[string]any{})
	if p.Columns[1].Field != "name" || p.Columns[2].Field != "" || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "columna B") {
		t.Fatalf("%+v %q", p.Columns, p.Notes)
	}
	columns := []map[string]any{{"index": 0, "field": "ruc"}, {"index": 1, "field": ""}, {"index": 2, "field": "name"}}
	f.preview(map[string]any{"reading": map[string]any{"columns": columns}})
	if p := upload(k, ana, "entities", "46.csv", body).preview(map[string]any{}); p.Columns[2].Field != "name" || p.Columns[3].Field != "" {
		t.Errorf("what was chosen is not remembered: %+v", p.Columns)
	}
}

// What was remembered of the greedy matching does not come back; what a person
// chooses does.
func TestFieldOldGreedyMappingDoesNotComeBack(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "33-pim-left-of-exact-label.csv")
	old := `{"pim":"financial_target","meta financiera anual s":"","meta fisica anual":"physical_target"}`
	for _, signature := range []string{strings.Repeat("a", 64), oldSignature(body)} {
		k.Save("import_mappings", testkit.ID("m"+signature[:5]), map[string]any{"kind": "planning", "signature": signature, "mapping": old})
	}
	p := upload(k, ana, "planning", "33.csv", body).preview(map[string]any{})
	if p.field("PIM") != "" || p.field("Meta financiera anual (S/)") != "financial_target" {
		t.Errorf("%+v", p.Columns)
	}
	f := upload(k, ana, "planning", "33.csv", body)
	f.applies(f.preview(map[string]any{}))
	if n := k.Int(`SELECT count(*) FROM import_mappings`); n != 2 {
		t.Error("a mapping that nobody chose is remembered")
	}
}

// oldSignature is how a layout was named while the first column that would do was
// taken.
func oldSignature(body string) string {
	sum := sha256.New()
	head, _, _ := strings.Cut(body, "\n")
	for _, h := range strings.Split(strings.TrimSuffix(head, "\r"), ";") {
		_, _ = io.WriteString(sum, imports.Normalize(h)+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// 32: what the column agrees on is read with a note, counts and amounts alike.
func TestFieldThousandsThatTheColumnDecides(t *testing.T) {
	k, ana := fieldWorld(t)
	f := upload(k, ana, "planning", "32.csv", caseOf(t, "32-cuadro5-counts-with-thousands-comma.csv"))
	p := f.preview(map[string]any{})
	if len(p.Problems) > 0 || len(p.Questions) > 0 || len(p.Notes) != 1 {
		t.Fatalf("%s %+v %q %+v", p.said(), p.Questions, p.Notes, p.Columns)
	}
	f.applies(p)
	if n := k.Int(`SELECT count(*) FROM aos WHERE (key, physical_target, financial_target) IN
		(VALUES ('seguimiento', 140400, 1498775400), ('promocion', 2064, 309896500), ('transferencia', 3168, 49355505300))`); n != 3 {
		t.Errorf("%d of three targets are as the file says", n)
	}
	heads := "Resolución;Publicación;Convenio;Monto\n"
	f = upload(k, ana, "transfers", "one.csv", heads+"RM 1;13/11/2026;"+testkit.Codes[testkit.Canal]+";1,234\n")
	p = f.preview(map[string]any{})
	if len(p.Questions) != 1 || p.Fingerprint != "" {
		t.Fatalf("%+v", p.Questions)
	}
	f.applies(f.answered(map[string]any{}, map[string]string{p.Questions[0].Key: "mark_groups"}))
	if n := k.Int(`SELECT count(*) FROM transfers WHERE amount = 123400`); n != 1 {
		t.Error("the amount is not the one that was answered")
	}
}

// 30: the programme's own Cuadro 5, with constants said once. A second time it
// changes nothing.
func TestFieldCuadro5(t *testing.T) {
	k, ana := fieldWorld(t)
	body := caseOf(t, "30-cuadro5-merged-header.xlsx")
	constants := map[string]string{
		"exercise": "2026", "funding_frame": "Ordinario", "version": "V3", "resolution": "RDE 045-2026-LP/DE", "approved_on": "15/10/2026", "aei": "AEI.07.04",
	}
	for i := range 2 {
		f := upload(k, ana, "planning", "30.xlsx", body)
		p := f.preview(map[string]any{})
		if !slices.Equal(p.Missing, []string{"Ejercicio", "Marco de financiamiento"}) || p.Fingerprint != "" {
			t.Fatalf("%v %+v", p.Missing, p.Columns)
		}
		for header, field := range map[string]string{
			"METAS FISICAS PROGRAMACIÓN": "physical_target", "METAS FINANCIERA PROGRAMACIÓN": "financial_target", "METAS FISICAS EJECUCIÓN": "",
			"METAS FINANCIERA EJECUCIÓN": "", "METAS FISICAS % DE AVANCE": "", "CATEGORÍA PRESUPUESTARIA / ACTIVIDAD OPERATIVA": "name",
		} {
			if p.field(header) != field {
				t.Fatalf("%s is %q: %+v", header, p.field(header), p.Columns)
			}
		}
		bad := f.preview(map[string]any{"reading": map[string]any{"constants": map[string]string{"exercise": "26", "funding_frame": "Ordinario"}}})
		if len(bad.Constants) != 1 || bad.Constants[0].Column != "Ejercicio" || bad.Fingerprint != "" {
			t.Errorf("%+v", bad.Constants)
		}
		p = f.preview(map[string]any{"reading": map[string]any{"constants": constants}})
		if len(p.Aside) != 3 || p.Aside[0].Row != 5 || p.Aside[1].Row != 8 || p.Aside[2].Row != 9 || p.Counts.Rows != 2 || len(p.Problems) > 0 {
			t.Fatalf("%+v %+v %s", p.Aside, p.Counts, p.said())
		}
		if i == 0 {
			if len(p.Warnings) != 2 {
				t.Errorf("the new keys are not shown: %+v", p.Warnings)
			}
			f.applies(p)
		} else if p.Counts.Same != 2 {
			t.Errorf("a second time: %+v %+v", p.Counts, p.Changes)
		}
		if n := k.Int(`SELECT count(*) FROM ao_versions v JOIN aos a ON a.id = v.ao JOIN poi_versions p ON p.id = v.poi_version
			WHERE p.key = 'v3' AND p.approved_on = '2026-10-15' AND a.budget_category = 'PP0073' AND a.exercise = 2026 AND (a.name, v.physical_target, v.financial_target) IN
			(VALUES ('Gestión del Programa', 124, 1626448600), ('Seguimiento de los proyectos de inversión pública y actividades en ejecución', 140400, 1498775400))`); n != 2 {
			t.Errorf("%d of two activities are as the table says", n)
		}
	}
	verifies(t, k)
	// The row of the header can be chosen.
	p := upload(k, ana, "planning", "30.xlsx", body).preview(map[string]any{"reading": map[string]any{"header_row": 3}})
	if p.field("METAS FISICAS") != "physical_target" {
		t.Errorf("%+v", p.Columns)
	}
}
