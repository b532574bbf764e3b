package httpapi

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean is a text as it is kept: composed (NFC), so that the same words are the
// same text, and without what nobody sees: control characters but for the end of
// a line and the tabulator, marks that turn the direction of reading, characters
// without width. They are dropped, not refused: they come with text that was
// copied, and who pasted it cannot find them.
func clean(s string) string {
	if strings.ContainsFunc(s, unseen) {
		s = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, s)
	}
	return norm.NFC.String(s)
}

// unseen: controls and format characters (Unicode Cc and Cf), and what stands for
// bytes that are no UTF-8.
func unseen(r rune) bool {
	switch r {
	case '\n', '\r', '\t':
		return false
	case unicode.ReplacementChar:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf)
}
