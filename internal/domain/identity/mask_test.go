package identity_test

import (
	"encoding/json"
	"os"
	"testing"

	"chaski/internal/domain/identity"
)

func TestMask(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/mask.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Input, Expect string }
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 6 {
		t.Fatal(err, len(cases))
	}
	for _, c := range cases {
		if got := identity.Mask(c.Input); got != c.Expect {
			t.Errorf("%s: %q, want %q", c.Name, got, c.Expect)
		}
	}
}
