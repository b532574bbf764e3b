package records_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/states"
	"chaski/internal/records"
	"chaski/internal/replication"
)

// Each unit, move, parent and place of the declarations is changed in turn, in
// memory: a case of the files that both sides judge must say otherwise. Limits and
// choices are in limits_test.go; the web app's mutants.test.ts does the same to the
// generated files.

// ruleCase is one of testdata/rules. What is in it was written by hand: a table that is
// changed on purpose is changed there too.
type ruleCase[I, E any] struct {
	Name   string
	Input  I
	Expect E
}

func ruleCases[I, E any](t *testing.T, file string) []ruleCase[I, E] {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/rules/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var out []ruleCase[I, E]
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return out
}

// wrongCase says which case is not as it is written, "" for none.
func wrongCase[I, E any](cases []ruleCase[I, E], say func(I) E) string {
	for _, c := range cases {
		if got := say(c.Input); !reflect.DeepEqual(got, c.Expect) {
			return fmt.Sprintf("%s: %#v, want %#v", c.Name, got, c.Expect)
		}
	}
	return ""
}

// survivors are the changes that no case sees, and how many there were. Each change
// answers what takes it back.
func survivors(changes map[string]func() func(), wrong func() string) (out []string) {
	for what, change := range changes {
		back := change()
		if wrong() == "" {
			out = append(out, what)
		}
		back()
	}
	slices.Sort(out)
	return out
}

// set changes a value and answers what takes that back.
func set[T any](at *T, now T) func() func() {
	return func() func() {
		was := *at
		*at = now
		return func() { *at = was }
	}
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

func with[T any](list []T, i int, now T) []T {
	out := slices.Clone(list)
	out[i] = now
	return out
}

func hold(t *testing.T, wrong func() string, changes map[string]func() func()) {
	t.Helper()
	if bad := wrong(); bad != "" {
		t.Fatal(bad)
	}
	for _, what := range survivors(changes, wrong) {
		t.Errorf("%s, and no case says otherwise", what)
	}
	if bad := wrong(); bad != "" || len(changes) == 0 {
		t.Fatalf("%d changes; after them: %s", len(changes), bad)
	}
	t.Logf("%d changes", len(changes))
}

type changed struct {
	Collection string
	Changed    []string
}

// together are the fields that move when these change.
func together(in changed) []string {
	var out []string
	for _, f := range in.Changed {
		for _, g := range replication.UnitOf(in.Collection, f) {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestEachUnitIsHeldByACase(t *testing.T) {
	cases := ruleCases[changed, []string](t, "units.json")
	changes := map[string]func() func(){}
	for _, kind := range records.All {
		if !kind.Takes("create") && len(kind.Units) > 0 {
			t.Errorf("%s has units, and nobody merges it", kind.Name)
		}
		for u, unit := range kind.Units {
			changes[fmt.Sprintf("%s without the unit %v", kind.Name, unit)] = set(&kind.Units, without(kind.Units, u))
			for f := range unit {
				changes[fmt.Sprintf("%s: %s not in its unit", kind.Name, unit[f])] = set(&kind.Units, with(kind.Units, u, without(unit, f)))
			}
			for _, f := range kind.Fields {
				if f.AskedBy("update") && !slices.Contains(unit, f.Name) {
					changes[fmt.Sprintf("%s: %s in the unit %v", kind.Name, f.Name, unit)] = set(&kind.Units, append([][]string{append(slices.Clone(unit), f.Name)}, without(kind.Units, u)...))
				}
			}
		}
	}
	hold(t, func() string { return wrongCase(cases, together) }, changes)
}

type inState struct{ Machine, State string }

type stateSaid struct {
	Begins, End bool
	Turn        string
	Groups      []string
	Moves       []moveSaid
}

type moveSaid struct {
	Act, To, By, Guard string
	Reason             bool
}

// stateOf is all that the tables say of a state.
func stateOf(in inState) stateSaid {
	i := slices.IndexFunc(records.Machines, func(m *states.Machine) bool { return m.Name == in.Machine })
	if i < 0 {
		return stateSaid{}
	}
	m := records.Machines[i]
	s, known := m.State(in.State)
	if !known {
		return stateSaid{}
	}
	out := stateSaid{Begins: slices.Contains(m.Initial, s.Name), End: s.End, Turn: s.Turn, Groups: strings.Fields(s.Is), Moves: []moveSaid{}}
	for _, x := range m.Moves {
		if x.From == s.Name {
			out.Moves = append(out.Moves, moveSaid{x.Act, x.To, x.By, x.Guard, x.Reason})
		}
	}
	return out
}

func TestEachMoveIsHeldByACase(t *testing.T) {
	cases := ruleCases[inState, stateSaid](t, "moves.json")
	changes := map[string]func() func(){}
	for _, m := range records.Machines {
		for i, s := range m.States {
			at := fmt.Sprintf("%s %s", m.Name, s.Name)
			state := func(change func(*states.State)) func() func() {
				now := s
				change(&now)
				return set(&m.States, with(m.States, i, now))
			}
			changes[at+" is no state"] = set(&m.States, without(m.States, i))
			changes[at+" is an end, or none"] = state(func(s *states.State) { s.End = !s.End })
			changes[at+" waits for another"] = state(func(s *states.State) { s.Turn += "x" })
			changes[at+" in one group more"] = state(func(s *states.State) { s.Is += " more" })
			changes[at+" may begin, or not"] = set(&m.Initial, begins(m.Initial, s.Name))
			changes[at+" has one move more"] = set(&m.Moves, append(slices.Clone(m.Moves), states.Move{Act: "x", From: s.Name, To: s.Name, By: states.Server}))
		}
		for i, x := range m.Moves {
			at := fmt.Sprintf("%s: %s from %s to %s by %s", m.Name, x.Act, x.From, x.To, x.By)
			move := func(change func(*states.Move)) func() func() {
				now := x
				change(&now)
				return set(&m.Moves, with(m.Moves, i, now))
			}
			changes[at+", not there"] = set(&m.Moves, without(m.Moves, i))
			changes[at+", by another name"] = move(func(x *states.Move) { x.Act += "x" })
			changes[at+", from elsewhere"] = move(func(x *states.Move) { x.From += "x" })
			changes[at+", to elsewhere"] = move(func(x *states.Move) { x.To += "x" })
			changes[at+", by another"] = move(func(x *states.Move) { x.By += "x" })
			changes[at+", with a reason or without"] = move(func(x *states.Move) { x.Reason = !x.Reason })
			changes[at+", under another condition"] = move(func(x *states.Move) { x.Guard += "x" })
		}
	}
	hold(t, func() string { return wrongCase(cases, stateOf) }, changes)
}

func begins(initial []string, state string) []string {
	if i := slices.Index(initial, state); i >= 0 {
		return without(initial, i)
	}
	return append(slices.Clone(initial), state)
}

type rowOf struct {
	Collection, ID string
	Row            map[string]string
}

type where struct {
	Work, Parent string
	Buckets      []string
}

// around are the rows beside those of the cases (testdata/rules/README.md).
var around = neighbours{
	"interventions": {"w": {"ut": "u"}, "x": {"ut": "v"}},
	"visits":        {"made": {"intervention": "w", "state": "sincronizada"}, "planned": {"intervention": "w", "state": "planificada"}},
	"findings":      {"seen": {"visit": "made", "intervention": "w"}, "foreseen": {"visit": "planned", "intervention": "w"}},
	"convenios":     {"c": {"intervention": "w", "proposer": "e", "executor": "f"}, "d": {"intervention": "x", "proposer": "f", "executor": "f"}},
	"jurisdictions": {"i": {"district": "d", "ut": "u"}, "j": {"district": "d", "ut": "v"}},
}

type neighbours map[string]map[string]map[string]string

func (n neighbours) Value(collection, id, field string) (string, error) {
	return n[collection][id][field], nil
}

func (n neighbours) Values(collection string, by []string, id, take string) ([]string, error) {
	var out []string
	for _, row := range n[collection] {
		if slices.ContainsFunc(by, func(f string) bool { return row[f] == id }) {
			out = append(out, row[take])
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// whereIs is to what a row belongs, and where it is served.
func whereIs(in rowOf) where {
	kind := records.Find(in.Collection)
	row := replication.Payload{}
	for f, v := range in.Row {
		row[f] = v
	}
	out := where{Work: row.Text(kind.Work())}
	if kind.Work() == "id" {
		out.Work = in.ID
	}
	if kind.Parent != "" {
		out.Parent = kind.ParentType() + "/" + row.Text(kind.Parent)
	}
	out.Buckets, _ = replication.BucketsOf(in.Collection, in.ID, row, around)
	out.Buckets = append([]string{}, out.Buckets...)
	slices.Sort(out.Buckets)
	return out
}

func TestEachPlaceAndParentIsHeldByACase(t *testing.T) {
	cases := ruleCases[rowOf, where](t, "belongs.json")
	changes := map[string]func() func(){}
	for _, kind := range records.All {
		if kind.Parent != "" {
			changes[kind.Name+" is a part of nothing"] = set(&kind.Parent, "")
			changes[kind.Name+" is a part of its work"] = set(&kind.Parent, "intervention")
		}
		changes[kind.Name+" is in the bucket of what is sensitive too"] = set(&kind.Place, append(slices.Clone(kind.Place), record.Way{Of: record.OfSensitiveUnit}))
		for what, place := range placesBut(kind.Place) {
			changes[kind.Name+" "+what] = set(&kind.Place, place)
		}
		if kind.Work() == "intervention" {
			i := slices.IndexFunc(kind.Fields, func(f record.Field) bool { return f.Name == "intervention" })
			changes[kind.Name+" names no work"] = set(&kind.Fields, without(kind.Fields, i))
		}
	}
	hold(t, func() string { return wrongCase(cases, whereIs) }, changes)
}

// placesBut are a place with one thing changed.
func placesBut(place record.Place) map[string]record.Place {
	out := map[string]record.Place{}
	for i, way := range place {
		but := func(what string, change func(*record.Way)) {
			now := way
			change(&now)
			out[fmt.Sprintf("%s (way %d)", what, i)] = with(place, i, now)
		}
		out[fmt.Sprintf("without way %d", i)] = without(place, i)
		if way.From == "" && way.Of != record.OfAll {
			but("by another field", func(w *record.Way) { w.Field += "x" })
		}
		if len(way.Then) == 0 {
			but("in another bucket", func(w *record.Way) { w.Of = (w.Of + 1) % (record.OfSensitiveUnit + 1) })
		}
		if way.Hidden.Field != "" {
			but("hidden from nobody", func(w *record.Way) { w.Hidden = record.Says{} })
			but("hidden otherwise", func(w *record.Way) { w.Hidden.Value += "x" })
		}
		if way.From != "" {
			but("by other rows", func(w *record.Way) { w.From += "x" })
			but("by what those say elsewhere", func(w *record.Way) { w.Take += "x" })
			for b := range way.By {
				but("without "+way.By[b], func(w *record.Way) { w.By = without(w.By, b) })
			}
		}
		for what, then := range placesBut(way.Then) {
			but("then "+what, func(w *record.Way) { w.Then = then })
		}
	}
	return out
}

type constrained struct {
	Collection string
	Now        map[string]string
	Changed    []string
	Roster     map[string][]string
	Others     []map[string]string
}

func (c constrained) InRoster(participant, work string) (bool, error) {
	return slices.Contains(c.Roster[work], participant), nil
}

func (c constrained) Taken(_ string, by record.Constraint, of, value string) (bool, error) {
	return slices.ContainsFunc(c.Others, func(o map[string]string) bool { return o[by.In] == of && o[by.Field] == value }), nil
}

func (c constrained) Among(_ string, by record.Constraint, of string) (n int64, err error) {
	for _, o := range c.Others {
		if o[by.In] == of {
			n++
		}
	}
	return n, nil
}

// broken is the first constraint that a record breaks, as code@field.
func broken(in constrained) string {
	now, changed := record.Row{}, record.Row{}
	for f, v := range in.Now {
		now[f] = v
	}
	for _, f := range in.Changed {
		changed[f] = now[f]
	}
	if err := records.Find(in.Collection).Constrain(now, changed, in); err != nil {
		bad := fault.Of(err)
		return string(bad.Code) + "@" + bad.Field
	}
	return ""
}

func TestEachConstraintIsHeldByACase(t *testing.T) {
	cases := ruleCases[constrained, string](t, "constraints.json")
	changes := map[string]func() func(){}
	for _, kind := range records.All {
		for i, c := range kind.Constraints {
			but := func(what string, change func(*record.Constraint)) {
				now := c
				change(&now)
				changes[fmt.Sprintf("%s: %s %s %s", kind.Name, c.Rule, c.Field, what)] = set(&kind.Constraints, with(kind.Constraints, i, now))
			}
			changes[fmt.Sprintf("%s without %s %s", kind.Name, c.Rule, c.Field)] = set(&kind.Constraints, without(kind.Constraints, i))
			but("by another rule", func(c *record.Constraint) {
				c.Rule = map[string]string{record.BelongsTo: record.UniqueIn, record.UniqueIn: record.BelongsTo, record.AtMostOf: record.UniqueIn}[c.Rule]
			})
			but("of another field", func(c *record.Constraint) { c.Field += "x" })
			but("in another", func(c *record.Constraint) { c.In += "x" })
			but("with another code", func(c *record.Constraint) { c.Code += "x" })
			if c.Most > 0 {
				but("one more", func(c *record.Constraint) { c.Most++ })
				but("one fewer", func(c *record.Constraint) { c.Most-- })
			}
		}
	}
	hold(t, func() string { return wrongCase(cases, broken) }, changes)
}
