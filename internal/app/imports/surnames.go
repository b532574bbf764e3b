package imports

import (
	"regexp"
	"strings"

	"chaski/internal/domain/fault"
)

// noName is what people write where somebody has no second surname.
var noName = regexp.MustCompile(`^(-+|–|—|\.+|x+|s/a|ninguno)$`)

// composeNames makes names and surnames of what padrones have: both surnames
// apart, or all names in one column.
func composeNames(l *Line) {
	if whole := l.text("full_name"); whole != "" {
		surnames, given, comma := strings.Cut(whole, ",")
		surnames, given = trimmed(surnames), trimmed(given)
		if !comma || surnames == "" || given == "" || strings.Contains(given, ",") {
			l.bad("full_name", fault.New(fault.ImportNamesTogether, "").With("value", clip(whole)))
			return
		}
		l.fill("surnames", surnames)
		l.fill("given_names", given)
	}
	var parts []string
	for _, name := range []string{"paternal", "maternal"} {
		if text := trimmed(l.text(name)); text != "" && !noName.MatchString(strings.ToLower(text)) {
			parts = append(parts, text)
		}
	}
	if len(parts) > 0 {
		l.fill("surnames", strings.Join(parts, " "))
	}
	if words := strings.Fields(l.text("surnames")); len(words) > 1 && noName.MatchString(words[len(words)-1]) {
		l.Values["surnames"] = strings.Join(words[:len(words)-1], " ")
	} else if len(words) == 1 && noName.MatchString(words[0]) {
		l.warn("surnames", fault.New(fault.ImportSurnameNone, "").With("value", words[0]))
	}
	for _, name := range []string{"surnames", "given_names"} {
		if !l.has(name) && !l.faulty(name) && len(l.header) > 0 {
			l.bad(name, fault.New(fault.ImportRequired, ""))
		}
	}
}

func trimmed(s string) string { return strings.Join(strings.Fields(s), " ") }

// fill sets a field that its own column does not.
func (l *Line) fill(name, text string) {
	if !l.has(name) {
		l.Values[name] = text
	}
}

// faulty says whether something is wrong already with a field, or with one that
// it is made of.
func (l *Line) faulty(name string) bool {
	for _, p := range l.faults {
		if p.Fault.Field == name || p.Fault.Field == "full_name" || p.Fault.Field == "paternal" {
			return true
		}
	}
	return false
}
