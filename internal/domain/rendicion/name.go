package rendicion

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxNameBytes is what a name may take on any disk it is saved to.
const MaxNameBytes = 200

// reserved names mean devices on Windows, whatever their ending.
var reserved = map[string]bool{"CON": true, "PRN": true, "AUX": true, "NUL": true, "CLOCK$": true, "CONIN$": true, "CONOUT$": true}

func init() {
	for _, n := range "123456789" {
		reserved["COM"+string(n)], reserved["LPT"+string(n)] = true, true
	}
}

// CleanName makes the name of a document one that every computer can save and
// every list can show: without folders, characters that are not seen or turn the
// writing around, what Windows refuses, or a beginning that a spreadsheet takes
// for a formula; at most MaxNameBytes long, its ending kept. It answers "" if
// nothing is left. What is clean already comes back as it is.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r), r == utf8.RuneError:
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '-'
		}
		return r
	}, name)
	name = strings.TrimRight(name, ". ")
	name = strings.TrimLeft(name, "=+-@ ")
	ending := path.Ext(name)
	stem := strings.TrimRight(strings.TrimSuffix(name, ending), ". ")
	if stem == "" || ending == name {
		if strings.Trim(name, ".") == "" {
			return ""
		}
		stem = "documento"
	}
	if first, _, _ := strings.Cut(stem, "."); reserved[strings.ToUpper(strings.TrimSpace(first))] {
		stem = "_" + stem
	}
	return shorten(stem, MaxNameBytes-min(len(ending), 20)) + shorten(ending, 20)
}

// shorten cuts between characters.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return strings.TrimRight(s[:most], ". ")
}
