package states_test

import (
	"slices"
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	. "chaski/internal/domain/states"
)

// door opens and shuts; "push" is the one right there is.
func door() *Machine {
	return &Machine{
		Name: "doors", Initial: []string{"shut"},
		States: []State{{Name: "shut", Turn: "push", Is: "whole quiet"}, {Name: "open", Is: "whole"}, {Name: "gone", End: true}},
		Moves: []Move{
			{Act: "open", From: "shut", To: "open", By: "push", Guard: "unlocked"},
			{Act: "shut", From: "open", To: "shut", By: "push", Reason: true},
			{Act: "remove", From: "open", To: "gone", By: Panel},
		},
	}
}

func right(name string) bool { return name == "push" }

func TestAWholeTableHasNoFlaw(t *testing.T) {
	if flaws := door().Flaws(right); len(flaws) > 0 {
		t.Error(flaws)
	}
}

// Each way to spoil a table is found, and said with what it is about.
func TestFlaws(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Machine)
		says  string
	}{
		"unreached":               {func(m *Machine) { m.States = append(m.States, State{Name: "ajar", End: true}) }, "no way leads to ajar"},
		"no way out":              {func(m *Machine) { m.Moves = m.Moves[:1] }, "open leads to no end"},
		"round and round":         {func(m *Machine) { m.Moves = m.Moves[:2] }, "shut leads to no end"},
		"a turn without a move":   {func(m *Machine) { m.Moves[0].By = Panel }, "shut waits for push, who have no move from there"},
		"a gap that is mended":    {func(m *Machine) { m.States[0].Gap = "nobody has hands" }, "shut is no dead end any more"},
		"a state twice":           {func(m *Machine) { m.States = append(m.States, State{Name: "open"}) }, `"open" is there twice`},
		"a right that is none":    {func(m *Machine) { m.Moves[0].By = "pull" }, `by "pull", which is no right`},
		"a turn of nobody":        {func(m *Machine) { m.States[1].Turn = "pull" }, `open waits for "pull"`},
		"a state that is none":    {func(m *Machine) { m.Moves[0].To = "ajar" }, `names "ajar"`},
		"a beginning that is no":  {func(m *Machine) { m.Initial = []string{"ajar"} }, `begins in "ajar"`},
		"no beginning":            {func(m *Machine) { m.Initial = nil }, "nothing begins"},
		"a move without a name":   {func(m *Machine) { m.Moves[1].Act = "" }, "from open to shut has no name"},
		"a move twice":            {func(m *Machine) { m.Moves = append(m.Moves, m.Moves[0]) }, "from shut to open is there twice"},
		"an act that leads apart": {func(m *Machine) { m.Moves[1].Act = "remove" }, "its act leads elsewhere"},
	} {
		m := door()
		c.spoil(m)
		if flaws := strings.Join(m.Flaws(right), "\n"); !strings.Contains(flaws, c.says) {
			t.Errorf("%s: %q does not say %q", name, flaws, c.says)
		}
	}
	m := door()
	m.Moves = m.Moves[:2]
	m.States = m.States[:2]
	m.States[0].Gap, m.States[1].Gap = "no end yet", "no end yet"
	if flaws := m.Flaws(right); len(flaws) > 0 {
		t.Errorf("a dead end that is declared: %v", flaws)
	}
}

func TestQuestions(t *testing.T) {
	m := door()
	if x, ok := m.May("open", "shut", "pull", "push"); !ok || !x.Reason {
		t.Errorf("%+v %v", x, ok)
	}
	if _, ok := m.May("open", "gone", "push"); ok {
		t.Error("a move of another's")
	}
	if x, ok := m.Act("shut", "open"); !ok || x.To != "open" {
		t.Errorf("%+v %v", x, ok)
	}
	if _, ok := m.Act("gone", "open"); ok {
		t.Error("an act from where it is not possible")
	}
	if !m.Turn("shut", "push") || m.Turn("open", "push") || m.Turn("open", "") || m.Turn("ajar", "") {
		t.Error("whose turn it is")
	}
	if !m.Is("shut", "quiet") || m.Is("open", "quiet") || m.Is("ajar", "quiet") || !slices.Equal(m.In("whole"), []string{"shut", "open"}) {
		t.Error("groups")
	}
	if !slices.Equal(m.Groups(), []string{"whole", "quiet"}) {
		t.Error(m.Groups())
	}
}

func TestGuards(t *testing.T) {
	panics := func(guards Guards[bool]) (said string) {
		defer func() { said, _ = recover().(string) }()
		Guarded(door(), guards)
		return ""
	}
	unlocked := func(locked bool) []*fault.Fault {
		if locked {
			return []*fault.Fault{fault.New(fault.Forbidden, "lock")}
		}
		return nil
	}
	if said := panics(Guards[bool]{}); !strings.Contains(said, `the guard "unlocked", which is not there`) {
		t.Error(said)
	}
	if said := panics(Guards[bool]{"unlocked": unlocked, "oiled": unlocked}); !strings.Contains(said, `no move of doors has the guard "oiled"`) {
		t.Error(said)
	}
	m := door()
	g := Guarded(m, Guards[bool]{"unlocked": unlocked})
	if len(g.Against(m.Moves[0], true)) != 1 || len(g.Against(m.Moves[0], false)) != 0 || len(g.Against(m.Moves[1], true)) != 0 {
		t.Error("what stands against a move")
	}
}
