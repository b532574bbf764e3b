package roster_test

import (
	"encoding/json"
	"os"
	"testing"

	"chaski/internal/domain/fault"
	. "chaski/internal/domain/roster"
)

func TestMovements(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/movements.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name  string
		Input struct {
			Movement Movement
			Stays    []Stay
			Places   []Place
		}
		Expect struct {
			Fault     string
			Elsewhere bool
		}
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 25 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		m, elsewhere, f := c.Input.Movement, false, (*fault.Fault)(nil)
		var holders, his []Stay
		for _, s := range c.Input.Stays {
			if s.ID == m.Leaver {
				f, m.Cupo, s.To = Leave(m, s), s.Cupo, m.Last
			}
			if s.Cupo == m.Cupo {
				holders = append(holders, s)
			}
			if s.DNI == m.DNI {
				his = append(his, s)
			}
		}
		for _, p := range c.Input.Places {
			if f == nil && m.Comes() && p.ID == m.Cupo {
				elsewhere, f = Come(m, p, holders, his)
			}
		}
		said := ""
		if f != nil {
			said = string(f.Code) + "@" + f.Field
		}
		if said != c.Expect.Fault || elsewhere != c.Expect.Elsewhere {
			t.Errorf("%s: %q %v", c.Name, said, elsewhere)
		}
	}
}
