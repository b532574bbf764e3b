// Package imports turns a table somebody filled in into rows of the programme:
// entities, plans, works, people, rosters, money. It knows no file format (see
// internal/sheet) and no database (see internal/store): it matches columns to
// fields, reads values, plans what each row would create or change, and says
// what is wrong with which cell.
package imports

import (
	"io"
	"strings"
	"unicode/utf8"
)

// CellKind says what a cell holds.
type CellKind uint8

// The kinds of cells. Files of text have only Empty and Text.
const (
	Empty   CellKind = iota
	Text             // as typed
	Number           // Text is the decimal the sheet holds, at most 15 significant digits
	Date             // Text is the civil day, "2026-11-24"
	BadDate          // formatted as a date, but before 1901: Text is the number
	Formula          // a formula without a stored value
	Merged           // covered by a merged cell; Text is that cell's text
	Broken           // an error of the sheet such as #N/A, in Text
)

// Cell is one cell of a table.
type Cell struct {
	Kind CellKind
	Text string
}

// Blank says whether there is nothing in the cell.
func (c Cell) Blank() bool {
	return c.Kind == Empty || c.Kind == Text && strings.TrimSpace(c.Text) == ""
}

// Row is one row of a table. Number counts from 1 as the person's program does.
type Row struct {
	Number int
	Hidden bool // hidden or filtered away in a workbook
	Cells  []Cell
}

func (r Row) blank() bool {
	for _, c := range r.Cells {
		if !c.Blank() && c.Kind != Merged {
			return false
		}
	}
	return true
}

func (r Row) at(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Table is a file being read, row by row. Next answers io.EOF at its end and a
// fault for a file that cannot be read on.
type Table interface {
	Next() (Row, error)
	// Facts are complete once Next has answered io.EOF.
	Facts() Facts
	io.Closer
}

// Facts are what was found out about a file.
type Facts struct {
	Format    string // csv, xlsx
	Encoding  string // csv
	Separator string // csv
	// Encodings and Separators are those a text may be read with; empty for a
	// workbook.
	Encodings, Separators []string
	// Accents are some texts of a file of text with letters that are not ASCII,
	// by which a person sees whether the encoding is right.
	Accents []string
	Sheet   string // xlsx: the sheet that is read
	Sheets  []string
	// Notes are what the reader assumed and the person should know.
	Notes []Note
}

// Accented says whether a text has characters that encodings differ in.
func Accented(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// Note is something a reader assumed: a code, said in Spanish at the edge, with
// the values its sentence names.
type Note struct {
	Code string
	Args map[string]string
}

// Opener opens a file.
type Opener interface {
	Open(path string, r Reading, h Hints) (Table, error)
}
