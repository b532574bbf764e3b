package states

import (
	"fmt"
	"slices"
)

// Flaws looks through the whole table: names that contradict each other, states
// that are never reached, and dead ends. rights says whether a right is one.
func (m *Machine) Flaws(rights func(string) bool) []string {
	out := m.names(rights)
	reached := reach(m.Initial, m.to)
	for _, s := range m.States {
		if !reached[s.Name] {
			out = append(out, fmt.Sprintf("%s: no way leads to %s", m.Name, s.Name))
		}
		dead := m.deadEnd(s)
		switch {
		case dead != "" && s.Gap == "":
			out = append(out, fmt.Sprintf("%s: %s %s", m.Name, s.Name, dead))
		case dead == "" && s.Gap != "":
			out = append(out, fmt.Sprintf("%s: %s is no dead end any more: take its Gap away", m.Name, s.Name))
		}
	}
	return out
}

// names are the contradictions of the table.
func (m *Machine) names(rights func(string) bool) (out []string) {
	say := func(format string, args ...any) { out = append(out, m.Name+": "+fmt.Sprintf(format, args...)) }
	for i, s := range m.States {
		if s.Name == "" || slices.Contains(m.Names()[:i], s.Name) {
			say("the state %q is there twice, or has no name", s.Name)
		}
		if s.Turn != "" && !rights(s.Turn) {
			say("%s waits for %q, which is no right", s.Name, s.Turn)
		}
	}
	if len(m.Initial) == 0 {
		say("nothing begins")
	}
	for _, name := range m.Initial {
		if _, known := m.State(name); !known {
			say("it begins in %q, which is no state", name)
		}
	}
	for i, x := range m.Moves {
		for _, name := range []string{x.From, x.To} {
			if _, known := m.State(name); !known {
				say("a move names %q, which is no state", name)
			}
		}
		if x.By != Server && x.By != Panel && !rights(x.By) {
			say("the move from %s to %s is by %q, which is no right", x.From, x.To, x.By)
		}
		if x.Act == "" {
			say("the move from %s to %s has no name", x.From, x.To)
		}
		for _, y := range m.Moves[:i] {
			if y.From == x.From && (y.Act == x.Act && y.To != x.To || y.To == x.To && y.By == x.By) {
				say("the move from %s to %s is there twice, or its act leads elsewhere too", x.From, x.To)
			}
		}
	}
	return out
}

// deadEnd says why a thing in this state is stuck; "" if it is not.
func (m *Machine) deadEnd(s State) string {
	if s.Turn != "" && !slices.ContainsFunc(m.Moves, func(x Move) bool { return x.From == s.Name && x.By == s.Turn }) {
		return "waits for " + s.Turn + ", who have no move from there"
	}
	for name := range reach([]string{s.Name}, m.to) {
		if end, _ := m.State(name); end.End {
			return ""
		}
	}
	return "leads to no end"
}

// to are the states that one move leads to.
func (m *Machine) to(from string) (out []string) {
	for _, x := range m.Moves {
		if x.From == from {
			out = append(out, x.To)
		}
	}
	return out
}

// reach are all that can be reached, those it begins with among them.
func reach(from []string, next func(string) []string) map[string]bool {
	seen, queue := map[string]bool{}, slices.Clone(from)
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if !seen[s] {
			seen[s] = true
			queue = append(queue, next(s)...)
		}
	}
	return seen
}
