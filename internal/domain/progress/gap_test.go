package progress_test

import (
	"testing"

	"chaski/internal/domain/progress"
)

func TestGapIsTakenFromTheExactFractions(t *testing.T) {
	cases := []struct {
		name                string
		physical, financial progress.Ratio
		want                string
	}{
		// 2023, Seguimiento: 117.2542735… − 98.9502659…; the rounded ones agree.
		{"published", progress.Ratio{Exec: 164625, Target: 140400}, progress.Ratio{Exec: 1483042245, Target: 1498775400}, "18.3040"},
		// 33.33333… − 16.66666… is 16.66666…, while 33.3333 − 16.6667 would be 16.6666.
		{"not of the rounded", progress.Ratio{Exec: 1, Target: 3}, progress.Ratio{Exec: 1, Target: 6}, "16.6667"},
		{"behind", progress.Ratio{Exec: 1, Target: 6}, progress.Ratio{Exec: 1, Target: 3}, "-16.6667"},
		{"half up", progress.Ratio{Exec: 1, Target: 2_000_000}, progress.Ratio{Exec: 0, Target: 1}, "0.0001"},
		{"half away from zero", progress.Ratio{Exec: 0, Target: 1}, progress.Ratio{Exec: 1, Target: 2_000_000}, "-0.0001"},
		{"no negative zero", progress.Ratio{Exec: 0, Target: 1}, progress.Ratio{Exec: 1, Target: 20_000_000}, "0.0000"},
		{"no physical target", progress.Ratio{Exec: 5}, progress.Ratio{Exec: 1, Target: 2}, ""},
		{"no financial target", progress.Ratio{Exec: 1, Target: 2}, progress.Ratio{Exec: 5}, ""},
	}
	for _, c := range cases {
		if got := progress.Gap4(c.physical, c.financial); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
