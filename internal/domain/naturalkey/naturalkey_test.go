package naturalkey_test

import (
	"testing"

	"chaski/internal/domain/naturalkey"
)

func TestOneResolution(t *testing.T) {
	for want, spellings := range map[string][]string{
		"RM 101-2026-TR": {
			"RM 101-2026-TR", "R.M. Nº 101-2026-TR", "RM N° 101-2026-TR", "R.M. N° 101-2026-TR (demo)", "RM 101-2026-TR (DEMO)", "rm 101-2026-tr",
			"R.M.Nº101-2026-TR", "RM N.° 101–2026–TR", "RM No. 101 - 2026 - TR", "RM-101-2026-TR", "RM 0101-2026-TR", "RM\u00a0N°\u00a0101-2026-TR",
			"Resolución Ministerial N° 101-2026-TR", "RESOLUCIO\u0301N MINISTERIAL Nro 101-2026-TR", "Res. Min. Nº 101-2026-TR", "R M 101/2026/TR",
			"RM 101-2026-TR, publicada el 01/10/2026", "RM 101-2026-TR del 1 de octubre", "  RM   101−2026‑TR.", "RM #101-2026-TR", "\u200eRM 101-2026-TR",
		},
		"RDE 001-2026-LP/DE":         {"RDE 001-2026-LP/DE", "R.D.E. N° 1-2026-LP/DE", "Resolución de Dirección Ejecutiva N° 001-2026-LP / DE", "Resolución Directoral Ejecutiva 01-2026-LP/DE"},
		"RD 028-2022-MTPE/3/24.1":    {"Resolución Directoral N° 028-2022-MTPE/3/24.1", "RD 28-2022-MTPE/3/24.1"},
		"RJ 012-2026":                {"R.J. 12-2026", "Resolución Jefatural N.º 012-2026"},
		"RSG 013-2024-TR/SG":         {"Resolución del Secretario General N° 013-2024-TR/SG"},
		"RM 1":                       {"RM 1", "R.M. Nº 01"},
		"101-2026-TR":                {"N° 101-2026-TR", "101-2026-TR"},
		"OFICIO MULTIPLE 12-2026-TR": {"Oficio múltiple 12-2026-TR"},
		"SIN NUMERO":                 {"sin número"},
	} {
		for _, s := range spellings {
			if got := naturalkey.Resolution(s); got != want {
				t.Errorf("%q: %q, want %q", s, got, want)
			}
		}
	}
	for _, s := range []string{
		"RM 101-2026-TR, modificada por RM 150-2026-TR", "RM 101-2026-TR y modificatorias", "RM 101-2026-TR del 01/10/2026", "RM 101-2026-TR, del 1-10-2026",
		"RM 101-2026-TR, publicada el 01.10.2026",
	} {
		if got := naturalkey.Resolution(s); got != "RM 101-2026-TR" {
			t.Errorf("%q: %q", s, got)
		}
	}
	// Two in one cell are neither of them.
	for _, s := range []string{"RM 101-2026-TR y RM 102-2026-TR", "RM 101-2026-TR, RM 102-2026-TR", "R.M. 101-2026-TR; 102-2026-TR", "RM 101-2026-TR Y 102-2026"} {
		if got := naturalkey.Resolution(s); got == "RM 101-2026-TR" {
			t.Errorf("%q is read as the first", s)
		}
	}
	// These are not one.
	seen := map[string]string{}
	for _, s := range []string{"RM 101-2026-TR", "RM 101-2025-TR", "RM 1010-2026-TR", "RD 101-2026-TR", "RVM 101-2026-TR", "RM 101-2026-MTPE", "RM 101-2026", "101-2026-TR"} {
		k := naturalkey.Resolution(s)
		if seen[k] != "" {
			t.Errorf("%q and %q are both %q", s, seen[k], k)
		}
		seen[k] = s
	}
}

func TestOneClasificador(t *testing.T) {
	for want, spellings := range map[string][]string{
		"2.3.2.7.11.99": {
			"2.3.2 7.11 99", "2.3.2.7.11.99", "2.3. 2 7.11 99", "2.3.2  7.11 99", "2.3.27.1199", "23271199", "2.3.2.7.11.99 OTROS SERVICIOS",
			"2.3.2 7 11 99", "2.3.2 7.11 99: Servicios diversos", "2.3.2-7.11-99 - servicios", "2 . 3 . 2 7 . 11 99", "2.3.2.07.11.99", "2.3.2 7.11 99 (SERVICIOS)", " 2.3.2 7.11 99 ",
		},
		"2.3.1.99.1.3": {"2.3.1 99.1 3", "2.3.1.99.1.3"},
		"2.3":          {"2.3", "23", "2.3 BIENES Y SERVICIOS", "2.3."},
		"2.3.2":        {"2.3.2", "2.3. 2", "232"},
		"2.3.2.7":      {"2.3.2 7", "2.3.27", "2327"},
		"2.3.2.7.1.2":  {"2.3.27.1.2", "2.3.2 7.1 2"},
		"2":            {"2"},
		"2.0.1.1.1.1":  {"2.0. 1 1. 1 1"},
		"2.1.1.13.1.1": {"2.1.1 13.1 1"},
		"2.6.8.1.4.3":  {"2.6.8 1.4 3", "2.6.81.4.3"},
	} {
		for _, s := range spellings {
			if got, ok := naturalkey.Clasificador(s); got != want || !ok {
				t.Errorf("%q: %q %v, want %q", s, got, ok, want)
			}
		}
	}
	for _, s := range []string{
		"", "x", "2.3.27.114", "2327114", // 1.14 or 11.4
		"2.6.81.43", "232712", // the last two, or one
		"2.3.27.11", // 11, or 1 and 1
		"3.1", "9", "2.3.0", "2.33.1", "2.3.2.7.11.99.1", "2.3.2.7.111", "2.3,2", "2.3.2.7.0.1", "2027-01-01", "1e5", "2.3.x",
	} {
		if got, ok := naturalkey.Clasificador(s); ok {
			t.Errorf("%q is read as %q", s, got)
		}
	}
	for _, c := range []struct {
		coarse, fine string
		want         bool
	}{{"2.3", "2.3.2", true}, {"2.3", "2.3.2.7.11.99", true}, {"2.3.2", "2.3.2", false}, {"2.3.2.1", "2.3.2.11", false}, {"2.3.2", "2.3", false}} {
		if got := naturalkey.Above(c.coarse, c.fine); got != c.want {
			t.Errorf("%s above %s: %v", c.coarse, c.fine, got)
		}
	}
}

func TestOneConvenioAndOnePolicy(t *testing.T) {
	for _, s := range []string{"11-0004-AII-09", "11-0004-aii-09", "11–0004–AII–09", "11 0004 AII 09", "11-0004-All-09", " 11 - 0004 - AII - 09 ", "Convenio N° 11-0004-AII-09", "110004AII09"} {
		if got, ok := naturalkey.Convenio(s); got != "11-0004-AII-09" || !ok {
			t.Errorf("%q: %q", s, got)
		}
	}
	for _, s := range []string{"", "11-004-AII-09", "11-0004-AII-2009", "11-0004-XX-09", "1-0004-AII-09"} {
		if got, ok := naturalkey.Convenio(s); ok {
			t.Errorf("%q is read as %q", s, got)
		}
	}
	for _, s := range []string{"POL-2026-001", "POL 2026 001", "pol–2026–001", "POL.2026/001", "Póliza N° POL-2026-001", "POL2026001"} {
		if got := naturalkey.Policy(s); got != "POL2026001" {
			t.Errorf("%q: %q", s, got)
		}
	}
	if naturalkey.Policy("POL-2026-001") == naturalkey.Policy("POL-2026-01") || naturalkey.Policy("001") == naturalkey.Policy("1") {
		t.Error("zeros are part of a policy's number")
	}
}

// Each form is its own form, whatever was typed.
func FuzzForms(f *testing.F) {
	for _, s := range []string{
		"R.M. Nº 101-2026-TR (demo)", "2.3. 2 7.11 99", "23271199", "2.3.2.7.11.99 OTROS", "POL 2026 001", "11 0004 AII 09", "N N 1", "RM", "( 1", "RM 1-2026 , X", "RES RES 1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := naturalkey.Resolution(s)
		if twice := naturalkey.Resolution(once); twice != once {
			t.Errorf("resolution %q: %q, then %q", s, once, twice)
		}
		if c, ok := naturalkey.Clasificador(s); ok {
			if again, still := naturalkey.Clasificador(c); !still || again != c {
				t.Errorf("clasificador %q: %q, then %q", s, c, again)
			}
		}
		if c, ok := naturalkey.Convenio(s); ok {
			if again, still := naturalkey.Convenio(c); !still || again != c {
				t.Errorf("convenio %q: %q, then %q", s, c, again)
			}
		}
		if p := naturalkey.Policy(s); naturalkey.Policy(p) != p {
			t.Errorf("policy %q: %q, then %q", s, p, naturalkey.Policy(p))
		}
	})
}
