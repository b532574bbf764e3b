package insurance_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
)

// said is what the rows claimed from a day on.
type said struct {
	on    day.Day
	sure  bool
	claim insurance.Claim
	state string // of the certificate: "" where the policy itself names him
}

func (s said) claims(d day.Day) bool {
	return s.state != "pendiente" && s.state != "observada" && s.claim.From != "" && s.claim.From <= d && d <= s.claim.To
}

// slowly is what is known of a day, from all that was ever said: nothing if the last
// does not claim it; else it is known since the first of those that have claimed it
// without a break.
func slowly(history []said, d day.Day) insurance.Cover {
	last := history[len(history)-1]
	if !last.claims(d) {
		return insurance.Cover{Status: insurance.Uncovered}
	}
	first := last
	for _, s := range slices.Backward(history) {
		if !s.claims(d) {
			break
		}
		first = s
	}
	issued := last.claim.Issued
	switch {
	case first.on <= d && issued <= d:
		return insurance.Cover{Status: insurance.Covered}
	case issued <= d && !first.sure:
		return insurance.Cover{Status: insurance.Unsure}
	case first.on <= d, !first.sure:
		since := day.Day("")
		if first.sure || first.on <= d {
			since = first.on
		}
		return insurance.Cover{Status: insurance.Late, Late: issued.Since(d), Since: since, Issued: issued}
	}
	return insurance.Cover{Status: insurance.Late, Late: max(first.on.Since(d), issued.Since(d)), Since: first.on, Issued: issued}
}

func TestWhatIsProvedIsWhatTheHistoryTells(t *testing.T) {
	const start = day.Day("2026-11-01")
	states := []string{"", "", "", "presentada", "conforme", "observada", "pendiente"}
	met := map[insurance.Status]int{}
	for seed := range uint64(6500) {
		rng := rand.New(rand.NewPCG(seed, 7))
		at := func() day.Day { return start.Add(rng.IntN(20)) }
		maybe := func() day.Day {
			if rng.IntN(2) == 0 {
				return ""
			}
			return at()
		}
		var history []said
		var live []insurance.Span
		on := start.Add(rng.IntN(15))
		for range 1 + rng.IntN(6) {
			on = on.Add(rng.IntN(5))
			p := insurance.Policy{ID: "p", State: []string{"emitida", "emitida", "emitida", "anulada"}[rng.IntN(4)], ValidFrom: at(), ValidTo: at()}
			i := insurance.Insured{PolicyID: "p", DNI: "99000001", FromOn: at(), ToOn: maybe(), Certificate: states[rng.IntN(len(states))]}
			s := said{state: i.Certificate, on: on, sure: len(history) > 0 || rng.IntN(2) == 0, claim: insurance.ClaimOf(i, p, maybe(), maybe())}
			history = append(history, s)
			live = insurance.Follow(live, s.claim, s.on, s.sure)
			for n, one := range live {
				if one.From > one.To || n > 0 && live[n-1].To >= one.From {
					t.Fatalf("seed %d: spans overlap or are empty: %v", seed, live)
				}
			}
			for d := start.Add(-1); d <= start.Add(21); d = d.Add(1) {
				got, want := insurance.Proved(d, live), slowly(history, d)
				if got != want {
					t.Fatalf("seed %d, %s: got %+v, want %+v\nsaid %+v\nspans %+v", seed, d, got, want, history, live)
				}
				met[got.Status]++
			}
		}
	}
	for _, s := range []insurance.Status{insurance.Covered, insurance.Late, insurance.Unsure, insurance.Uncovered} {
		if met[s] < 500 {
			t.Errorf("%s was met %d times", s, met[s])
		}
	}
}

// However often nothing new is said, what is known since when stays.
func TestWhatIsSaidAgainIsNotNews(t *testing.T) {
	claim := insurance.Claim{From: "2026-11-03", To: "2026-11-10"}
	once := insurance.Follow(nil, claim, "2026-11-05", true)
	if again := insurance.Follow(once, claim, "2026-11-20", true); !slices.Equal(once, again) {
		t.Fatalf("%v became %v", once, again)
	}
}
