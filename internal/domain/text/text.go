// Package text says which characters of a text are kept. The phone has the same
// rule; both pass testdata/rules/text.json.
package text

import (
	"strings"
	"unicode"
)

// Visible is a text without what nobody sees: control characters but for the end
// of a line and the tabulator, marks that turn the direction of reading,
// characters without width, and what stands for bytes that are no UTF-8. They are
// dropped, not refused: they come with text that was copied, and who pasted it
// cannot find them.
func Visible(s string) string {
	if !strings.ContainsFunc(s, unseen) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s)
}

func unseen(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case unicode.ReplacementChar:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf)
}
