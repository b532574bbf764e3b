package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"

	"chaski/internal/domain/fault"
)

// headerSearch is in how many rows a header is looked for: titles, logos and
// dates stand above it.
const headerSearch = 30

// maxColumns bounds a table; a sheet formatted to its edge has 16,384.
const maxColumns = 200

// Column is one column of a file with the field it was matched to.
type Column struct {
	Index  int
	Header string
	Field  string // "" when it is not read

	title title
}

// Header is where the columns are named.
type Header struct {
	Row     int // the last row of the header, as the person counts
	Columns []Column
}

// Signature names a layout: the same headers in the same order. Its first line
// is the manner of matching: what was remembered of an older one, which took the
// first column that would do, is no person's choice and fits no layout any more.
func (h Header) Signature() string {
	sum := sha256.New()
	_, _ = io.WriteString(sum, "2\n") // never fails
	for _, c := range h.Columns {
		_, _ = io.WriteString(sum, Normalize(c.Header)+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// keys name the columns of a layout for what is remembered: a header that comes
// again has its number behind it.
func (h Header) keys() []string {
	out, seen := make([]string, len(h.Columns)), map[string]int{}
	for i, c := range h.Columns {
		out[i] = Normalize(c.Header)
		if seen[out[i]]++; seen[out[i]] > 1 {
			out[i] += " #" + strconv.Itoa(seen[out[i]])
		}
	}
	return out
}

// folded maps the letters of Spanish and its neighbours to plain ones.
var folded = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n",
	"à", "a", "è", "e", "ì", "i", "ò", "o", "ù", "u", "â", "a", "ê", "e", "ô", "o", "ç", "c", "º", "", "°", "", "ª", "")

// Normalize makes headers and choices comparable: no case, accents, marks or
// doubled spaces.
func Normalize(s string) string {
	s = folded.Replace(strings.ToLower(s))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// sighting is a header candidate with how many fields it names.
type sighting struct {
	header   Header
	named    int
	distinct int // different names of columns
}

func (s sighting) better(than sighting) bool {
	return s.named > than.named || s.named == than.named && s.distinct > than.distinct
}

// findHeader looks for the row that names most fields, alone or together with
// the row above it (a merged cell over its columns). The rows are those read so
// far; it answers how many of them are header or above it. A row the person chose
// is taken whatever it names.
func (s *Spec) findHeader(rows []Row, chosen int) (Header, int, error) {
	var best sighting
	used := 0
	for i, r := range rows {
		if chosen != 0 && r.Number != chosen {
			continue
		}
		candidates := []sighting{s.sight(r, nil)}
		if i > 0 {
			candidates = append(candidates, s.sight(r, &rows[i-1]))
		}
		for _, c := range candidates {
			if used == 0 && chosen != 0 || c.better(best) {
				best, used = c, i+1
			}
		}
	}
	if best.named >= 2 || chosen != 0 && used > 0 {
		return best.header, used, nil
	}
	// Nothing known: the first row with two texts, for the person to match.
	for i, r := range rows {
		if texts(r) >= 2 && chosen == 0 {
			return s.sight(r, nil).header, i + 1, nil
		}
	}
	return Header{}, 0, fault.New(fault.ImportHeaderUnknown, "")
}

func texts(r Row) int {
	n := 0
	for _, c := range r.Cells {
		if c.Kind == Text && !c.Blank() {
			n++
		}
	}
	return n
}

// sight reads a row as a header, under the row above when there is one.
func (s *Spec) sight(r Row, above *Row) sighting {
	out := sighting{header: Header{Row: r.Number}}
	width := len(r.Cells)
	if above != nil {
		width = max(width, len(above.Cells))
	}
	fields, labels := map[string]bool{}, map[string]bool{}
	over := ""
	for i := range min(width, maxColumns) {
		t := title{own: headerText(r.at(i))}
		if above != nil {
			// A text over several columns stands in the first of them.
			if text := headerText(above.at(i)); text != "" {
				over = text
			} else if t.own == "" {
				over = ""
			}
			if t.over = over; r.at(i).Kind == Merged && t.own == over {
				t.over = ""
			}
		}
		if t.text() == "" {
			continue
		}
		for _, f := range s.named(t) {
			fields[f.field] = true
		}
		labels[Normalize(t.text())] = true
		out.header.Columns = append(out.header.Columns, Column{Index: i, Header: t.text(), title: t})
	}
	out.named, out.distinct = len(fields), len(labels)
	return out
}

func headerText(c Cell) string {
	return strings.Join(strings.Fields(c.Text), " ")
}

// Memory is what was remembered of earlier files of a kind: what people chose.
type Memory interface {
	// Mapping answers header -> field (Header.keys) of this very layout, and of any
	// file of the kind, the latest first winning.
	Mapping(kind Kind, signature string) (exact, any map[string]string, err error)
	Remember(kind Kind, signature string, mapping map[string]string) error
}

// propose matches the columns of a header to fields: as the person did for this
// very layout; else as headings, values and what he chose in other files say
// together.
func (s *Spec) propose(h Header, rows []Row, exact, known map[string]string) Header {
	out := Header{Row: h.Row, Columns: append([]Column(nil), h.Columns...)}
	keys := h.keys()
	if exact != nil {
		for i := range out.Columns {
			if field := exact[keys[i]]; s.Field(field) != nil && !out.Uses(field) {
				out.Columns[i].Field = field
			}
		}
		return out
	}
	scores := make([][]float64, len(out.Columns))
	for i, c := range out.Columns {
		scores[i] = make([]float64, len(s.Fields))
		cells := sample(rows, c.Index)
		for j := range s.Fields {
			f := &s.Fields[j]
			fit := s.fit(c.title, f.Name)
			if known[keys[i]] == f.Name && !c.title.never() {
				fit = max(fit, remembered)
			}
			scores[i][j] = f.weighed(fit, cells)
		}
	}
	for i, j := range assign(scores) {
		if j >= 0 {
			out.Columns[i].Field = s.Fields[j].Name
		}
	}
	return out
}

// sample is what a column is weighed by.
func sample(rows []Row, column int) []Cell {
	const enough = 60
	var out []Cell
	for _, r := range rows {
		if c := r.at(column); !c.Blank() && c.Kind != Merged && c.Kind != Broken && c.Kind != Formula {
			if out = append(out, c); len(out) == enough {
				break
			}
		}
	}
	return out
}

// Uses says whether a column is matched to the field.
func (h Header) Uses(field string) bool {
	return slices.ContainsFunc(h.Columns, func(c Column) bool { return c.Field == field })
}

// choose lays the person's decision, column index -> field, over a header.
func (s *Spec) choose(h Header, fields map[int]string) (Header, error) {
	out := Header{Row: h.Row, Columns: append([]Column(nil), h.Columns...)}
	taken := map[string]bool{}
	for i, c := range out.Columns {
		field := fields[c.Index]
		if field != "" && s.Field(field) == nil {
			return h, fault.New(fault.ImportMappingInvalid, "columns").With("value", field)
		}
		if field != "" && taken[field] {
			return h, fault.New(fault.ImportMappingTwice, "columns").With("field", s.Field(field).Label)
		}
		taken[field] = true
		out.Columns[i].Field = field
	}
	return out, nil
}

// missing are the required fields that no column is matched to, nor one that
// stands in for it, and that no constant says.
func (s *Spec) missing(h Header, constants map[string]any) []string {
	var out []string
	for _, f := range s.Fields {
		there := func(name string) bool { return h.Uses(name) || constants[name] != nil }
		if f.Required && !there(f.Name) && !slices.ContainsFunc(f.Instead, there) {
			out = append(out, f.Label)
		}
	}
	sort.Strings(out)
	return out
}

// remembered is a mapping in the form Memory keeps.
func (h Header) remembered() map[string]string {
	out := map[string]string{}
	for i, key := range h.keys() {
		out[key] = h.Columns[i].Field
	}
	return out
}

// opened is a table read up to its header.
type opened struct {
	table   Table
	header  Header
	top     []Row // the first rows, for the person to choose the header
	pending []Row // rows below the header that were read ahead
}

// Rows read before anything is decided: to show where the header may be, and
// below it to weigh columns. What comes later and says otherwise is refused, cell
// by cell.
const (
	shownRows = 15
	lookahead = 2_000
)

// start reads a table up to its header, and so many rows below.
func (s *Spec) start(t Table, headerRow, ahead int) (*opened, error) {
	var rows []Row
	read := func(enough func() bool) error {
		for !enough() {
			r, err := t.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if !r.blank() {
				rows = append(rows, r)
			}
		}
		return nil
	}
	err := read(func() bool {
		return len(rows) >= headerSearch && (headerRow == 0 || rows[len(rows)-1].Number >= headerRow || len(rows) >= lookahead)
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.ImportFileEmpty, "")
	}
	search := rows
	if headerRow == 0 {
		search = rows[:min(len(rows), headerSearch)]
	}
	header, used, err := s.findHeader(search, headerRow)
	if err != nil {
		return nil, err
	}
	if err := read(func() bool { return len(rows)-used >= ahead }); err != nil {
		return nil, err
	}
	return &opened{table: t, header: header, top: rows[:min(len(rows), shownRows)], pending: rows[used:]}, nil
}

// next is the next row that has something in it.
func (o *opened) next() (Row, error) {
	for {
		if len(o.pending) > 0 {
			r := o.pending[0]
			o.pending = o.pending[1:]
			return r, nil
		}
		r, err := o.table.Next()
		if err != nil || !r.blank() {
			return r, err
		}
	}
}
