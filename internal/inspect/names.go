package inspect

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// programs are endings of what runs when it is opened.
var programs = endings(`.exe .dll .com .scr .pif .cpl .msi .msp .msc .bat .cmd .ps1 .psm1 .vbs .vbe .vb .js .jse .mjs .ws .wsf .wsh .wsc .sct
	.hta .jar .lnk .url .scf .inf .reg .chm .apk .ipa .app .dmg .iso .img .vhd .sh .bash .run .deb .rpm .py .pl .rb .php
	.docm .dotm .xlsm .xltm .xlam .xll .xlsb .pptm .potm .ppam .ppsm .sldm .one .html .htm .xhtml .mht .mhtml .svg .swf .desktop .library-ms .search-ms .settingcontent-ms`)

func endings(list string) map[string]bool {
	out := map[string]bool{}
	for _, e := range strings.Fields(list) {
		out[e] = true
	}
	return out
}

// ending of a name as Windows takes it: dots and spaces at the end do not count.
func ending(name string) string { return strings.ToLower(path.Ext(strings.TrimRight(name, ". "))) }

// unsafeName says what is wrong with the name of an entry, "" if nothing is. A
// name that is no UTF-8 is in the alphabet of an older Windows, and let be.
func unsafeName(name string) string {
	switch {
	case name == "":
		return "zip_name"
	case strings.HasPrefix(name, "/"), strings.Contains(name, `\`), len(name) > 1 && name[1] == ':':
		return "zip_path"
	case len(name) > 1024:
		return "zip_name"
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return "zip_path"
		}
	}
	if !utf8.ValidString(name) {
		for i := range len(name) {
			if name[i] < ' ' || name[i] == 0x7f {
				return "zip_name"
			}
		}
		return ""
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return "zip_name"
		}
	}
	return ""
}

// printable is a name as it can be shown in a sentence.
func printable(name string) string {
	out := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(name, "·"))
	if runes := []rune(out); len(runes) > 80 {
		return string(runes[:60]) + "…" + string(runes[len(runes)-19:])
	}
	return out
}
