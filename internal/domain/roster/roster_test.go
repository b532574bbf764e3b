package roster_test

import (
	"encoding/json"
	"os"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/roster"
)

func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/roster.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name  string
		Input struct {
			Day         day.Day
			Participant struct {
				AltaOn day.Day `json:"alta_on"`
				BajaOn day.Day `json:"baja_on"`
			}
			Cupo struct{ State string }
		}
		Expect bool
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 15 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			p := roster.Participant{AltaOn: c.Input.Participant.AltaOn, BajaOn: c.Input.Participant.BajaOn}
			if got := roster.Active(c.Input.Day, p, c.Input.Cupo.State); got != c.Expect {
				t.Fatalf("got %v, want %v", got, c.Expect)
			}
		})
	}
}

func TestOver(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/over.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Input  struct{ State string }
		Expect bool
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 13 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		if got := roster.IsOver(c.Input.State); got != c.Expect {
			t.Errorf("%q: %v", c.Input.State, got)
		}
	}
}
