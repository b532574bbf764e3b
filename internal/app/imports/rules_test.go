package imports

import (
	"slices"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/records"
)

// tables is a database as a plan reads it.
type tables map[string][]Stored

func (t tables) Rows(collection string, _ []StoredColumn, field string, value any) ([]Stored, error) {
	var out []Stored
	for _, r := range t[collection] {
		if field == "" || field == "id" && r.ID == value || r.Fields[field] == value {
			out = append(out, r)
		}
	}
	return out, nil
}

const one, two = "work00000000001", "work00000000002"

// What a row names is looked for in the plan, then in the database.
func TestRulesSeeThePlanOverTheDatabase(t *testing.T) {
	work := func(id string) Stored {
		return Stored{ID: id, Fields: Values{"starts_on": "2026-11-01", "ends_on": "2026-12-31"}}
	}
	base := tables{
		"interventions": {work(one), work(two)},
		"cupos":         {{ID: "cupo00000000002", Fields: Values{"intervention": two, "number": int64(1), "state": "activo"}}},
	}
	judged := func(cupo func(*Book, *Line) string) []Problem {
		p := &planner{book: newBook(base, "seed", "2026-11-23", nil), plan: &Plan{}}
		l := &Line{Row: 2, header: map[string]string{"cupo": "N.° de cupo"}, cells: map[string]string{"cupo": "7"}}
		l.put(p.book, "participants", Values{"intervention": one, "cupo": cupo(p.book, l), "dni": "99000001", "alta_on": "2026-11-10"},
			Values{"given_names": "A", "surnames": "B", "sex": "F"}, nil)
		p.judge(l)
		return l.faults
	}
	planned := func(work string) func(*Book, *Line) string {
		return func(b *Book, l *Line) string {
			return l.put(b, "cupos", Values{"intervention": work, "number": int64(7)}, nil, Values{"state": "activo"}).ID
		}
	}
	stored := func(id string) func(*Book, *Line) string { return func(*Book, *Line) string { return id } }
	for _, c := range []struct {
		name string
		cupo func(*Book, *Line) string
		code fault.Code // "" if nothing is wrong
	}{
		{"a cupo of the same file", planned(one), ""},
		{"a cupo of the same file, of another work", planned(two), fault.ReferenceForeign},
		{"a stored cupo of another work", stored("cupo00000000002"), fault.ReferenceForeign},
		{"a cupo that is nowhere", stored("cupo00000000009"), fault.ReferenceMissing},
	} {
		got := judged(c.cupo)
		switch {
		case c.code == "" && len(got) > 0:
			t.Errorf("%s: %v", c.name, got[0].Fault)
		case c.code != "" && (len(got) != 1 || got[0].Fault.Code != c.code || got[0].Column != "N.° de cupo" || got[0].Value != "7" || got[0].Row != 2):
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// What rules read of the rows that imports write is in a plan, and has a name.
func TestPlansHoldWhatRulesRead(t *testing.T) {
	for collection, sh := range shapes {
		kept := func(name string) bool {
			return slices.ContainsFunc(sh.columns, func(c StoredColumn) bool { return c.Name == name })
		}
		typ := records.Find(collection)
		if typ == nil || collection == "districts" || collection == "uts" || collection == "jurisdictions" {
			continue // no rules, or only read
		}
		for _, f := range typ.Fields {
			if f.Must && !kept(f.Name) {
				t.Errorf("%s.%s may not be empty, and a plan does not read it", collection, f.Name)
			}
			if kept(f.Name) && ColumnLabel(f.Name) == f.Name {
				t.Errorf("%s.%s has no name for people", collection, f.Name)
			}
		}
		for _, rule := range typ.Rules {
			for _, name := range rule.Fields {
				if !kept(name) {
					t.Errorf("a rule of %s reads %s, a plan does not", collection, name)
				}
			}
		}
		for _, name := range typ.Read {
			if !kept(name) {
				t.Errorf("rules of others read %s.%s, a plan does not", collection, name)
			}
		}
	}
	for collection, columns := range brings {
		for column, fields := range columns {
			if !slices.ContainsFunc(shapes[collection].columns, func(c StoredColumn) bool { return c.Name == column }) {
				t.Errorf("%s.%s is no column", collection, column)
			}
			for _, name := range fields {
				if !slices.ContainsFunc(Specs, func(s *Spec) bool { return s.Field(name) != nil }) {
					t.Errorf("%s.%s comes from %s, which no file has", collection, column, name)
				}
			}
		}
	}
}
