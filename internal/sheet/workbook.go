package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// Bounds of a workbook, whatever its parts claim to be.
const (
	maxParts    = 2_000
	maxUnpacked = 200 << 20 // of all parts together
	maxStrings  = 64 << 20  // of text that cells share
)

var (
	errDamaged = fault.New(fault.ImportFileDamaged, "")
	errBomb    = fault.New(fault.ImportUnpacksTooLarge, "")
)

// workbook is the part of an XLSX file that its sheets share.
type workbook struct {
	file    *os.File
	parts   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	date04  bool
	dates   []bool // by cell style: shown as a date
	strings []string
	visible []sheetRef
	hidden  []string
}

type sheetRef struct{ name, part string }

func openWorkbook(f *os.File, want string) (imports.Table, error) {
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
	info, err := w.file.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(w.file, info.Size())
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
		w.parts[strings.ToLower(strings.TrimPrefix(part.Name, "/"))] = part
	}
	if w.parts["xl/workbook.xml"] == nil {
		return fault.New(fault.ImportFormatUnknown, "") // .ods, .docx, .xlsb, any other zip
	}
	return nil
}

// bounded stops when a part unpacks to more than the workbook may.
type bounded struct {
	io.ReadCloser
	left *int64
}

func (b bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, errBomb
	}
	return n, err
}

// part opens a part; nil when there is none.
func (w *workbook) part(name string) (io.ReadCloser, error) {
	z := w.parts[strings.ToLower(name)]
	if z == nil {
		return nil, nil
	}
	r, err := z.Open()
	if err != nil {
		return nil, err
	}
	return bounded{r, &w.left}, nil
}

func (w *workbook) decode(name string, dst any) error {
	r, err := w.part(name)
	if err != nil || r == nil {
		return err
	}
	defer func() { _ = r.Close() }()
	return xml.NewDecoder(r).Decode(dst)
}

func (w *workbook) read() error {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			Rel   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Rel2  string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := w.decode("xl/workbook.xml", &book); err != nil {
		return err
	}
	var rels struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Type   string `xml:"Type,attr"`
		} `xml:"Relationship"`
	}
	if err := w.decode("xl/_rels/workbook.xml.rels", &rels); err != nil {
		return err
	}
	targets := map[string]string{}
	for _, r := range rels.All {
		if strings.HasSuffix(r.Type, "/worksheet") {
			targets[r.ID] = partName(r.Target)
		}
	}
	w.date04 = book.Properties.Date1904 == "1" || book.Properties.Date1904 == "true"
	for _, s := range book.Sheets {
		target := targets[s.Rel+s.Rel2]
		switch {
		case target == "":
		case s.State == "hidden" || s.State == "veryHidden":
			w.hidden = append(w.hidden, s.Name)
		default:
			w.visible = append(w.visible, sheetRef{s.Name, target})
		}
	}
	if err := w.styles(); err != nil {
		return err
	}
	return w.shared()
}

func partName(target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(target, "/")
	}
	return path.Join("xl", target)
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

// styles finds which cell styles show a number as a date.
func (w *workbook) styles() error {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := w.decode("xl/styles.xml", &s); err != nil {
		return err
	}
	codes := map[int]string{}
	for _, f := range s.Formats {
		codes[f.ID] = f.Code
	}
	for _, c := range s.Cells {
		code, own := codes[c.Format]
		w.dates = append(w.dates, own && showsDate(code) || !own && builtInDate(c.Format))
	}
	return nil
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

// shared reads the texts that cells refer to by number.
func (w *workbook) shared() error {
	r, err := w.part("xl/sharedStrings.xml")
	if err != nil || r == nil {
		return err
	}
	defer func() { _ = r.Close() }()
	d := xml.NewDecoder(r)
	size := 0
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "si" {
			s, err := plainText(d)
			if err != nil {
				return err
			}
			if size += len(s); size > maxStrings {
				return errBomb
			}
			w.strings = append(w.strings, s)
		}
	}
}

// plainText reads the text of the element just begun, without pronunciation.
func plainText(d *xml.Decoder) (string, error) {
	var out strings.Builder
	depth, inText := 1, false
	for depth > 0 {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if x.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			inText = x.Name.Local == "t"
		case xml.EndElement:
			depth--
			inText = false
		case xml.CharData:
			if inText {
				out.Write(x)
			}
		}
	}
	return out.String(), nil
}
