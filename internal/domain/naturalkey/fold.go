// Package naturalkey gives the one form of each number by which people name a
// thing: a resolution, an agreement (convenio), an insurance policy, an expense
// classifier. Offices write the same number in many ways (R.M. Nº 101-2026-TR,
// RM 101-2026-TR); what is stored, compared and looked for is the form given
// here, on every path (docs/decisions/0020-natural-keys.md). The package looks
// nothing up, and each form is its own form.
package naturalkey

import (
	"strings"
	"unicode"
)

// plain maps the letters of Spanish to those a keyboard without accents has.
var plain = map[rune]rune{
	'Á': 'A', 'À': 'A', 'Ä': 'A', 'Â': 'A', 'É': 'E', 'È': 'E', 'Ë': 'E', 'Ê': 'E', 'Í': 'I', 'Ì': 'I', 'Ï': 'I', 'Î': 'I',
	'Ó': 'O', 'Ò': 'O', 'Ö': 'O', 'Ô': 'O', 'Ú': 'U', 'Ù': 'U', 'Ü': 'U', 'Û': 'U', 'Ñ': 'N', 'Ç': 'C',
}

// Fold is a text in capitals without accents, marks of order (º, °), marks that
// are not seen, nor doubled blanks; every dash is '-'.
func Fold(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || r == '\u200b':
			blank = true
			continue
		case unicode.In(r, unicode.Mn, unicode.Cf) || strings.ContainsRune("º°ª˚", r):
			continue
		case unicode.Is(unicode.Pd, r) || r == '−' || r == '⁃':
			r = '-'
		}
		if r = unicode.ToUpper(r); plain[r] != 0 {
			r = plain[r]
		}
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	return b.String()
}
