package naturalkey

import (
	"regexp"
	"strings"
)

// kinds are the words for a kind of resolution, without articles, and how El
// Peruano abbreviates it. Initials (R.D.E.) are the abbreviation already.
var kinds = map[string]string{
	"RESOLUCION MINISTERIAL": "RM", "RESOLUCION MIN": "RM",
	"RESOLUCION VICEMINISTERIAL": "RVM", "RESOLUCION VICE MINISTERIAL": "RVM",
	"RESOLUCION SUPREMA": "RS", "RESOLUCION JEFATURAL": "RJ", "RESOLUCION ALCALDIA": "RA",
	"RESOLUCION DIRECTORAL": "RD", "RESOLUCION DIRECTORAL EJECUTIVA": "RDE", "RESOLUCION DIRECCION EJECUTIVA": "RDE",
	"RESOLUCION DIRECTOR EJECUTIVO": "RDE", "RESOLUCION DIRECTORA EJECUTIVA": "RDE",
	"RESOLUCION GERENCIA GENERAL": "RGG", "RESOLUCION GERENCIAL GENERAL": "RGG",
	"RESOLUCION SECRETARIA GENERAL": "RSG", "RESOLUCION SECRETARIO GENERAL": "RSG",
	"RESOLUCION PRESIDENCIA EJECUTIVA": "RPE", "DECRETO SUPREMO": "DS", "DECRETO URGENCIA": "DU",
}

var (
	// articles carry nothing; numberWords announce the number.
	articles    = map[string]bool{"DE": true, "LA": true, "DEL": true, "EL": true}
	numberWords = map[string]bool{"N": true, "NO": true, "NR": true, "NRO": true, "NUM": true, "NUMERO": true}

	// year of the number, then the initials of who issued it, which have slashes,
	// points and dashes of their own (MTPE/3/24.1), then what is only said of it.
	numbered = regexp.MustCompile(`^0*(\d{1,6})(?:[ \-/]+((?:19|20)\d\d))?(?:[ \-/]+([A-Z][A-Z0-9]*(?: ?[\-/.] ?[A-Z0-9]+)*))?((?:[ ,.;:]+.*)?)$`)
	aside    = regexp.MustCompile(`^[ ,.;:]*((?:DEL?|DE FECHA|PUBLICAD[AO]|APROBAD[AO]|Y|QUE)\b.*|[,;].*)?$`)
	// another is a second number in what follows, not part of a date: "Y 102-2026-TR".
	another = regexp.MustCompile(`(?:^|[^\d/\-.])\d{1,6} ?[\-/] ?(?:19|20)\d\d\b`)
	// onlySaid are words after which a second number is that of another act, of
	// which the first was changed.
	onlySaid = regexp.MustCompile(`\b(?:MODIF|RECTIF|COMPLEMENT|AMPLI|DEROG|REEMPLAZ|SUSTITU|PRECIS|PRORROG)`)
	tight    = regexp.MustCompile(` ?([\-/.]) ?`)
)

// Resolution is the one form of a resolution's number: "RM 101-2026-TR",
// "RDE 001-2026-LP/DE". The number has at least three digits, as El Peruano
// prints it; a note in parentheses or a date after it is not part of it. What has
// another shape, or names two, is only folded (capitals, plain dashes, no accents).
func Resolution(s string) string {
	f := Fold(s)
	if cut := strings.IndexAny(f, "([{"); cut > 0 {
		f = f[:cut]
	}
	f = strings.Trim(f, " -,.;:")
	at := strings.IndexAny(f, "0123456789")
	if at < 0 {
		return f
	}
	kind, ok := kindOf(f[:at])
	parts := numbered.FindStringSubmatch(f[at:])
	if !ok || parts == nil || !aside.MatchString(parts[4]) || two(parts[4]) {
		return f
	}
	number, year, from := parts[1], parts[2], tight.ReplaceAllString(parts[3], "$1")
	if year != "" {
		if len(number) < 3 {
			number = strings.Repeat("0", 3-len(number)) + number
		}
		number += "-" + year
	} else if from != "" {
		return f // "RM 12 TR": which year is not said
	}
	if from != "" {
		number += "-" + from
	}
	return strings.TrimSpace(kind + " " + number)
}

// said is the number with its year, wherever it stands.
var said = regexp.MustCompile(`(?:^|[^\d])0*(\d{1,6})[ \-/]+((?:19|20)\d\d)\b`)

// ResolutionNumber is number and year of a resolution, "101-2026", without what
// kind it is and who issued it; "" if it has none. Two that agree in it are perhaps
// one: "101-2026-TR" and "RM 101-2026-TR".
func ResolutionNumber(s string) string {
	parts := said.FindStringSubmatch(Fold(s))
	if parts == nil {
		return ""
	}
	return parts[1] + "-" + parts[2]
}

// two says whether what follows a number names a second one with the same right:
// "RM 101-2026-TR y RM 102-2026-TR" is neither of the two.
func two(rest string) bool { return another.MatchString(rest) && !onlySaid.MatchString(rest) }

// kindOf is the abbreviation of what stands before the number; false if these
// are no words of a resolution.
func kindOf(before string) (string, bool) {
	words := strings.FieldsFunc(before, func(r rune) bool { return strings.ContainsRune(" .-:#,/", r) })
	for len(words) > 0 && numberWords[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	var kept []string
	initials := true
	for _, w := range words {
		if articles[w] {
			continue
		}
		if w == "RES" || w == "RESOL" {
			w = "RESOLUCION"
		}
		initials = initials && len(w) == 1
		kept = append(kept, w)
	}
	if initials {
		return strings.Join(kept, ""), true
	}
	said := strings.Join(kept, " ")
	if k := kinds[said]; k != "" {
		return k, true
	}
	return said, len(kept) == 1 && len(said) <= 5 && strings.Trim(said, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
