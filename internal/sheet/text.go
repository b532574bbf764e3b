package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/transform"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// sniffed is how much of a text is looked at to find its separator.
const sniffed = 64 << 10

// separators by what they are called, in the order in which they win.
var separators = []struct {
	mark byte
	name string
}{{',', "coma"}, {';', "punto y coma"}, {'\t', "tabulador"}, {'|', "barra vertical"}}

// text is a CSV file in any of its dialects.
type text struct {
	file   io.Closer
	fields *fields
	facts  imports.Facts
	row    int // of the last record
	loose  rowList
	spans  rowList
}

// rowList is the first rows of which something is said, and how many they are.
type rowList struct {
	first []string
	count int
}

func (l *rowList) add(row int) {
	const named = 10
	if l.count++; l.count <= named {
		l.first = append(l.first, strconv.Itoa(row))
	}
}

func (l *rowList) note(code string) imports.Note {
	rows := strings.Join(l.first, ", ")
	if l.count > len(l.first) {
		rows += "…"
	}
	return imports.Note{Code: code, Args: map[string]string{"count": strconv.Itoa(l.count), "rows": rows}}
}

func openText(f source, r imports.Reading, h imports.Hints) (imports.Table, error) {
	enc, err := detect(f, r.Encoding)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(int64(enc.bom), io.SeekStart); err != nil {
		return nil, err
	}
	decoded := bufio.NewReaderSize(transform.NewReader(f, enc.NewDecoder()), sniffed)
	sample, err := decoded.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if bytes.IndexByte(sample, 0) >= 0 {
		return nil, fault.New(fault.ImportFormatUnknown, "")
	}
	if len(bytes.TrimSpace(sample)) == 0 {
		return nil, fault.New(fault.ImportFileEmpty, "")
	}
	t := &text{file: f, facts: imports.Facts{Format: "csv", Encoding: enc.name, Encodings: encodings}}
	if charmaps[enc.name] != nil && r.Encoding == "" {
		t.facts.Notes = append(t.facts.Notes, imports.Note{Code: "encoding_assumed", Args: map[string]string{"encoding": enc.name}})
	}
	lone := bytes.IndexByte(sample, '\n') < 0
	quote := quoteOf(r.Quote)
	separator, skip := declared(sample)
	_, _ = decoded.Discard(skip) // was peeked
	if skip > 0 {
		t.row = 1
	}
	if separator == 0 {
		separator = sniff(sample[skip:], quote, lone, h)
	}
	for _, s := range separators {
		t.facts.Separators = append(t.facts.Separators, s.name)
		if s.name == r.Separator {
			separator = s.mark
		}
	}
	t.facts.Separator = nameOf(separator)
	t.fields = newFields(decoded, separator, quote, lone)
	return t, nil
}

func nameOf(separator byte) string {
	for _, s := range separators {
		if s.mark == separator {
			return s.name
		}
	}
	return string(rune(separator))
}

func quoteOf(choice string) byte {
	switch choice {
	case "none":
		return none
	case "'":
		return '\''
	}
	return '"'
}

// declared reads Excel's own first line "sep=;"; it answers how long it is.
func declared(sample []byte) (separator byte, length int) {
	line, _, found := bytes.Cut(sample, []byte{'\n'})
	bare := bytes.Trim(bytes.TrimRight(line, "\r"), `"`)
	if !found || len(bare) != len("sep=;") || !bytes.EqualFold(bare[:4], []byte("sep=")) {
		return 0, 0
	}
	mark := bare[4]
	if mark < ' ' && mark != '\t' || mark >= 0x7f || mark == '"' || mark == '\'' || letter(rune(mark)) {
		return 0, len(line) + 1
	}
	return mark, len(line) + 1
}

// cut is how a separator cuts the beginning of a text.
type cut struct {
	headings int  // texts of one row that name fields
	regular  bool // the first row is as wide as most
	share    int  // percent of the rows that are as wide as most
	width    int  // of most
}

func (c cut) beats(o cut) bool {
	switch {
	case c.headings != o.headings:
		return c.headings > o.headings
	case c.regular != o.regular:
		return c.regular
	case c.share*(c.width-1) != o.share*(o.width-1):
		return c.share*(c.width-1) > o.share*(o.width-1)
	}
	return false
}

// sniff takes the separator under which a row names most fields; for a table
// that names none, the one that cuts its rows alike. Counting alone would take
// the commas of "Municipalidad Distrital de Calca, provincia de Calca".
func sniff(sample []byte, quote byte, lone bool, h imports.Hints) byte {
	best, top := separators[0].mark, cut{}
	for _, s := range separators {
		if c := try(newFields(bytes.NewReader(sample), s.mark, quote, lone), h); c.beats(top) {
			best, top = s.mark, c
		}
	}
	return best
}

func try(f *fields, h imports.Hints) cut {
	const rows, headerRows = 50, 30
	var c cut
	first, read := 0, 0
	widths := map[int]int{}
	for ; read < rows; read++ {
		row, err := f.next()
		if err != nil {
			break
		}
		width := len(row) + f.record.beyond
		if read == 0 {
			first = width
		}
		widths[width]++
		if read < headerRows && h.Heading != nil {
			c.headings = max(c.headings, named(row, h.Heading))
		}
	}
	for width, times := range widths {
		if share := 100 * times / read; share > c.share || share == c.share && width > c.width {
			c.width, c.share = width, share
		}
	}
	c.regular = c.width > 1 && first == c.width
	return c
}

func named(row []string, heading func(string) bool) int {
	n := 0
	for _, s := range row {
		if heading(clean(s)) {
			n++
		}
	}
	return n
}

// Next implements imports.Table.
func (t *text) Next() (imports.Row, error) {
	rec, err := t.fields.next()
	if errors.Is(err, errRowTooLong) {
		return imports.Row{}, fault.New(fault.ImportRowTooLong, "").With("row", strconv.Itoa(t.row+t.fields.record.blank+1))
	}
	if err != nil {
		return imports.Row{}, err
	}
	// Lines with nothing in them are no rows, but a spreadsheet shows them.
	t.row += t.fields.record.blank + 1
	if t.fields.record.loose {
		t.loose.add(t.row)
	}
	if t.fields.record.spans {
		t.spans.add(t.row)
	}
	row := imports.Row{Number: t.row, Cells: make([]imports.Cell, len(rec))}
	for i, field := range rec {
		if field != "" {
			row.Cells[i] = imports.Cell{Kind: imports.Text, Text: field}
		}
	}
	return row, nil
}

// Facts implements imports.Table.
func (t *text) Facts() imports.Facts {
	f := t.facts
	if t.loose.count > 0 {
		f.Notes = append(f.Notes, t.loose.note("quotes_loose"))
	}
	if t.spans.count > 0 {
		f.Notes = append(f.Notes, t.spans.note("quotes_span"))
	}
	return f
}

// Close implements imports.Table.
func (t *text) Close() error { return t.file.Close() }
