package imports

import (
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Line is one row as it was read.
type Line struct {
	Row    int
	Values map[string]any
	cells  map[string]string // field -> as typed
	header map[string]string // field -> header
	label  string            // which thing the row is about
	faults []Problem
	doubts []Problem
	held   bool // planned at the end of the file (Spec.whole)
	touch  []*Rec
	actor  actor.Actor
}

func (l *Line) text(name string) string { s, _ := l.Values[name].(string); return s }
func (l *Line) has(name string) bool    { return l.Values[name] != nil }

// bad notes what is wrong with a field ("" for the row).
func (l *Line) bad(field string, f *fault.Fault) {
	if f == nil {
		return
	}
	l.faults = append(l.faults, l.problem(field, f))
}

// warn notes what the person should look at before a row is imported as it is.
func (l *Line) warn(field string, f *fault.Fault) { l.doubts = append(l.doubts, l.problem(field, f)) }

func (l *Line) problem(field string, f *fault.Fault) Problem {
	f.Field = field
	return Problem{Row: l.Row, Column: l.header[field], Value: clip(l.cells[field]), Fault: f}
}

// put writes a row of the database for this line.
func (l *Line) put(b *Book, collection string, key, fields, defaults Values) *Rec {
	r, f := b.write(l.Row, collection, key, fields, defaults)
	l.bad("", f)
	l.touch = append(l.touch, r)
	return r
}

// copyTo adds fields of the line under other names, those that are not empty.
func (l *Line) copyTo(v Values, names ...string) Values {
	for _, n := range names {
		from, to, renamed := strings.Cut(n, ":")
		if !renamed {
			to = from
		}
		if value := l.Values[from]; value != nil {
			v[to] = value
		}
	}
	return v
}
