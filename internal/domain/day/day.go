// Package day has civil dates and months of America/Lima. They are strings on
// purpose: "2026-11-23" sorts, compares and crosses the wire as it is.
package day

import (
	"fmt"
	"strconv"
	"time"
	_ "time/tzdata" // the binary must know Lima on a machine without zone data
)

// Lima is the business time zone (UTC-5, no daylight saving).
var Lima = mustLoad("America/Lima")

func mustLoad(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

// Day is a civil date, "2026-11-23". The zero value is "no date".
type Day string

// Month is a civil month, "2026-11".
type Month string

// Parse accepts a real calendar date in the form YYYY-MM-DD and nothing else.
func Parse(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s {
		return "", fmt.Errorf("not a date: %q", s)
	}
	return Day(s), nil
}

// Of is the civil date of an instant in Lima.
func Of(t time.Time) Day { return Day(t.In(Lima).Format(time.DateOnly)) }

// Month is the month d falls in.
func (d Day) Month() Month {
	if len(d) < 7 {
		return ""
	}
	return Month(d[:7])
}

// Add moves by whole days; an empty day stays empty.
func (d Day) Add(days int) Day {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return Day(t.AddDate(0, 0, days).Format(time.DateOnly))
}

// Since is how many days d is after another; 0 where one of them is no day.
func (d Day) Since(o Day) int {
	to, err := time.Parse(time.DateOnly, string(d))
	from, wrong := time.Parse(time.DateOnly, string(o))
	if err != nil || wrong != nil {
		return 0
	}
	return int(to.Sub(from) / (24 * time.Hour))
}

// Within says whether from <= d <= to; an empty to is open.
func (d Day) Within(from, to Day) bool { return d >= from && (to == "" || d <= to) }

// Year of the month, 0 if it has none.
func (m Month) Year() int {
	if len(m) < 4 {
		return 0
	}
	y, err := strconv.Atoi(string(m[:4]))
	if err != nil {
		return 0
	}
	return y
}

// Next is the month after m.
func (m Month) Next() Month {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		return ""
	}
	return Month(t.AddDate(0, 1, 0).Format("2006-01"))
}

// Previous is the month before m.
func (m Month) Previous() Month {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		return ""
	}
	return Month(t.AddDate(0, -1, 0).Format("2006-01"))
}
