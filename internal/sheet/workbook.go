package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// Bounds of a workbook, whatever its parts claim to be.
const (
	maxParts    = 2_000
	maxUnpacked = 512 << 20 // of all parts together; a national roster takes some 200 MB
	maxStrings  = 64 << 20  // of text that cells share, with what each text costs
	maxIndex    = 16 << 20  // of a part that is held whole: relations, styles, the list of sheets
	maxToken    = 4 << 20   // of one cell, or of any piece of XML between two marks
	textCost    = 24        // of holding a text, in bytes, besides its letters
)

var (
	errDamaged = fault.New(fault.ImportFileDamaged, "")
	errBomb    = fault.New(fault.ImportUnpacksTooLarge, "")
)

// workbook is the part of an XLSX file that its sheets share.
type workbook struct {
	file    source
	parts   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	date04  bool
	styles  []style // by cell style
	strings []string
	visible []sheetRef
	hidden  []string
}

// style is what the look of a cell says about its value.
type style struct {
	date  bool
	zeros int // of a format such as 00000000: a code of so many digits
}

type sheetRef struct{ name, part string }

func openWorkbook(f source, want string) (imports.Table, error) {
	w := &workbook{file: f, parts: map[string]*zip.File{}, left: 2 * maxUnpacked} // a sheet is read twice
	if err := w.unzip(); err != nil {
		return nil, err
	}
	if err := w.read(); err != nil {
		return nil, damaged(err)
	}
	t, err := w.choose(want)
	return t, damaged(err)
}

// damaged makes one fault of whatever is wrong inside the file.
func damaged(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return fault.Wrap(fault.ImportFileDamaged, err)
}

func (w *workbook) unzip() error {
	size, err := w.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(w.file, size)
	if err != nil {
		return fault.Wrap(fault.ImportFileDamaged, err)
	}
	if len(z.File) > maxParts {
		return errBomb
	}
	var total uint64
	for _, part := range z.File {
		total += part.UncompressedSize64
		if total > maxUnpacked {
			return errBomb
		}
		w.parts[partName("", part.Name)] = part
	}
	return nil
}

// bounded stops when a part unpacks to more than the workbook may, or when more
// than is allowed has passed since the last mark.
type bounded struct {
	io.ReadCloser
	left  *int64
	since int64
	most  int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	*b.left -= int64(n)
	if b.since += int64(n); *b.left < 0 || b.since > b.most {
		return 0, errBomb
	}
	return n, err
}

func (b *bounded) mark() { b.since = 0 }

// newXML reads XML that is not nested deeper than any sheet is: a decoder holds
// every element that is open.
func newXML(r io.Reader) *xml.Decoder { return xml.NewTokenDecoder(&shallow{in: xml.NewDecoder(r)}) }

type shallow struct {
	in    *xml.Decoder
	depth int
}

// Token implements xml.TokenReader.
func (s *shallow) Token() (xml.Token, error) {
	const deepest = 100
	tok, err := s.in.RawToken()
	switch tok.(type) {
	case xml.StartElement:
		s.depth++
	case xml.EndElement:
		s.depth--
	}
	if s.depth > deepest {
		return nil, errBomb
	}
	return tok, err
}

// part opens a part; nil when there is none.
func (w *workbook) part(name string) (*bounded, error) {
	z := w.parts[strings.ToLower(name)]
	if z == nil {
		return nil, nil
	}
	r, err := z.Open()
	if err != nil {
		return nil, err
	}
	return &bounded{r, &w.left, 0, maxUnpacked}, nil
}

func (w *workbook) decode(name string, dst any) error {
	r, err := w.part(name)
	if err != nil || r == nil {
		return err
	}
	defer func() { _ = r.Close() }()
	r.most = maxIndex
	return newXML(r).Decode(dst)
}

// choose opens the sheet asked for, or the first one with rows.
func (w *workbook) choose(want string) (imports.Table, error) {
	var first imports.Table
	for _, ref := range w.visible {
		if want != "" && ref.name != want {
			continue
		}
		t, err := w.open(ref)
		if err != nil {
			return nil, err
		}
		if want != "" || t.content {
			return t, nil
		}
		if first == nil {
			first = t
		}
	}
	switch {
	case want != "":
		return nil, fault.New(fault.ImportSheetUnknown, "sheet").With("value", want)
	case first == nil:
		return nil, fault.New(fault.ImportFileEmpty, "")
	}
	return first, nil
}

// readStyles finds which cell styles show a number as a date or as a code.
func (w *workbook) readStyles(name string) error {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode(name, &s); err != nil {
		return err
	}
	formats := map[int]style{}
	for _, f := range s.Formats {
		formats[f.ID] = style{showsDate(f.Code), zerosOf(f.Code)}
	}
	for _, c := range s.Cells {
		own, is := formats[c.Format]
		if !is {
			own.date = builtInDate(c.Format)
		}
		w.styles = append(w.styles, own)
	}
	return nil
}

// zerosOf is how many digits a format that is nothing but zeros shows.
func zerosOf(code string) int {
	first, _, _ := strings.Cut(code, ";")
	first = strings.TrimSpace(strings.ReplaceAll(first, `\`, ""))
	const most = 20
	if first == "" || strings.Trim(first, "0") != "" || len(first) < 2 || len(first) > most {
		return 0
	}
	return len(first)
}

// builtInDate: the numbers that the format itself fixes (ECMA-376, 18.8.30),
// with those of East Asian locales.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// showsDate says whether a format code has a day, a month's name, a year or a
// clock in it, outside of quotes, brackets and escapes.
func showsDate(code string) bool {
	var bare strings.Builder
	quoted, bracket, escaped := false, false, false
	for _, r := range strings.ToLower(code) {
		switch {
		case escaped:
			escaped = false
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '\\' || r == '_' || r == '*':
			escaped = true
		case r == '[':
			bracket = true
		case r == ']':
			bracket = false
		case bracket:
		default:
			bare.WriteRune(r)
		}
	}
	s := bare.String()
	return s != "general" && (strings.ContainsAny(s, "dy") || strings.Contains(s, "mm") || strings.Contains(s, "h:") || strings.Contains(s, ":s"))
}
