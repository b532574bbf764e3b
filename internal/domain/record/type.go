// Package record says of one kind of record what its rows must hold: each field
// by itself, and rules over several fields and over the rows they name. It is
// data and pure functions; every way into the database asks the same ones (see
// internal/store), and each subject declares its records in a records.go.
package record

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Row is a row's fields: text, whole numbers as int64, decoded JSON.
type Row map[string]any

// Text of a field, "" for none.
func (r Row) Text(field string) string {
	s, _ := r[field].(string)
	return s
}

// World is what rules may know beside the row.
type World interface {
	// Today is the business date in Lima.
	Today() day.Day
	// Row is another row by its id; of it only what its type declares as Read.
	Row(collection, id string) (Row, bool)
	// By is a row found by another field than its id.
	By(collection, field, value string) (Row, bool)
	// Newest is the greatest text that rows, found by a whole number in another
	// field, have in a field; "" for none.
	Newest(collection, field string, value int64, of string) string
	// Others are the rows that have this text in a field, without the one that is
	// judged; of each only what its type declares as Read.
	Others(collection, field, value string) []Row
	// Roster are the participants of an intervention, by id.
	Roster(intervention string) map[string]bool
}

// Type is one kind of record.
type Type struct {
	Name   string
	Fields []Field
	Rules  []Rule
	// Read are the fields of its rows that rules of other kinds ask for.
	Read []string
	// Served: devices may get its rows, and what is generated for them names it. Without
	// it they are tracked for figures and verification alone, wherever they are placed.
	Served bool
	// Place is in which buckets its rows are.
	Place Place
	// Parent is the field that names the row it belongs to, and goes with to another
	// intervention; "" for none.
	Parent string
	// Form is the name of the form that asks for it, Version its newest version.
	Form    string
	Version int
	// Ops are what devices may do with it; none: they only read it.
	Ops []Op
	// Begins is what the server fills into a new one; Stamps are the fields that take
	// who made it, on which device, and when it was received.
	Begins Row
	Stamps Stamps
	// Constraints hold for what devices say, in their order.
	Constraints []Constraint
	// Day is the field that says of what day it is; "" for none, or where its parent
	// says so.
	Day string
	// Doc says what it is, where its name does not; Plural is how people read of many.
	Doc, Plural string
	// Title are the fields that say which one it is, where people read of it.
	Title []string
	// Files says which files its rows are; nil: they are none.
	Files *Files
	// Key are the fields that name it: no two rows say the same in them. The first is its
	// work. A device derives the id of a new one from them (KeyID), so that two people who
	// write the same one without knowing of each other write one record.
	Key []string
	// Shut says when devices may not change a row, and why; zero: never.
	Shut Shut
	// Units move whole in a merge: a number without its dates, or a state without its
	// reason, would say what nobody said.
	Units [][]string
	// Remove says why a row may not be deleted; nil: it may.
	Remove func(r Row, w World) *fault.Fault
}

// Shut is closed to devices as long as a row says so. The fault names the first field
// that the change is about.
type Shut struct {
	Says
	Code fault.Code
}

// Of answers why a change of a row is not taken from a device, or nil.
func (s Shut) Of(row, changed Row) *fault.Fault {
	if s.Field == "" || row.Text(s.Field) != s.Value || len(changed) == 0 {
		return nil
	}
	return fault.New(s.Code, slices.Min(slices.Collect(maps.Keys(changed))))
}

// KeyOf are the values of a row's key as one text, the order of Key; "" where the
// type has none, or one of them is blank.
func (t *Type) KeyOf(r Row) string {
	parts := make([]string, len(t.Key))
	for i, name := range t.Key {
		if parts[i] = r.Text(name); parts[i] == "" {
			return ""
		}
	}
	return strings.Join(parts, " ")
}

// Kind is how a field is kept and how it crosses the wire.
type Kind uint8

// The kinds a field may have. There are no fractions: money is céntimos and
// places are microdegrees.
const (
	KindText Kind = iota
	KindInt
	KindBool
	KindJSON
	KindInstant // UTC; "2026-11-23T15:04:05.000Z" on the wire
)

// Stamps are fields that the server fills in; "" for none.
type Stamps struct{ Maker, Device, Received string }

// Field is one field and what it may hold.
type Field struct {
	Name   string
	Kind   Kind
	Ref    string  // the collection whose id it holds
	Must   bool    // it may not be empty
	Counts bool    // a row that is wrong here adds to no figure (of a list, one wrong item is left out)
	Checks []Check // of a value that is not empty
	// ServerOnly: it is no part of the row's content, which devices hold, checksums
	// cover and revisions count.
	ServerOnly bool
	// Added: it came after rows of its kind were first released. Where it is blank it
	// is no part of the row's content, so that older rows keep their digests and are
	// not sent again. Never set on an old field.
	Added bool
	// Derived: the server works it out from other rows. Nobody writes it, so it is no
	// change of the row by anybody.
	Derived bool
	// Asked: what devices may say of it, with checks of who is asked before those of
	// the field.
	Asked       Asked
	AskedChecks []Check
	// Doc is what the protocol says of it in a row, AskDoc in a form.
	Doc, AskDoc string
}

// Check judges one value, never an empty one.
type Check struct {
	Spec
	judge func(name string, v any, today day.Day) *fault.Fault
}

// Judge answers why a value is not taken, or nil.
func (c Check) Judge(name string, v any, today day.Day) *fault.Fault { return c.judge(name, v, today) }

// Spec is what a check says as data, for readers that are not Go.
type Spec struct {
	Kind        Kind
	Type        string // "" for what only code can say
	Least, Most int64  // of characters, or of the number
	Values      []string
	Shape       string // a regular expression that a text matches
}

// Rule is over several fields, or over rows that the row names.
type Rule struct {
	// Fields are those it is about: it is asked anew when one of them changes. Its
	// fault names one of them.
	Fields []string
	// Via are those of Fields through which it reads other rows.
	Via    []string
	Counts bool // a row that breaks it adds to no figure
	Judge  func(r Row, w World) *fault.Fault
}

// Finding is one rule that a row breaks.
type Finding struct {
	Fault  *fault.Fault
	Fields []string // what the rule is about
	Counts bool
	// Until is the day from which time alone mends it; "" if it does not.
	Until day.Day
	// Missing is what a reference names that is not there, "collection/id".
	Missing string
}

// Touches says whether the rule is about one of these fields.
func (f Finding) Touches(fields map[string]bool) bool {
	for _, name := range f.Fields {
		if fields[name] {
			return true
		}
	}
	return false
}

// Judge answers every rule the row breaks, one for a field at most, in the order
// of the declaration.
func (t *Type) Judge(r Row, w World) []Finding {
	var out []Finding
	for i := range t.Fields {
		if f := t.Fields[i].judge(r, w); f != nil {
			out = append(out, *f)
		}
	}
	bad := map[string]bool{}
	for _, f := range out {
		bad[f.Fault.Field] = true
	}
	for i := range t.Rules {
		rule := &t.Rules[i]
		if wrongAlready(rule.Fields, bad) {
			continue
		}
		if f := rule.Judge(r, w); f != nil {
			bad[f.Field] = true
			out = append(out, Finding{Fault: f, Fields: rule.Fields, Counts: rule.Counts, Until: until(f, r)})
		}
	}
	return out
}

// wrongAlready: a rule over a field that is no date, or names nothing, would only
// say the same slip twice.
func wrongAlready(fields []string, bad map[string]bool) bool {
	if len(bad) == 0 {
		return false
	}
	for _, name := range fields {
		if bad[name] {
			return true
		}
	}
	return false
}

func (f *Field) judge(r Row, w World) *Finding {
	v := r[f.Name]
	if Blank(v) {
		if !f.Must {
			return nil
		}
		return &Finding{Fault: fault.New(fault.Required, f.Name), Fields: []string{f.Name}, Counts: f.Counts}
	}
	for _, check := range f.Checks {
		if bad := check.Judge(f.Name, v, w.Today()); bad != nil {
			return &Finding{Fault: bad, Fields: []string{f.Name}, Counts: f.Counts && !ofOne(bad), Until: until(bad, r)}
		}
	}
	if f.Ref == "" {
		return nil
	}
	id, _ := v.(string)
	if _, there := w.Row(f.Ref, id); there {
		return nil
	}
	return &Finding{
		Fault: fault.New(fault.ReferenceMissing, f.Name), Fields: []string{f.Name}, Counts: f.Counts, Missing: f.Ref + "/" + id,
	}
}

// ofOne says that one item of a list is wrong: it is left out by itself, and the
// rest of the list counts.
func ofOne(f *fault.Fault) bool {
	_, item := f.Args["item"]
	return item
}

// until: what is in the future will not be.
func until(f *fault.Fault, r Row) day.Day {
	switch f.Code {
	case fault.DateInFuture:
		return day.Day(r.Text(f.Field))
	case fault.MonthInFuture:
		return day.Day(r.Text(f.Field) + "-01")
	}
	return ""
}

// ParentType is the collection it belongs to, "" for none.
func (t *Type) ParentType() string {
	if t.Parent == "" {
		return ""
	}
	return t.Field(t.Parent).Ref
}

// Hidden is what rows say that are for supervision alone, not made yet.
func (t *Type) Hidden() Says {
	for _, w := range t.Place {
		if w.Hidden.Field != "" {
			return w.Hidden
		}
	}
	return Says{}
}

// Work is the field that names the intervention its rows are of; "id" for the
// intervention itself, "" for none.
func (t *Type) Work() string {
	switch {
	case t.Name == works:
		return "id"
	case t.Field("intervention") != nil:
		return "intervention"
	}
	return ""
}

const works = "interventions"

// Personal says whether the field says who somebody is: it is shown masked, and
// whole to who says why.
func (f Field) Personal() bool {
	return slices.ContainsFunc(f.Checks, func(c Check) bool { return c.Type == "dni" })
}

// NamesPeople tells whether its rows say who somebody is.
func (t *Type) NamesPeople() bool { return slices.ContainsFunc(t.Fields, Field.Personal) }

// About is the field of its title that names a person of the roster, "" for none.
func (t *Type) About() string {
	for _, name := range t.Title {
		if f := t.Field(name); f != nil && f.Ref == "participants" {
			return name
		}
	}
	return ""
}

// UnitOf is the merge unit of a field, or the field alone.
func (t *Type) UnitOf(field string) []string {
	for _, u := range t.Units {
		if slices.Contains(u, field) {
			return u
		}
	}
	return []string{field}
}

// Content are the fields that are remembered of a row, and that devices get.
func (t *Type) Content() []Field {
	out := make([]Field, 0, len(t.Fields))
	for _, f := range t.Fields {
		if !f.ServerOnly {
			out = append(out, f)
		}
	}
	return out
}

// Field of that name, or nil.
func (t *Type) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// Blank says whether a value is none. Zero is a number like others.
func Blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	}
	return false
}

// Whole is a value as a whole number.
func Whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= maxExact
	}
	return 0, false
}

// maxExact is the largest integer every side keeps exactly (float64).
const maxExact = 1<<53 - 1
