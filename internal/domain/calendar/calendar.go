// Package calendar counts working days: Monday to Friday except the dated
// holidays it is given. Holidays are dated because the law changes: 6 August
// was a working day in 2021 and is none since 2022.
package calendar

import (
	"time"

	"chaski/internal/domain/day"
)

const secondsPerDay = 24 * 60 * 60

// Calendar knows which days are worked. The zero value knows weekends only.
type Calendar struct {
	holidays map[int64]struct{} // days since 1970-01-01
}

// New is the calendar with these holidays; what is no date is left out.
func New(holidays []day.Day) Calendar {
	c := Calendar{holidays: make(map[int64]struct{}, len(holidays))}
	for _, h := range holidays {
		if n, ok := number(h); ok {
			c.holidays[n] = struct{}{}
		}
	}
	return c
}

// Workday says whether d is worked; what is no date is not.
func (c Calendar) Workday(d day.Day) bool {
	n, ok := number(d)
	return ok && c.works(n)
}

// Add is the n-th working day after d, before d if n is negative; 0 gives d
// itself or the next working day. What is no date gives no date.
func (c Calendar) Add(d day.Day, n int) day.Day {
	at, ok := number(d)
	if !ok {
		return ""
	}
	if n == 0 {
		for !c.works(at) {
			at++
		}
		return date(at)
	}
	step := int64(1)
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if at += step; c.works(at) {
			n--
		}
	}
	return date(at)
}

// Between counts the working days after from up to and including to: what is
// left on from of a period that ends on to. Negative if to is past, by the
// working days since. 0 if either is no date.
func (c Calendar) Between(from, to day.Day) int {
	a, ok := number(from)
	b, ok2 := number(to)
	if !ok || !ok2 {
		return 0
	}
	sign := 1
	if b < a {
		a, b, sign = b, a, -1
	}
	n := 0
	for a++; a <= b; a++ {
		if c.works(a) {
			n++
		}
	}
	return sign * n
}

// Days lists the working days from one day to another, both included.
func (c Calendar) Days(from, to day.Day) []day.Day {
	a, ok := number(from)
	b, ok2 := number(to)
	if !ok || !ok2 {
		return nil
	}
	var out []day.Day
	for ; a <= b; a++ {
		if c.works(a) {
			out = append(out, date(a))
		}
	}
	return out
}

func (c Calendar) works(n int64) bool {
	// 1970-01-01 was a Thursday.
	if weekday := ((n+4)%7 + 7) % 7; weekday == 0 || weekday == 6 {
		return false
	}
	_, free := c.holidays[n]
	return !free
}

func number(d day.Day) (int64, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0, false
	}
	s := t.Unix()
	if s < 0 {
		s -= secondsPerDay - 1
	}
	return s / secondsPerDay, true
}

func date(n int64) day.Day {
	return day.Day(time.Unix(n*secondsPerDay, 0).UTC().Format(time.DateOnly))
}
