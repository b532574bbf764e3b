package cell_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"chaski/internal/domain/cell"
)

// runs says whether a spreadsheet that splits a text at any usual separator
// could see a formula in it. It shares nothing with the code under test.
func runs(s string) bool {
	if n := strings.Trim(s, "+-0123456789.,%"); n == "" && s != "" && strings.ContainsAny(s, "0123456789") && strings.LastIndexAny(s, "+-") <= 0 {
		return false
	}
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return true
	}
	for _, piece := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;|\t\r\n", r) }) {
		piece = strings.TrimLeft(piece, " \"\u00a0\u2003\u200b\u202f\u3000\ufeff")
		if strings.ContainsRune("=+-@＝＋－＠", []rune(piece + ".")[0]) {
			return true
		}
	}
	return false
}

func TestGuard(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/cells.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Input, Expect string }
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 30 {
		t.Fatal(err, len(cases))
	}
	for _, c := range cases {
		got := cell.Guard(c.Input)
		if got != c.Expect {
			t.Errorf("%s: Guard(%q) = %q, want %q", c.Name, c.Input, got, c.Expect)
		}
		if runs(got) {
			t.Errorf("%s: %q still runs", c.Name, got)
		}
		if back := cell.Unguard(got); back != c.Input {
			t.Errorf("%s: comes back as %q, was %q", c.Name, back, c.Input)
		}
	}
}

func TestUnguardLeavesOtherTextsAlone(t *testing.T) {
	for _, s := range []string{"", "Canal", "'", "O'Higgins", "L'Oréal; d'Or", "'t Hooft", "a = b", "calle 5 - 6", "=1+1"} {
		if got := cell.Unguard(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := cell.Unguard("'-5.50"); got != "-5.50" {
		t.Errorf("an apostrophe of a spreadsheet's habit stays: %q", got)
	}
}

// What is guarded never runs and always comes back.
func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=1", "''=1", ";;'\"=", "\r\n=1", " \u3000＝", "-5", "-5;-6", "'\t-1", "1,-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g := cell.Guard(s)
		if runs(g) {
			t.Errorf("%q runs, from %q", g, s)
		}
		if back := cell.Unguard(g); back != s {
			t.Errorf("%q comes back as %q by %q", s, back, g)
		}
	})
}
