package verify

import "testing"

func TestNumbersInTheirForm(t *testing.T) {
	for s, want := range map[string]bool{
		"RM 101-2026-TR":                                true,
		"RM 101-2026-TR Y RM 102-2026-TR":               true, // two have none: as written
		"R.M.101-2026-TR, 102-2026-TR":                  true,
		"RM 101-2026-TR, MODIFICADA POR RM 150-2026-TR": false,
		"RM 101-2026-TR DEL 01/10/2026":                 false,
		"R.M. 101-2026-TR":                              false,
	} {
		if got := numberInForm(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
