package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
)

type golden struct {
	Name  string
	Input struct {
		Op       string
		Day      day.Day
		N        int
		To       day.Day
		Holidays []day.Day
		// Holidays with their scope, and whose calendar it is.
		Scoped     []calendar.Holiday
		Department string
	}
	Expect any
}

func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			cal := calendar.New(c.Input.Holidays)
			if c.Input.Scoped != nil {
				cal = calendar.Of(c.Input.Scoped, c.Input.Department)
			}
			var got any
			switch c.Input.Op {
			case "workday":
				got = cal.Workday(c.Input.Day)
			case "add":
				got = string(cal.Add(c.Input.Day, c.Input.N))
			case "between":
				got = float64(cal.Between(c.Input.Day, c.Input.To))
			default:
				t.Fatalf("no operation %q", c.Input.Op)
			}
			if got != c.Expect {
				t.Fatalf("got %v, want %v", got, c.Expect)
			}
		})
	}
}

// Against the plain definition, one day after the other.
func TestAgainstTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	start := day.Day("1969-11-20") // across the epoch, where division truncates the other way
	for range 500 {
		free := map[day.Day]bool{}
		var holidays []day.Day
		for range rng.IntN(12) {
			h := start.Add(rng.IntN(90))
			free[h], holidays = true, append(holidays, h)
		}
		c := calendar.New(holidays)
		works := func(d day.Day) bool {
			at, err := time.Parse(time.DateOnly, string(d))
			if err != nil {
				t.Fatal(err)
			}
			return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday && !free[d]
		}
		from, to := start.Add(20+rng.IntN(40)), start.Add(20+rng.IntN(40))
		want, listed := 0, 0
		for d := min(from, to).Add(1); d <= max(from, to); d = d.Add(1) {
			if works(d) {
				want++
			}
		}
		for d := from; d <= to; d = d.Add(1) {
			if works(d) != c.Workday(d) {
				t.Fatalf("%s: works %v", d, !works(d))
			}
			if works(d) {
				listed++
			}
		}
		if to < from {
			want = -want
		}
		if got := c.Between(from, to); got != want {
			t.Fatalf("between %s and %s: got %d, want %d; holidays %v", from, to, got, want, holidays)
		}
		if got := len(c.Days(from, to)); got != listed {
			t.Fatalf("days from %s to %s: got %d, want %d", from, to, got, listed)
		}
		// n working days on, n are between; and a working day is where it lands.
		n := 1 + rng.IntN(20)
		on, back := c.Add(from, n), c.Add(from, -n)
		if !works(on) || c.Between(from, on) != n || on <= from {
			t.Fatalf("%d after %s is not %s; holidays %v", n, from, on, holidays)
		}
		if !works(back) || back >= from || len(c.Days(back, from.Add(-1))) != n {
			t.Fatalf("%d before %s is not %s; holidays %v", n, from, back, holidays)
		}
	}
}

func TestWhatIsNoDate(t *testing.T) {
	c := calendar.New([]day.Day{"", "2021-13-01", "2021-07-28"})
	if c.Workday("") || c.Workday("2021-02-30") || c.Add("", 3) != "" || c.Between("", "2021-07-20") != 0 || c.Days("2021-07-20", "") != nil {
		t.Fatal("an answer about no date")
	}
	if (calendar.Calendar{}).Add("2021-07-27", 1) != "2021-07-28" {
		t.Fatal("the zero calendar knows a holiday")
	}
}
