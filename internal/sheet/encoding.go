package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	utf "golang.org/x/text/encoding/unicode"
)

// The encodings a person may choose; those of one byte in the order in which
// they win when nothing tells them apart. Windows-1252 holds Latin-1, and CP850
// has the letters of Spanish where CP437 has them.
const (
	utf8Name    = "UTF-8"
	utf16Name   = "UTF-16"
	windowsName = "Windows-1252"
	dosName     = "MS-DOS (CP850)"
	macName     = "Mac Roman"
)

var encodings = []string{utf8Name, windowsName, dosName, macName, utf16Name}

var charmaps = map[string]*charmap.Charmap{windowsName: charmap.Windows1252, dosName: charmap.CodePage850, macName: charmap.Macintosh}

// found is an encoding with how many bytes of its mark stand before the text.
type found struct {
	encoding.Encoding
	name string
	bom  int
}

// detect finds the encoding of a text: the one that is wanted, or by its mark,
// its zero bytes, by being UTF-8, or by how Spanish comes out.
func detect(f io.ReadSeeker, want string) (found, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return found{}, err
	}
	r := bufio.NewReaderSize(f, sniffed)
	head, err := r.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return found{}, err
	}
	wide, isWide := wideOf(head)
	marked := bytes.HasPrefix(head, []byte("\xef\xbb\xbf"))
	switch {
	case want == utf16Name || want == "" && isWide:
		return wide, nil
	case want == utf8Name || want == "" && marked:
		out := found{utf.UTF8, utf8Name, 0}
		if marked {
			out.bom = 3
		}
		return out, nil
	case charmaps[want] != nil:
		return found{charmaps[want], want, 0}, nil
	}
	e, err := look(r)
	if err != nil || e.unicode() {
		return found{utf.UTF8, utf8Name, 0}, err
	}
	name := e.best()
	return found{charmaps[name], name, 0}, nil
}

// wideOf knows UTF-16 by its mark or by the zeros that Latin letters leave in it.
func wideOf(head []byte) (found, bool) {
	little := found{utf.UTF16(utf.LittleEndian, utf.IgnoreBOM), utf16Name, 0}
	big := found{utf.UTF16(utf.BigEndian, utf.IgnoreBOM), utf16Name, 0}
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		little.bom = 2
		return little, true
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		big.bom = 2
		return big, true
	}
	even, odd := 0, 0
	for i, b := range head {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	if even > odd {
		return big, even > len(head)/4 && odd == 0
	}
	return little, odd > len(head)/4 && even == 0
}

// evidence is what a text of unknown encoding says about it.
type evidence struct {
	valid, invalid int    // sequences of UTF-8, and bytes that belong to none
	sample         []byte // pieces of text around bytes that are not ASCII
}

// enough is how much of a text is judged: a few hundred names with accents.
const enough = 32 << 10

// look reads a text to its end: the one accent may stand in its last row.
func look(r *bufio.Reader) (evidence, error) {
	var e evidence
	var word []byte
	high := false
	for {
		c, size, err := r.ReadRune()
		if err != nil && !errors.Is(err, io.EOF) {
			return e, err
		}
		if err != nil || size == 1 && c < utf8.RuneSelf && !letter(c) || len(word) > 200 {
			if high && len(e.sample) < enough {
				e.sample = append(append(e.sample, word...), ' ')
			}
			word, high = word[:0], false
		}
		switch {
		case err != nil:
			return e, nil
		case c == utf8.RuneError && size == 1:
			e.invalid++
			_ = r.UnreadRune() // just read
			b, _ := r.ReadByte()
			word, high = append(word, b), true
		case size > 1:
			e.valid++
			word, high = utf8.AppendRune(word, c), true
		case letter(c):
			word = append(word, byte(c))
		}
	}
}

func letter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// unicode says whether the text is UTF-8, perhaps with a letter cut in two: what
// is written in one byte a letter hardly ever makes a sequence of UTF-8.
func (e evidence) unicode() bool { return e.invalid == 0 || e.valid > e.invalid }

// best is the encoding of one byte a letter in which most of the sample is
// Spanish. Libraries that guess encodings know neither MS-DOS's nor the Mac's.
func (e evidence) best() string {
	best, most := windowsName, 0
	for i, name := range []string{windowsName, dosName, macName} {
		score := spanish(e.sample, charmaps[name])
		if i == 0 || score > most {
			best, most = name, score
		}
	}
	return best
}

// spanish scores a text by its letters that are not ASCII: those of Spanish where
// a word may have them count for it, all else against.
func spanish(sample []byte, m *charmap.Charmap) int {
	score := 0
	for i, b := range sample {
		if b < utf8.RuneSelf {
			continue
		}
		before, after := neighbour(sample, i-1, m), neighbour(sample, i+1, m)
		score += weigh(before, m.DecodeByte(b), after)
	}
	return score
}

func neighbour(sample []byte, i int, m *charmap.Charmap) rune {
	if i < 0 || i >= len(sample) {
		return ' '
	}
	return m.DecodeByte(sample[i])
}

func weigh(before, c, after rune) int {
	inWord := unicode.IsLetter(before) && unicode.IsLetter(after)
	switch c {
	case 'á', 'é', 'í', 'ó', 'ú', 'ñ', 'ü':
		if unicode.IsUpper(before) && unicode.IsUpper(after) {
			return -1
		}
		return 3
	case 'Á', 'É', 'Í', 'Ó', 'Ú', 'Ñ', 'Ü':
		if unicode.IsLower(before) {
			return -3
		}
		return 3
	case 'º', 'ª', '°': // Nº, 1ª
		if unicode.IsLetter(after) {
			return -1
		}
		return 1
	case '¿', '¡', '«', '»', '“', '”', '‘', '–', '—', '…', '\u00a0':
		if inWord {
			return -3
		}
		return 1
	case '’', '´': // D’Angelo
		return 1
	}
	return -2
}
