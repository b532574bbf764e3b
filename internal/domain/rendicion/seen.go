package rendicion

import (
	"maps"
	"slices"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// Seen is an account as somebody saw it who presented it: only that is presented.
type Seen struct {
	Lines     map[Line]int64    `json:"lines"`     // céntimos, those that are not zero
	Documents []string          `json:"documents"` // ids of those in force, sorted
	Answers   map[string]string `json:"answers"`   // to open observations, by their ids
}

// Same says whether both saw the same.
func (s Seen) Same(o Seen) bool {
	return maps.Equal(s.Lines, o.Lines) && slices.Equal(s.Documents, o.Documents) && maps.Equal(s.Answers, o.Answers)
}

// SeenOf reads what a device says; not ok: it says something else.
func SeenOf(v any) (s Seen, ok bool) {
	m, is := v.(map[string]any)
	if !is || len(m) != 3 {
		return s, false
	}
	lines, l := m["lines"].(map[string]any)
	documents, d := m["documents"].([]any)
	answers, a := m["answers"].(map[string]any)
	if !l || !d || !a {
		return s, false
	}
	s = Seen{Lines: map[Line]int64{}, Answers: map[string]string{}}
	for kind, amount := range lines {
		n, whole := r.Whole(amount)
		if !Line(kind).Known() || !whole || n < 0 || n > MaxCentimos {
			return s, false
		}
		if n != 0 {
			s.Lines[Line(kind)] = n
		}
	}
	for _, id := range documents {
		text, is := id.(string)
		if !is {
			return s, false
		}
		s.Documents = append(s.Documents, text)
	}
	slices.Sort(s.Documents)
	for id, answer := range answers {
		text, is := answer.(string)
		if !is {
			return s, false
		}
		if text != "" {
			s.Answers[id] = text
		}
	}
	return s, true
}

var isSeen = r.Only(r.KindJSON, func(name string, v any, _ day.Day) *fault.Fault {
	if _, ok := SeenOf(v); !ok {
		return fault.New(fault.InvalidValue, name)
	}
	return nil
})
