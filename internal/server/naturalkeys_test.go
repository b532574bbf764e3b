package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"chaski/internal/testkit"
)

const restRows = "/api/collections/%s/records"

// refusal is what REST says of a field.
func refusal(t *testing.T, r testkit.Response, field string) string {
	t.Helper()
	var said struct {
		Data map[string]struct{ Code, Message string }
	}
	_ = json.Unmarshal(r.Body, &said)
	if r.Status == 400 && said.Data[field].Message == "" {
		t.Errorf("no sentence: %s", r.Body)
	}
	return said.Data[field].Code
}

func accrued(k *testkit.Kit) int64 {
	return k.Int(`SELECT coalesce(sum(amount), 0) FROM progress_cells WHERE measure = 'devengado'`)
}

func transferred(k *testkit.Kit) int64 {
	return k.Int(`SELECT coalesce(sum(quantity), 0) FROM progress_cells WHERE measure = 'transfer'`)
}

// However a number is spelled, REST and the dashboard store its one form, and
// nothing twice.
func TestOneFormOfANumberByREST(t *testing.T) {
	k := testkit.World(t)
	token := k.Superuser("claves@example.org")
	create := func(collection string, fields map[string]any) testkit.Response {
		return k.Do("POST", fmt.Sprintf(restRows, collection), token, fields)
	}
	var made struct{ ID, Number, Clasificador string }
	create("resolutions", map[string]any{"number": "R.M. Nº 101-2026-TR (demo)", "published_on": "2026-10-01"}).JSON(200, &made)
	if made.Number != "RM 101-2026-TR" {
		t.Errorf("%q", made.Number)
	}
	if r := create("resolutions", map[string]any{"number": "RM N° 0101–2026–TR", "published_on": "2026-10-01"}); r.Status != 400 {
		t.Errorf("a second spelling: %d %s", r.Status, r.Body)
	}
	transfer := map[string]any{"convenio": testkit.ID("cvcana"), "resolution": made.ID, "state": "devengada", "accrued_on": "2026-10-06", "amount": 100}
	create("transfers", transfer).JSON(200, nil)
	if got := refusal(t, create("transfers", transfer), "resolution"); got != "transfer_double" {
		t.Errorf("a second transfer: %q", got)
	}
	budget := map[string]any{"ao": testkit.JobAO, "month": "2026-10", "clasificador": "2.3. 2 7.11 99", "amount": 1000}
	create("budget_execution", budget).JSON(200, &made)
	if made.Clasificador != "2.3.2.7.11.99" {
		t.Errorf("%q", made.Clasificador)
	}
	for clasificador, code := range map[string]string{"2.3": "clasificador_subtotal", "2.3.2 7": "clasificador_subtotal", "2.3.2 7 11 99 1": "clasificador_unread"} {
		budget["clasificador"] = clasificador
		if got := refusal(t, create("budget_execution", budget), "clasificador"); got != code {
			t.Errorf("%s: %q, want %s", clasificador, got, code)
		}
	}
	budget["clasificador"], budget["month"] = "2.3.2", "2026-11"
	create("budget_execution", budget).JSON(200, nil)
	budget["clasificador"] = "2.3.2 7.11 99"
	if got := refusal(t, create("budget_execution", budget), "clasificador"); got != "clasificador_below" {
		t.Errorf("under an amount: %q", got)
	}
	policy := map[string]any{
		"intervention": testkit.Canal, "number": "POL-2026-001", "insurer_ruc": "20100070970", "insurer_name": "Aseguradora", "valid_from": "2026-11-01", "valid_to": "2026-12-31",
	}
	create("insurance_policies", policy).JSON(200, nil)
	policy["number"] = "pol 2026 001"
	if got := refusal(t, create("insurance_policies", policy), "number"); got != "policy_double" {
		t.Errorf("a second spelling of a policy: %q", got)
	}
	policy["state"] = "anulada"
	create("insurance_policies", policy).JSON(200, nil)
	if transferred(k) != 1 || accrued(k) != 2000 {
		t.Errorf("%d transfers, %d accrued", transferred(k), accrued(k))
	}
	verifies(t, k)
}

// What SQL stored twice is named, and counts once; the person who corrects it
// makes one of two.
func TestDoublesBySQLAreNamedAndCountOnce(t *testing.T) {
	k := testkit.World(t)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 101-2026-TR", "published_on": "2026-10-01"})
	k.Save("transfers", testkit.ID("t1"), map[string]any{
		"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": "devengada", "accrued_on": "2026-10-06", "amount": 100,
	})
	k.Save("budget_execution", testkit.ID("b1"), map[string]any{"ao": testkit.JobAO, "month": "2026-10", "clasificador": "2.3.2.7.11.99", "amount": 1000})
	k.Save("insurance_policies", testkit.ID("p1"), map[string]any{
		"intervention": testkit.Canal, "number": "POL-2026-001", "insurer_ruc": "20100070970", "insurer_name": "A", "valid_from": "2026-11-01", "valid_to": "2026-12-31",
	})
	settled(t, k, `INSERT INTO resolutions (id, number, published_on, state) VALUES ('`+testkit.ID("rm2")+`', 'R.M. N° 101-2026-TR (demo)', '2026-10-01', 'publicada');
		INSERT INTO transfers (id, convenio, resolution, state, accrued_on, amount) SELECT '`+testkit.ID("t2")+`', convenio, '`+testkit.ID("rm2")+`', state, accrued_on, amount FROM transfers;
		INSERT INTO transfers (id, convenio, resolution, state, accrued_on, amount) SELECT '`+testkit.ID("t3")+`', '`+testkit.ID("cvmuro")+`', '`+testkit.ID("rm2")+`', state, accrued_on, amount FROM transfers LIMIT 1;
		INSERT INTO budget_execution (id, ao, month, clasificador, amount) VALUES ('`+testkit.ID("b2")+`', '`+testkit.JobAO+`', '2026-10', '2.3.2 7.11 99', 1000),
			('`+testkit.ID("b3")+`', '`+testkit.JobAO+`', '2026-10', '2.3', 1000), ('`+testkit.ID("b4")+`', '`+testkit.JobAO+`', '2026-10', '2.3.2', 1000);
		INSERT INTO insurance_policies (id, intervention, number, insurer_ruc, insurer_name, valid_from, valid_to, state)
			SELECT '`+testkit.ID("p2")+`', intervention, 'POL 2026 001', insurer_ruc, insurer_name, valid_from, valid_to, 'emitida' FROM insurance_policies WHERE id = '`+testkit.ID("p1")+`'`)
	if transferred(k) != 1 || accrued(k) != 1000 {
		t.Errorf("%d transfers, %d accrued", transferred(k), accrued(k))
	}
	broken, listed := checked(t, k)
	slices.Sort(broken)
	want := []string{
		"budget_execution/" + testkit.ID("b1") + " clasificador: clasificador_below",
		"budget_execution/" + testkit.ID("b2") + " clasificador: clasificador_form",
		"budget_execution/" + testkit.ID("b3") + " clasificador: clasificador_subtotal",
		"budget_execution/" + testkit.ID("b4") + " clasificador: clasificador_subtotal",
		"insurance_policies/" + testkit.ID("p1") + " number: policy_double",
		"insurance_policies/" + testkit.ID("p2") + " number: policy_double",
		"resolutions/" + testkit.ID("rm2") + " number: resolution_form",
		"transfers/" + testkit.ID("t2") + " resolution: resolution_unclear",
		"transfers/" + testkit.ID("t3") + " resolution: resolution_unclear",
	}
	if !slices.Equal(broken, want) || len(listed) > 0 {
		t.Errorf("%q\n%q", broken, listed)
	}
	agrees(t, k, "with doubles")
	correct := func(row string, fields, seen map[string]any) string {
		return k.Do("POST", "/api/chaski/v1/problems/"+row+"/correct", k.Token(testkit.Ana), map[string]any{"fields": fields, "seen": seen, "reason": "Oficio 12-2026, foja 3"}).Code()
	}
	f := func(name string, v any) map[string]any { return map[string]any{name: v} }
	number := func() string {
		return correct("resolutions/"+testkit.ID("rm2"), f("number", "RM 101-2026-TR"), f("number", "R.M. N° 101-2026-TR (demo)"))
	}
	if got := number(); got != "transfer_double" {
		t.Errorf("united under a transfer that is there twice: %q", got)
	}
	for _, c := range []struct {
		row        string
		to, before map[string]any
	}{
		{"transfers/" + testkit.ID("t2"), f("state", "anulada"), f("state", "devengada")},
		{"budget_execution/" + testkit.ID("b3"), f("amount", 0), f("amount", 1000)},
		{"budget_execution/" + testkit.ID("b4"), f("amount", 0), f("amount", 1000)},
		{"budget_execution/" + testkit.ID("b2"), f("clasificador", "2.3.1"), f("clasificador", "2.3.2 7.11 99")},
		{"insurance_policies/" + testkit.ID("p2"), f("state", "anulada"), f("state", "emitida")},
	} {
		if got := correct(c.row, c.to, c.before); got != "" {
			t.Errorf("%s: %q", c.row, got)
		}
	}
	if got := number(); got != "" {
		t.Errorf("united: %q", got)
	}
	if n := k.Int(`SELECT count(*) FROM transfers WHERE resolution = '` + testkit.ID("rm") + `'`); n != 3 || k.Int(`SELECT count(*) FROM resolutions`) != 1 {
		t.Errorf("%d transfers of one resolution", n)
	}
	if transferred(k) != 2 || accrued(k) != 2000 {
		t.Errorf("corrected: %d transfers, %d accrued", transferred(k), accrued(k))
	}
	if broken, listed := checked(t, k); len(broken)+len(listed) > 0 {
		t.Errorf("%v %v", broken, listed)
	}
	agrees(t, k, "corrected")
}

// Numbers from before they had one form get it, once, with a trace; what is there
// twice stays, listed.
func TestScanGivesOldNumbersTheirForm(t *testing.T) {
	k := testkit.World(t)
	settled(t, k, `INSERT INTO resolutions (id, number, published_on, state) VALUES ('`+testkit.ID("rm")+`', 'RM N° 101-2026-TR (demo)', '2026-10-01', 'publicada'),
			('`+testkit.ID("rm2")+`', 'RM 101-2026-TR (DEMO)', '2026-10-01', 'publicada'), ('`+testkit.ID("rm3")+`', 'R.M. Nº 7-2026-TR', '2026-10-01', 'publicada');
		INSERT INTO transfers (id, convenio, resolution, state, accrued_on, amount) SELECT 't' || substr(id, 2), '`+testkit.ID("cvcana")+`', id, 'devengada', '2026-10-06', 100 FROM resolutions;
		INSERT INTO budget_execution (id, ao, month, clasificador, amount) VALUES ('`+testkit.ID("b1")+`', '`+testkit.JobAO+`', '2026-10', '2.3.2 7.11 99', 1000),
			('`+testkit.ID("b2")+`', '`+testkit.JobAO+`', '2026-10', '2.3.2.7.11.99', 1000), ('`+testkit.ID("b3")+`', '`+testkit.JobAO+`', '2026-10', '2.3. 2', 1000);`)
	k.SQL(`DELETE FROM row_problems; DELETE FROM audit; UPDATE row_scan SET version = 2, done = 1`)
	if _, err := k.Engine.ScanRules(context.Background(), k.App); err != nil {
		t.Fatal(err)
	}
	if got := k.Int(`SELECT count(*) FROM resolutions WHERE number IN ('RM 101-2026-TR', 'RM 007-2026-TR')`); got != 2 {
		t.Errorf("%d resolutions have their form", got)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'spell'`); n != 3 || k.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed'`) != 0 {
		t.Errorf("%d traces", n)
	}
	if transferred(k) != 2 || accrued(k) != 1000 {
		t.Errorf("%d transfers, %d accrued", transferred(k), accrued(k))
	}
	if broken, listed := checked(t, k); len(broken) != 5 || len(listed) > 0 {
		t.Errorf("%q %q", broken, listed)
	}
	agrees(t, k, "after the scan")
}

// An import from before numbers had one form can still be undone: the scan, not
// somebody, gave its rows their form.
func TestImportIsUndoneAfterTheScanSpelledItsRows(t *testing.T) {
	k := testkit.World(t)
	resolutions, spent := k.Int(`SELECT count(*) FROM resolutions`), k.Int(`SELECT count(*) FROM budget_execution`)
	for kind, body := range map[string]string{
		"transfers":        "Resolución;Fecha de publicación;Código de convenio;Monto;Fecha de devengado\nRM 101-2026-TR;15/10/2026;" + testkit.Codes[testkit.Canal] + ";100.00;16/10/2026\n",
		"budget_execution": "Ejercicio;Clave;Mes;Clasificador;Devengado\n2026;seguimiento;10;2.3.2 7.11 99;100.00\n",
	} {
		f := imported(k, k.Token(testkit.Ana), kind, body)
		settled(t, k, `UPDATE resolutions SET number = 'R.M. Nº 101-2026-TR' WHERE number = 'RM 101-2026-TR';
			UPDATE budget_execution SET clasificador = '2.3.2 7.11 99' WHERE clasificador = '2.3.2.7.11.99';
			UPDATE import_changes SET after = replace(replace(after, '"RM 101-2026-TR"', '"R.M. Nº 101-2026-TR"'), '"2.3.2.7.11.99"', '"2.3.2 7.11 99"');
			UPDATE row_scan SET version = 2, done = 1`)
		if _, err := k.Engine.ScanRules(context.Background(), k.App); err != nil {
			t.Fatal(err)
		}
		if n := k.Int(`SELECT count(*) FROM resolutions WHERE number = 'RM 101-2026-TR'`) + k.Int(`SELECT count(*) FROM budget_execution WHERE clasificador = '2.3.2.7.11.99'`); n != 1 {
			t.Errorf("%s: %d rows were given their form", kind, n)
		}
		if u := f.undo(); !u.Undone {
			t.Errorf("%s: %+v", kind, u)
		}
	}
	if k.Int(`SELECT count(*) FROM resolutions`) != resolutions || k.Int(`SELECT count(*) FROM budget_execution`) != spent {
		t.Error("something is left")
	}
}

// A transfer that was annulled and made anew: the file speaks of the new one.
func TestImportFindsTheTransferThatIsNotVoid(t *testing.T) {
	k := testkit.World(t)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 101-2026-TR", "published_on": "2026-10-01"})
	for _, made := range [][2]string{{"t1", "anulada"}, {"t2", "devengada"}} {
		k.Save("transfers", testkit.ID(made[0]), map[string]any{
			"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": made[1], "accrued_on": "2026-10-16", "amount": 100,
		})
	}
	imported(k, k.Token(testkit.Ana), "transfers", "Resolución;Fecha de publicación;Código de convenio;Monto;Fecha de devengado;Estado\nR.M. Nº 101-2026-TR;15/10/2026;"+
		testkit.Codes[testkit.Canal]+";250.00;16/10/2026;Devengada\n")
	if void, live := k.Int(`SELECT amount FROM transfers WHERE state = 'anulada'`), k.Int(`SELECT amount FROM transfers WHERE state = 'devengada'`); void != 100 || live != 25000 {
		t.Errorf("annulled %d, in force %d", void, live)
	}
	verifies(t, k)
}
