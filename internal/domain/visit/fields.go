package visit

import (
	"encoding/json"
	"math"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	visible "chaski/internal/domain/text"
)

// maxExact is the largest integer every side keeps exactly (float64).
const maxExact = 1<<53 - 1

// reader turns a decoded JSON value into the clean one. It answers nil, nil for
// "no value": an empty string.
type reader func(name string, v any) (any, *fault.Fault)

type field struct {
	name     string
	required bool
	read     reader
}

func required(name string, read reader) field { return field{name, true, read} }
func optional(name string, read reader) field { return field{name, false, read} }

// reading is what came out of a mutation's fields. bad holds the fields that
// already have a fault, so that no rule reports the same slip twice.
type reading struct {
	clean  map[string]any
	bad    map[string]bool
	faults []*fault.Fault
}

// read decodes fields strictly: every fault is reported, unknown fields too.
func read(spec []field, fields map[string]any) reading {
	r := reading{clean: make(map[string]any, len(fields)), bad: map[string]bool{}}
	known := make(map[string]bool, len(spec))
	for _, f := range spec {
		known[f.name] = true
		r.take(f, fields)
	}
	r.faults = append(r.faults, unknown(known, fields)...)
	return r
}

func (r *reading) take(f field, fields map[string]any) {
	var value any
	if v, given := fields[f.name]; given {
		var bad *fault.Fault
		if value, bad = f.read(f.name, v); bad != nil {
			r.refuse(bad)
			return
		}
	}
	if value != nil {
		r.clean[f.name] = value
	} else if f.required {
		r.refuse(fault.New(fault.Required, f.name))
	}
}

func (r *reading) refuse(f *fault.Fault) {
	r.faults = append(r.faults, f)
	r.bad[f.Field] = true
}

// unknown names each field that is not in the form, in a stable order.
func unknown(known map[string]bool, fields map[string]any) []*fault.Fault {
	var names []string
	for name := range fields {
		if !known[name] {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var faults []*fault.Fault
	for _, name := range names {
		faults = append(faults, fault.New(fault.UnknownField, clip(name)))
	}
	return faults
}

// str reads a string, trimmed and without what nobody sees; what is left empty is
// no value.
func str(check func(name, s string) *fault.Fault) reader {
	return func(name string, v any) (any, *fault.Fault) {
		s, ok := v.(string)
		if !ok || !utf8.ValidString(s) {
			return nil, fault.New(fault.InvalidValue, name)
		}
		if s = strings.TrimSpace(visible.Visible(s)); s == "" {
			return nil, nil
		}
		if f := check(name, s); f != nil {
			return nil, f
		}
		return s, nil
	}
}

// clearable lets an update take a text away: an empty string is then a value.
func clearable(inner reader) reader {
	return func(name string, v any) (any, *fault.Fault) {
		value, bad := inner(name, v)
		if value == nil && bad == nil {
			return "", nil
		}
		return value, bad
	}
}

// text bounds the length in characters.
func text(least, most int) reader {
	return str(func(name, s string) *fault.Fault {
		switch n := utf8.RuneCountInString(s); {
		case n < least:
			return fault.New(fault.TooShort, name).With("min", strconv.Itoa(least))
		case n > most:
			return fault.New(fault.TooLong, name).With("max", strconv.Itoa(most))
		}
		return nil
	})
}

var idPattern = regexp.MustCompile(`^[a-z0-9]{15}$`)

// id is a record id; whether the record exists is for the caller.
func id() reader {
	return str(func(name, s string) *fault.Fault {
		if !idPattern.MatchString(s) {
			return fault.New(fault.InvalidValue, name)
		}
		return nil
	})
}

func oneOf(values ...string) reader {
	return str(func(name, s string) *fault.Fault {
		for _, v := range values {
			if s == v {
				return nil
			}
		}
		return fault.New(fault.InvalidValue, name).With("value", clip(s)).With("allowed", strings.Join(values, ", "))
	})
}

func date() reader {
	return str(func(name, s string) *fault.Fault {
		if _, err := day.Parse(s); err != nil {
			return fault.New(fault.DateInvalid, name).With("value", clip(s))
		}
		return nil
	})
}

// instant is what a phone's clock said, RFC 3339 with an offset. It is evidence:
// nothing is compared with the server's time.
func instant() reader {
	return str(func(name, s string) *fault.Fault {
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return fault.New(fault.DateInvalid, name).With("value", clip(s))
		}
		return nil
	})
}

func dni() reader      { return str(identity.ValidateDNI) }
func convenio() reader { return str(identity.ValidateConvenioCode) }

// integer reads a whole number within bounds as int64; 12.5, "12" and true are
// not one.
func integer(least int64) reader {
	return func(name string, v any) (any, *fault.Fault) {
		n, ok := whole(v)
		if !ok || n < least || n > maxExact || n < -maxExact {
			return nil, fault.New(fault.InvalidValue, name)
		}
		return n, nil
	}
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= maxExact
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

var answerKey = regexp.MustCompile(`^[a-z0-9_]{1,60}$`)

// maxAnswers is far above any checklist; it bounds what one visit may store.
const maxAnswers = 200

// answers reads {"<item>": "si"|"no"|"na"}; the fault names the item.
func answers() reader {
	return func(name string, v any) (any, *fault.Fault) {
		given, ok := v.(map[string]any)
		if !ok || len(given) > maxAnswers {
			return nil, fault.New(fault.InvalidValue, name)
		}
		if len(given) == 0 {
			return nil, nil
		}
		clean := make(map[string]string, len(given))
		for _, key := range sortedKeys(given) {
			answer, ok := given[key].(string)
			if !ok || !answerKey.MatchString(key) || (answer != "si" && answer != "no" && answer != "na") {
				return nil, fault.New(fault.InvalidValue, name).With("item", clip(key)).With("allowed", "si, no, na")
			}
			clean[key] = answer
		}
		return clean, nil
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// clip keeps a hostile value short where a sentence repeats it.
func clip(s string) string {
	const limit = 60
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
