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
	// An apostrophe marks millions (and thousands), as in Peru: 493'555,053.00. A
	// comma with three digits behind it is then one of thousands.
	apostrophe      = regexp.MustCompile(`^[1-9]\d{0,2}('\d{3})+(,\d{3})*(\.\d+)?$`)
	apostropheComma = regexp.MustCompile(`^[1-9]\d{0,2}('\d{3})+,\d{1,2}$`)

	solesBefore = regexp.MustCompile(`(?i)^(s/\.?|pen)\s*`)
	solesBehind = regexp.MustCompile(`(?i)([\d)])\s*((nuevos )?soles|s/\.?|pen)\.?$`)

	// What changes the meaning of a number.
	foreign = regexp.MustCompile(`(?i)\$|€|\b(usd|eur|euros?|d[oó]lar(es)?)\b`)
	scaled  = regexp.MustCompile(`(?i)\d\s*\(?\s*((en )?mil(es)?|mill[oó]n(es)?|mm|k|m)\b`)
	aDash   = regexp.MustCompile(`^[-–—]+$`)
)

// readMoney reads soles as people and programs write them ("S/ 1,234.56",
// "1.234,56", "1234,5", "(250.00)", "1,234.50 soles") into céntimos, in the manner of
// their column. What could be two amounts ("1,234") is refused, what stands for
// another ("12.5 mil", "US$ 10", "10%", "S/ -") too, by name, and nothing is ever
// rounded.
func readMoney(text string, how manner) (int64, *fault.Fault) {
	s, negative := bareAmount(text)
	s, f := plain(s, text, how)
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
	s = strings.TrimSpace(strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "−", "-", "’", "'", "´", "'").Replace(text))
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s, negative = strings.TrimSpace(s[1:len(s)-1]), true
	}
	s = solesBehind.ReplaceAllString(solesBefore.ReplaceAllString(s, ""), "$1")
	if rest, found := strings.CutPrefix(s, "-"); found && !negative {
		s, negative = strings.TrimSpace(rest), true
	}
	return solesBefore.ReplaceAllString(s, ""), negative
}

// otherMeaning says why a text with a number in it is no amount of soles.
func otherMeaning(shown string) *fault.Fault {
	code := fault.ImportAmountInvalid
	switch rest, _ := bareAmount(shown); {
	case strings.Contains(shown, "%"):
		code = fault.ImportAmountPercent
	case foreign.MatchString(shown):
		code = fault.ImportAmountForeign
	case scaled.MatchString(shown):
		code = fault.ImportAmountScale
	case rest == "" && strings.TrimSpace(shown) != "" || aDash.MatchString(rest):
		code = fault.ImportAmountDash
	}
	return fault.New(code, "").With("value", clip(shown))
}

// plain writes a number with a point and no groups, or says why it cannot be.
func plain(s, shown string, how manner) (string, *fault.Fault) {
	invalid := otherMeaning(shown)
	switch {
	case apostrophe.MatchString(s):
		return strings.NewReplacer("'", "", ",", "").Replace(s), nil
	case apostropheComma.MatchString(s):
		return strings.NewReplacer("'", "", ",", ".").Replace(s), nil
	case strings.Trim(s, "0123456789., ") != "" || s == "":
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
	return oneMark(s, max(comma, point), shown, how, invalid)
}

// oneMark: a single kind of mark is a group mark if it repeats; alone with three
// digits behind it the column has to tell.
func oneMark(s string, at int, shown string, how manner, invalid *fault.Fault) (string, *fault.Fault) {
	mark := s[at]
	if strings.Count(s, string(mark)) > 1 {
		return ungroup(s, mark, invalid)
	}
	is := how.point
	if mark == ',' {
		is = how.comma
	}
	if groups[mark].MatchString(s) && is != asDecimals {
		if is == asGroups {
			return s[:at] + s[at+1:], nil
		}
		return "", fault.New(fault.ImportAmountAmbiguous, "").With("value", clip(shown)).
			With("thousands", s[:at]+s[at+1:]+".00").With("decimals", s[:at]+"."+s[at+1:])
	}
	whole, f := ungroup(s[:at], ' ', invalid)
	out := whole + "." + s[at+1:]
	return out, check(out, f, invalid)
}

// marksOf says which mark groups the digits of an amount and which begins its
// decimals, or which could do both; 0 for none.
func marksOf(s string) (group, decimal, both byte) {
	comma, point := strings.Count(s, ","), strings.Count(s, ".")
	switch {
	case apostrophe.MatchString(s):
		if comma > 0 {
			group = ','
		}
		if point > 0 {
			decimal = '.'
		}
	case strings.Trim(s, "0123456789., ") != "" || comma+point == 0:
	case comma > 0 && point > 0 && strings.LastIndexByte(s, ',') < strings.LastIndexByte(s, '.'):
		return ',', '.', 0
	case comma > 0 && point > 0:
		return '.', ',', 0
	default:
		mark := byte('.')
		if comma > 0 {
			mark = ','
		}
		switch {
		case !groups[mark].MatchString(s) && comma+point == 1:
			return 0, mark, 0
		case comma+point > 1:
			return mark, 0, 0
		}
		return 0, 0, mark
	}
	return group, decimal, 0
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
