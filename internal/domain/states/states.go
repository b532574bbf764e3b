// Package states says of one kind of thing which states it may be in, and who
// may move it from which to which: a table, beside the rules of its subject. Those
// rules ask the table, the schema and the declarations of records agree with it by
// test, the phone's lists and buttons are generated from it, and a search of it
// finds dead ends.
//
// The table says what the application's own acts do. An import, a correction and
// the administration panel bring what the programme's papers say, in whatever
// order, and are refused for no move.
package states

import (
	"slices"
	"strings"
)

// Those who move something without being a person with a right.
const (
	// Server: it follows from something else, or from time.
	Server = "server"
	// Panel is who keeps the data in PocketBase's administration panel: the
	// application has no act for it yet.
	Panel = "panel"
)

// State is one a thing may be in.
type State struct {
	Name string
	// Turn is the right of those whom it waits for; they have a move from here.
	Turn string
	// End: it may stay like this for good.
	End bool
	// Is are the groups of states that it belongs to, words apart.
	Is string
	// Gap says why those whose turn it is have no move, or why the state leads
	// nowhere: a dead end that is known. It is listed in docs/states.md.
	Gap string
}

// Move is one way from a state to another, or back to the same.
type Move struct {
	Act      string // what is done: the name of the decision or order
	From, To string
	By       string // a right (internal/domain/actor), with the relation it brings, or Server or Panel
	Guard    string // a condition beside the state, by name (see Guarded)
	Reason   bool   // only with a reason
}

// Machine is the states of one kind of thing and the moves between them.
type Machine struct {
	Name    string // the collection
	Initial []string
	States  []State
	Moves   []Move
}

// Names of all states, in their order.
func (m *Machine) Names() []string {
	out := make([]string, len(m.States))
	for i, s := range m.States {
		out[i] = s.Name
	}
	return out
}

// State finds one by its name.
func (m *Machine) State(name string) (State, bool) {
	for _, s := range m.States {
		if s.Name == name {
			return s, true
		}
	}
	return State{}, false
}

// Is says whether a state belongs to a group.
func (m *Machine) Is(state, group string) bool {
	s, _ := m.State(state)
	return s.in(group)
}

// In are the states of a group, in their order.
func (m *Machine) In(group string) []string {
	var out []string
	for _, s := range m.States {
		if s.in(group) {
			out = append(out, s.Name)
		}
	}
	return out
}

// Set are the states of a group, for a rule that is asked often.
func (m *Machine) Set(group string) map[string]bool {
	out := map[string]bool{}
	for _, name := range m.In(group) {
		out[name] = true
	}
	return out
}

// Groups are the names of all groups, in the order in which they come up.
func (m *Machine) Groups() []string {
	var out []string
	for _, s := range m.States {
		for _, g := range strings.Fields(s.Is) {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

func (s State) in(group string) bool { return slices.Contains(strings.Fields(s.Is), group) }

// May is the move from one state to another that somebody with one of these rights
// may make; not ok if there is none.
func (m *Machine) May(from, to string, by ...string) (Move, bool) {
	return m.find(func(x Move) bool { return x.From == from && x.To == to && slices.Contains(by, x.By) })
}

// Act is the move that an act makes from a state; not ok if it makes none there.
func (m *Machine) Act(from, act string) (Move, bool) {
	return m.find(func(x Move) bool { return x.From == from && x.Act == act })
}

// Turn says whether something in this state waits for somebody with this right.
func (m *Machine) Turn(state, right string) bool {
	s, _ := m.State(state)
	return right != "" && s.Turn == right
}

func (m *Machine) find(is func(Move) bool) (Move, bool) {
	if i := slices.IndexFunc(m.Moves, is); i >= 0 {
		return m.Moves[i], true
	}
	return Move{}, false
}
