package imports

import (
	"regexp"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/progress"
)

var (
	plainAmount = regexp.MustCompile(`^\d+(\.\d+)?$`)
	groups      = map[byte]*regexp.Regexp{
		',': regexp.MustCompile(`^[1-9]\d{0,2}(,\d{3})+$`),
		'.': regexp.MustCompile(`^[1-9]\d{0,2}(\.\d{3})+$`),
		' ': regexp.MustCompile(`^[1-9]\d{0,2}( \d{3})+$`),
	}
)

// ReadMoney reads soles as people and programs write them ("S/ 1,234.56",
// "1.234,56", "1234,5", "(250.00)") into céntimos. What could be two amounts
// ("1,234") is refused, and nothing is ever rounded.
func ReadMoney(text string) (int64, *fault.Fault) {
	s, negative := bareAmount(text)
	s, f := plain(s, text)
	if f != nil {
		return 0, f
	}
	if _, decimals, found := strings.Cut(s, "."); found && len(decimals) > 2 {
		if strings.Trim(decimals[2:], "0") != "" {
			return 0, fault.New(fault.ImportAmountDecimals, "").With("value", clip(text))
		}
		s = s[:len(s)-len(decimals)+2]
	}
	if negative {
		s = "-" + s
	}
	n, err := progress.ParseMoney(s)
	if err != nil {
		return 0, fault.New(fault.ImportAmountInvalid, "").With("value", clip(text))
	}
	return n, nil
}

// bareAmount takes off the currency, the sign and the spaces around.
func bareAmount(text string) (s string, negative bool) {
	s = strings.TrimSpace(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "−", "-").Replace(text))
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s, negative = strings.TrimSpace(s[1:len(s)-1]), true
	}
	for _, currency := range []string{"S/.", "S/", "PEN"} {
		s = strings.TrimSpace(strings.TrimPrefix(s, currency))
	}
	if rest, found := strings.CutPrefix(s, "-"); found && !negative {
		s, negative = strings.TrimSpace(rest), true
	}
	return s, negative
}

// plain writes a number with a point and no groups, or says why it cannot be.
func plain(s, shown string) (string, *fault.Fault) {
	invalid := fault.New(fault.ImportAmountInvalid, "").With("value", clip(shown))
	if strings.Trim(s, "0123456789., ") != "" || s == "" {
		return "", invalid
	}
	comma, point := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
	switch {
	case comma < 0 && point < 0:
		return ungroup(s, ' ', invalid)
	case comma >= 0 && point >= 0:
		at := max(comma, point) // the last of the two is the decimal mark
		if strings.Count(s, s[at:at+1]) > 1 {
			return "", invalid
		}
		whole, f := ungroup(s[:at], s[min(comma, point)], invalid)
		return whole + "." + s[at+1:], check(whole+"."+s[at+1:], f, invalid)
	}
	return oneMark(s, max(comma, point), shown, invalid)
}

// oneMark: a single kind of mark is a group mark if it repeats; alone with three
// digits behind it nobody can tell.
func oneMark(s string, at int, shown string, invalid *fault.Fault) (string, *fault.Fault) {
	mark := s[at]
	if strings.Count(s, string(mark)) > 1 {
		return ungroup(s, mark, invalid)
	}
	if groups[mark].MatchString(s) {
		return "", fault.New(fault.ImportAmountAmbiguous, "").With("value", clip(shown)).
			With("thousands", s[:at]+s[at+1:]+".00").With("decimals", s[:at]+"."+s[at+1:])
	}
	whole, f := ungroup(s[:at], ' ', invalid)
	out := whole + "." + s[at+1:]
	return out, check(out, f, invalid)
}

func check(out string, f, invalid *fault.Fault) *fault.Fault {
	if f == nil && !plainAmount.MatchString(out) {
		return invalid
	}
	return f
}

// ungroup removes thousands marks that stand where they must.
func ungroup(s string, mark byte, invalid *fault.Fault) (string, *fault.Fault) {
	if !strings.ContainsRune(s, rune(mark)) {
		if strings.Trim(s, "0123456789") != "" {
			return "", invalid
		}
		return s, nil
	}
	if !groups[mark].MatchString(s) {
		return "", invalid
	}
	return strings.ReplaceAll(s, string(mark), ""), nil
}

// clip keeps a hostile value short in a sentence.
func clip(s string) string {
	const limit = 60
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "�")
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "…"
	}
	return s
}
