package sheet

import (
	"fmt"
	"strings"
	"testing"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// fixture reads a file of the field as a kind.
func fixture(t *testing.T, name string, kind imports.Kind, r imports.Reading) ([]imports.Row, imports.Facts) {
	t.Helper()
	rows, facts, err := read(fixtures(t)[name], r, headings(kind))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return rows, facts
}

// texts are the rows of a table as a person would say them.
func texts(rows []imports.Row) string {
	var lines []string
	for _, r := range rows {
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.Text)
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return strings.Join(lines, "\n")
}

func codes(f imports.Facts) string {
	var out []string
	for _, n := range f.Notes {
		code := n.Code
		for _, name := range []string{"rows", "column", "count"} {
			if v := n.Args[name]; v != "" {
				code += " " + v
			}
		}
		out = append(out, code)
	}
	return strings.Join(out, "; ")
}

func TestFilesOfTheField(t *testing.T) {
	const e, r, b = imports.Entities, imports.Rosters, imports.Budget
	roster := "Código de convenio|Cupo|DNI|Nombres|Apellidos|Sexo|Fecha de nacimiento|Fecha de alta\n"
	for _, c := range []struct {
		name  string
		kind  imports.Kind
		want  string // the rows, or how they end where they begin with …
		notes string
	}{
		{"01-semicolon-commas-in-names.csv", e, "…20199900049|Municipalidad Distrital de Coya, provincia de Calca, departamento de Cusco, Perú|080405", ""},
		{"02-equals-quoted-leading-zeros.csv", r, roster + "08-0011-AII-26|90|00990001|Juana|Quispe Mamani|F|15/03/1990|04/11/2026", ""},
		{"02b-equals-quoted-excel-escaped.csv", r, roster + "08-0011-AII-26|90|00990001|Juana|Quispe Mamani|F|15/03/1990|04/11/2026", ""},
		{"03-bare-inch-quote-semicolon.csv", e, "RUC|Nombre de la entidad|Ubigeo\n20199900014|Comité Vecinal \"Los Álamos\" de Qantu|080405\n20199900022|\"Comité\" Vecinal|080405", "quotes_loose 2, 3 2"},
		{"04-msdos-cp850.csv", e, "…\n20199900014|Municipalidad Distrital de Ñahuimpuquio y Mañazo, Áncash|080405", "encoding_assumed"},
		{"04b-mac-roman.csv", e, "…\n20199900014|Municipalidad Distrital de Ñahuimpuquio y Mañazo, Áncash|080405", "encoding_assumed"},
		{"07-nfd-decomposed.csv", e, "…\n20199900014|Municipalidad de Ñuñoa|080405", ""},
		{"07b-nfd-headers.csv", r, "Código de convenio|N° Cupo|DNI|Nombres|Apellidos|Género|Fecha de nacimiento|Fecha de alta\n08-0011-AII-26|90|00990001|Ñusta|Núñez Peña|F|15/03/1990|04/11/2026", ""},
		{"08-invisible-direction-mark.csv", r, roster + "08-0011-AII-26|90|99000011|Juana|Quispe Mamani|F|15/03/1990|04/11/2026\n08-0011-AII-26|91|\u00a099000012\u00a0|Juana|Quispe\u00a0Mamani|F|15/03/1990|04/11/2026", ""},
		{"10-sharepoint-workbook2.xlsx", e, "…|080405", ""},
		{"11-x000D-escapes.xlsx", e, "…|Municipalidad\nDistrital\tde Qantu|080405", ""},
		{"11b-rich-text-header.xlsx", e, "RUC|Nombre de la entidad|Ubigeo\n20199800010|X|080405", ""},
		{"13-strict-ooxml-iso-dates.xlsx", r, roster + "08-0011-AII-26|90|09876543|Juana|Quispe|F|1990-03-15|2026-11-04", ""},
		{"14-date1904.xlsx", r, roster + "08-0011-AII-26|90|09876543|Juana|Quispe|F|1990-03-15|2026-11-04", "date_1904"},
		{"15-dni-number-format-00000000.xlsx", r, "…", "zeros_restored C 2"},
		{"17-errors-formulas-hidden.xlsx", e, "RUC|Nombre de la entidad|Ubigeo\n20199800010|#B2!|080405\n20199800028||080405\n20199800036|Oculta|080405\n20199800044|MUNI|00080405", "formulas_read 3; rows_hidden 1; zeros_restored C 1"},
		{"44-utf16le-bom-tab.txt", e, "RUC|Nombre de la entidad|Ubigeo\n20199700015|Municipalidad de Ñuñoa|080405", ""},
		{"45-quoted-newline-crlf.csv", e, "RUC|Nombre de la entidad|Ubigeo\n20199700015|Municipalidad\nDistrital; de \"Qantu\" |080405", ""},
		{"46-duplicate-headers.csv", e, "RUC|Nombre|Nombre|Ubigeo\n20199700015|A|B|080405", ""},
		{"47-hidden-first-sheet.xlsx", e, "RUC|Nombre de la entidad|Ubigeo\n20199700023|SI|080405", "sheets_hidden"},
		{"53-order-_rels.xlsx", e, "a", ""},
		{"53-order-docProps.xlsx", e, "a", ""},
		{"53-order-xl_styles.xlsx", e, "a", ""},
		{"53-order-xl_work.xlsx", e, "a", ""},
		{"60-formula-names.csv", e, "RUC|Nombre de la entidad|Ubigeo\n123|=HYPERLINK(\"http://x\")|080405\n124|  =1+1|080405\n125|\t+1|080405\n126|＝1+1|080405", "quotes_loose 2 1"},
		{"60b-formula.csv", e, "RUC|Nombre de la entidad|Ubigeo\n123|=1+1|080405\n124| =1+1|080405", ""},
		{"63-float-noise.xlsx", b, "Ejercicio|Clave|Mes|Clasificador|Devengado (S/)\n2026|gestion|11|2.3.2|0.3\n2026|promocion|11|2.3.2|33.333333\n2026|seguimiento|11|2.3.2|-1234.5\n2026|gestion_ley|11|2.3|1000000000000000", ""},
		{"64-sep-line.csv", e, "RUC|Nombre\n20199500016|Muni, de X, Y, Z", ""},
	} {
		rows, facts := fixture(t, c.name, c.kind, imports.Reading{})
		got := texts(rows)
		tail, ends := strings.CutPrefix(c.want, "…")
		if ends && !strings.HasSuffix(got, tail) || !ends && got != c.want {
			t.Errorf("%s is read as\n%s\nwant\n%s", c.name, got, c.want)
		}
		if got := codes(facts); got != c.notes {
			t.Errorf("%s: notes %q, want %q", c.name, got, c.notes)
		}
	}
}

func TestFilesOfTheFieldThatAreRefused(t *testing.T) {
	for name, want := range map[string]fault.Code{
		"09-html-named-xls-upper.xls": fault.ImportFormatWebPage,
		"09b-html-table-first.xls":    fault.ImportFormatWebPage,
		"09c-bom-html.xls":            fault.ImportFormatWebPage,
		"09d-meta-first.xls":          fault.ImportFormatWebPage,
		"40-xxe.xlsx":                 fault.ImportFileDamaged,
		"40b-laughs.xlsx":             fault.ImportFileDamaged,
		"48-xls-renamed.xlsx":         fault.ImportFormatOld,
		"49-xml2003.xls":              fault.ImportFormatUnknown,
	} {
		refused(t, fixtures(t)[name], want)
	}
	refused(t, []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related"), fault.ImportFormatWebPage)
	refused(t, []byte("\xff\xfe \x00<\x00t\x00a\x00b\x00l\x00e\x00>\x00"), fault.ImportFormatWebPage)
	if _, _, err := read([]byte("<25 años;Total\n1;2\n"), imports.Reading{}, imports.Hints{}); err != nil {
		t.Errorf("a heading that begins with < is taken for a page: %v", err)
	}
}

func TestZerosAndHiddenRowsOfWorkbooks(t *testing.T) {
	rows, _ := fixture(t, "15-dni-number-format-00000000.xlsx", imports.Rosters, imports.Reading{})
	if rows[1].Cells[2] != (imports.Cell{Kind: imports.Text, Text: "09876543"}) || rows[2].Cells[2].Text != "00876543" {
		t.Errorf("%+v %+v", rows[1].Cells[2], rows[2].Cells[2])
	}
	rows, _ = fixture(t, "17-errors-formulas-hidden.xlsx", imports.Entities, imports.Reading{})
	if rows[1].Cells[1].Kind != imports.Broken || rows[2].Cells[1].Kind != imports.Formula {
		t.Errorf("%+v %+v", rows[1].Cells, rows[2].Cells)
	}
	if rows[1].Hidden || !rows[3].Hidden {
		t.Errorf("hidden: %v %v", rows[1].Hidden, rows[3].Hidden)
	}
}

// What is found out about a text can be chosen otherwise.
func TestReadingIsThePersonsChoice(t *testing.T) {
	const name = "04-msdos-cp850.csv"
	_, facts := fixture(t, name, imports.Entities, imports.Reading{})
	if facts.Encoding != dosName || facts.Separator != "punto y coma" || len(facts.Encodings) < 5 || len(facts.Separators) != 4 {
		t.Fatalf("%+v", facts)
	}
	if fmt.Sprint(facts.Accents) != "[Municipalidad Distrital de Ñahuimpuquio y Mañazo, Áncash]" {
		t.Errorf("to judge by: %q", facts.Accents)
	}
	for _, encoding := range facts.Encodings {
		rows, facts := fixture(t, "01-semicolon-commas-in-names.csv", imports.Entities, imports.Reading{Encoding: encoding, Separator: "coma"})
		if facts.Encoding != encoding || facts.Separator != "coma" {
			t.Errorf("%s: %+v", encoding, facts)
		}
		if encoding == utf8Name && (len(rows[1].Cells) != 4 || !strings.Contains(rows[1].Cells[0].Text, ";")) {
			t.Errorf("%+v", rows[1])
		}
	}
	rows, _ := fixture(t, name, imports.Entities, imports.Reading{Encoding: windowsName})
	if !strings.Contains(rows[1].Cells[1].Text, "¥ahuimpuquio") {
		t.Errorf("%+v", rows[1])
	}
	body := []byte("RUC;Nombre\n1;'a;b'\n2;\"c;d\"\n")
	for quote, want := range map[string]string{"": "RUC|Nombre\n1|'a|b'\n2|c;d", "'": "RUC|Nombre\n1|a;b\n2|\"c|d\"", "none": "RUC|Nombre\n1|'a|b'\n2|\"c|d\""} {
		rows, _, err := read(body, imports.Reading{Quote: quote}, headings(imports.Entities))
		if got := texts(rows); err != nil || got != want {
			t.Errorf("quote %q: %v\n%s", quote, err, got)
		}
	}
}

// Spanish is told apart by its own letters, in upper and lower case, and a letter
// that was cut makes no other encoding of a text in UTF-8.
func TestEncodingsAreToldBySpanish(t *testing.T) {
	for _, text := range []string{
		"Nombre;Región\nJosé Muñoz;Perú\n", "NOMBRE;REGIÓN\nÑAUPA QUIÑÓNEZ;ÁNCASH\n", "Nº;Año\n1;«Los Álamos»\n", "a;b\nIÑAPARI;MAÑAZO\n", "a;b\nJunín;Vilcashuamán\n",
		"a;b\npingüino;Ucayali\n",
	} {
		for name, m := range charmaps {
			body, err := m.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := detect(strings.NewReader(body), ""); err != nil || got.name != name {
				t.Errorf("%q in %s is taken for %s %v", text, name, got.name, err)
			}
		}
	}
	rows, facts, err := read([]byte("a;b\nMuñoz;Núñez\nPe\xc3;x\n"), imports.Reading{}, imports.Hints{})
	if err != nil || facts.Encoding != utf8Name || texts(rows) != "a|b\nMuñoz|Núñez\nPe\ufffd|x" {
		t.Errorf("%v %+v %q", err, facts, texts(rows))
	}
}

// A quote that nobody closes is told, and swallows nothing.
func TestOpenQuotes(t *testing.T) {
	for body, want := range map[string][2]string{
		"a;b;c\n1;\"sin cerrar;x\n2;y;z\n":                {"a|b|c\n1|\"sin cerrar|x\n2|y|z", "quotes_loose 2 1"},
		"a;b;c\n1;\"abre;x\n2;y;z\n3;y;z\n4;cierra\";z\n": {"a|b|c\n1|\"abre|x\n2|y|z\n3|y|z\n4|cierra\"|z", "quotes_loose 2, 5 2"},
		"a;b;c\n1;\"abre;x\n2;cierra\";z\n":               {"a|b|c\n1|abre;x\n2;cierra|z", "quotes_span 2 1"},
		"a;b\n1;\"uno \"dos\" tres\"\n":                   {"a|b\n1|uno \"dos\" tres", "quotes_loose 2 1"},
		"a;b\n1; \"dos;tres\" \n":                         {"a|b\n1|dos;tres", ""},
		"a;b\n1;tubo de 3\"\n":                            {"a|b\n1|tubo de 3\"", "quotes_loose 2 1"},
	} {
		rows, facts, err := read([]byte(body), imports.Reading{}, imports.Hints{})
		if err != nil || texts(rows) != want[0] || codes(facts) != want[1] {
			t.Errorf("%q: %v\n%s\n%s", body, err, texts(rows), codes(facts))
		}
	}
	long := "a;b\n1;\"" + strings.Repeat("x\n", maxLines+1) + "\"\n"
	if rows, _, err := read([]byte(long), imports.Reading{}, imports.Hints{}); err != nil || len(rows) < maxLines {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// Whatever parts are called, however they are named.
func TestWorkbookOfAnyNames(t *testing.T) {
	if partName("xl/", `..\XL\Hoja%201.xml`) != "xl/hoja 1.xml" || partName("xl/", "/xl/a.xml") != "xl/a.xml" || partName("", "../../a") != "a" {
		t.Error("names of parts")
	}
	for s, want := range map[string]string{"_x000D_": "\r", "_x005F_x000D_": "_x000D_", "a_xZZZZ_": "a_xZZZZ_", "_xD83D__xDE00_": "😀", "_x0041__x0042_": "AB"} {
		if got := unescape(s); got != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
	for code, want := range map[string]int{"00000000": 8, "00000000;@": 8, "0": 0, "0.00": 0, "#,##0": 0, "General": 0, "000-000": 0} {
		if got := zerosOf(code); got != want {
			t.Errorf("%q shows %d digits", code, got)
		}
	}
}

// XML that would be held whole is given up within bounds.
func TestHostileXML(t *testing.T) {
	for name, sheet := range map[string]string{
		"depth":     "<sheetData>" + strings.Repeat("<a>", 1_000),
		"one cell":  `<sheetData><row><c t="str"><v>` + strings.Repeat("x", maxToken+10_000) + "</v></c></row></sheetData>",
		"one mark":  "<sheetData " + strings.Repeat("x", maxToken+10_000),
		"one entry": "<sheetData><row>" + strings.Repeat("<b>", 200),
	} {
		_, _, err := read(raw(t, "", sheet), imports.Reading{}, imports.Hints{})
		if f := fault.Of(err); f == nil || f.Code != fault.ImportUnpacksTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}
