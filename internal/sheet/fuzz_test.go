package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"chaski/internal/app/imports"
	"chaski/internal/domain/cell"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/testkit/corpus"
)

const cases = "../../testdata/imports"

// fixtures are the files of the field by name.
func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	entries, err := os.ReadDir(cases)
	if err != nil || len(entries) < 30 {
		t.Fatal(err, len(entries))
	}
	for _, e := range entries {
		if out[e.Name()], err = os.ReadFile(filepath.Join(cases, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// headings knows the headings of a kind.
func headings(kind imports.Kind) imports.Hints {
	names := map[string]bool{}
	for _, s := range imports.Specs {
		if s.Kind != kind {
			continue
		}
		for _, f := range s.Fields {
			for _, name := range append([]string{f.Label, f.Name}, f.Synonyms...) {
				names[imports.Normalize(name)] = true
			}
		}
	}
	return imports.Hints{Heading: func(s string) bool { return names[imports.Normalize(s)] }}
}

// memory is a file that is not on a disk.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func read(body []byte, r imports.Reading, h imports.Hints) (rows []imports.Row, facts imports.Facts, err error) {
	table, err := open(memory{bytes.NewReader(body)}, r, h)
	if err != nil {
		return nil, facts, err
	}
	defer func() { _ = table.Close() }()
	for {
		row, err := table.Next()
		if errors.Is(err, io.EOF) {
			return rows, table.Facts(), nil
		}
		if err != nil {
			return rows, table.Facts(), err
		}
		rows = append(rows, row)
	}
}

// sound reads a file twice: alike, with a fault if with an error, in rows that
// go down the sheet, within bounds, of texts that are clean already.
func sound(t *testing.T, body []byte, r imports.Reading) ([]imports.Row, error) {
	t.Helper()
	h := headings(imports.Entities)
	rows, facts, err := read(body, r, h)
	again, facts2, err2 := read(body, r, h)
	if !reflect.DeepEqual(rows, again) || !reflect.DeepEqual(facts, facts2) || (err == nil) != (err2 == nil) {
		t.Fatalf("read twice: %v %+v, then %v %+v", err, rows, err2, again)
	}
	if err != nil && fault.Of(err) == nil {
		t.Fatalf("an error without a code: %v", err)
	}
	last := 0
	for _, row := range rows {
		if row.Number <= last || len(row.Cells) > maxWidth+1 {
			t.Fatalf("row %d after %d, with %d cells", row.Number, last, len(row.Cells))
		}
		last = row.Number
		for _, c := range row.Cells {
			soundCell(t, c)
		}
	}
	return rows, err
}

func soundCell(t *testing.T, c imports.Cell) {
	t.Helper()
	if !utf8.ValidString(c.Text) || clean(c.Text) != c.Text && (c.Kind == imports.Text || c.Kind == imports.Merged) {
		t.Fatalf("%+q is not clean", c.Text)
	}
	switch c.Kind {
	case imports.Number, imports.BadDate:
		if _, err := strconv.ParseFloat(c.Text, 64); err != nil || strings.ContainsAny(c.Text, "eE") {
			t.Fatalf("the number %q", c.Text)
		}
	case imports.Date:
		if _, err := day.Parse(c.Text); err != nil {
			t.Fatalf("the day %q", c.Text)
		}
	case imports.Empty:
		if c.Text != "" {
			t.Fatalf("nothing, and %q", c.Text)
		}
	}
}

// A text of any bytes is read within what it holds; and what was read, written
// out as we write tables, is read as the same.
func FuzzCSV(f *testing.F) {
	corpus.Add(f, "../../testdata/corpus/FuzzCSV.txt.gz")
	for name, body := range fixtures(f) {
		if !strings.HasSuffix(name, ".xlsx") {
			f.Add(body, uint8(0))
		}
	}
	for i, s := range []string{
		"a;\"b\nc;\"d\"e;\"f\n", "sep=^\na^b\n", "\"a\"b\"c\";d\n", "a,b\r1,2\r", "x\r\r\ny\r\r\n", "\"\"\"a\"\";b\n", "=\"0\";'a'\n",
		"\xff\xfea\x00;\x00", "N\xba;Mu\xf1oz\n", "a;\"1\n2\n3;4;5\n6;7;8\n\"", strings.Repeat(";", 300) + "x\n",
	} {
		f.Add([]byte(s), uint8(i*17))
	}
	quotes := []string{"", `"`, "'", "none"}
	f.Fuzz(func(t *testing.T, body []byte, how uint8) {
		if bytes.HasPrefix(body, []byte("PK")) {
			return
		}
		r := imports.Reading{Quote: quotes[how%4]}
		if i := int(how/4) % (len(encodings) + 1); i > 0 {
			r.Encoding = encodings[i-1]
		}
		if i := int(how/32) % (len(separators) + 1); i > 0 {
			r.Separator = separators[i-1].name
		}
		rows, err := sound(t, body, r)
		size, lines := 0, 1+bytes.Count(body, []byte{'\n'})+bytes.Count(body, []byte{'\r'})
		for _, row := range rows {
			for _, c := range row.Cells {
				size += len(c.Text)
			}
		}
		if size > 9*len(body)+16 || len(rows) > lines {
			t.Fatalf("%d bytes became %d, %d lines %d rows", len(body), size, lines, len(rows))
		}
		if err == nil && len(rows) > 0 {
			comesBack(t, rows)
		}
	})
}

func comesBack(t *testing.T, rows []imports.Row) {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("x,y\n") // whatever the first row says, it is no "sep=;" and no page
	w := csv.NewWriter(&out)
	var want [][]string
	for _, row := range rows {
		var texts []string
		for _, c := range row.Cells {
			if strings.ContainsAny(c.Text, "\n\x00") || len(c.Text) > maxQuoted/4 {
				return // what lines in quotes mean is a guess
			}
			texts = append(texts, c.Text)
		}
		if strings.Join(texts, "") == "" {
			continue
		}
		want = append(want, texts)
		_ = w.Write(cell.Line(texts...))
	}
	w.Flush()
	got, _, err := read(out.Bytes(), imports.Reading{Encoding: utf8Name, Separator: "coma"}, imports.Hints{})
	if err != nil || len(got) != len(want)+1 {
		t.Fatalf("%v: %d rows of %d come back from %q", err, len(got)-1, len(want), out.String())
	}
	for i, row := range got[1:] {
		var texts []string
		for _, c := range row.Cells {
			texts = append(texts, c.Text)
		}
		if !slices.Equal(texts, want[i]) {
			t.Fatalf("%q comes back as %q", want[i], texts)
		}
	}
}

// A workbook of any bytes, or of any parts, is read within bounds or refused.
func FuzzXLSX(f *testing.F) {
	corpus.Add(f, "../../testdata/corpus/FuzzXLSX.txt.gz")
	for name, body := range fixtures(f) {
		if strings.HasSuffix(name, ".xlsx") {
			f.Add(body, "", "", "", "")
			f.Add([]byte{}, partOf(body, "workbook"), partOf(body, "sharedstrings"), partOf(body, "styles"), partOf(body, "sheet1"))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, workbook, shared, styles, sheet string) {
		if len(body) == 0 {
			body = packed(workbook, shared, styles, sheet)
		}
		if !bytes.HasPrefix(body, []byte("PK")) {
			return
		}
		_, _ = sound(t, body, imports.Reading{})
	})
}

// partOf is the part of a workbook whose name holds a word.
func partOf(body []byte, word string) string {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return ""
	}
	for _, part := range z.File {
		if base := strings.ToLower(filepath.Base(part.Name)); strings.Contains(base, word) && strings.HasSuffix(base, ".xml") {
			r, err := part.Open()
			if err != nil {
				return ""
			}
			text, _ := io.ReadAll(r)
			return string(text)
		}
	}
	return ""
}

func packed(workbook, shared, styles, sheet string) []byte {
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"_rels/.rels", `<Relationships><Relationship Id="a" Type="` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="` + kind + `worksheet" Target="sheet.xml"/><Relationship Id="rId2" Type="` + kind + `worksheet" Target="sheet.xml"/></Relationships>`},
		{"xl/workbook.xml", workbook},
		{"xl/sharedStrings.xml", shared},
		{"xl/styles.xml", styles},
		{"xl/sheet.xml", sheet},
	} {
		w, _ := z.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Store}) // into memory
		_, _ = io.WriteString(w, part[1])
	}
	_ = z.Close()
	return out.Bytes()
}
