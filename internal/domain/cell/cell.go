// Package cell keeps texts that leave in a table from being taken for formulas
// by the spreadsheet that opens it, and gives back the text when the table
// returns.
package cell

import (
	"regexp"
	"strings"
)

// blank is what a spreadsheet or a careless split may drop before it looks at a
// text: spaces of every width, marks without width, quotes.
const blank = ` "\x{00a0}\x{1680}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{2064}\x{3000}\x{feff}`

// starts are the places where a cell may begin: the text's own beginning, and
// what follows a separator or a line break in it, because a file opened with
// another separator is cut there. A cell that then begins with = + - @, plain or
// wide, is a formula to some program; so is one that begins with TAB, CR or LF.
// Apostrophes that stand there already are part of the match, which makes Guard
// and Unguard exact opposites.
var starts = regexp.MustCompile(
	`(^|[,;|\t\r\n])('*)([` + blank + `]*[=+\-@\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}\x{fe66}\x{fe62}\x{fe63}\x{fe6b}])`)

// breaks is a text that begins with TAB, CR or LF.
var breaks = regexp.MustCompile(`^('*)([` + blank + `]*[\t\r\n])`)

// number is what a spreadsheet reads as a number and no more.
var number = regexp.MustCompile(`^[+-]?(\d+([.,]\d+)?|\d{1,3}(,\d{3})+(\.\d+)?)%?$`)

// Guard marks with an apostrophe each place of a text where a spreadsheet could
// begin a formula. Numbers stay numbers. Unguard(Guard(s)) is s.
func Guard(s string) string {
	if number.MatchString(s) {
		return s
	}
	s = starts.ReplaceAllString(s, `$1'$2$3`)
	return breaks.ReplaceAllString(s, `'$1$2`)
}

// Unguard takes the marks off again. A text that was never guarded stays as it
// is, but for an apostrophe that its author put before such a place to the same end.
func Unguard(s string) string {
	s = breaks.ReplaceAllStringFunc(s, func(m string) string { return strings.TrimPrefix(m, "'") })
	return starts.ReplaceAllStringFunc(s, func(m string) string {
		sep := ""
		if strings.ContainsAny(m[:1], ",;|\t\r\n") {
			sep, m = m[:1], m[1:]
		}
		return sep + strings.TrimPrefix(m, "'")
	})
}

// Line guards the cells of a line.
func Line(cells ...string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = Guard(c)
	}
	return out
}
