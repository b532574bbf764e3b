package actor_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"chaski/internal/domain/actor"
)

// The web app shows what it believes a role may: both keep to the same cases.
func TestSharedRights(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/rights.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Input  actor.Role
		Expect []actor.Right
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	seen := map[actor.Role]bool{}
	for _, c := range cases {
		seen[c.Input] = true
		var got []actor.Right
		for _, g := range actor.Grants() {
			if c.Input.May(g.Right) {
				got = append(got, g.Right)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.Expect) {
			t.Errorf("%s may %q, want %q", c.Input, got, c.Expect)
		}
	}
	for _, r := range actor.Roles {
		if !seen[r] {
			t.Errorf("no case of %s", r)
		}
	}
}
