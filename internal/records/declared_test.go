package records_test

import (
	"slices"
	"testing"

	"chaski/internal/domain/record"
	"chaski/internal/records"
)

// A declaration does not contradict itself or another.
func TestDeclarationsHoldTogether(t *testing.T) {
	names := map[string]bool{}
	for _, kind := range records.All {
		if names[kind.Name] {
			t.Errorf("%s is declared twice", kind.Name)
		}
		names[kind.Name] = true
		fields := map[string]bool{}
		for _, f := range kind.Fields {
			if fields[f.Name] {
				t.Errorf("%s.%s is declared twice", kind.Name, f.Name)
			}
			fields[f.Name] = true
			for _, c := range f.Checks {
				if c.Kind != f.Kind {
					t.Errorf("%s.%s: its checks take another kind of value", kind.Name, f.Name)
				}
			}
		}
		if kind.Parent != "" && (kind.Field(kind.Parent) == nil || records.Find(kind.ParentType()) == nil || kind.Field("intervention") == nil) {
			t.Errorf("%s: its parent %q names no other kind, or it has no intervention to go to with it", kind.Name, kind.Parent)
		}
		if kind.Parent != "" && !names[kind.ParentType()] {
			t.Errorf("%s is declared before what it belongs to, and would not follow it", kind.Name)
		}
		if kind.Plural == "" {
			t.Errorf("%s has no word for people", kind.Name)
		}
		grouped := map[string]bool{}
		for _, unit := range kind.Units {
			for _, name := range unit {
				if !fields[name] || grouped[name] || len(unit) < 2 {
					t.Errorf("%s: %q is no field, or of two units, or alone in one", kind.Name, name)
				}
				grouped[name] = true
			}
		}
		if kind.Served != kind.Place.Reaches() {
			t.Errorf("%s: served is %v, and its place says otherwise", kind.Name, kind.Served)
		}
		leads(t, kind, kind.Name, kind.Place)
	}
}

// leads: each way asks for fields that are there, and arrives where it says.
func leads(t *testing.T, of *record.Type, at string, place record.Place) {
	t.Helper()
	has := func(kind, field, to string) {
		t.Helper()
		typ := records.Find(kind)
		var f *record.Field
		if typ != nil {
			f = typ.Field(field)
		}
		switch {
		case f == nil || f.ServerOnly:
			t.Errorf("the place of %s asks for %s.%s, which is no content", of.Name, kind, field)
		case to != "" && f.Ref != to && !slices.ContainsFunc(f.Checks, func(c record.Check) bool { return c.Type == "id" }):
			t.Errorf("the place of %s: %s.%s names no %s", of.Name, kind, field, to)
		}
	}
	for _, way := range place {
		if way.Hidden.Field != "" {
			has(at, way.Hidden.Field, "")
		}
		if way.Field != "" {
			has(at, way.Field, way.To)
		}
		if way.From != "" {
			has(way.From, way.Take, way.To)
			for _, by := range way.By {
				has(way.From, by, at)
			}
		}
		leads(t, of, way.To, way.Then)
	}
}

// What is sensitive is served to no device: it is in none of the buckets that
// somebody holds.
func TestSensitiveKindsAreNotServed(t *testing.T) {
	for _, name := range []string{"participant_conditions", "technical_assistances", "management_reports", "transfers", "budget_execution"} {
		if records.Find(name).Served {
			t.Errorf("%s is served", name)
		}
	}
	for _, name := range []string{"parameters", "interventions", "participants", "visits", "findings", "conflicts", "rendicion_lines"} {
		if !records.Find(name).Served {
			t.Errorf("%s is not served", name)
		}
	}
}
