// Package records lists every kind of record that is tracked, once. Each is
// declared beside the rules of its subject, in internal/domain; the domain never
// reads this list.
//
//go:generate go run ./gen
package records

import (
	"slices"

	"chaski/internal/domain/accident"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/domain/territory"
	"chaski/internal/domain/visit"
)

// Version of the rules: rows that were judged by an older one are judged again,
// in the background. It grows with every rule that refuses more, or less.
const Version = 3

// All are the kinds of record, in a fixed order.
var All = slices.Concat(territory.Records, progress.Records, jobs.Records, insurance.Records, visit.Records, visit.Photos, rendicion.Records, accident.Records)

var byName = func() map[string]*record.Type {
	m := make(map[string]*record.Type, len(All))
	for _, t := range All {
		m[t.Name] = t
	}
	return m
}()

// Forms reads what devices send.
var Forms = record.NewForms(All)

// Find is the kind of that name, or nil.
func Find(name string) *record.Type { return byName[name] }

// Made says whether devices create records of the kind.
func Made(collection string) bool {
	t := byName[collection]
	return t != nil && t.Takes("create")
}

// NamesPeople says whether rows of a collection say who somebody is.
func NamesPeople(collection string) bool {
	t := byName[collection]
	return t != nil && t.NamesPeople()
}

// Seen is the kind of that name where people who work online read its rows: what
// devices make and hold. Nil for another, and for what is held by none.
func Seen(name string) *record.Type {
	if t := byName[name]; t != nil && t.Takes("create") && t.Served {
		return t
	}
	return nil
}

// Waiting are the states of a kind in which a row waits for somebody; none where
// its rows have no such state.
func Waiting(collection string) []string {
	var out []string
	for _, m := range Machines {
		for _, s := range m.States {
			if m.Name == collection && s.Turn != "" {
				out = append(out, s.Name)
			}
		}
	}
	return out
}

// Personal says whether a field of a collection says who somebody is.
func Personal(collection, field string) bool {
	t := byName[collection]
	if t == nil {
		return false
	}
	f := t.Field(field)
	return f != nil && f.Personal()
}

// Children are the kinds that belong to rows of a collection, in their order.
func Children(collection string) []*record.Type { return children[collection] }

var children = func() map[string][]*record.Type {
	m := map[string][]*record.Type{}
	for _, t := range All {
		if parent := t.ParentType(); parent != "" {
			m[parent] = append(m[parent], t)
		}
	}
	return m
}()

// FilesOf are the kinds whose rows are files of rows of a collection and are read online.
func FilesOf(collection string) (out []*record.Type) {
	for _, t := range children[collection] {
		if t.Files != nil && Seen(t.Name) != nil {
			out = append(out, t)
		}
	}
	return out
}

// Dependent is a field by which rows of one kind name rows of another.
type Dependent struct {
	Type  *record.Type
	Field string
	Reads bool // a rule reads the other row, not only that it is there
}

// DependentsOf are the fields that name rows of a collection.
func DependentsOf(collection string) []Dependent { return dependents[collection] }

var dependents = func() map[string][]Dependent {
	m := map[string][]Dependent{}
	for _, t := range All {
		for _, f := range t.Fields {
			if f.Ref == "" {
				continue
			}
			reads := slices.ContainsFunc(t.Rules, func(r record.Rule) bool { return slices.Contains(r.Via, f.Name) })
			m[f.Ref] = append(m[f.Ref], Dependent{t, f.Name, reads})
		}
	}
	return m
}()

// Read are the fields of a collection's rows that rules of other kinds read.
func Read(collection string) []string {
	if t := byName[collection]; t != nil {
		return t.Read
	}
	return nil
}
