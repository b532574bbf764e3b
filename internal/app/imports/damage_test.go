package imports

import "testing"

func TestDamagedTexts(t *testing.T) {
	for text, likely := range map[string]string{
		"Municipalidad de MuÃ±ani":       "Municipalidad de Muñani",
		"Per\u00c3\u00ba y MuÃ±oz Núñez": "Perú y Muñoz Núñez",
		"Ã\u0081ncash":                   "Áncash",
		"Nâ€™ Â«AÂ»":                     "N’ «A»",
		"MU?ANI":                         "", "?ancash": "", "Jos?": "", "Mu\ufffdani": "", "Mu¤oz": "", "PE¥A": "", "MU¿OZ": "", "Mu\u0096oz": "",
	} {
		if !damaged(text) {
			t.Errorf("%q is taken for sound", text)
		}
		if got := repaired(text); got != likely {
			t.Errorf("%q is repaired to %q, want %q", text, got, likely)
		}
	}
	for _, text := range []string{
		"", "Muñoz Núñez", "D'Angelo", "D’Angelo", "Nº 3", "São Paulo", "CONCEIÇÃO", "¿Qué falta?", "https://x.pe/a?b=c", "A & B", "3° etapa", "50 % ± 2",
		"Ñahuimpuquio", "Sector «A»", "Av. 28 de Julio 12-A", "Pingüino", "a/b", "€ 3",
	} {
		if damaged(text) || repaired(text) != "" {
			t.Errorf("%q is taken for damaged: %q", text, repaired(text))
		}
	}
}
