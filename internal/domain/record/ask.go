package record

import (
	"slices"
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Asked says what devices may say of a field, by operation; zero: nothing, the
// server fills it in.
type Asked uint8

// The ways of asking.
const (
	Needed   Asked = 1 << iota // create: it cannot be without
	Given                      // create: it may be said
	Changed                    // update
	Cleared                    // update, where an empty text takes the value away
	ToDecide                   // update: it cannot be without
	onCreate = Needed | Given
	onUpdate = Changed | Cleared | ToDecide
)

// Asks is the field with what devices may say of it. checks are those of who is
// asked, before those of the field itself.
func (f Field) Asks(asked Asked, checks ...Check) Field {
	f.Asked, f.AskedChecks = asked, checks
	return f
}

// AskedBy says whether an operation asks for the field.
func (f Field) AskedBy(op string) bool {
	return op == "create" && f.Asked&onCreate != 0 || op == "update" && f.Asked&onUpdate != 0
}

// NeededBy says whether an operation cannot be without it.
func (f Field) NeededBy(op string) bool {
	return op == "create" && f.Asked&Needed != 0 || op == "update" && f.Asked&ToDecide != 0
}

// ClearedBy says whether an operation may take its value away.
func (f Field) ClearedBy(op string) bool { return op == "update" && f.Asked&Cleared != 0 }

// FormChecks are those of what devices say of it, in their order.
func (f Field) FormChecks() []Check { return slices.Concat(f.AskedChecks, f.Checks) }

// Op is something a device may do with a record of the type.
type Op struct {
	Name  string // create, update, delete
	By    By
	Rules []FormRule
}

// By says whose work is taken: who has the right, in this relation to the record.
type By struct {
	Right    actor.Right // "": any
	Relation Relation
}

// Relation of a person to a record.
type Relation string

// The relations. What they rest on (assignments, convenios, who made a record) is
// looked up by who judges.
const (
	Supervises  Relation = "supervises"   // the work is assigned to him
	Works       Relation = "works"        // it is assigned to him, or his entity executes it
	Executes    Relation = "executes"     // his entity executes the work
	Made        Relation = "made"         // he made the record, and supervises the work or executes it
	MadeParent  Relation = "made_parent"  // he made what it belongs to, and supervises the work
	IsConcerned Relation = "is_concerned" // the record names him
)

// ByExecution says whether the people of who carries the work out are in the relation.
func (r Relation) ByExecution() bool { return r == Works || r == Executes || r == Made }

// Context is what a form is judged against. Today is the business date in Lima by
// the server's clock. Work is nil where the intervention is not known or not
// needed: its rules are left out. Form names the form that asked, "visit/2": older
// forms did not ask for everything.
type Context struct {
	Today day.Day
	Work  *Work
	Form  string
}

// Work is what forms need of an intervention.
type Work struct {
	Starts, Ends day.Day // inclusive
	ConvenioCode string
}

// Version of the form that asked, 0 if it says none.
func (c Context) Version() int {
	for i := range len(c.Form) {
		if c.Form[i] == '/' {
			n, err := strconv.Atoi(c.Form[i+1:])
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}

// FormRule is a rule over the fields that one form said. Those that are data
// (Rule is their name) are the phone's too; of others only the name is known
// outside of Go, and the phone has its own.
type FormRule struct {
	Rule   string
	Fields []string
	When   Says
	Since  int
	Code   fault.Code // where it is not the rule's own
	// Whole: it is about the record as it will be, so that a change is judged with
	// what it leaves as it is.
	Whole func(now, changed Row) []*fault.Fault
	form  func(r *Reading, ctx Context)
}

// Coded is a rule that is code.
func Coded(name string, form func(r *Reading, ctx Context)) FormRule {
	return FormRule{Rule: name, form: form}
}

// NotInFuture says that a day is not after today.
func NotInFuture(field string) FormRule {
	return FormRule{Rule: "not_in_future", Fields: []string{field}, form: func(r *Reading, ctx Context) {
		if s := r.Text(field); s != "" {
			if f := NotAfter(field, s, ctx.Today); f != nil {
				r.Refuse(f)
			}
		}
	}}
}

// InWork says that a day lies in the term of the intervention, both ends included.
func InWork(field string) FormRule {
	return FormRule{Rule: "in_work", Fields: []string{field}, form: func(r *Reading, ctx Context) {
		s := r.Text(field)
		if s == "" || ctx.Work == nil || r.Bad(field) || day.Day(s).Within(ctx.Work.Starts, ctx.Work.Ends) {
			return
		}
		r.Refuse(fault.New(fault.DateOutsideIntervention, field).With("value", s).
			With("starts_on", string(ctx.Work.Starts)).With("ends_on", string(ctx.Work.Ends)))
	}}
}

// Something says that a change that says nothing is none; the fault names the field.
func Something(field string) FormRule {
	return FormRule{Rule: "something", Fields: []string{field}, form: func(r *Reading, _ Context) {
		if len(r.Clean) == 0 && len(r.Faults) == 0 {
			r.Refuse(fault.New(fault.Required, field))
		}
	}}
}

// Because says that who says this value of a field says why; with another value no old
// reason stays. From version since of the form on.
func Because(field, value, reason string, since int) FormRule {
	return FormRule{Rule: "because", Fields: []string{reason}, When: Says{field, value}, Since: since, form: func(r *Reading, ctx Context) {
		said, given := r.Clean[field]
		if !given || r.Bad(reason) || ctx.Version() < since {
			return
		}
		switch {
		case r.Text(reason) != "":
		case said == value:
			r.Refuse(fault.New(fault.Required, reason))
		default:
			r.Clean[reason] = ""
		}
	}}
}

// Together says that one field comes with the other, or neither.
func Together(field, other string) FormRule {
	return FormRule{Rule: "together", Fields: []string{field, other}, form: func(r *Reading, _ Context) {
		if r.Bad(field, other) {
			return
		}
		a, b := r.Text(field) == "", r.Text(other) == ""
		switch {
		case a && !b:
			r.Refuse(fault.New(fault.Required, field))
		case b && !a:
			r.Refuse(fault.New(fault.Required, other))
		}
	}}
}

// NeedsAll says that a record of which one field says this value may lack none of the
// others. It is judged where the form touches one of them: an older gap is not the
// slip of who changes something else. From version since of the form on.
func NeedsAll(when Says, fields []string, since int, code fault.Code) FormRule {
	touches := func(changed Row) bool {
		for _, name := range append([]string{when.Field}, fields...) {
			if _, touched := changed[name]; touched {
				return true
			}
		}
		return false
	}
	lacks := func(now, changed Row) []*fault.Fault {
		if now.Text(when.Field) != when.Value || !touches(changed) {
			return nil
		}
		var out []*fault.Fault
		for _, name := range fields {
			if now.Text(name) == "" {
				out = append(out, fault.New(code, name))
			}
		}
		return out
	}
	return FormRule{Rule: "needs_all", Fields: fields, When: when, Since: since, Code: code, Whole: lacks}
}
