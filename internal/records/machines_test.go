package records_test

import (
	"slices"
	"testing"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/domain/states"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
)

func isRight(name string) bool {
	return slices.ContainsFunc(actor.Grants(), func(g actor.Grant) bool { return string(g.Right) == name })
}

// Every state is reached, none is a dead end, and whom something waits for can
// move it.
func TestMachines(t *testing.T) {
	for _, m := range records.Machines {
		for _, flaw := range m.Flaws(isRight) {
			t.Error(flaw)
		}
	}
}

// The declaration of a record takes the states of its table, and no other.
func TestStatesOfRecords(t *testing.T) {
	tables := map[string]*states.Machine{}
	for _, m := range records.Machines {
		tables[m.Name] = m
	}
	for _, kind := range records.All {
		field := kind.Field("state")
		if field == nil {
			continue
		}
		m := tables[kind.Name]
		if m == nil {
			t.Errorf("%s have states and no table", kind.Name)
			continue
		}
		if _, choices := field.Form(); !slices.Equal(choices, m.Names()) {
			t.Errorf("%s: declared %v, in the table %v", kind.Name, choices, m.Names())
		}
	}
}

// A rendición and its work move together, and wait for the same people.
func TestAWorkMovesWithItsRendicion(t *testing.T) {
	work := func(s string) string { return rendicion.State(s).Work() }
	for _, s := range rendicion.States.States {
		w, known := jobs.Works.State(work(s.Name))
		if !known || w.Turn != s.Turn {
			t.Errorf("%s waits for %q, its work (%s) for %q", s.Name, s.Turn, work(s.Name), w.Turn)
		}
	}
	for _, x := range rendicion.States.Moves {
		if got, ok := jobs.Works.May(work(x.From), work(x.To), x.By); !ok || got.Act != x.Act {
			t.Errorf("%s from %s to %s: the work has no such move from %s to %s", x.Act, x.From, x.To, work(x.From), work(x.To))
		}
	}
}

// The form of a change asks for a reason exactly where the table does.
func TestAFindingMovesAsItsTableSays(t *testing.T) {
	form := record.Context{Today: "2026-12-01", Form: "visit/3"}
	for _, x := range visit.Findings.Moves {
		_, faults := records.Forms.Check("findings", "update", map[string]any{"state": x.To}, form)
		if asked := len(faults) > 0 && faults[0].Field == "state_reason"; asked != x.Reason {
			t.Errorf("%s: a reason is asked for: %v, in the table: %v", x.Act, asked, x.Reason)
		}
	}
	for _, s := range visit.Findings.Names() {
		fields := map[string]any{"state": s, "state_reason": "Se volvió a mirar."}
		if _, faults := records.Forms.Check("findings", "update", fields, form); len(faults) > 0 {
			t.Errorf("the form does not take %s: %v", s, faults)
		}
	}
	if _, faults := records.Forms.Check("findings", "update", map[string]any{"state": "cerrado"}, form); len(faults) == 0 {
		t.Error("the form takes a state that the table does not have")
	}
}
