package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

func write(t *testing.T, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archivo")
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// all reads a file to its end or to its fault.
func all(t *testing.T, path, sheet string) ([]imports.Row, imports.Facts, error) {
	t.Helper()
	table, err := Opener{}.Open(path, imports.Reading{Sheet: sheet}, imports.Hints{})
	if err != nil {
		return nil, imports.Facts{}, err
	}
	defer func() { _ = table.Close() }()
	var rows []imports.Row
	for {
		r, err := table.Next()
		if errors.Is(err, io.EOF) {
			return rows, table.Facts(), nil
		}
		if err != nil {
			return rows, table.Facts(), err
		}
		rows = append(rows, r)
	}
}

func refused(t *testing.T, body []byte, want fault.Code) {
	t.Helper()
	_, _, err := all(t, write(t, body), "")
	if got := fault.Of(err); got == nil || got.Code != want {
		t.Errorf("%v, want %s", err, want)
	}
}

const people = "Nombre;Monto\nMuñoz Ñañez;1,50\n"

func TestTextInAnyEncoding(t *testing.T) {
	latin, _ := charmap.Windows1252.NewEncoder().String(people)
	little, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(people)
	big, _ := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(people)
	bare, _ := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(people)
	for body, encoding := range map[string]string{
		people: "UTF-8", "\ufeff" + people: "UTF-8", latin: "Windows-1252", little: "UTF-16", big: "UTF-16", bare: "UTF-16",
	} {
		rows, facts, err := all(t, write(t, []byte(body)), "")
		if err != nil || len(rows) != 2 || rows[0].Cells[0].Text != "Nombre" || rows[1].Cells[0].Text != "Muñoz Ñañez" || facts.Encoding != encoding {
			t.Errorf("%s: %v %+v %+v", encoding, err, rows, facts)
		}
		if said := len(facts.Notes) > 0; said != (encoding == "Windows-1252") {
			t.Errorf("%s: notes %v", encoding, facts.Notes)
		}
	}
}

func TestTextWithAnySeparator(t *testing.T) {
	for separator, name := range map[string]string{",": "coma", ";": "punto y coma", "\t": "tabulador", "|": "barra vertical"} {
		body := strings.ReplaceAll("a#b#c\n1#\"dos#y\nmedio\"#3\n\n4#5#6\n", "#", separator)
		rows, facts, err := all(t, write(t, []byte(body)), "")
		if err != nil || len(rows) != 3 || facts.Separator != name {
			t.Fatalf("%s: %v %+v %+v", name, err, rows, facts)
		}
		if got := rows[1].Cells[1].Text; got != "dos"+separator+"y\nmedio" {
			t.Errorf("%s: %q", name, got)
		}
		if rows[2].Number != 4 { // the blank line has a number too; the quoted newline has none
			t.Errorf("%s: the last row is %d", name, rows[2].Number)
		}
	}
	rows, _, err := all(t, write(t, []byte("sep=;\r\na;b\r\n1;2\r\n")), "")
	if err != nil || len(rows) != 2 || rows[0].Number != 2 || len(rows[0].Cells) != 2 {
		t.Errorf("sep=: %v %+v", err, rows)
	}
	rows, _, err = all(t, write(t, []byte("a,b\r1,2\r")), "")
	if err != nil || len(rows) != 2 {
		t.Errorf("old Mac: %v %+v", err, rows)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 4096)...)
	locked := append([]byte(nil), ole...)
	for i, r := range "EncryptedPackage" {
		locked[600+2*i] = byte(r)
	}
	var other bytes.Buffer
	z := zip.NewWriter(&other)
	w, _ := z.Create("content.xml")
	_, _ = w.Write([]byte("<x/>"))
	_ = z.Close()
	refused(t, nil, fault.ImportFileEmpty)
	refused(t, []byte(" \n\n"), fault.ImportFileEmpty)
	refused(t, ole, fault.ImportFormatOld)
	refused(t, locked, fault.ImportFileProtected)
	refused(t, []byte("%PDF-1.7"), fault.ImportFormatUnknown)
	refused(t, append([]byte("a,b\n"), make([]byte, 50)...), fault.ImportFormatUnknown)
	refused(t, other.Bytes(), fault.ImportFormatUnknown)
	refused(t, []byte("a,b\n1,\""+strings.Repeat("x", maxRecord+1)+"\"\n"), fault.ImportRowTooLong)
	whole := book(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1", "x") })
	refused(t, whole[:len(whole)/2], fault.ImportFileDamaged)
}

func book(t *testing.T, fill func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbook(t *testing.T) {
	body := book(t, func(f *excelize.File) {
		date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		money, _ := f.NewStyle(&excelize.Style{NumFmt: 4})
		set := func(cell string, v any) { _ = f.SetCellValue("Sheet1", cell, v) }
		set("A1", "Título")
		_ = f.MergeCell("Sheet1", "A1", "D1")
		set("A3", "texto")
		set("B3", 0.1+0.2)
		set("C3", 45292)
		_ = f.SetCellStyle("Sheet1", "C3", "C3", date)
		set("D3", 1234567.89)
		_ = f.SetCellStyle("Sheet1", "D3", "D3", money)
		set("A4", "arriba")
		_ = f.MergeCell("Sheet1", "A4", "A5")
		set("B5", true)
		set("C5", 0)
		_ = f.SetCellStyle("Sheet1", "C5", "C5", date)
		_ = f.SetCellFormula("Sheet1", "D5", "=B3*2") // excelize stores no result
		_, _ = f.NewSheet("Oculta")
		_ = f.SetCellValue("Oculta", "A1", "secreto")
		_ = f.SetSheetVisible("Oculta", false)
		set("A9", "")
	})
	rows, facts, err := all(t, write(t, body), "")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v %+v", err, rows)
	}
	c := rows[1].Cells
	want := []imports.Cell{{Kind: imports.Text, Text: "texto"}, {Kind: imports.Number, Text: "0.3"}, {Kind: imports.Date, Text: "2024-01-01"}, {Kind: imports.Number, Text: "1234567.89"}}
	if rows[1].Number != 3 || fmt.Sprint(c) != fmt.Sprint(want) {
		t.Errorf("row %d: %+v", rows[1].Number, c)
	}
	if rows[0].Cells[3].Kind != imports.Merged || rows[3].Cells[0] != (imports.Cell{Kind: imports.Merged, Text: "arriba"}) {
		t.Errorf("merged: %+v %+v", rows[0].Cells, rows[3].Cells)
	}
	if rows[3].Cells[2].Kind != imports.BadDate || rows[3].Cells[3].Kind != imports.Formula {
		t.Errorf("day zero and formula: %+v", rows[3].Cells)
	}
	if len(facts.Sheets) != 1 || len(facts.Notes) != 1 || facts.Notes[0].Code != "sheets_hidden" {
		t.Errorf("%+v", facts)
	}
	if _, _, err := all(t, write(t, body), "Oculta"); fault.Of(err).Code != fault.ImportSheetUnknown {
		t.Errorf("a hidden sheet is read: %v", err)
	}
}

// raw builds a workbook of one sheet by hand: what other programs write.
func raw(t *testing.T, workbook, sheetData string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, body := range map[string]string{
		"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
			workbook + `<sheets><sheet name="Uno" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/uno.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="164" formatCode="[$-280A]dd\-mmm\-yyyy;@"/><numFmt numFmtId="165" formatCode="&quot;Día &quot;0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/worksheets/uno.xml":      `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + sheetData + `</worksheet>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, body)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestWorkbookOf1904AndFormulasWithResults(t *testing.T) {
	data := `<sheetData><row><c s="1"><v>43830</v></c><c s="2"><v>5</v></c><c><f>1+1</f><v>2</v></c><c t="str"><f>"a"&amp;"b"</f><v>ab</v></c>` +
		`<c><f>1+1</f></c><c t="e"><v>#N/A</v></c><c t="inlineStr"><is><r><t>en</t></r><r><t>línea</t></r></is></c></row>` +
		`<row r="7" hidden="1"><c r="B7"><v>1E5</v></c></row></sheetData>`
	rows, facts, err := all(t, write(t, raw(t, `<workbookPr date1904="1"/>`, data)), "")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v %+v", err, rows)
	}
	want := []imports.Cell{
		{Kind: imports.Date, Text: "2024-01-01"},
		{Kind: imports.Number, Text: "5"},
		{Kind: imports.Number, Text: "2"},
		{Kind: imports.Text, Text: "ab"},
		{Kind: imports.Formula},
		{Kind: imports.Broken, Text: "#N/A"},
		{Kind: imports.Text, Text: "enlínea"},
	}
	if fmt.Sprint(rows[0].Cells) != fmt.Sprint(want) {
		t.Errorf("%+v", rows[0].Cells)
	}
	if rows[1].Number != 7 || rows[1].Cells[1].Text != "100000" {
		t.Errorf("%+v", rows[1])
	}
	codes := ""
	for _, n := range facts.Notes {
		codes += n.Code + " "
	}
	if codes != "date_1904 formulas_read rows_hidden " {
		t.Error(codes)
	}
}

// A small file that unpacks to very much is given up within bounds.
func TestWorkbookThatUnpacksToTooMuch(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, _ := z.Create(name)
		zeros := make([]byte, 1<<20)
		for range maxUnpacked>>20/2 + 1 {
			_, _ = w.Write(zeros)
		}
	}
	_ = z.Close()
	if out.Len() > 1<<20 {
		t.Fatalf("%d bytes are no bomb", out.Len())
	}
	refused(t, out.Bytes(), fault.ImportUnpacksTooLarge)
}

func TestTemplatesAreReadBack(t *testing.T) {
	for _, spec := range imports.Specs {
		for _, format := range []string{"csv", "xlsx"} {
			var out bytes.Buffer
			if err := (Printer{}).Template(&out, spec, format); err != nil {
				t.Fatal(err)
			}
			rows, _, err := all(t, write(t, out.Bytes()), "")
			if err != nil || len(rows) != 2 || len(rows[0].Cells) != len(spec.Fields) || rows[1].Cells[0].Text != spec.Fields[0].Example {
				t.Errorf("%s %s: %v %+v", spec.Kind, format, err, rows)
			}
		}
	}
}

// No cell of a list of rows to correct is a formula, and our own reader gives
// back what the file said.
func TestRowsToCorrectRunNothing(t *testing.T) {
	hostile := []string{
		"=cmd|' /C calc'!A0", "-5.50", "  =1+1", "\t+1+1", "＝1+1", "Obra;=1+1", "Obra, -2", "uno\n@dos", "'=1+1", "'t Hooft", "+51 987654321", "",
	}
	h := imports.Header{}
	row := imports.Row{Number: 7}
	for i, s := range hostile {
		h.Columns = append(h.Columns, imports.Column{Index: i, Header: "=" + s})
		row.Cells = append(row.Cells, imports.Cell{Kind: imports.Text, Text: s})
	}
	rows := []imports.BadRow{{Row: row, Problems: []imports.Problem{{Row: 7, Column: "@Monto", Fault: fault.New(fault.ImportAmountNegative, "amount")}}}}
	var out bytes.Buffer
	if err := (Printer{}).BadRows(&out, h, rows, func(f *fault.Fault) string { return string(f.Code) }); err != nil {
		t.Fatal(err)
	}
	raw, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), bom))).ReadAll()
	if err != nil || len(raw) != 2 {
		t.Fatalf("%v %q", err, raw)
	}
	for _, r := range raw {
		for _, c := range r {
			if c != "-5.50" && c != "" && strings.ContainsRune("=+-@＝\t", []rune(strings.TrimSpace(c))[0]) {
				t.Errorf("a spreadsheet would run %q", c)
			}
		}
	}
	read, _, err := all(t, write(t, out.Bytes()), "")
	if err != nil || len(read) != 2 {
		t.Fatalf("%v %+v", err, read)
	}
	for i, want := range hostile {
		if got := read[1].Cells[i+1].Text; got != want {
			t.Errorf("%q comes back as %q", want, got)
		}
		if got := read[0].Cells[i+1].Text; got != "="+want {
			t.Errorf("heading %q comes back as %q", "="+want, got)
		}
	}
}

// A spreadsheet that opened a list of ours saves its marks in a workbook.
func TestWorkbookGivesBackGuardedTexts(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for cell, v := range map[string]any{"A1": "Monto", "A2": "'-5.50", "A3": "'=1+1", "A4": -5.5} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	rows, _, err := all(t, write(t, out.Bytes()), "")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v %+v", err, rows)
	}
	for i, want := range []string{"-5.50", "=1+1", "-5.5"} {
		if got := rows[i+1].Cells[0].Text; got != want {
			t.Errorf("row %d: %q, want %q", i+2, got, want)
		}
	}
}
