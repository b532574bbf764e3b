package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// sniffed is how much of a text is looked at to find its separator.
const sniffed = 64 << 10

// maxRecord bounds one row of text: an open quote swallows the rest of a file.
const maxRecord = 1 << 20

// text is a CSV file in any of its dialects.
type text struct {
	file  *os.File
	csv   *csv.Reader
	facts imports.Facts
	row   int // of the last record
	line  int // last line of the last record
}

func openText(f *os.File) (imports.Table, error) {
	enc, name, bom, err := detect(f)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(int64(bom), io.SeekStart); err != nil {
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
	t := &text{file: f, facts: imports.Facts{Format: "csv", Encoding: name}}
	if name == "Windows-1252" {
		t.facts.Notes = append(t.facts.Notes, imports.Note{Code: "encoding_assumed", Args: map[string]string{"encoding": name}})
	}
	separator := t.declared(decoded, sample)
	if separator == 0 {
		separator = sniff(sample)
	}
	var in io.Reader = decoded
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		in = oldMac{decoded}
	}
	t.facts.Separator = map[rune]string{',': "coma", ';': "punto y coma", '\t': "tabulador", '|': "barra vertical"}[separator]
	t.csv = csv.NewReader(in)
	t.csv.Comma = separator
	t.csv.FieldsPerRecord = -1
	t.csv.ReuseRecord = true
	return t, nil
}

// detect tells the encoding of a text by its mark, its zero bytes, or by being
// valid UTF-8 from beginning to end; what is left is taken for Windows-1252.
func detect(f *os.File) (enc encoding.Encoding, name string, bom int, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, "", 0, err
	}
	r := bufio.NewReaderSize(f, sniffed)
	head, err := r.Peek(1024)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", 0, err
	}
	little := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	big := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return unicode.UTF8, "UTF-8", 3, nil
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return little, "UTF-16", 2, nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return big, "UTF-16", 2, nil
	}
	even, odd := 0, 0
	for i, b := range head {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch {
	case odd > len(head)/4 && even == 0:
		return little, "UTF-16", 0, nil
	case even > len(head)/4 && odd == 0:
		return big, "UTF-16", 0, nil
	}
	valid, err := validUTF8(r)
	if valid || err != nil {
		return unicode.UTF8, "UTF-8", 0, err
	}
	return charmap.Windows1252, "Windows-1252", 0, nil
}

func validUTF8(r *bufio.Reader) (bool, error) {
	for {
		c, size, err := r.ReadRune()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if c == utf8.RuneError && size == 1 {
			return false, nil
		}
	}
}

// declared reads Excel's own first line "sep=;".
func (t *text) declared(r *bufio.Reader, sample []byte) rune {
	line, _, found := bytes.Cut(sample, []byte{'\n'})
	rest, isSep := bytes.CutPrefix(bytes.ToLower(line), []byte("sep="))
	if !found || !isSep || len(bytes.TrimRight(rest, "\r")) != 1 {
		return 0
	}
	_, _ = r.Discard(len(line) + 1) // was peeked
	t.row, t.line = 1, 0
	return rune(rest[0])
}

// sniff takes the separator that cuts the first rows into the same number of
// columns most often, and into most of them.
func sniff(sample []byte) rune {
	best, most := ',', 0
	for _, separator := range []rune{',', ';', '\t', '|'} {
		r := csv.NewReader(bytes.NewReader(sample))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator, -1, true
		widths := map[int]int{}
		for range 50 {
			rec, err := r.Read()
			if err != nil {
				break
			}
			widths[len(rec)]++
		}
		for width, times := range widths {
			if score := (width - 1) * times; score > most {
				best, most = separator, score
			}
		}
	}
	return best
}

// oldMac ends lines with a lone carriage return.
type oldMac struct{ r io.Reader }

func (o oldMac) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	for i := range n {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// Next implements imports.Table.
func (t *text) Next() (imports.Row, error) {
	rec, err := t.csv.Read()
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return imports.Row{}, fault.New(fault.ImportCSVQuotes, "").With("row", fmt.Sprint(t.row+max(1, parse.StartLine-t.line)))
	case err != nil:
		return imports.Row{}, err
	}
	// Blank lines are skipped by the reader, but a spreadsheet shows them.
	start, _ := t.csv.FieldPos(0)
	t.row += max(1, start-t.line)
	last, _ := t.csv.FieldPos(len(rec) - 1)
	t.line = last + strings.Count(rec[len(rec)-1], "\n")
	row := imports.Row{Number: t.row, Cells: make([]imports.Cell, min(len(rec), maxWidth+1))}
	size := 0
	for i, field := range rec {
		size += len(field)
		if size > maxRecord {
			return row, fault.New(fault.ImportRowTooLong, "").With("row", fmt.Sprint(t.row))
		}
		if i < len(row.Cells) && field != "" {
			row.Cells[i] = imports.Cell{Kind: imports.Text, Text: strings.Clone(field)}
		}
	}
	return row, nil
}

// Facts implements imports.Table.
func (t *text) Facts() imports.Facts { return t.facts }

// Close implements imports.Table.
func (t *text) Close() error { return t.file.Close() }
