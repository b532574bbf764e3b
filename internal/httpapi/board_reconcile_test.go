package httpapi_test

import (
	"fmt"
	"testing"

	"chaski/internal/testkit"
)

// Transfers and SIAF are held against each other month by month; only AO that
// count transfers are.
func TestTransfersAreReconciledWithSIAF(t *testing.T) {
	k, _ := visited(t)
	k.Save("budget_execution", testkit.ID("s1"), map[string]any{"ao": testkit.TransferAO, "month": "2026-10", "clasificador": "2.4.1", "amount": 150_000_00})
	k.Save("budget_execution", testkit.ID("s2"), map[string]any{"ao": testkit.TransferAO, "month": "2026-11", "clasificador": "2.4.1", "amount": 1})
	var d struct {
		Reconciliation []struct {
			Month, Transferred, Accrued, Difference string
			Transfers                               int
		}
	}
	get := func(ao string) {
		d.Reconciliation = nil
		k.Do("GET", "/api/chaski/v1/exercises/2026/aos/"+ao, k.Token(testkit.Ana), nil).JSON(200, &d)
	}
	get(testkit.TransferAO)
	want := "[{2026-10 150000.00 150000.00 0.00 1} {2026-11 0.00 0.01 0.01 0}]"
	if got := fmt.Sprint(d.Reconciliation); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	get(testkit.JobAO)
	if len(d.Reconciliation) != 0 {
		t.Errorf("jobs are reconciled with transfers: %+v", d.Reconciliation)
	}
}

// Assistances and reports are lines of their own behind the figure.
func TestAssistanceAndReportLines(t *testing.T) {
	k := testkit.World(t)
	for id, unit := range map[string]string{"aoat": "technical_assistance", "aoin": "management_report"} {
		k.Save("aos", testkit.ID(id), map[string]any{
			"key": unit, "name": unit, "exercise": 2026, "funding_frame": "ordinary", "unit_measure": unit,
			"budget_category": "PP0073", "counting_rule": "v1", "physical_target": 2,
		})
	}
	k.Save("technical_assistances", testkit.ID("at"), map[string]any{
		"ut": testkit.UT1, "entity": testkit.ID("muni"), "held_on": "2026-10-07", "modality": "taller", "scope": "grupal", "channel": "virtual",
		"topic": "Requisitos", "funding_frame": "ordinary", "funding_year": 2026, "state": "validada", "evidence": "Acta 1",
	})
	k.Save("management_reports", testkit.ID("in"), map[string]any{
		"unit": "UFPP", "ao": testkit.ID("aoin"), "kind": "avance", "period": "2026-09", "number": "N.º 7", "approved_on": "2026-10-02", "state": "aprobado",
	})
	for id, want := range map[string]string{
		"aoat": "technical_assistance Municipalidad de prueba · Requisitos Unidad Uno 2026-10-07 Acta 1",
		"aoin": "management_report avance 2026-09 UFPP 2026-10-02 N.º 7",
	} {
		d := aoDetail(k, 2026, testkit.ID(id))
		explained(t, d)
		if len(d.Lines) != 1 {
			t.Fatalf("%s: %+v", id, d.Lines)
		}
		l := d.Lines[0]
		if got := l.Kind + " " + l.Label + " " + l.UTName + " " + l.AsOf + " " + l.Source; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
