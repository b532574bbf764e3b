package insurance

import (
	"cmp"
	"slices"

	"chaski/internal/domain/day"
)

// Span is what one insured row proves, with its two times: the days it covers, both
// ends included, and since which day that is known. (Insurance certificates came
// after the workers had moved on: Ficha 2023, §6. A paper that comes late proves that
// somebody was insured; it does not prove that anybody could know it that day.)
type Span struct {
	From day.Day `json:"from"`
	To   day.Day `json:"to"`
	// Known is the day in Lima on which it was recorded. Sure: it was not known before;
	// otherwise nobody wrote down when it was recorded, and Known is the latest it can be.
	Known day.Day `json:"known"`
	Sure  bool    `json:"sure"`
	// Issued is the date of the paper, "" where it is not told.
	Issued day.Day `json:"issued"`
}

// Claim is what the rows say now of one insured person: days that are covered, ""
// for none, and the date of the paper.
type Claim struct{ From, To, Issued day.Day }

// ClaimOf is what an insured row, its policy and the date of the paper claim. left is
// the last day of who is on the roster no more, "" for everybody else: a baja ends
// cover.
func ClaimOf(i Insured, p Policy, issued, left day.Day) Claim {
	if p.State == StateVoid || !Vouches(i.Certificate) || i.DNI == "" || p.ID != i.PolicyID || p.ValidTo == "" {
		return Claim{}
	}
	c := Claim{From: max(i.FromOn, p.ValidFrom), To: p.ValidTo, Issued: issued}
	for _, end := range []day.Day{i.ToOn, left} {
		if end != "" {
			c.To = min(c.To, end)
		}
	}
	_, from := day.Parse(string(c.From))
	_, to := day.Parse(string(c.To))
	if from != nil || to != nil || c.From > c.To {
		return Claim{} // what is no date proves nothing; such rows are listed elsewhere
	}
	return c
}

// Follow is what is proved once the rows claim this on a day, in the order of its
// days: what stays keeps the day since which it is known, whatever else changed, what
// is claimed no more goes, and what is new is known since on. Days that went and come
// back are new. The spans given must not overlap, and neither do those answered.
func Follow(live []Span, c Claim, on day.Day, sure bool) []Span {
	if c.From == "" {
		return nil
	}
	live = slices.Clone(live)
	slices.SortFunc(live, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var out []Span
	add := func(s Span) {
		s.Issued = c.Issued
		if n := len(out) - 1; n >= 0 && out[n].To.Add(1) == s.From && out[n].Known == s.Known && out[n].Sure == s.Sure {
			out[n].To = s.To
			return
		}
		out = append(out, s)
	}
	next := c.From // the first day that nothing is said of yet
	for _, s := range live {
		s.From, s.To = max(s.From, c.From), min(s.To, c.To)
		if s.From > s.To {
			continue
		}
		if next < s.From {
			add(Span{From: next, To: s.From.Add(-1), Known: on, Sure: sure})
		}
		add(s)
		next = s.To.Add(1)
	}
	if next <= c.To {
		add(Span{From: next, To: c.To, Known: on, Sure: sure})
	}
	return out
}

// Cover is what can be said of one person's insurance on a day.
type Cover struct {
	Status Status `json:"status"`
	// Late is how many days after that day it was issued, or known, whichever is more;
	// 0 unless Status is Late.
	Late int `json:"late"`
	// Since is the day on which it was known, Issued the date of the paper; "" where
	// that is not told, and unless Status is Late.
	Since  day.Day `json:"since"`
	Issued day.Day `json:"issued"`
}

// Proved is what the spans of one person prove for a day: the best of them, where
// several cover it. What was known, and issued, on that day is Covered; what came
// after it is Late, never simply covered; where it is not known since when, Unsure.
func Proved(d day.Day, spans []Span) Cover {
	best := Cover{Status: Uncovered}
	for _, s := range spans {
		if d == "" || d < s.From || d > s.To {
			continue
		}
		if c := s.proves(d); c.betterThan(best) {
			best = c
		}
	}
	return best
}

func (s Span) proves(d day.Day) Cover {
	known := s.Known
	if !s.Sure && known > d {
		known = ""
	}
	switch last := max(known, s.Issued); {
	case last > d:
		return Cover{Status: Late, Late: last.Since(d), Since: known, Issued: s.Issued}
	case known == "":
		return Cover{Status: Unsure}
	}
	return Cover{Status: Covered}
}

// ranks: what is known beats what is not.
var ranks = map[Status]int{Covered: 3, Late: 2, Unsure: 1, Uncovered: 0}

func (c Cover) betterThan(o Cover) bool {
	if ranks[c.Status] != ranks[o.Status] {
		return ranks[c.Status] > ranks[o.Status]
	}
	return c.Status == Late && c.Late < o.Late
}
