package states

import (
	"fmt"
	"slices"

	"chaski/internal/domain/fault"
)

// Guards are the conditions of a machine's moves, by name, over what T says.
type Guards[T any] map[string]func(T) []*fault.Fault

// Guarded are the guards of a machine. It panics where a move names one that is
// not there, or where one is there that no move names: it is called once, as the
// program starts, so that neither a build that is started nor a test gets past it.
func Guarded[T any](m *Machine, guards Guards[T]) Guards[T] {
	for _, x := range m.Moves {
		if x.Guard != "" && guards[x.Guard] == nil {
			panic(fmt.Sprintf("states: %s from %s to %s has the guard %q, which is not there", m.Name, x.From, x.To, x.Guard))
		}
	}
	for name := range guards {
		if !slices.ContainsFunc(m.Moves, func(x Move) bool { return x.Guard == name }) {
			panic(fmt.Sprintf("states: no move of %s has the guard %q", m.Name, name))
		}
	}
	return guards
}

// Against are the faults that stand against a move.
func (g Guards[T]) Against(x Move, it T) []*fault.Fault {
	if x.Guard == "" {
		return nil
	}
	return g[x.Guard](it)
}
