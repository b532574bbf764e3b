package httpapi

import (
	"golang.org/x/text/unicode/norm"

	"chaski/internal/domain/text"
)

// clean is a text as it is kept: composed (NFC), so that the same words are the
// same text, and without what nobody sees.
func clean(s string) string { return norm.NFC.String(text.Visible(s)) }
