package sheet

import (
	"errors"
	"io"
	"strings"
)

// maxRecord bounds one row of text, in bytes.
const maxRecord = 1 << 20

// maxQuoted bounds a field in quotes; a spreadsheet's cell has up to 32,767 letters.
const maxQuoted = 128 << 10

// maxLines bounds a field in quotes: no cell of a person's has more lines, and a
// quote that nobody closes would swallow the rest of the file.
const maxLines = 100

// none stands for no quote.
const none = 0

var errRowTooLong = errors.New("row too long")

// fields cuts a text into rows of fields. It is not encoding/csv, because that
// refuses a file for one quote that stands alone, or joins all that follows: a
// quote is one here only where it opens a field and is closed before a
// separator or the end of a line; any other is a character, which is told.
type fields struct {
	in        io.Reader
	buf       []byte
	pos, end  int
	eof       bool
	err       error
	separator byte
	quote     byte
	lone      bool // a carriage return alone ends a line
	width     int  // of the first row
	out       []string
	extent    int // bytes of the row so far
	record    record
}

// record is what was found out about the last row.
type record struct {
	loose  bool // a quote was taken for a character
	spans  bool // a field in quotes has as many separators as a row, and line ends
	blank  int  // lines without anything before the row
	beyond int  // fields that are not kept
}

func newFields(in io.Reader, separator, quote byte, lone bool) *fields {
	return &fields{in: in, separator: separator, quote: quote, lone: lone, buf: make([]byte, 32<<10)}
}

// at is the byte i places ahead; false at the end of the text and where more
// would be held than a row may have.
func (f *fields) at(i int) (byte, bool) {
	for f.pos+i >= f.end {
		if !f.fill() {
			return 0, false
		}
	}
	return f.buf[f.pos+i], true
}

func (f *fields) fill() bool {
	if f.eof || f.end-f.pos > 2*maxRecord {
		return false
	}
	if f.end == len(f.buf) {
		if f.pos > 0 {
			f.end = copy(f.buf, f.buf[f.pos:f.end])
			f.pos = 0
		} else {
			f.buf = append(f.buf, make([]byte, len(f.buf))...)
		}
	}
	n, err := f.in.Read(f.buf[f.end:])
	f.end += n
	if err != nil {
		f.eof = true
		if !errors.Is(err, io.EOF) {
			f.err = err
		}
	}
	return n > 0 || !f.eof
}

// lineEnd is how long the line end i places ahead is; 0 when there is none.
func (f *fields) lineEnd(i int) int {
	c, ok := f.at(i)
	switch {
	case !ok:
		return 0
	case c == '\n':
		return 1
	case c != '\r':
		return 0
	case f.lone:
		return 1
	}
	n := 1 // \r\n, or \r\r\n of a file converted twice
	for n < 3 {
		c, ok := f.at(i + n)
		switch {
		case ok && c == '\n':
			return n + 1
		case ok && c == '\r':
			n++
			continue
		case !ok && f.eof:
			return n
		}
		return 0
	}
	return 0
}

// ends says whether a field ends i places ahead.
func (f *fields) ends(i int) bool {
	c, ok := f.at(i)
	return !ok && f.eof || ok && c == f.separator || f.lineEnd(i) > 0
}

// next is the next row; its fields are valid until the one after. io.EOF at the
// end.
func (f *fields) next() ([]string, error) {
	f.out, f.extent, f.record = f.out[:0], 0, record{}
	for {
		n := f.lineEnd(0)
		if n == 0 {
			break
		}
		f.pos += n
		f.record.blank++
	}
	if _, ok := f.at(0); !ok {
		if f.err != nil {
			return nil, f.err
		}
		return nil, io.EOF
	}
	for more := true; more; {
		var err error
		if more, err = f.field(); err != nil {
			return f.out, err
		}
	}
	if f.width == 0 {
		f.width = len(f.out)
	}
	return f.out, f.err
}

// field reads one field with what ends it; more says that another follows.
func (f *fields) field() (more bool, err error) {
	text, length, ok := f.quoted()
	if !ok {
		if text, length, err = f.bare(); err != nil {
			return false, err
		}
	}
	f.pos += length
	if f.extent += length; f.extent > maxRecord {
		return false, errRowTooLong
	}
	if len(f.out) <= maxWidth {
		f.out = append(f.out, text)
	} else {
		f.record.beyond++
	}
	if c, ok := f.at(0); ok && c == f.separator {
		f.pos++
		f.extent++
		return true, nil
	}
	f.pos += f.lineEnd(0)
	return false, nil
}

// bare is a field without quotes around it.
func (f *fields) bare() (text string, length int, err error) {
	loose := false
	for !f.ends(length) {
		c, ok := f.at(length)
		if !ok || length > maxRecord {
			return "", 0, errRowTooLong
		}
		loose = loose || f.quote != none && c == f.quote
		length++
	}
	text = string(f.buf[f.pos : f.pos+length])
	if inner, is := asText(text); is {
		return inner, length, nil
	}
	f.record.loose = f.record.loose || loose
	return text, length, nil
}

// asText reads ="00990001": how programs keep a spreadsheet from taking zeros off.
func asText(s string) (string, bool) {
	inner, opened := strings.CutPrefix(strings.TrimSpace(s), `="`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !opened || !closed || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return s, false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// quoted is a field in quotes, or false where the quote, if there is one, opens
// none: because it is not closed, or what it would hold are rows.
func (f *fields) quoted() (text string, length int, ok bool) {
	i := 0
	for f.quote != none {
		c, ok := f.at(i)
		if ok && c == ' ' && i < maxLines {
			i++
			continue
		}
		if !ok || c != f.quote {
			return "", 0, false
		}
		break
	}
	if f.quote == none {
		return "", 0, false
	}
	q := quotedField{fields: f, from: i + 1}
	return q.read()
}

// quotedField is a field in quotes while its end is looked for.
type quotedField struct {
	*fields
	from       int
	out        []byte
	lines      int // line ends so far
	separators int // in all of them
	onLine     int // in this line
	stray      bool
	closing    int // where a quote is known to close it
}

func (q *quotedField) read() (text string, length int, ok bool) {
	for i := q.from; i < maxQuoted; {
		c, ok := q.at(i)
		if !ok {
			return "", 0, false
		}
		if n := q.lineEnd(i); n > 0 {
			if !q.newLine() {
				return "", 0, false
			}
			q.out = append(q.out, '\n')
			i += n
			continue
		}
		if c == q.separator {
			q.separators++
			q.onLine++
		}
		if c != q.quote {
			q.out = append(q.out, c)
			i++
			continue
		}
		after, _ := q.at(i + 1)
		switch end, closed := q.closes(i); {
		case closed:
			q.record.loose = q.record.loose || q.stray
			q.record.spans = q.record.spans || q.lines > 0 && q.separators >= max(1, q.width-1)
			text, _ = asText(string(q.out)) // Excel quotes ="00990001" once more
			return text, end, true
		case after == q.quote:
			q.out = append(q.out, c)
			i += 2
		case i >= q.closing && !q.closedLater(i):
			return "", 0, false
		default: // "Comité "Los Álamos" de Qantu"
			q.stray = true
			q.out = append(q.out, c)
			i++
		}
	}
	return "", 0, false
}

// newLine counts a line within the quotes; false when what they hold are rows.
func (q *quotedField) newLine() bool {
	const narrow = 3 // in a table of two columns a line may well have a separator
	whole := q.lines > 0
	q.lines++
	rows := whole && q.width >= narrow && q.onLine >= q.width-1
	q.onLine = 0
	return q.lines <= maxLines && !rows
}

// closes says whether the quote i places ahead is followed by the end of the
// field, spaces aside, and where that is.
func (q *quotedField) closes(i int) (end int, closed bool) {
	for end = i + 1; end < i+maxLines; end++ {
		if q.ends(end) {
			return end, true
		}
		if c, _ := q.at(end); c != ' ' {
			return 0, false
		}
	}
	return 0, false
}

// closedLater says whether, soon and in the same line, a quote comes that closes
// the field before another opens one.
func (q *quotedField) closedLater(i int) bool {
	const soon = 2_000
	last := byte(0) // but for spaces
	for j := i + 1; j < i+soon; j++ {
		c, ok := q.at(j)
		switch {
		case !ok || q.lineEnd(j) > 0:
			return false
		case c == ' ':
			continue
		case c == q.quote && last == q.separator:
			return false
		case c == q.quote:
			if _, closed := q.closes(j); closed {
				q.closing = j
				return true
			}
		}
		last = c
	}
	return false
}
