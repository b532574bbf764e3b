package day_test

import (
	"testing"
	"time"

	"chaski/internal/domain/day"
)

func TestParseAcceptsRealDatesOnly(t *testing.T) {
	for _, good := range []string{"2026-11-23", "2028-02-29", "0001-01-01"} {
		if got, err := day.Parse(good); err != nil || string(got) != good {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{"", "2026-02-29", "2026-13-01", "2026-1-1", "23/11/2026", "2026-11-23T00:00:00Z", " 2026-11-23", "2026-11-23 ", "２０２６-11-23"} {
		if got, err := day.Parse(bad); err == nil || got != "" {
			t.Errorf("%q accepted as %q", bad, got)
		}
	}
}

// The business day begins at midnight in Lima, five hours after UTC's.
func TestOfIsLima(t *testing.T) {
	for instant, want := range map[string]day.Day{
		"2026-11-24T04:59:59Z":      "2026-11-23",
		"2026-11-24T05:00:00Z":      "2026-11-24",
		"2026-11-23T23:59:59-05:00": "2026-11-23",
		"2027-01-01T00:00:00Z":      "2026-12-31",
	} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Of(at); got != want {
			t.Errorf("%s: %s, want %s", instant, got, want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	if got := day.Day("2028-02-28").Add(2); got != "2028-03-01" {
		t.Errorf("over a leap day: %s", got)
	}
	if got := day.Day("2027-01-01").Add(-1); got != "2026-12-31" {
		t.Errorf("back over the year: %s", got)
	}
	if got := day.Day("").Add(1); got != "" {
		t.Errorf("no date plus one: %q", got)
	}
	if got := day.Day("2026-11-23").Month(); got != "2026-11" || got.Year() != 2026 || got.Next() != "2026-12" {
		t.Errorf("month %s", got)
	}
	if got := day.Month("2026-12").Next(); got != "2027-01" {
		t.Errorf("after December: %s", got)
	}
	if day.Day("").Month() != "" || day.Month("").Next() != "" || day.Month("x").Year() != 0 {
		t.Error("no date has a month")
	}
}

func TestWithinIsInclusiveAndMayBeOpen(t *testing.T) {
	for _, c := range []struct {
		d, from, to day.Day
		want        bool
	}{
		{"2026-11-01", "2026-11-01", "2026-11-30", true},
		{"2026-11-30", "2026-11-01", "2026-11-30", true},
		{"2026-10-31", "2026-11-01", "2026-11-30", false},
		{"2026-12-01", "2026-11-01", "2026-11-30", false},
		{"2030-01-01", "2026-11-01", "", true},
	} {
		if got := c.d.Within(c.from, c.to); got != c.want {
			t.Errorf("%s within %s..%s: %v", c.d, c.from, c.to, got)
		}
	}
}
