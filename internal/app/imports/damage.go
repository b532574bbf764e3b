package imports

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chaski/internal/domain/fault"
)

// windows1252 are the characters of its bytes 0x80 to 0x9F; 0 where it has none.
// All others are their own byte.
var windows1252 = []rune("€\x00‚ƒ„…†‡ˆ‰Š‹Œ\x00Ž\x00\x00‘’“”•–—˜™š›œ\x00žŸ")

func byteOf(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	for i, c := range windows1252 {
		if c == r {
			return byte(0x80 + i), true
		}
	}
	return 0, false
}

// repaired undoes what comes of reading UTF-8 as Windows-1252: "MuÃ±ani" was
// "Muñani". It is sure: such pairs are no words in any language. "" when there is
// nothing of the kind.
func repaired(text string) string {
	var out strings.Builder
	found := false
	for rest := text; rest != ""; {
		n, whole := strangers(rest)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(rest)
			out.WriteString(rest[:n])
		} else if utf8.Valid(whole) && latin(whole) {
			out.Write(whole)
			found = true
		} else {
			out.WriteString(rest[:n])
		}
		rest = rest[n:]
	}
	if !found {
		return ""
	}
	return out.String()
}

// strangers is how long the run of characters that are not ASCII at the start of
// a text is, with the bytes they have in Windows-1252; none if one has no byte.
func strangers(text string) (n int, bytes []byte) {
	known := true
	for _, r := range text {
		if r < utf8.RuneSelf {
			break
		}
		b, ok := byteOf(r)
		known = known && ok
		bytes = append(bytes, b)
		n += utf8.RuneLen(r)
	}
	if !known {
		return n, []byte{0xff}
	}
	return n, bytes
}

// latin says whether a text is of the letters and marks that Spanish is written with.
func latin(text []byte) bool {
	for _, r := range string(text) {
		if r < 0xa0 || r > 0x17f && (r < 0x2010 || r > 0x203a) && r != '€' {
			return false
		}
	}
	return true
}

// signs stand within a word only where a letter was lost.
const signs = "?¿¡¤¥¢£§¦¨©®¬±µ¶•†‡‰ˆ˜¸¼½¾÷\ufffd"

// damaged says whether a text lost letters on its way: by the mark for what
// could not be read, by UTF-8 read as something else, by a sign within a word.
func damaged(text string) bool {
	if strings.ContainsRune(text, utf8.RuneError) || repaired(text) != "" {
		return true
	}
	if strings.Contains(text, "://") { // an address has its signs
		return false
	}
	asks := strings.ContainsRune(text, '¿')
	before := ' '
	runes := []rune(text)
	for i, r := range runes {
		after := ' '
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case r >= 0x80 && r < 0xa0:
			return true
		case strings.ContainsRune(signs, r) && unicode.IsLetter(before) && unicode.IsLetter(after),
			r == '?' && unicode.IsLetter(after) && !unicode.IsDigit(before),
			r == '?' && unicode.IsLetter(before) && !asks:
			return true
		}
		before = r
	}
	return false
}

// mended looks at a text that was read: what arrived damaged is told with the
// row, and repaired where that is sure and the person says so.
func (p *planner) mended(l *Line, field, text string) string {
	if !damaged(text) {
		return text
	}
	if likely := repaired(text); likely != "" && !damaged(likely) {
		answer := p.book.ask(l.Row, Question{
			Key: "damaged_repair", Code: "damaged_repair", Args: map[string]string{"value": clip(text), "likely": clip(likely)},
			Options: []string{"repair", "as_is"},
		})
		if answer == "repair" {
			return likely
		}
		l.warn(field, fault.New(fault.ImportDamagedLikely, "").With("value", clip(text)).With("likely", clip(likely)))
		return text
	}
	l.warn(field, fault.New(fault.ImportDamaged, "").With("value", clip(text)))
	return text
}

// spoils says whether a text that arrived damaged would take the place of a good
// one that is stored, and nobody said that it shall.
func (b *Book) spoils(row int, stored, arrived any) bool {
	old, isText := stored.(string)
	text, _ := arrived.(string)
	if !isText || old == "" || old == text || damaged(old) || !damaged(text) {
		return false
	}
	return b.ask(row, Question{
		Key: "damaged_over", Code: "damaged_over", Args: map[string]string{"before": clip(old), "after": clip(text)},
		Options: []string{"keep", "overwrite"},
	}) != "overwrite"
}
