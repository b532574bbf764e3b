package demo

import (
	"fmt"
	"time"

	"chaski/internal/domain/day"
)

// holidays are the national ones with a fixed date; Easter is left out, which
// is near enough for a demonstration.
var holidays = map[string]bool{
	"01-01": true, "05-01": true, "06-07": true, "06-29": true, "07-23": true, "07-28": true, "07-29": true,
	"08-06": true, "08-30": true, "10-08": true, "11-01": true, "12-08": true, "12-09": true, "12-25": true,
}

func isWorkday(d day.Day) bool {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return false
	}
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	return !weekend && !holidays[string(d)[5:]]
}

// workday moves n working days from d, back if n is negative; 0 is d itself or
// the next working day.
func workday(d day.Day, n int) day.Day {
	step := 1
	if n < 0 {
		step, n = -1, -n
	} else if !isWorkday(d) {
		return workday(d.Add(1), n)
	}
	for n > 0 {
		if d = d.Add(step); isWorkday(d) {
			n--
		}
	}
	return d
}

// workdays lists the working days from one day to another, both included.
func workdays(from, to day.Day) []day.Day {
	var out []day.Day
	for d := from; d <= to; d = d.Add(1) {
		if isWorkday(d) {
			out = append(out, d)
		}
	}
	return out
}

func monthsOf(year int) []day.Month {
	out := make([]day.Month, 12)
	for i := range out {
		out[i] = day.Month(fmt.Sprintf("%04d-%02d", year, i+1))
	}
	return out
}

func monthsBefore(m day.Month, n int) day.Month {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		return ""
	}
	return day.Month(t.AddDate(0, -n, 0).Format("2006-01"))
}

func lastDayBefore(m day.Month) day.Day { return day.Day(string(m) + "-01").Add(-1) }
