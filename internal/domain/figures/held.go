package figures

import (
	"encoding/json"
	"strconv"

	"chaski/internal/domain/progress"
)

// Count is a number that may be missing. What an exercise does not hold is not
// zero: balances taken from a report say how many jobs there were, and nothing of
// who worked. In JSON it is null.
type Count struct {
	n    int64
	none bool
}

// NoCount is one that is not held.
var NoCount = Count{none: true}

// Of a number that is held.
func counted(n int64) Count { return Count{n: n} }

func countedUnless(missing bool, n int64) Count {
	if missing {
		return NoCount
	}
	return counted(n)
}

// Held says whether there is a number.
func (c Count) Held() bool { return !c.none }

// N is the number, 0 where there is none.
func (c Count) N() int64 { return c.n }

// plus is missing where either part is: a sum of what is known would pass for all.
func (c Count) plus(o Count) Count { return countedUnless(c.none || o.none, c.n+o.n) }

// String is the number, "" where there is none.
func (c Count) String() string {
	if c.none {
		return ""
	}
	return strconv.FormatInt(c.n, 10)
}

// MarshalJSON writes the number or null.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.none {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, c.n, 10), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Count) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*c = NoCount
		return nil
	}
	*c = Count{}
	return json.Unmarshal(raw, &c.n)
}

// moneyUnless writes an amount, "" where it is not held.
func moneyUnless(missing bool, centimos int64) string {
	if missing {
		return ""
	}
	return progress.Money(centimos)
}

// lacks says that a closed exercise has nothing of a measure, not even a balance.
// In a running one nothing happened yet: that is zero.
func (in Input) lacks(measure string) bool {
	if !in.Closed {
		return false
	}
	for _, c := range in.Cells {
		if c.Measure == measure {
			return false
		}
	}
	return true
}

// fromBalances says that a part of a measure was taken from a published report: of
// that part there is the sum, and no row.
func (in Input) fromBalances(measure, frame string) bool {
	for _, c := range in.Cells {
		if c.Measure == measure && c.Opening != 0 && (frame == "" || c.Frame == frame) {
			return true
		}
	}
	return false
}
