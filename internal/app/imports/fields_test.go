package imports

import (
	"testing"

	"chaski/internal/domain/fault"
)

func TestReadMoney(t *testing.T) {
	for text, want := range map[string]int64{
		"1234.56": 123456, "1,234.56": 123456, "1.234,56": 123456, "1234,56": 123456, "1234,5": 123450, "1234": 123400,
		"1 234,56": 123456, "1\u00a0234.56": 123456, "S/ 1,234.56": 123456, "S/. 150000": 15000000, "1,234,567": 123456700,
		"1.234.567": 123456700, "0.10": 10, ".5": -1, "-250.00": -25000, "(250.00)": -25000, "1,234,567.8": 123456780,
		"12.3000": 1230, "0,123.00": -1, "90071992547409.91": 9007199254740991,
		"1234 soles": 123400, "1,234.50 soles": 123450, "s/. 1234.56": 123456, "493'555,053": 49355505300, "493'555,053.10": 49355505310,
		"1'234,56": 123456, "S/ 1’234.50": 123450, "10 nuevos soles": 1000, "-S/ 5.00": -500,
	} {
		got, f := readMoney(text, manner{})
		if want == -1 {
			if f == nil {
				t.Errorf("%q was read as %d", text, got)
			}
		} else if f != nil || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, f, want)
		}
	}
	for text, code := range map[string]fault.Code{
		"1,234": fault.ImportAmountAmbiguous, "1.234": fault.ImportAmountAmbiguous, "12.345": fault.ImportAmountAmbiguous,
		"0.125": fault.ImportAmountDecimals, "1234.567": fault.ImportAmountDecimals, "1,234.567": fault.ImportAmountDecimals,
		"1,23,456.00": fault.ImportAmountInvalid, "1.2.3": fault.ImportAmountInvalid, "abc": fault.ImportAmountInvalid, "": fault.ImportAmountInvalid,
		"1e5": fault.ImportAmountInvalid, "12,34.56": fault.ImportAmountInvalid, "1.234.56": fault.ImportAmountInvalid,
		"1,234,56": fault.ImportAmountInvalid, "1,234.50 (miles)": fault.ImportAmountScale, "12.5 mil": fault.ImportAmountScale, "3 millones": fault.ImportAmountScale,
		"US$ 10": fault.ImportAmountForeign, "10 dólares": fault.ImportAmountForeign, "10%": fault.ImportAmountPercent, "S/ -": fault.ImportAmountDash, "—": fault.ImportAmountDash,
		"1'23": fault.ImportAmountInvalid, "90071992547409.92": fault.ImportAmountInvalid,
		"--5": fault.ImportAmountInvalid, "1,234.56,00": fault.ImportAmountInvalid, "١٢": fault.ImportAmountInvalid,
	} {
		if got, f := readMoney(text, manner{}); f == nil || f.Code != code {
			t.Errorf("%q: %d %v, want %s", text, got, f, code)
		}
	}
}

func TestReadDay(t *testing.T) {
	for _, c := range []struct {
		cell Cell
		want string
		code fault.Code
	}{
		{Cell{Text, "05/11/2026"}, "2026-11-05", ""}, // day first, as in Peru
		{Cell{Text, "5-11-2026"}, "2026-11-05", ""},
		{Cell{Text, "05.11.2026"}, "2026-11-05", ""},
		{Cell{Text, "2026-11-05"}, "2026-11-05", ""},
		{Cell{Text, "2026-11-05 00:00:00"}, "2026-11-05", ""},
		{Cell{Text, "05/11/2026 14:30"}, "2026-11-05", ""},
		{Cell{Date, "2026-11-05"}, "2026-11-05", ""},
		{Cell{Text, "11/25/2026"}, "", fault.ImportDateMonthFirst},
		{Cell{Text, "31/02/2026"}, "", fault.ImportDateInvalid},
		{Cell{Text, "05/11/26"}, "", fault.ImportDateShortYear},
		{Cell{Text, "45292"}, "", fault.ImportDateSerial},
		{Cell{Number, "45292"}, "", fault.ImportDateSerial},
		{Cell{Text, "31/12/1899"}, "", fault.ImportDateTooOld},
		{Cell{Text, "1900-01-00"}, "", fault.ImportDateInvalid},
		{Cell{BadDate, "0"}, "", fault.ImportDateTooOld},
		{Cell{Text, "mañana"}, "", fault.ImportDateInvalid},
		{Cell{Text, "05/11/3026"}, "", fault.ImportDateInvalid},
	} {
		got, f := readDay(c.cell, false)
		if string(got) != c.want || (f == nil) != (c.code == "") || f != nil && f.Code != c.code {
			t.Errorf("%+v: %q %v, want %q %s", c.cell, got, f, c.want, c.code)
		}
	}
	if _, f := readDay(Cell{Text, "45292"}, false); f.Args["date"] != "01/01/2024" {
		t.Errorf("the serial's date is %q", f.Args["date"])
	}
}

func TestReadMonth(t *testing.T) {
	for text, want := range map[string]Month{
		"11": {0, 11}, "2026-11": {2026, 11}, "11/2026": {2026, 11}, "Noviembre": {0, 11}, "noviembre de 2026": {2026, 11},
		"202610": {2026, 10}, "oct-26": {2026, 10}, "oct. 2026": {2026, 10}, "2026.10": {2026, 10}, "2026.2": {2026, 2}, "sept": {0, 9}, "marzo": {0, 3},
		"Set": {0, 9}, "setiembre 2026": {2026, 9}, "Septiembre": {0, 9}, "01": {0, 1},
	} {
		y, m, f := readMonth(Cell{Text, text}, 0)
		if f != nil || (Month{y, m}) != want {
			t.Errorf("%q: %d-%d %v", text, y, m, f)
		}
	}
	for _, text := range []string{"13", "0", "nov26", "primero", "2026", "martes", "2026.1", "2026,1", "202613", "mayúscula", "octavo"} {
		if _, _, f := readMonth(Cell{Text, text}, 0); f == nil {
			t.Errorf("%q is a month", text)
		}
	}
}

func TestReadNumbersThatNamePeopleAndBodies(t *testing.T) {
	for _, c := range []struct {
		typ  Type
		cell Cell
		want any
		code fault.Code
	}{
		{TypeRUC, Cell{Number, "20131312955"}, "20131312955", ""},
		{TypeRUC, Cell{Text, " 20131312955 "}, "20131312955", ""},
		{TypeRUC, Cell{Text, "20131312956"}, nil, fault.ImportRUCDigit},
		{TypeRUC, Cell{Text, "2013131295"}, nil, fault.ImportRUCForm},
		{TypeRUC, Cell{Text, "2.01313E+10"}, nil, fault.ImportRUCForm},
		{TypeDNI, Cell{Text, "09900001"}, "09900001", ""},
		{TypeDNI, Cell{Number, "9900001"}, nil, fault.ImportDNIShort},
		{TypeDNI, Cell{Text, "990000011"}, nil, fault.ImportDNIForm},
		{TypeDNI, Cell{Text, "9900000A"}, nil, fault.ImportDNIForm},
		{TypeDNI, Cell{Text, "876543"}, nil, fault.ImportDNIShort},
		{TypeDNI, Cell{Text, "9876"}, nil, fault.ImportDNIForm},
		{TypeDNI, Cell{Text, "9876544.0"}, nil, fault.ImportDNIShort},
		{TypeDNI, Cell{Text, "19876544.0"}, "19876544", ""},
		{TypeDNI, Cell{Text, "\u00a099000012\u00a0"}, "99000012", ""},
		{TypeUbigeo, Cell{Text, "00080405"}, "080405", ""},
		{TypeUbigeo, Cell{Number, "80405"}, nil, fault.ImportUbigeoShort},
		{TypeUbigeo, Cell{Text, "080405"}, "080405", ""},
		{TypeConvenio, Cell{Text, "11-0004-aii-09"}, "11-0004-AII-09", ""},
		{TypeConvenio, Cell{Text, "11-4-AII-09"}, nil, fault.ImportConvenioInvalid},
		{TypeEmail, Cell{Text, "Rosa@Example.ORG"}, "rosa@example.org", ""},
		{TypeEmail, Cell{Text, "Rosa <rosa@example.org>"}, nil, fault.ImportEmailInvalid},
		{TypeMoney, Cell{Number, "0.3"}, int64(30), ""},
		{TypeMoney, Cell{Number, "1.234"}, nil, fault.ImportAmountDecimals},
		{TypeMoney, Cell{Number, "1234.5"}, int64(123450), ""},
		{TypeMoney, Cell{Text, "-5"}, nil, fault.ImportAmountNegative},
		{TypeMoney, Cell{Date, "2026-11-05"}, nil, fault.ImportAmountInvalid},
		{TypeMoney, Cell{Formula, ""}, nil, fault.ImportFormula},
		{TypeText, Cell{Broken, "#N/A"}, nil, fault.ImportCellError},
		{TypeText, Cell{Merged, "de arriba"}, nil, fault.ImportCellMerged},
		{TypeText, Cell{Date, "2026-11-05"}, nil, fault.ImportTextIsDate},
		{TypeWhole, Cell{Text, "12.5"}, nil, fault.ImportWholeInvalid},
		{TypeWhole, Cell{Number, "12"}, int64(12), ""},
	} {
		f := Field{Name: "x", Type: c.typ, Required: true}
		got, flt := f.Read(c.cell)
		if (flt == nil) != (c.code == "") || flt != nil && flt.Code != c.code || flt == nil && got != c.want {
			t.Errorf("%s %+v: %v %v, want %v %s", c.typ, c.cell, got, flt, c.want, c.code)
		}
	}
	for text, want := range map[string]string{"9900001": "09900001", "876543": "00876543", "76543.0": "00076543"} {
		if _, f := (&Field{Type: TypeDNI}).Read(Cell{Number, text}); f == nil || f.Args["fixed"] != want || f.Args["digits"] == "" {
			t.Errorf("the DNI %s with its zeros is %v", text, f)
		}
	}
}

// Every synonym belongs to one field of its kind, and every example is read.
func TestSpecsAreCoherent(t *testing.T) {
	for _, s := range Specs {
		seen := map[string]string{}
		for _, f := range s.Fields {
			for _, name := range append([]string{f.Label, f.Name}, f.Synonyms...) {
				n := Normalize(name)
				// A district's code or its name: the values tell.
				if other, taken := seen[n]; taken && other != f.Name && f.Type != TypePlace {
					t.Errorf("%s: %q names %s and %s", s.Kind, name, other, f.Name)
				}
				seen[n] = f.Name
			}
			if f.Example == "" {
				if f.Required {
					t.Errorf("%s: %s has no example", s.Kind, f.Name)
				}
				continue
			}
			if _, flt := f.Read(Cell{Text, f.Example}); flt != nil {
				t.Errorf("%s: the example of %s is refused: %v", s.Kind, f.Name, flt)
			}
			for _, c := range f.Choices {
				if v, flt := f.Read(Cell{Text, c.Label}); flt != nil || v != c.Value {
					t.Errorf("%s: %s %q is %v %v", s.Kind, f.Name, c.Label, v, flt)
				}
			}
		}
	}
}
