package text_test

import (
	"encoding/json"
	"os"
	"testing"

	"chaski/internal/domain/text"
)

func TestVisible(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/text.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Input, Expect string }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := text.Visible(c.Input); got != c.Expect {
			t.Errorf("%s: %q, want %q", c.Name, got, c.Expect)
		}
	}
}
