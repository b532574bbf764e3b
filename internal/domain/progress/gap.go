package progress

import "math/big"

// Gap4 is the physical percent minus the financial percent, in points with four
// decimals, half away from zero, taken from the exact fractions: the difference
// of two rounded percents may be off by one in the last place. "" if either has
// no target.
func Gap4(physical, financial Ratio) string {
	if physical.Target == 0 || financial.Target == 0 {
		return ""
	}
	gap := new(big.Rat).Sub(big.NewRat(physical.Exec, physical.Target), big.NewRat(financial.Exec, financial.Target))
	s := gap.Mul(gap, big.NewRat(100, 1)).FloatString(4)
	if s == "-0.0000" {
		return "0.0000"
	}
	return s
}
