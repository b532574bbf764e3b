// Package progress has the arithmetic of figures: exact, rounded half-up only
// for display, compared unrounded. Money is int64 céntimos; on the wire it is a
// decimal string in soles.
package progress

import (
	"math/big"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// Counting rules. The name of the rule stands beside each figure, so that two
// figures counted in different ways are never taken for the same.
const (
	RuleCupo       = "cupo_v1"          // a cupo's first validated jornal, once in the life of the intervention
	RuleTransfer   = "transferencia_v1" // a transfer accrued under a published resolution, once per (resolution, convenio)
	RuleAssistance = "asistencia_v1"    // a technical assistance validated with evidence, once per (proponent, day, modality, topic)
	RuleReport     = "informe_v1"       // a report approved, once per (unit, kind, period)
	RuleBalance    = "saldo_v1"         // a dated opening balance taken from a published report
	RuleAccrued    = "devengado_v1"     // SIAF devengado of the AO
)

var hundred = decimal.NewFromInt(100)

// Ratio is what was executed against what was programmed: units or céntimos.
type Ratio struct{ Exec, Target int64 }

// Percent is 100·exec/target with that many decimals, half-up; "" without a
// target.
func Percent(exec, target int64, places int32) string {
	if target == 0 {
		return ""
	}
	return decimal.NewFromInt(exec).Mul(hundred).DivRound(decimal.NewFromInt(target), places).StringFixed(places)
}

// Percent4 is Percent with the four decimals of the wire.
func Percent4(exec, target int64) string { return Percent(exec, target, 4) }

// AtLeast100 compares the quantities, not the rounded percentage: 99.96 prints
// as 100.0 and is not 100. Without a target it is false.
func AtLeast100(exec, target int64) bool { return target > 0 && exec >= target }

// AverageAdjusted is the mean of min(100, percent) over the ratios that have a
// target (Cuadro 1, notes 1 and 4 of the Ficha: cut first, then averaged over
// all AO of the AEI), two decimals half-up; "" if none has a target.
func AverageAdjusted(ratios []Ratio) string { return AverageAdjustedTo(ratios, 2) }

// AverageAdjustedTo is AverageAdjusted with that many decimals, from the exact
// mean.
func AverageAdjustedTo(ratios []Ratio, places int) string {
	mean := average(ratios)
	if mean == nil {
		return ""
	}
	return mean.FloatString(places) // rounds halves away from zero
}

func average(ratios []Ratio) *big.Rat {
	sum, n := new(big.Rat), int64(0)
	for _, r := range ratios {
		if r.Target <= 0 {
			continue
		}
		n++
		if AtLeast100(r.Exec, r.Target) {
			sum.Add(sum, big.NewRat(100, 1))
			continue
		}
		part := big.NewRat(r.Exec, r.Target)
		sum.Add(sum, part.Mul(part, big.NewRat(100, 1)))
	}
	if n == 0 {
		return nil
	}
	return sum.Quo(sum, big.NewRat(n, 1))
}

// Money writes céntimos as soles: 49227254043 is "492272540.43".
func Money(centimos int64) string { return decimal.New(centimos, -2).StringFixed(2) }

var moneyPattern = regexp.MustCompile(`^-?\d{1,15}(\.\d{1,2})?$`)

// maxExact is the largest integer that PocketBase's numbers (float64) and
// JavaScript keep exactly, 2^53 − 1 céntimos.
const maxExact = 1<<53 - 1

// ParseMoney reads soles with at most two decimals into céntimos. Signs other
// than a leading minus, separators, exponents, spaces and a third decimal are
// refused with an invalid_value fault; nothing is rounded.
func ParseMoney(soles string) (int64, error) {
	if !moneyPattern.MatchString(soles) {
		return 0, fault.New(fault.InvalidValue, "").With("value", clip(soles))
	}
	amount, err := decimal.NewFromString(soles)
	if err != nil {
		return 0, fault.Wrap(fault.InvalidValue, err)
	}
	centimos := amount.Shift(2)
	if centimos.Abs().GreaterThan(decimal.NewFromInt(maxExact)) {
		return 0, fault.New(fault.InvalidValue, "").With("value", clip(soles))
	}
	return centimos.IntPart(), nil
}

// clip keeps a hostile value short in a sentence.
func clip(s string) string {
	const limit = 40
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "…"
	}
	return strings.ToValidUTF8(s, "�")
}

// PostingMonth is the month in which an event counts. A closed month never
// moves: an event that belongs to one counts in the first open month, as an
// adjustment. closedThrough is the last closed month, "" if none is.
func PostingMonth(qualifying, closedThrough day.Month) day.Month {
	if closedThrough != "" && qualifying <= closedThrough {
		return closedThrough.Next()
	}
	return qualifying
}
