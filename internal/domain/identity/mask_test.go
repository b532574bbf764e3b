package identity_test

import (
	"encoding/json"
	"fmt"
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
		hidden := struct{ DNI identity.HiddenDNI }{identity.HiddenDNI(c.Input)}
		out, err := json.Marshal(hidden)
		if want, _ := json.Marshal(struct{ DNI string }{c.Expect}); err != nil || string(out) != string(want) {
			t.Errorf("%s: written as %s (%v), want %s", c.Name, out, err, want)
		}
		if got := fmt.Sprint(hidden); got != "{"+c.Expect+"}" {
			t.Errorf("%s: printed as %s", c.Name, got)
		}
	}
}
