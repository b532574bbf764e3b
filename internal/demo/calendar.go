package demo

import (
	"fmt"
	"time"

	"chaski/internal/catalog"
	"chaski/internal/domain/day"
)

// workday is the n-th working day after d, before it if n is negative; 0 is d
// itself or the next working day.
func workday(d day.Day, n int) day.Day { return catalog.Calendar().Add(d, n) }

// workdays lists the working days from one day to another, both included.
func workdays(from, to day.Day) []day.Day { return catalog.Calendar().Days(from, to) }

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
