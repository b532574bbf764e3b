package imports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/progress"
	"chaski/internal/testkit/corpus"
)

// significant are the digits of a text that make up a number: none in front and
// none behind that are only zeros.
func significant(text string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return strings.Trim(digits, "0")
}

// An amount keeps every digit and the sign of what was typed, is read alike
// twice, and what we print of it is read as the same amount.
func FuzzMoney(f *testing.F) {
	corpus.Add(f, "../../../testdata/corpus/FuzzMoney.txt.gz")
	for _, s := range []string{
		"1234.56", "1,234.56", "1.234,56", "1234,5", "1 234,56", "1\u00a0234.56", "S/ 1,234.50", "S/. 150000", "1,234,567", "1.234.567",
		"-250.00", "(250.00)", "−1", "12.3000", "90071992547409.91", "1,234", "33.333333", "0.30", "1000000000000000", "493'555,053", "140,400",
		"10,000.00", "95,680.00", "5.005", "1e5", "--5", "PEN 5", "S/", "", "1.2.3", "1,23,456.00", "５", "1 000 000", "2026.1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, flt := readMoney(s, manner{})
		if again, flt2 := readMoney(s, manner{}); again != n || (flt == nil) != (flt2 == nil) {
			t.Fatalf("%q is %d, then %d", s, n, again)
		}
		whole, wholeFault := (&Field{Name: "x", Type: TypeWhole}).Read(Cell{Kind: Text, Text: s})
		if count, ok := whole.(int64); ok && wholeFault == nil && (count < 0 || significant(fmt.Sprint(count)) != significant(s)) {
			t.Fatalf("the count %q is read as %d", s, count)
		}
		if flt != nil {
			return
		}
		if significant(fmt.Sprint(n)) != significant(s) {
			t.Fatalf("%q is read as %d: digits were lost or won", s, n)
		}
		if n != 0 && (n < 0) != strings.ContainsAny(s, "-−(") {
			t.Fatalf("%q is read as %d: the sign", s, n)
		}
		if back, flt := readMoney(progress.Money(n), manner{}); flt != nil || back != n {
			t.Fatalf("%q is %d, printed %q, read again as %d %v", s, n, progress.Money(n), back, flt)
		}
	})
}

// A day that is read exists, and stays itself in each way of writing it; a month
// is one of twelve, of a year that can be meant.
func FuzzDates(f *testing.F) {
	corpus.Add(f, "../../../testdata/corpus/FuzzDates.txt.gz")
	for _, s := range []string{
		"05/11/2026", "5-11-2026", "05.11.2026", "2026-11-05", "2026-11-05 00:00:00", "05/11/2026 14:30 p. m.", "11/25/2026", "31/02/2026",
		"05/11/26", "45292", "45292.5", "31/12/1899", "1900-01-00", "mañana", "05/11/3026", "29/02/2008", "03/25/1990", "2026-11", "11/2026",
		"Noviembre", "noviembre de 2026", "Set", "2026.10", "2026.1", "202610", "oct-26", "martes", "10", "2026", "nov26", "0000-11", "9999-12",
	} {
		for kind := range uint8(Broken) + 1 {
			f.Add(kind, s)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, s string) {
		c := Cell{Kind: CellKind(kind % (uint8(Broken) + 1)), Text: s}
		if d, flt := readDay(c, false); flt == nil {
			checkDay(t, c, d)
		}
		y, m, flt := readMonth(c, 0)
		if flt != nil {
			return
		}
		if m < 1 || m > 12 || y != 0 && (y < firstYear || y > lastYear) {
			t.Fatalf("%+v is the month %d of %d", c, m, y)
		}
		again := fmt.Sprintf("%04d-%02d", y, m)
		if y == 0 {
			again = fmt.Sprint(m)
		}
		if y2, m2, flt := readMonth(Cell{Kind: Text, Text: again}, 0); flt != nil || y2 != y || m2 != m {
			t.Fatalf("%+v is %s, read again as %d-%d %v", c, again, y2, m2, flt)
		}
	})
}

func checkDay(t *testing.T, c Cell, d day.Day) {
	t.Helper()
	if _, err := day.Parse(string(d)); err != nil {
		t.Fatalf("%+v is read as %q, which is no day", c, d)
	}
	shown := string(d[8:] + "/" + d[5:7] + "/" + d[:4])
	for _, text := range []string{string(d), shown} {
		if again, flt := readDay(Cell{Kind: Text, Text: text}, false); flt != nil || again != d {
			t.Fatalf("%+v is %s; %q is read as %q %v", c, d, text, again, flt)
		}
	}
}

// A code that is read is in its one form: read again it is itself, with spaces
// around it too, and none of its letters and digits is made up.
func FuzzCodes(f *testing.F) {
	corpus.Add(f, "../../../testdata/corpus/FuzzCodes.txt.gz")
	var fields []*Field
	for _, s := range Specs {
		for i := range s.Fields {
			switch field := &s.Fields[i]; field.Type {
			case TypeRUC, TypeDNI, TypeUbigeo, TypeConvenio, TypePattern, TypeEmail, TypeText, TypeChoice:
				fields = append(fields, field)
			}
		}
	}
	for i, field := range fields {
		f.Add(uint8(i), field.Example)
		for _, s := range []string{
			"20131312955", " 20131312955 ", "2.01313E+10", "00990001", "9900001", "9876544.0", "080405", "80405", "11-0004-aii-09", "08-0011-AII-26",
			"2.3", "2.3.2 7.11 99", "2.3.2.7.11.99", "2.3. 2 7.11 99", "23271199", "RM 101-2026-TR (DEMO)", "R.M. N° 101-2026-TR", "POL 2026 001",
			"UT07", "AOI00000000001", "AEI.01.02", "v2", "PIA", "Rosa@Example.ORG", "\u200e99000011\u200e", "Nu\u0301n\u0303ez", "MuÃ±ani", "MU?ANI",
		} {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, s string) {
		field := fields[int(which)%len(fields)]
		v, flt := field.Read(Cell{Kind: Text, Text: s})
		if flt != nil || v == nil {
			return
		}
		text, ok := v.(string)
		if !ok || text == "" {
			t.Fatalf("%s %q is read as %#v", field.Name, s, v)
		}
		for _, again := range []string{text, " " + text + "\n", "\u00a0" + text} {
			if v2, flt := field.Read(Cell{Kind: Text, Text: again}); flt != nil || v2 != v {
				t.Fatalf("%s %q is %q; %q is read as %#v %v", field.Name, s, text, again, v2, flt)
			}
		}
		if digits := []Type{TypeRUC, TypeDNI, TypeUbigeo}; slices.Contains(digits, field.Type) && significant(text) != significant(s) {
			t.Fatalf("%s %q is read as %q", field.Name, s, text)
		}
	})
}
