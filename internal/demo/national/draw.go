package national

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// Apportion divides a total in proportion to weights so that the parts add up to
// it exactly. Weights are not negative and not all zero.
func Apportion(total int64, weights []int64) []int64 {
	var all int64
	for _, w := range weights {
		all += w
	}
	out := make([]int64, len(weights))
	var upTo, given int64
	for i, w := range weights {
		upTo += w
		hi, lo := bits.Mul64(uint64(total), uint64(upTo))
		q, _ := bits.Div64(hi, lo, uint64(all))
		out[i] = int64(q) - given
		given = int64(q)
	}
	return out
}

// sizes draws n sizes that add up to total, most near the mean, some several
// times larger, none below least (or the mean, if that is less) or above most.
func sizes(n, total, least, most int, rng *rand.Rand) []int {
	mean := float64(total) / float64(n)
	least = min(least, total/n)
	out := make([]int, n)
	left := total
	for i := range out {
		s := int(math.Round(mean * math.Exp(rng.NormFloat64()*0.38-0.07)))
		out[i] = min(max(s, least), most)
		left -= out[i]
	}
	for left != 0 {
		step := 1
		if left < 0 {
			step = -1
		}
		i := rng.IntN(n)
		if next := out[i] + step; next >= least && next <= most {
			out[i] = next
			left -= step
		}
	}
	return out
}

// spread gives each of n holders one of total units and the rest by weight, at
// most most each.
func spread(total int, weights []float64, most int, rng *rand.Rand) []int {
	out := make([]int, len(weights))
	sum := 0.0
	upTo := make([]float64, len(weights))
	for i, w := range weights {
		out[i] = 1
		sum += w
		upTo[i] = sum
	}
	for left := total - len(weights); left > 0; {
		x := rng.Float64() * sum
		i := search(upTo, x)
		if out[i] < most {
			out[i]++
			left--
		}
	}
	return out
}

func search(upTo []float64, x float64) int {
	lo, hi := 0, len(upTo)-1
	for lo < hi {
		if mid := (lo + hi) / 2; upTo[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func shuffled(n int, rng *rand.Rand) []int { return rng.Perm(n) }
