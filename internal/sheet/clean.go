package sheet

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chaski/internal/app/imports"
	"chaski/internal/domain/cell"
)

// cleaned gives back the texts that an export of ours guarded, and all texts in
// one form: composed, without marks that nobody sees.
type cleaned struct {
	imports.Table
	accents []string
}

// Next implements imports.Table.
func (u *cleaned) Next() (imports.Row, error) {
	row, err := u.Table.Next()
	for i, c := range row.Cells {
		switch c.Kind {
		case imports.Text:
			row.Cells[i].Text = clean(cell.Unguard(c.Text))
			u.notice(row.Cells[i].Text)
		case imports.Merged:
			row.Cells[i].Text = clean(c.Text)
		}
	}
	return row, err
}

// notice keeps some texts that show how the encoding came out.
func (u *cleaned) notice(text string) {
	const some, longest = 6, 100
	if len(u.accents) < some && len(text) <= longest && imports.Accented(text) && !slices.Contains(u.accents, text) {
		u.accents = append(u.accents, text)
	}
}

// Facts implements imports.Table.
func (u *cleaned) Facts() imports.Facts {
	f := u.Table.Facts()
	if f.Format == "csv" {
		f.Accents = u.accents
	}
	return f
}

// clean composes letters with their accents (macOS and PDF take them apart) and
// drops what has no width: direction marks, joiners, byte order marks, controls.
// C1 controls stay: they are what is left of letters of a damaged text.
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			return '\n'
		case r < ' ' || r == 0x7f, unseen(r):
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n"))
	return norm.NFC.String(s)
}

// plain texts have nothing to clean.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\t' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// unseen are the format characters of Unicode that stand in files by accident.
func unseen(r rune) bool {
	switch {
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff,
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	}
	return false
}
