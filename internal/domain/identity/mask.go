package identity

import (
	"strings"
	"unicode/utf8"
)

// shownDigits is how much of a number is left to tell two people apart on a list.
const shownDigits = 3

// Mask is a DNI as a screen shows it where the whole number is not needed:
// "•••••678". What has no more digits than would be shown is hidden whole. The
// web app has the same rule; both pass testdata/rules/mask.json.
func Mask(dni string) string {
	n := utf8.RuneCountInString(dni)
	if n <= shownDigits {
		return strings.Repeat("•", n)
	}
	return strings.Repeat("•", n-shownDigits) + string([]rune(dni)[n-shownDigits:])
}

// HiddenDNI is a whole DNI that is shortened wherever it is written down: as JSON, as
// text, in a log. Who needs it whole says so: string(d).
type HiddenDNI string

// String implements fmt.Stringer.
func (d HiddenDNI) String() string { return Mask(string(d)) }

// MarshalText implements encoding.TextMarshaler, and with it serves JSON.
func (d HiddenDNI) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
