// Package visit judges what a supervisor records on a visit: its own fields,
// who was there, findings, and people at work who are not on the roster; and how
// he settles a conflict about them.
//
// It decides meaning only from the mutation and the Context. That the records
// named exist, are in the supervisor's scope and belong together is for the
// caller (docs/protocol.md §6).
package visit

import (
	"strconv"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Marks of a participant. NotSeen is the default: what nobody saw is never
// recorded as seen.
const (
	Present = "presente"
	Absent  = "ausente"
	NotSeen = "no_visto"
)

// States of a visit and of a finding that the server or the supervisor sets.
const (
	StateSynced      = "sincronizada"
	FindingOpen      = "abierto"
	FindingCorrected = "levantado"
)

// MinDescription is how many characters say what a finding is.
const MinDescription = 10

// Lengths in characters; the schema allows as much.
const (
	maxText = 5000
	maxName = 200
)

// Intervention is what the rules need of the intervention visited.
type Intervention struct {
	Starts, Ends day.Day // inclusive
	ConvenioCode string
}

// Context is what the mutation is judged against. BusinessDate is today in Lima
// by the server's clock. Intervention is nil where it is not known or, as for
// the children of a visit, not needed; its rules are then left out. Form names
// the form that asked, e.g. "visit/2": older forms did not ask for everything.
type Context struct {
	BusinessDate day.Day
	Intervention *Intervention
	Form         string
}

// version of the form that asked, 0 if it says none.
func (c Context) version() int {
	_, v, _ := strings.Cut(c.Form, "/")
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0
	}
	return n
}

// reasonsFrom is the version of the forms that ask why a finding is lifted.
const reasonsFrom = 2

type form struct {
	fields []field
	rules  func(r *reading, ctx Context) // on top of the fields; may refuse more
}

var forms = map[string]map[string]form{
	"visits": {"create": {fields: []field{
		required("intervention", id()),
		required("convenio_code", convenio()),
		required("kind", oneOf("in_situ", "unannounced")),
		required("visited_on", date()),
		required("device_started_at", instant()),
		required("device_ended_at", instant()),
		optional("lat_e6", integer(-maxExact)),
		optional("lon_e6", integer(-maxExact)),
		optional("accuracy_m", integer(0)),
		optional("fix", fix()),
		optional("location_reason", text(1, maxText)),
		required("headcount", integer(0)),
		required("roster_size", integer(0)),
		optional("roster_as_of", text(1, maxName)),
		optional("checklist_key", text(1, maxName)),
		optional("checklist_version", integer(0)),
		optional("answers", answers()),
		optional("note", text(1, maxText)),
	}, rules: visitRules}},
	"visit_marks": {"create": {fields: []field{
		required("visit", id()),
		required("participant", id()),
		required("mark", oneOf(Present, Absent, NotSeen)),
		optional("coverage_seen", oneOf("cubierto", "sin_cobertura", "por_confirmar")),
	}}},
	"findings": {
		"create": {fields: []field{
			required("visit", id()),
			required("severity", oneOf("leve", "moderada", "grave")),
			required("description", text(MinDescription, maxText)),
			optional("corrective_measure", text(1, maxText)),
			optional("responsible", text(1, maxName)),
			optional("due_on", date()),
		}, rules: newFinding},
		"update": {fields: []field{
			optional("severity", oneOf("leve", "moderada", "grave")),
			optional("description", text(MinDescription, maxText)),
			optional("corrective_measure", clearable(text(1, maxText))),
			optional("responsible", clearable(text(1, maxName))),
			optional("due_on", clearable(date())),
			optional("state", oneOf(FindingOpen, FindingCorrected)),
			optional("state_reason", clearable(text(1, maxText))),
		}, rules: findingChange},
		"delete": {},
	},
	"unlisted_workers": {
		"create": {fields: []field{
			required("visit", id()),
			required("dni", dni()),
			required("given_names", text(1, maxName)),
			required("surnames", text(1, maxName)),
			optional("note", text(1, maxText)),
		}},
		"update": {fields: []field{
			optional("dni", dni()),
			optional("given_names", text(1, maxName)),
			optional("surnames", text(1, maxName)),
			optional("note", clearable(text(1, maxText))),
		}, rules: changesSomething("dni")},
		"delete": {},
	},
	"conflicts": {"update": {fields: []field{required("resolution", oneOf(ResolveAuthor, ResolveOther))}}},
}

// How a conflict is settled: the value that lost is written after all, or the
// one that stands stays.
const (
	ResolveAuthor = "author"
	ResolveOther  = "other"
)

// Check judges one mutation and answers all its faults, or none and the clean
// fields: strings trimmed, integers as int64, answers as map[string]string;
// fields without a value are left out.
func Check(collection, op string, fields map[string]any, ctx Context) (map[string]any, []*fault.Fault) {
	ops, known := forms[collection]
	if !known {
		return nil, []*fault.Fault{fault.New(fault.UnknownCollection, "collection").With("collection", clip(collection))}
	}
	f, allowed := ops[op]
	if !allowed {
		return nil, []*fault.Fault{fault.New(fault.OperationNotAllowed, "op").With("op", clip(op))}
	}
	r := read(f.fields, fields)
	if f.rules != nil {
		f.rules(&r, ctx)
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return r.clean, nil
}

func visitRules(r *reading, ctx Context) {
	visitedOn(r, ctx)
	place(r, ctx)
	checklist(r)
	code, given := r.clean["convenio_code"].(string)
	if ctx.Intervention != nil && given && code != ctx.Intervention.ConvenioCode {
		r.refuse(fault.New(fault.ConvenioMismatch, "convenio_code").With("value", code))
	}
}

// visitedOn: not after today in Lima, and while the intervention ran.
func visitedOn(r *reading, ctx Context) {
	s, ok := r.clean["visited_on"].(string)
	if !ok {
		return
	}
	on, i := day.Day(s), ctx.Intervention
	switch {
	case on > ctx.BusinessDate:
		r.refuse(fault.New(fault.DateInFuture, "visited_on").
			With("value", s).With("today", string(ctx.BusinessDate)))
	case i != nil && !on.Within(i.Starts, i.Ends):
		r.refuse(fault.New(fault.DateOutsideIntervention, "visited_on").
			With("value", s).With("starts_on", string(i.Starts)).With("ends_on", string(i.Ends)))
	}
}

// checklist: answers mean something only with the version of the list that
// asked. That the version exists is for the caller.
func checklist(r *reading) {
	if r.bad["checklist_key"] || r.bad["checklist_version"] {
		return
	}
	_, key := r.clean["checklist_key"]
	version, _ := r.clean["checklist_version"].(int64)
	_, answered := r.clean["answers"]
	switch {
	case answered && !key:
		r.refuse(fault.New(fault.Required, "checklist_key"))
	case key && version == 0:
		r.refuse(fault.New(fault.Required, "checklist_version"))
	}
}

// changesSomething refuses an empty change, naming a field.
func changesSomething(field string) func(*reading, Context) {
	return func(r *reading, _ Context) {
		if len(r.clean) == 0 && len(r.faults) == 0 {
			r.refuse(fault.New(fault.Required, field))
		}
	}
}

// findingChange: whoever lifts a finding says why. A newer form always says
// state and reason together, so that no reason stays with another state.
func findingChange(r *reading, ctx Context) {
	changesSomething("state")(r, ctx)
	state, given := r.clean["state"]
	if !given || r.bad["state_reason"] || ctx.version() < reasonsFrom {
		return
	}
	reason, _ := r.clean["state_reason"].(string)
	switch {
	case reason != "":
	case state == FindingCorrected:
		r.refuse(fault.New(fault.Required, "state_reason"))
	default:
		r.clean["state_reason"] = ""
	}
}
