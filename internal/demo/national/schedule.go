package national

import (
	"fmt"
	"math/rand/v2"

	"chaski/internal/domain/day"
)

// resolve puts every work of the year's money under a resolution of its frame:
// those executed by the weights, those not executed mostly under the last ones.
func (p *Plan) resolve() error {
	for _, frame := range []string{Ordinary, Ley} {
		var under []int
		var weights []int64
		var late []int
		for i, r := range p.Resolutions {
			switch {
			case r.Frame != frame || r.Number == big:
			case r.weight > 0:
				under, weights = append(under, i), append(weights, r.weight)
			default:
				late = append(late, i)
			}
		}
		if len(under) == 0 || len(late) == 0 {
			return fmt.Errorf("no resolutions of %s", frame)
		}
		var executed, idle []*Work
		for _, w := range p.Works {
			switch {
			case w.FundingYear != Year || w.Frame != frame || w.Resolution >= 0:
			case w.Executed:
				executed = append(executed, w)
			default:
				idle = append(idle, w)
			}
		}
		rng := p.rng("resolutions " + frame)
		perm := shuffled(len(executed), rng)
		next := 0
		for i, n := range Apportion(int64(len(executed)), weights) {
			for range n {
				executed[perm[next]].Resolution = under[i]
				next++
			}
		}
		for i, w := range idle {
			w.Resolution = late[i%len(late)]
			if rng.IntN(10) < 3 && i >= len(late) {
				w.Resolution = pick(rng, under)
			}
		}
	}
	return nil
}

// money shares out what was transferred: about the report's average by job, RM
// 220 its own sum, all of them to the céntimo.
func (p *Plan) money() error {
	if err := p.resolve(); err != nil {
		return err
	}
	rng := p.rng("money")
	for _, frame := range []string{Ordinary, Ley} {
		total := p.Published.Transfers[frame].Amount
		var rest, ofBig []*Work
		for _, w := range p.Works {
			switch {
			case w.FundingYear != Year || w.Frame != frame:
			case p.Resolutions[w.Resolution].Number == big:
				ofBig = append(ofBig, w)
			default:
				rest = append(rest, w)
			}
		}
		if len(ofBig) > 0 {
			p.share(bigAmount, ofBig, rng)
			total -= bigAmount
		}
		p.share(total, rest, rng)
	}
	for _, w := range p.Works {
		if w.FundingYear != Year {
			w.Amount = int64(w.jobs()) * (2_900_00 + rng.Int64N(200_00))
		}
	}
	return nil
}

func (w *Work) jobs() int { return w.Jobs + len(w.Extra) }

func (p *Plan) share(total int64, works []*Work, rng *rand.Rand) {
	weights := make([]int64, len(works))
	for i, w := range works {
		weights[i] = int64(w.jobs()) * (900 + rng.Int64N(200))
	}
	for i, amount := range Apportion(total, weights) {
		works[i].Amount = amount
	}
}

// Working days of a work, an assumption also kept as a parameter, and the least
// that a late one was left with.
const (
	ordinaryDays = 42
	leyDays      = 32
	leastDays    = 13
)

// last day on which there was work in the year.
const last day.Day = "2023-12-29"

// schedule dates everything: accrued some days after the resolution, begun some
// weeks after that, over within the year.
func (p *Plan) schedule() error {
	rng := p.rng("dates")
	for _, w := range p.Works {
		if w.FundingYear != Year {
			w.Starts = p.Calendar.Add("2023-01-16", rng.IntN(70))
			w.Ends = p.Calendar.Add(w.Starts, ordinaryDays-1)
		} else {
			w.Accrued = p.Calendar.Add(p.Resolutions[w.Resolution].Published, 2+rng.IntN(4))
			w.Starts = p.Calendar.Add(w.Accrued, 14+rng.IntN(27))
			p.fit(w)
		}
		if w.Accrued > last || w.Executed && p.Calendar.Between(w.Starts, w.Ends) < leastDays-1 {
			return fmt.Errorf("%s from %s to %s, accrued %s", w.Code, w.Starts, w.Ends, w.Accrued)
		}
		w.State = state(w, rng)
		if w.Executed {
			w.Days = p.sheetDays(w)
		}
	}
	p.order()
	return nil
}

// fit starts a late work sooner and then cuts it, so that it ends in the year.
func (p *Plan) fit(w *Work) {
	days := ordinaryDays
	if w.Frame == Ley {
		days = leyDays
	}
	latest := p.Calendar.Add(last, -(days - 1))
	if w.Starts > latest {
		w.Starts = max(p.Calendar.Add(w.Accrued, 5), latest)
	}
	w.Ends = p.Calendar.Add(w.Starts, days-1)
	if w.Executed {
		w.Ends = min(w.Ends, last)
	}
}

// state: the year is long over, so most accounts are settled. Works paid by
// earlier years' money have no rendición here, hence none that is waited for.
func state(w *Work, rng *rand.Rand) string {
	n := rng.IntN(100)
	switch {
	case w.FundingYear != Year:
		return "cerrada"
	case !w.Executed && n < 70:
		return "desistida"
	case !w.Executed:
		return "transferida"
	case n < 68:
		return "cerrada"
	case n < 95:
		return "rc_conforme"
	case n < 98:
		return "rc_observada"
	}
	return "rc_presentada"
}

// sheetDays are the first day, every so many working days and the last.
func (p *Plan) sheetDays(w *Work) []day.Day {
	all := p.Calendar.Days(w.Starts, w.Ends)
	var out []day.Day
	for i, d := range all {
		if i%p.SheetEvery == 0 || i == len(all)-1 {
			out = append(out, d)
		}
	}
	return out
}

// accruedByMonth is what the transfers of a frame accrued in each month.
func (p *Plan) accruedByMonth(frame string) map[day.Month]int64 {
	out := map[day.Month]int64{}
	for _, w := range p.Works {
		if w.Resolution >= 0 && w.Frame == frame {
			out[w.Accrued.Month()] += w.Amount
		}
	}
	return out
}
