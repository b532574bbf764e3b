package imports

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

var (
	dayFirst   = regexp.MustCompile(`^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2,4})$`)
	yearFirst  = regexp.MustCompile(`^(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})$`)
	clockAfter = regexp.MustCompile(`[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.? ?m\.?)?$`)
	serial     = regexp.MustCompile(`^\d{5}(\.\d+)?$`)
	yearMonth  = regexp.MustCompile(`^(\d{4})[/.,\- ](\d{1,2})$`)
	monthYear  = regexp.MustCompile(`^(\d{1,2})[/.\- ](\d{4})$`)
)

// The years a date may have: before them it is a slip or Excel's day zero.
const (
	firstYear = 1901
	lastYear  = 2100
)

// readDay reads a civil date as people of Peru write it: day, month, year, or
// ISO; the month first ("12/25/2026") only where the column has it so. A short year
// and a spreadsheet's serial number are refused, each with its reason.
func readDay(c Cell, monthFirst bool) (day.Day, *fault.Fault) {
	text := strings.TrimSpace(c.Text)
	switch c.Kind {
	case Date:
		return civil(text, text)
	case BadDate:
		return "", fault.New(fault.ImportDateTooOld, "").With("number", text)
	case Number:
		return "", serialFault(text)
	}
	bare := bareDay(text)
	if m := yearFirst.FindStringSubmatch(bare); m != nil {
		return civil(fmt.Sprintf("%s-%02s-%02s", m[1], pad(m[2]), pad(m[3])), text)
	}
	if m := dayFirst.FindStringSubmatch(bare); m != nil {
		return dayMonthYear(m, text, monthFirst)
	}
	if serial.MatchString(bare) {
		return "", serialFault(bare)
	}
	return "", fault.New(fault.ImportDateInvalid, "").With("value", clip(text))
}

// bareDay takes the time of day off.
func bareDay(text string) string {
	return strings.TrimSpace(clockAfter.ReplaceAllString(strings.ToLower(strings.TrimSpace(text)), ""))
}

// atoi reads digits that a pattern found.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func dayMonthYear(m []string, text string, monthFirst bool) (day.Day, *fault.Fault) {
	if len(m[3]) != 4 {
		return "", fault.New(fault.ImportDateShortYear, "").With("value", clip(text))
	}
	first, second := atoi(m[1]), atoi(m[2])
	if monthFirst {
		if first > 12 && second <= 12 {
			return "", fault.New(fault.ImportDateDayFirst, "").With("value", clip(text)).
				With("fixed", pad(m[2])+"/"+pad(m[1])+"/"+m[3])
		}
		return civil(m[3]+"-"+pad(m[1])+"-"+pad(m[2]), text)
	}
	if second > 12 && first <= 12 {
		return "", fault.New(fault.ImportDateMonthFirst, "").With("value", clip(text)).
			With("fixed", pad(m[2])+"/"+pad(m[1])+"/"+m[3])
	}
	return civil(m[3]+"-"+pad(m[2])+"-"+pad(m[1]), text)
}

func civil(iso, shown string) (day.Day, *fault.Fault) {
	d, err := day.Parse(iso)
	if err != nil {
		return "", fault.New(fault.ImportDateInvalid, "").With("value", clip(shown))
	}
	if y := d.Month().Year(); y < firstYear {
		return "", fault.New(fault.ImportDateTooOld, "").With("number", shown)
	} else if y > lastYear {
		return "", fault.New(fault.ImportDateInvalid, "").With("value", clip(shown))
	}
	return d, nil
}

// serialFault: a number where a date belongs. If it can be a spreadsheet's
// serial the message says which date it would be; nobody guesses it silently.
func serialFault(text string) *fault.Fault {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 3_000 || n > 80_000 {
		return fault.New(fault.ImportDateInvalid, "").With("value", clip(text))
	}
	would := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n))
	return fault.New(fault.ImportDateSerial, "").With("number", text).With("date", would.Format("02/01/2006"))
}

var (
	// monthWord is a month's name or how reports cut it, with a year or the last
	// two digits of one.
	monthWord = regexp.MustCompile(`^([a-z]{3,10})(?: (?:de |del )?(\d{2}|\d{4}))?$`)
	// compact is a period as ledgers write it, "202610".
	compact = regexp.MustCompile(`^(20\d{2})(0[1-9]|1[0-2])$`)
)

// readMonth reads a month: "2026-11", "11/2026", "202611", "noviembre 2026",
// "nov-26", or only the month ("11", "noviembre"), whose year is then the row's
// exercise. The number is 1 to 12; year 0 means that the text has none. In its
// column "2026.1" is the month zero, if that is known.
func readMonth(c Cell, zero int) (year, month int, f *fault.Fault) {
	invalid := fault.New(fault.ImportMonthInvalid, "").With("value", clip(c.Text))
	switch c.Kind {
	case Date:
		d, f := civil(c.Text, c.Text)
		if f != nil {
			return 0, 0, f
		}
		return monthOf(string(d[:4]), string(d[5:7]), invalid)
	case BadDate, Broken, Formula:
		return 0, 0, invalid
	}
	text := strings.TrimSpace(strings.ToLower(c.Text))
	if m := zeroMonth.FindStringSubmatch(text); m != nil {
		if zero == 0 {
			return 0, 0, fault.New(fault.ImportMonthZero, "").With("value", clip(c.Text))
		}
		return atoi(m[1]), zero, nil
	}
	for _, form := range []struct {
		is          *regexp.Regexp
		year, month int
	}{{yearMonth, 1, 2}, {monthYear, 2, 1}, {compact, 1, 2}} {
		if m := form.is.FindStringSubmatch(text); m != nil {
			return monthOf(m[form.year], m[form.month], invalid)
		}
	}
	if m := monthWord.FindStringSubmatch(Normalize(text)); m != nil {
		if len(m[2]) == 2 {
			m[2] = "20" + m[2]
		}
		return monthOf(m[2], strconv.Itoa(monthNamed(m[1])), invalid)
	}
	return monthOf("", text, invalid)
}

// otherSeptember is how it is spelled outside of Peru, and often in it.
const otherSeptember = "septiembre"

// monthNamed is the month whose name begins so, 0 for none.
func monthNamed(word string) int {
	for n, name := range monthsInWords {
		if n > 0 && strings.HasPrefix(name, word) {
			return n
		}
	}
	if strings.HasPrefix(otherSeptember, word) {
		return int(time.September)
	}
	return 0
}

func monthOf(y, m string, invalid *fault.Fault) (year, month int, f *fault.Fault) {
	month, err := strconv.Atoi(m)
	if err != nil || month < 1 || month > 12 {
		return 0, 0, invalid
	}
	if y == "" {
		return 0, month, nil
	}
	if year, err = strconv.Atoi(y); err != nil || year < firstYear || year > lastYear {
		return 0, 0, invalid
	}
	return year, month, nil
}
