package visit

import "chaski/internal/domain/fault"

// graveFrom is the version of the forms that ask what is to be done about a grave
// finding. Older ones did not ask, and are taken as they are.
const graveFrom = 3

// graveNeeds are the fields that a grave finding may not lack.
var graveNeeds = []string{"corrective_measure", "responsible", "due_on"}

// GraveLacks answers what a grave finding lacks after a change. now is the finding
// with the change in it, changed what the change really changes: where it touches
// neither the severity nor what a grave one needs, an older gap is not its slip.
// The phone has the same rule; both pass testdata/rules/grave.json.
func GraveLacks(now, changed map[string]any, ctx Context) []*fault.Fault {
	if ctx.version() < graveFrom || now["severity"] != "grave" || !touchesGrave(changed) {
		return nil
	}
	var lacks []*fault.Fault
	for _, name := range graveNeeds {
		if said, _ := now[name].(string); said == "" {
			lacks = append(lacks, fault.New(fault.GraveIncomplete, name))
		}
	}
	return lacks
}

func touchesGrave(changed map[string]any) bool {
	if _, severity := changed["severity"]; severity {
		return true
	}
	for _, name := range graveNeeds {
		if _, touched := changed[name]; touched {
			return true
		}
	}
	return false
}

// newFinding: what is wrong with a field already is not missing too.
func newFinding(r *reading, ctx Context) {
	for _, f := range GraveLacks(r.clean, r.clean, ctx) {
		if !r.bad[f.Field] {
			r.refuse(f)
		}
	}
}
