package record

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/naturalkey"
)

// Years that a date may have: before the first is a slip of the keyboard (0226,
// 1026), after the last no plan reaches.
const (
	firstYear = "1950"
	lastYear  = "2100"
)

// The ways in which a field is declared.

// Of is a field that may be empty. Its kind is that of what its checks take; a
// text where there are none.
func Of(name string, checks ...Check) Field {
	f := Field{Name: name, Checks: checks}
	if len(checks) > 0 {
		f.Kind = checks[0].Kind
	}
	return f
}

// Must is a field that may not be empty.
func Must(name string, checks ...Check) Field {
	f := Of(name, checks...)
	f.Must = true
	return f
}

// Ref is the id of a row of another collection; it may be empty.
func Ref(name, collection string) Field {
	f := Of(name, ID)
	f.Ref = collection
	return f
}

// MustRef is a Ref that may not be empty.
func MustRef(name, collection string) Field {
	f := Ref(name, collection)
	f.Must = true
	return f
}

// Flag is yes or no.
func Flag(name string) Field { return Field{Name: name, Kind: KindBool} }

// At is a moment by the server's clock.
func At(name string) Field { return Field{Name: name, Kind: KindInstant} }

// Value is JSON of any form.
func Value(name string) Field { return Field{Name: name, Kind: KindJSON} }

// Says is the field with what the protocol says of it in a row.
func (f Field) Says(doc string) Field {
	f.Doc = doc
	return f
}

// AskSays is the field with what the protocol says of it where it is sent.
func (f Field) AskSays(doc string) Field {
	f.AskDoc = doc
	return f
}

// Later is the field as one that came after rows of its kind were released.
func (f Field) Later() Field {
	f.Added = true
	return f
}

// OfServer is the field as no part of what devices get.
func (f Field) OfServer() Field {
	f.ServerOnly = true
	return f
}

// WorkedOut is the field as one that the server works out from other rows.
func (f Field) WorkedOut() Field {
	f.Derived = true
	return f
}

// Counting is the field as one without which a row adds to no figure.
func (f Field) Counting() Field {
	f.Counts = true
	return f
}

// Counting marks fields without which a row adds to no figure.
func Counting(fields ...Field) []Field {
	for i := range fields {
		fields[i].Counts = true
	}
	return fields
}

// Join puts lists of fields together.
func Join(groups ...[]Field) []Field { return slices.Concat(groups...) }

// text turns a check of a text into one of a value.
func text(spec Spec, ok func(name, s string) *fault.Fault) Check {
	return Check{spec, func(name string, v any, _ day.Day) *fault.Fault {
		s, is := v.(string)
		if !is {
			return fault.New(fault.InvalidValue, name)
		}
		return ok(name, s)
	}}
}

// Only is a check that is code alone.
func Only(kind Kind, judge func(name string, v any, today day.Day) *fault.Fault) Check {
	return Check{Spec{Kind: kind}, judge}
}

// Text is at most so long as the schema allows.
var Text = Chars(5000)

// Short is a name or a key.
var Short = Chars(200)

// Chars bounds a text in characters; blanks alone are no text.
func Chars(most int) Check {
	return text(Spec{Type: "chars", Most: int64(most)}, func(name, s string) *fault.Fault {
		switch {
		case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
			return fault.New(fault.InvalidValue, name)
		case strings.TrimSpace(s) == "":
			return fault.New(fault.Required, name)
		case len(s) > most && utf8.RuneCountInString(s) > most:
			return fault.New(fault.TooLong, name).With("max", strconv.Itoa(most))
		}
		return nil
	})
}

// Day is a date of the calendar.
var Day = text(Spec{Type: "day"}, dayFault)

// Past is the date of something that happened: not after today.
var Past = Check{Spec{Type: "past"}, func(name string, v any, today day.Day) *fault.Fault {
	if f := Day.Judge(name, v, today); f != nil {
		return f
	}
	return NotAfter(name, v.(string), today)
}}

// NotAfter refuses a day after today.
func NotAfter(name, s string, today day.Day) *fault.Fault {
	if day.Day(s) > today {
		return fault.New(fault.DateInFuture, name).With("value", s).With("today", string(today))
	}
	return nil
}

func dayFault(name, s string) *fault.Fault {
	if !isDay(s) || s[:4] < firstYear || s[:4] > lastYear {
		return fault.New(fault.DateInvalid, name).With("value", Clip(s))
	}
	return nil
}

// isDay is day.Parse without an error to make: it is asked of every row.
func isDay(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	y, m, d := digits(s[:4]), digits(s[5:7]), digits(s[8:])
	return y >= 0 && m >= 1 && m <= 12 && d >= 1 && (d <= 28 || d <= time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// Month is a month of the calendar, "2026-11".
var Month = text(Spec{Type: "month"}, monthFault)

// PastMonth has begun.
var PastMonth = Check{Spec{Type: "month"}, func(name string, v any, today day.Day) *fault.Fault {
	if f := Month.Judge(name, v, today); f != nil {
		return f
	}
	if s := v.(string); day.Month(s) > today.Month() {
		return fault.New(fault.MonthInFuture, name).With("value", s)
	}
	return nil
}}

func monthFault(name, s string) *fault.Fault {
	if len(s) != 7 || dayFault(name, s+"-01") != nil {
		return fault.New(fault.MonthInvalid, name).With("value", Clip(s))
	}
	return nil
}

// Moment is what a phone's clock said, RFC 3339: evidence, compared with nothing.
var Moment = text(Spec{Type: "moment"}, func(name, s string) *fault.Fault {
	if _, err := time.Parse(time.RFC3339, s); err != nil {
		return fault.New(fault.DateInvalid, name).With("value", Clip(s))
	}
	return nil
})

// Numbers that name people, bodies and places (internal/domain/identity).
var (
	DNI      = text(Spec{Type: "dni"}, identity.ValidateDNI)
	RUC      = text(Spec{Type: "ruc"}, identity.ValidateRUC)
	Ubigeo   = text(Spec{Type: "ubigeo"}, identity.ValidateUbigeo)
	Convenio = text(Spec{Type: "convenio"}, identity.ValidateConvenioCode)
)

// Numbers by which people name a thing, in their one form
// (internal/domain/naturalkey).
var (
	Resolution = text(Spec{Type: "resolution"}, func(name, s string) *fault.Fault {
		if fixed := naturalkey.Resolution(s); fixed != s {
			return fault.New(fault.ResolutionForm, name).With("value", Clip(s)).With("fixed", Clip(fixed))
		}
		return nil
	})
	Clasificador = text(Spec{Type: "clasificador"}, func(name, s string) *fault.Fault {
		fixed, ok := naturalkey.Clasificador(s)
		switch {
		case !ok:
			return fault.New(fault.ClasificadorUnread, name).With("value", Clip(s))
		case fixed != s:
			return fault.New(fault.ClasificadorForm, name).With("value", Clip(s)).With("fixed", fixed)
		}
		return nil
	})
	Policy = text(Spec{Type: "policy"}, func(name, s string) *fault.Fault {
		if naturalkey.Policy(s) == "" {
			return fault.New(fault.InvalidValue, name).With("value", Clip(s))
		}
		return nil
	})
)

// ID is a record id.
var ID = text(Spec{Type: "id"}, func(name, s string) *fault.Fault {
	if len(s) != 15 {
		return fault.New(fault.InvalidValue, name).With("value", Clip(s))
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return fault.New(fault.InvalidValue, name).With("value", Clip(s))
		}
	}
	return nil
})

// Like is a text of that shape.
func Like(expr string) Check {
	shape := regexp.MustCompile(expr)
	return text(Spec{Type: "like", Shape: expr}, func(name, s string) *fault.Fault {
		if !shape.MatchString(s) {
			return fault.New(fault.InvalidValue, name).With("value", Clip(s))
		}
		return nil
	})
}

// AtLeast bounds a text in characters from below.
func AtLeast(least int) Check {
	return text(Spec{Type: "at_least", Least: int64(least)}, func(name, s string) *fault.Fault {
		if utf8.RuneCountInString(s) < least {
			return fault.New(fault.TooShort, name).With("min", strconv.Itoa(least))
		}
		return nil
	})
}

// AtMost bounds how much is in JSON of the form {"<key>": value}.
func AtMost(most int) Check {
	return Check{Spec{Kind: KindJSON, Type: "at_most", Most: int64(most)}, func(name string, v any, _ day.Day) *fault.Fault {
		if m, ok := v.(map[string]any); !ok || len(m) > most {
			return fault.New(fault.InvalidValue, name)
		}
		return nil
	}}
}

// SHA256 in hexadecimal, AO codes and codes of an AEI as CEPLAN writes them.
var (
	SHA256  = Like(`^[0-9a-f]{64}$`)
	AOCode  = Like(`^AOI\d{11}$`)
	AEICode = Like(`^AEI\.\d{2}\.\d{2}$`)
)

// OneOf is one of a closed list, letter by letter.
func OneOf(values ...string) Check {
	return text(Spec{Type: "one_of", Values: values}, func(name, s string) *fault.Fault {
		if slices.Contains(values, s) {
			return nil
		}
		return fault.New(fault.InvalidValue, name).With("value", Clip(s)).With("allowed", strings.Join(values, ", "))
	})
}

// Any whole number that every side keeps exactly; Count is one from zero on, as
// are amounts in céntimos; Year is one of a budget.
var (
	Any   = Between(-maxExact, maxExact)
	Count = Between(0, maxExact)
	Year  = Between(2000, 2100)
)

// Between is a whole number, both ends included.
func Between(least, most int64) Check {
	return Check{Spec{Kind: KindInt, Type: "whole", Least: least, Most: most}, func(name string, v any, _ day.Day) *fault.Fault {
		if n, ok := Whole(v); !ok || n < least || n > most {
			return fault.New(fault.InvalidValue, name)
		}
		return nil
	}}
}

// Object is JSON of the form {"<key>": value}.
func Object(key func(string) bool, value func(any) bool) Check {
	return Map(func(k string, v any) bool { return key(k) && value(v) })
}

// Map is JSON of the form {"<key>": value}, where the key says what the value may be.
func Map(part func(key string, value any) bool) Check {
	return Only(KindJSON, func(name string, v any, _ day.Day) *fault.Fault {
		m, ok := v.(map[string]any)
		if !ok {
			return fault.New(fault.InvalidValue, name)
		}
		bad := ""
		for k, x := range m {
			if !part(k, x) && (bad == "" || k < bad) {
				bad = k
			}
		}
		if bad != "" {
			return fault.New(fault.InvalidValue, name).With("item", Clip(bad))
		}
		return nil
	})
}

// List is JSON that is a list of such items.
func List(item func(any) bool) Check {
	return Only(KindJSON, func(name string, v any, _ day.Day) *fault.Fault {
		items, ok := v.([]any)
		if !ok {
			return fault.New(fault.InvalidValue, name)
		}
		for _, x := range items {
			if !item(x) {
				return fault.New(fault.InvalidValue, name)
			}
		}
		return nil
	})
}

// In makes a test of one value of a closed list.
func In(values ...string) func(any) bool {
	return func(v any) bool {
		s, ok := v.(string)
		return ok && slices.Contains(values, s)
	}
}

// Clip keeps a hostile value short where a sentence repeats it.
func Clip(s string) string {
	const limit = 60
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
