package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/states"
	"chaski/internal/records"
	"chaski/internal/testkit"
)

func tables() map[string]*states.Machine {
	out := map[string]*states.Machine{}
	for _, m := range records.Machines {
		out[m.Name] = m
	}
	return out
}

// The migrated database takes the states of the tables, and no other; what else
// has a state has no table for a reason.
func TestStatesOfTheSchema(t *testing.T) {
	without := map[string]string{
		"imports": "the steps of one import, moved by internal/app/imports alone",
		"uploads": "the bytes of one file, moved by internal/upload alone",
	}
	k := testkit.World(t)
	of := tables()
	collections, err := k.App.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, c := range collections {
		field, is := c.Fields.GetByName("state").(*core.SelectField)
		m := of[c.Name]
		switch {
		case !is && m == nil, is && m == nil && without[c.Name] != "":
		case !is:
			t.Errorf("%s has a table of states, and no choice of them", c.Name)
		case m == nil:
			t.Errorf("%s has the states %v, and no table", c.Name, field.Values)
		case !slices.Equal(field.Values, m.Names()):
			t.Errorf("%s: the schema has %v, the table %v", c.Name, field.Values, m.Names())
		default:
			found++
		}
	}
	if found != len(records.Machines) {
		t.Errorf("%d of %d tables are of a collection that is there", found, len(records.Machines))
	}
}

// Wherever docs/openapi.yaml lists states, it lists those of a table.
func TestStatesOfTheAPI(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{ // no machines of ours
		"none, ok, flawed, failed, old": "a backup", "invited, active, inactive": "a person",
		"receiving, uploaded, applying, stopped, applied, undoing, undo_stopped, undone": "an import",
		"applying, stopped, undoing, undo_stopped":                                       "an import that is on its way",
	}
	for _, m := range records.Machines {
		known[strings.Join(m.Names(), ", ")] = m.Name
	}
	found := map[string]bool{}
	look := func(where string, s *openapi3.SchemaRef) {
		if s == nil || s.Value == nil || len(s.Value.Enum) == 0 {
			return
		}
		var words []string
		for _, v := range s.Value.Enum {
			words = append(words, v.(string))
		}
		if what := known[strings.Join(words, ", ")]; what == "" {
			t.Errorf("%s: the states %v are of no table", where, words)
		} else {
			found[what] = true
		}
	}
	var into func(where string, s *openapi3.SchemaRef)
	into = func(where string, s *openapi3.SchemaRef) {
		// What is named is looked into under its name; some name themselves.
		if s == nil || s.Ref != "" || s.Value == nil {
			return
		}
		for name, p := range s.Value.Properties {
			if name == "state" {
				look(where+"."+name, p)
			}
			into(where+"."+name, p)
		}
		into(where+"[]", s.Value.Items)
		for _, part := range s.Value.AllOf {
			into(where, part)
		}
	}
	for name, s := range doc.Components.Schemas {
		into(name, s)
	}
	for path, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, p := range op.Parameters {
				if p.Value.Name == "state" {
					look(path, p.Value.Schema)
				}
			}
		}
	}
	for _, name := range []string{"rendiciones", "rendicion_observations", "conflicts", "attendance_sheets", "devices"} {
		if !found[name] {
			t.Errorf("the states of %s are nowhere in it", name)
		}
	}
}
