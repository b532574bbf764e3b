package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"chaski/internal/domain/fault"
)

// StepWrites is about how many rows of the database one step of a long import
// writes in a transaction of its own. Meanwhile phones wait to be heard; between
// two steps they are. An import that fits in one is all or nothing.
const StepWrites = 300

// Step is a part of an import that is written in one transaction: some groups
// whole, or a slice of one that is too large.
type Step struct {
	N        int
	From, To int // groups
	Slice    bool
	Row      int // of the file, the first it writes for
	Writes   int
	Print    string // of the writes
}

// Job is an import that was accepted and takes more than one step.
type Job struct {
	Steps  []Step
	Counts Counts
	Total  int // rows of the database
}

// Stop is why a long import, or its undoing, does not go on by itself.
type Stop struct {
	Fault    *fault.Fault `json:"fault"`
	Refusals []Refusal    `json:"refusals,omitempty"` // the first of them
	Refused  int          `json:"refused,omitempty"`
}

// steps cuts a plan into steps. whole are the writes of groups that are too large
// for one, by their place.
func (p *Plan) steps(size int, whole func(group int) ([]Write, error)) ([]Step, error) {
	var out []Step
	add := func(s Step) {
		s.N = len(out)
		out = append(out, s)
	}
	open := Step{}
	flush := func() {
		if open.Writes > 0 {
			add(open)
		}
		open = Step{}
	}
	for n, g := range p.groups {
		switch {
		case g.Writes == 0:
			continue
		case g.Writes > size:
			flush()
			writes, err := whole(n)
			if err != nil {
				return nil, err
			}
			for _, some := range slicesOf(writes, size) {
				add(Step{From: n, To: n, Slice: true, Row: some[0].Row, Writes: len(some), Print: fingerprint(some)})
			}
			continue
		case open.Writes+g.Writes > size:
			flush()
		}
		if open.Writes == 0 {
			open.From, open.Row = n, g.Row
		}
		open.To = n
		open.Writes += g.Writes
		open.Print = chained(open.Print, g.Print)
	}
	flush()
	return out, nil
}

// slicesOf cuts writes into slices of about so many, none of which refers to what
// only a later one writes, and none within what one row of the file writes.
func slicesOf(writes []Write, size int) [][]Write {
	at := make(map[string]int, len(writes))
	for n, w := range writes {
		if w.New {
			at[w.ID] = n
		}
	}
	var out [][]Write
	begin, needs := 0, 0
	for n, w := range writes {
		if n-begin >= size && n > needs && w.Row != writes[n-1].Row {
			out, begin = append(out, writes[begin:n]), n
		}
		for _, v := range w.Fields {
			if id, text := v.(string); text {
				needs = max(needs, at[id])
			}
		}
	}
	return append(out, writes[begin:])
}

// leftOf is how long work takes that is as fast as it was; 0 while nobody knows.
func leftOf(began time.Time, from, done, of int, now time.Time) time.Duration {
	if done <= from || of <= done {
		return 0
	}
	return time.Duration(float64(now.Sub(began)) / float64(done-from) * float64(of-done))
}

// chained is the print of what was printed before, and of what follows.
func chained(before, next string) string {
	sum := sha256.Sum256([]byte(before + "\n" + next))
	return hex.EncodeToString(sum[:])
}
