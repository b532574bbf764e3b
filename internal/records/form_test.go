package records_test

import (
	"slices"
	"testing"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// How a field is corrected follows from what its checks take.
func TestFormOfAField(t *testing.T) {
	for _, c := range []struct {
		kind, field string
		form        record.Form
		choice      string
	}{
		{"attendance_sheets", "day", record.FormDay, ""},
		{"attendance_sheets", "marks", record.FormOther, ""},
		{"attendance_sheets", "headcount", record.FormNumber, ""},
		{"participants", "baja_on", record.FormDay, ""},
		{"participants", "dni", record.FormText, ""},
		{"participants", "cupo", record.FormReference, ""},
		{"visit_marks", "mark", record.FormChoice, "no_visto"},
		{"interventions", "state", record.FormChoice, "en_ejecucion"},
		{"budget_execution", "month", record.FormMonth, ""},
		{"aos", "exercise", record.FormNumber, ""},
		{"visits", "device_started_at", record.FormText, ""},
		{"management_reports", "period", record.FormText, ""},
		{"checklists", "items", record.FormOther, ""},
		{"rendicion_observations", "also", record.FormOther, ""},
	} {
		form, choices := records.Find(c.kind).Field(c.field).Form()
		if form != c.form || c.choice != "" && !slices.Contains(choices, c.choice) || c.choice == "" && len(choices) > 0 {
			t.Errorf("%s.%s: %s %v", c.kind, c.field, form, choices)
		}
	}
}
