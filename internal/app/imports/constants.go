package imports

import "slices"

// constants reads what every row says of a field that no column brings. What
// cannot be read is a problem without a row.
func (s *Spec) constants(h Header, typed map[string]string) (map[string]any, []Problem) {
	out := map[string]any{}
	var problems []Problem
	for _, f := range s.Fields { // in their order
		text := typed[f.Name]
		if text == "" || h.Uses(f.Name) {
			continue
		}
		v, flt := f.Read(Cell{Kind: Text, Text: text})
		switch {
		case flt != nil:
			problems = append(problems, Problem{Column: f.Label, Value: clip(text), Fault: flt})
		case v != nil:
			out[f.Name] = v
		}
	}
	return out, problems
}

// fill gives a line what its row does not say: constants, and what the category
// above it says.
func (p *planner) fillIn(l *Line) {
	for _, from := range []map[string]any{p.constants, p.carried} {
		for name, v := range from {
			if _, column := l.header[name]; !column && l.Values[name] == nil {
				l.Values[name] = v
				l.header[name], l.cells[name] = p.spec.Field(name).Label, p.typed[name]
			}
		}
	}
}

// Brings are the fields that the rows have, from a column or from elsewhere.
func (p *Preview) Brings() []*Field {
	var out []*Field
	for i := range p.Spec.Fields {
		f := &p.Spec.Fields[i]
		if p.Header.Uses(f.Name) || slices.ContainsFunc(p.Plan.Sample, func(l Line) bool { return l.Values[f.Name] != nil }) {
			out = append(out, f)
		}
	}
	return out
}
