package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaski/internal/app/imports"
	"chaski/internal/domain/day"
)

// worksheet is one sheet of a workbook being read.
type worksheet struct {
	book    *workbook
	ref     sheetRef
	part    *bounded
	xml     *xml.Decoder
	merges  []*merge // by first row; those behind us are dropped
	row     int
	content bool
	ahead   []imports.Row // read to see whether there is anything

	formulas, hiddenRows int
	zeros                map[int]int // cells of a column whose zeros a format gave back
}

// merge is a range shown as one cell.
type merge struct {
	top, left, bottom, right int
	text                     string
}

func (w *workbook) open(ref sheetRef) (*worksheet, error) {
	t := &worksheet{book: w, ref: ref, zeros: map[int]int{}}
	if err := t.findMerges(); err != nil {
		return nil, err
	}
	part, err := w.part(ref.part)
	if err != nil {
		return nil, err
	}
	if part == nil {
		return nil, errDamaged
	}
	part.most = maxToken
	t.part, t.xml = part, newXML(part)
	row, err := t.read()
	if err == nil {
		t.content, t.ahead = true, []imports.Row{row}
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return t, nil
}

const maxMerges = 20_000

var mergeRef = regexp.MustCompile(`ref\s*=\s*"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"`)

// findMerges reads the list of merged cells, which stands behind the rows.
func (t *worksheet) findMerges() error {
	part, err := t.book.part(t.ref.part)
	if err != nil || part == nil {
		return err
	}
	defer func() { _ = part.Close() }()
	rest, found, err := after(part, []byte("mergeCells"))
	if err != nil || !found {
		return err
	}
	const enough = 2 << 20
	tail, err := io.ReadAll(io.LimitReader(part, enough))
	if err != nil {
		return err
	}
	list, _, _ := strings.Cut(string(rest)+string(tail), "mergeCells>")
	for _, m := range mergeRef.FindAllStringSubmatch(list, maxMerges) {
		top, _ := strconv.Atoi(m[2])
		bottom, _ := strconv.Atoi(m[4])
		t.merges = append(t.merges, &merge{top: top, bottom: bottom, left: columnOf(m[1]), right: columnOf(m[3])})
	}
	return nil
}

// columnOf numbers a column's letters from 0.
func columnOf(ref string) int {
	const far = 1 << 20
	n := 0
	for _, r := range ref {
		if r < 'A' || r > 'Z' || n > far {
			break
		}
		n = n*26 + int(r-'A') + 1
	}
	return n - 1
}

// Next implements imports.Table.
func (t *worksheet) Next() (imports.Row, error) {
	if len(t.ahead) > 0 {
		r := t.ahead[0]
		t.ahead = nil
		return r, nil
	}
	r, err := t.read()
	return r, damaged(err)
}

// read is the next row that has a cell with something in it.
func (t *worksheet) read() (imports.Row, error) {
	for {
		t.part.mark()
		tok, err := t.xml.Token()
		if err != nil {
			return imports.Row{}, err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if x.Name.Local == "row" {
				row, any, err := t.readRow(x)
				if err != nil || any {
					return row, err
				}
			}
		case xml.EndElement:
			if x.Name.Local == "sheetData" {
				return imports.Row{}, io.EOF
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (t *worksheet) readRow(e xml.StartElement) (imports.Row, bool, error) {
	t.row++
	if n, err := strconv.Atoi(attr(e, "r")); err == nil && n >= t.row {
		t.row = n
	}
	row := imports.Row{Number: t.row}
	any := false
	column := -1
	for {
		t.part.mark()
		tok, err := t.xml.Token()
		if err != nil {
			return row, false, unexpected(err)
		}
		if end, ok := tok.(xml.EndElement); ok && end.Name.Local == "row" {
			break
		}
		start, ok := tok.(xml.StartElement)
		if !ok || start.Name.Local != "c" {
			continue
		}
		column++
		if ref := attr(start, "r"); ref != "" {
			column = columnOf(ref)
		}
		c, err := t.readCell(start, column)
		if err != nil {
			return row, false, unexpected(err)
		}
		if !c.Blank() {
			any = true
			row.Cells = place(row.Cells, column, c)
		}
	}
	if hidden := attr(e, "hidden"); any && (hidden == "1" || hidden == "true") {
		row.Hidden = true
		t.hiddenRows++
	}
	t.merged(&row)
	return row, any, nil
}

// unexpected: the end of a file in the middle of a row is no end.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func place(cells []imports.Cell, column int, c imports.Cell) []imports.Cell {
	column = min(max(column, 0), maxWidth)
	for len(cells) <= column {
		cells = append(cells, imports.Cell{})
	}
	cells[column] = c
	return cells
}

// merged marks the cells of a row that a merged cell covers.
func (t *worksheet) merged(row *imports.Row) {
	const most = 500 // that cover one row; a hostile file has them all over each
	kept, covering := t.merges[:0], 0
	for _, m := range t.merges {
		if m.bottom >= row.Number {
			kept = append(kept, m)
		}
		if row.Number < m.top || row.Number > m.bottom || covering >= most {
			continue
		}
		covering++
		if row.Number == m.top && m.left < len(row.Cells) && m.left >= 0 {
			m.text = row.Cells[m.left].Text
		}
		for column := m.left; column <= min(m.right, maxWidth-1); column++ {
			if row.Number == m.top && column == m.left || m.text == "" {
				continue
			}
			row.Cells = place(row.Cells, column, imports.Cell{Kind: imports.Merged, Text: m.text})
		}
	}
	t.merges = kept
}

// rawCell is a cell as the file has it.
type rawCell struct {
	Value   *string   `xml:"v"`
	Formula *struct{} `xml:"f"`
	Inline  *inline   `xml:"is"`
}

type inline struct {
	Text string `xml:"t"`
	Runs []struct {
		Text string `xml:"t"`
	} `xml:"r"`
}

func (t *worksheet) readCell(e xml.StartElement, column int) (imports.Cell, error) {
	var raw rawCell
	if err := t.xml.DecodeElement(&raw, &e); err != nil {
		return imports.Cell{}, err
	}
	if raw.Inline != nil {
		s := raw.Inline.Text
		for _, r := range raw.Inline.Runs {
			s += r.Text
		}
		return imports.Cell{Kind: imports.Text, Text: unescape(s)}, nil
	}
	if raw.Formula != nil {
		if raw.Value == nil || *raw.Value == "" && attr(e, "t") != "str" {
			return imports.Cell{Kind: imports.Formula}, nil
		}
		t.formulas++
	}
	if raw.Value == nil {
		return imports.Cell{}, nil
	}
	c, err := t.valued(attr(e, "t"), *raw.Value)
	if err == nil && c.Kind == imports.Number {
		c = t.styled(c, attr(e, "s"), column)
	}
	return c, err
}

func (t *worksheet) valued(kind, v string) (imports.Cell, error) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(t.book.strings) {
			return imports.Cell{}, fmt.Errorf("shared string %q of %d", v, len(t.book.strings))
		}
		return imports.Cell{Kind: imports.Text, Text: t.book.strings[i]}, nil
	case "str", "inlineStr":
		return imports.Cell{Kind: imports.Text, Text: unescape(v)}, nil
	case "b":
		if v == "1" {
			return imports.Cell{Kind: imports.Text, Text: "VERDADERO"}, nil
		}
		return imports.Cell{Kind: imports.Text, Text: "FALSO"}, nil
	case "e":
		return imports.Cell{Kind: imports.Broken, Text: v}, nil
	case "d":
		d, _, _ := strings.Cut(strings.TrimSpace(v), "T")
		if _, err := day.Parse(d); err != nil {
			return imports.Cell{Kind: imports.Text, Text: v}, nil
		}
		return imports.Cell{Kind: imports.Date, Text: d}, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return imports.Cell{}, fmt.Errorf("number %q", v)
	}
	return imports.Cell{Kind: imports.Number, Text: decimal(n)}, nil
}

// styled reads a number as its cell shows it: a date, or a code with the zeros
// that the number has lost.
func (t *worksheet) styled(c imports.Cell, index string, column int) imports.Cell {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(t.book.styles) {
		return c
	}
	look := t.book.styles[i]
	switch {
	case look.date:
		n, _ := strconv.ParseFloat(c.Text, 64) // was written by decimal
		return t.date(n)
	case len(c.Text) < look.zeros && strings.Trim(c.Text, "0123456789") == "":
		if column <= maxWidth {
			t.zeros[column]++
		}
		return imports.Cell{Kind: imports.Text, Text: strings.Repeat("0", look.zeros-len(c.Text)) + c.Text}
	}
	return c
}

// decimal writes a number with the 15 significant digits that spreadsheets
// keep: 0.1+0.2 is 0.3 there, though the file says 0.30000000000000004.
func decimal(n float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64)
	if err != nil {
		short = n
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// date is the civil day of a serial number. In the 1900 system day 60 is a
// 29 February that never was; all of that year is a slip anyway.
func (t *worksheet) date(n float64) imports.Cell {
	const lastSerial = 2_958_465 // 9999-12-31
	from := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if t.book.date04 {
		from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	bad := imports.Cell{Kind: imports.BadDate, Text: decimal(n)}
	if n < 1 || n > lastSerial {
		return bad
	}
	d := from.AddDate(0, 0, int(n))
	if d.Year() < 1901 {
		return bad
	}
	return imports.Cell{Kind: imports.Date, Text: d.Format(time.DateOnly)}
}

// Facts implements imports.Table.
func (t *worksheet) Facts() imports.Facts {
	f := imports.Facts{Format: "xlsx", Sheet: t.ref.name}
	for _, s := range t.book.visible {
		f.Sheets = append(f.Sheets, s.name)
	}
	note := func(code string, args map[string]string) {
		f.Notes = append(f.Notes, imports.Note{Code: code, Args: args})
	}
	if len(t.book.hidden) > 0 {
		note("sheets_hidden", map[string]string{"sheets": strings.Join(t.book.hidden, ", ")})
	}
	if t.book.date04 {
		note("date_1904", nil)
	}
	if t.formulas > 0 {
		note("formulas_read", map[string]string{"count": strconv.Itoa(t.formulas)})
	}
	if t.hiddenRows > 0 {
		note("rows_hidden", map[string]string{"count": strconv.Itoa(t.hiddenRows)})
	}
	for _, column := range slices.Sorted(maps.Keys(t.zeros)) {
		note("zeros_restored", map[string]string{"column": imports.Letters(column), "count": strconv.Itoa(t.zeros[column])})
	}
	return f
}

// Close implements imports.Table.
func (t *worksheet) Close() error {
	if t.part != nil {
		_ = t.part.Close()
	}
	return t.book.file.Close()
}
