package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sort"
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
}

// Header is where the columns are named.
type Header struct {
	Row     int // the last row of the header, as the person counts
	Columns []Column
}

// Signature names a layout: the same headers in the same order.
func (h Header) Signature() string {
	sum := sha256.New()
	for _, c := range h.Columns {
		_, _ = io.WriteString(sum, Normalize(c.Header)+"\n") // never fails
	}
	return hex.EncodeToString(sum.Sum(nil))
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

// recognise is the field a header names, "" if none.
func (s *Spec) recognise(header string) string {
	n := Normalize(header)
	if n == "" {
		return ""
	}
	for _, f := range s.Fields {
		if n == Normalize(f.Label) || n == Normalize(f.Name) {
			return f.Name
		}
		for _, other := range f.Synonyms {
			if n == Normalize(other) {
				return f.Name
			}
		}
	}
	return ""
}

// sighting is a header candidate with how many fields it names.
type sighting struct {
	header Header
	named  int
}

// findHeader looks for the row that names most fields, alone or together with
// the row above it (a merged cell over its columns). The rows are those read so
// far; it answers how many of them are header or above it.
func (s *Spec) findHeader(rows []Row) (Header, int, error) {
	var best sighting
	used := 0
	for i, r := range rows {
		candidates := []sighting{s.sight(r, nil)}
		if i > 0 {
			candidates = append(candidates, s.sight(r, &rows[i-1]))
		}
		for _, c := range candidates {
			if c.named > best.named {
				best, used = c, i+1
			}
		}
	}
	if best.named >= 2 {
		return best.header, used, nil
	}
	// Nothing known: the first row with two texts, for the person to match.
	for i, r := range rows {
		if texts(r) >= 2 {
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
	taken := map[string]bool{}
	width := len(r.Cells)
	if above != nil {
		width = max(width, len(above.Cells))
	}
	for i := range min(width, maxColumns) {
		label, field := s.label(r.at(i), above, i)
		if label == "" {
			continue
		}
		if field != "" && taken[field] {
			field = ""
		}
		if field != "" {
			taken[field] = true
			out.named++
		}
		out.header.Columns = append(out.header.Columns, Column{Index: i, Header: label, Field: field})
	}
	return out
}

// label is a column's name and field. Under a merged heading "Metas" the column
// "Física" is looked for as "Metas Física" and as "Física".
func (s *Spec) label(c Cell, above *Row, column int) (label, field string) {
	own := headerText(c)
	if above == nil {
		return own, s.recognise(own)
	}
	over := headerText(above.at(column))
	both := strings.TrimSpace(over + " " + own)
	if c.Kind == Merged && own == over {
		both = own
	}
	for _, try := range []string{both, own, over} {
		if f := s.recognise(try); f != "" {
			return both, f
		}
	}
	return both, ""
}

func headerText(c Cell) string {
	return strings.Join(strings.Fields(c.Text), " ")
}

// Memory is what was remembered of earlier files of a kind.
type Memory interface {
	// Mapping answers header -> field (normalised headers) of this very layout,
	// and of any file of the kind, the latest first winning.
	Mapping(kind Kind, signature string) (exact, any map[string]string, err error)
	Remember(kind Kind, signature string, mapping map[string]string) error
}

// propose lays what was remembered over what the headers say.
func (s *Spec) propose(h Header, exact, known map[string]string) Header {
	out := Header{Row: h.Row, Columns: append([]Column(nil), h.Columns...)}
	set := func(i int, field string) {
		if field != "" && s.Field(field) == nil {
			return // a field of an older version
		}
		for j := range out.Columns {
			if j != i && field != "" && out.Columns[j].Field == field {
				out.Columns[j].Field = ""
			}
		}
		out.Columns[i].Field = field
	}
	for i, c := range out.Columns {
		header := Normalize(c.Header)
		if field, ok := exact[header]; ok {
			set(i, field)
		} else if field := known[header]; field != "" && c.Field == "" && !out.Uses(field) {
			set(i, field)
		}
	}
	return out
}

// Uses says whether a column is matched to the field.
func (h Header) Uses(field string) bool {
	for _, c := range h.Columns {
		if c.Field == field {
			return true
		}
	}
	return false
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

// missing are the required fields no column is matched to.
func (s *Spec) missing(h Header) []string {
	var out []string
	for _, f := range s.Fields {
		if f.Required && !h.Uses(f.Name) {
			out = append(out, f.Label)
		}
	}
	sort.Strings(out)
	return out
}

// remembered is a mapping in the form Memory keeps.
func (h Header) remembered() map[string]string {
	out := map[string]string{}
	for _, c := range h.Columns {
		out[Normalize(c.Header)] = c.Field
	}
	return out
}

// opened is a table read up to its header.
type opened struct {
	table   Table
	header  Header
	pending []Row // rows below the header that were read to find it
}

// start reads a table up to its header.
func (s *Spec) start(t Table) (*opened, error) {
	var rows []Row
	end := false
	for len(rows) < headerSearch && !end {
		r, err := t.Next()
		if errors.Is(err, io.EOF) {
			end = true
			continue
		}
		if err != nil {
			return nil, err
		}
		if !r.blank() {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.ImportFileEmpty, "")
	}
	header, used, err := s.findHeader(rows)
	if err != nil {
		return nil, err
	}
	return &opened{table: t, header: header, pending: rows[used:]}, nil
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
