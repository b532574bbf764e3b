package record

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	visible "chaski/internal/domain/text"
)

// Reading is what came out of a form's fields. What has a fault already is not told
// a second time.
type Reading struct {
	Clean  Row
	Faults []*fault.Fault
}

// Text of a clean field, "" for none.
func (r *Reading) Text(field string) string { return r.Clean.Text(field) }

// Refuse adds a fault.
func (r *Reading) Refuse(f *fault.Fault) { r.Faults = append(r.Faults, f) }

// Bad says whether one of the fields has a fault.
func (r *Reading) Bad(fields ...string) bool {
	return slices.ContainsFunc(r.Faults, func(f *fault.Fault) bool { return slices.Contains(fields, f.Field) })
}

// Forms reads what devices send.
type Forms map[string]map[string]*form

// form is what one operation asks, ready to be read.
type form struct {
	asked []ask
	names map[string]bool
	rules []FormRule
}

type ask struct {
	name        string
	must, clear bool
	kind        Kind
	checks      []Check
}

// NewForms prepares the forms of types.
func NewForms(types []*Type) Forms {
	out := Forms{}
	for _, t := range types {
		for _, op := range t.Ops {
			if out[t.Name] == nil {
				out[t.Name] = map[string]*form{}
			}
			out[t.Name][op.Name] = formOf(t, op)
		}
	}
	return out
}

func formOf(t *Type, op Op) *form {
	out := &form{names: map[string]bool{}, rules: op.Rules}
	for i := range t.Fields {
		f := &t.Fields[i]
		if !f.AskedBy(op.Name) {
			continue
		}
		out.names[f.Name] = true
		out.asked = append(out.asked, ask{
			name: f.Name, must: f.NeededBy(op.Name), clear: f.ClearedBy(op.Name), kind: f.Kind, checks: f.FormChecks(),
		})
	}
	return out
}

// Check judges what a form said and answers all its faults, or none and the clean
// fields: texts trimmed and without what nobody sees, whole numbers as int64;
// fields without a value are left out.
func (fs Forms) Check(collection, op string, fields map[string]any, ctx Context) (map[string]any, []*fault.Fault) {
	ops, known := fs[collection]
	if !known {
		return nil, []*fault.Fault{fault.New(fault.UnknownCollection, "collection").With("collection", Clip(collection))}
	}
	f, taken := ops[op]
	if !taken {
		return nil, []*fault.Fault{fault.New(fault.OperationNotAllowed, "op").With("op", Clip(op))}
	}
	r := Reading{Clean: make(Row, len(fields))}
	f.read(&r, fields, ctx)
	for _, rule := range f.rules {
		rule.apply(&r, ctx, op)
	}
	if len(r.Faults) > 0 {
		return nil, r.Faults
	}
	return r.Clean, nil
}

func (f *form) read(r *Reading, fields map[string]any, ctx Context) {
	taken := 0
	for i := range f.asked {
		a := &f.asked[i]
		v, given := fields[a.name]
		var value any
		if given {
			taken++
			var bad *fault.Fault
			if value, bad = a.read(v, ctx.Today); bad != nil {
				r.Refuse(bad)
				continue
			}
			if value == nil && a.clear {
				value = ""
			}
		}
		switch {
		case value != nil:
			r.Clean[a.name] = value
		case a.must:
			r.Refuse(fault.New(fault.Required, a.name))
		}
	}
	if taken == len(fields) {
		return
	}
	var unknown []string
	for name := range fields {
		if !f.names[name] {
			unknown = append(unknown, name)
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		r.Refuse(fault.New(fault.UnknownField, Clip(name)))
	}
}

// read answers the clean value, nil for none.
func (a *ask) read(v any, today day.Day) (any, *fault.Fault) {
	clean, ok := cleanly(a.kind, v)
	if !ok {
		return nil, fault.New(fault.InvalidValue, a.name)
	}
	if clean == nil {
		return nil, nil
	}
	for _, check := range a.checks {
		if bad := check.Judge(a.name, clean, today); bad != nil {
			return nil, bad
		}
	}
	return clean, nil
}

// cleanly is a decoded JSON value as a field of that kind keeps it.
func cleanly(kind Kind, v any) (any, bool) {
	switch kind {
	case KindText:
		s, ok := v.(string)
		if !ok || !utf8.ValidString(s) {
			return nil, false
		}
		if s = strings.TrimSpace(visible.Visible(s)); s == "" {
			return nil, true
		}
		return s, true
	case KindInt:
		n, ok := Whole(v)
		return n, ok
	case KindBool:
		b, ok := v.(bool)
		return b, ok
	case KindJSON:
		v = wholly(v)
		if m, is := v.(map[string]any); is && len(m) == 0 {
			return nil, true
		}
		return v, v != nil
	case KindInstant:
	}
	return nil, false // by the server's clock, so that no device says it
}

// wholly turns numbers inside of JSON to int64 where they are whole.
func wholly(v any) any {
	switch x := v.(type) {
	case json.Number, float64:
		if n, ok := Whole(x); ok {
			return n
		}
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = wholly(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, item := range x {
			out[k] = wholly(item)
		}
		return out
	}
	return v
}

func (f *FormRule) apply(r *Reading, ctx Context, op string) {
	if f.form != nil {
		f.form(r, ctx)
	}
	if f.Whole == nil || op != "create" || ctx.Version() < f.Since {
		return
	}
	for _, lack := range f.Whole(r.Clean, r.Clean) {
		if !r.Bad(lack.Field) {
			r.Refuse(lack)
		}
	}
}

// Lacks answers what a record would lack after a change: now is the record with the
// change in it, changed what it really changes.
func (t *Type) Lacks(op string, now, changed Row, ctx Context) []*fault.Fault {
	var out []*fault.Fault
	for _, rule := range t.Op(op).Rules {
		if rule.Whole != nil && ctx.Version() >= rule.Since {
			out = append(out, rule.Whole(now, changed)...)
		}
	}
	return out
}

// Op is what is declared of an operation; zero for one that is not taken.
func (t *Type) Op(name string) Op {
	for _, o := range t.Ops {
		if o.Name == name {
			return o
		}
	}
	return Op{}
}

// Takes says whether devices may do that with a record of the type.
func (t *Type) Takes(op string) bool { return t.Op(op).Name != "" }
