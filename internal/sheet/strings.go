package sheet

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// readShared reads the texts that cells refer to by number.
func (w *workbook) readShared(name string) error {
	r, err := w.part(name)
	if err != nil || r == nil {
		return err
	}
	defer func() { _ = r.Close() }()
	r.most = maxToken
	d := newXML(r)
	size := 0
	for {
		r.mark()
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "si" {
			s, err := richText(d)
			if err != nil {
				return err
			}
			if size += len(s) + textCost; size > maxStrings {
				return errBomb
			}
			w.strings = append(w.strings, s)
		}
	}
}

// richText reads the text of the element just begun: its pieces of any look,
// without pronunciation.
func richText(d *xml.Decoder) (string, error) {
	var out strings.Builder
	depth, inText := 1, false
	for depth > 0 {
		tok, err := d.Token()
		if err != nil {
			return "", err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if x.Name.Local == "rPh" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			depth++
			inText = x.Name.Local == "t"
		case xml.EndElement:
			depth--
			inText = false
		case xml.CharData:
			if inText {
				out.Write(x)
			}
		}
	}
	return unescape(out.String()), nil
}

var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads what XML cannot hold: _x000D_ is a carriage return, and _x005F_
// the underscore of a text that looks like one (ECMA-376, part 1, 22.9.2.19).
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var units []uint16
	return escape.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16) // four hexadecimal digits
		unit := uint16(n)
		if utf16.IsSurrogate(rune(unit)) {
			units = append(units, unit)
			if len(units)%2 == 1 {
				return ""
			}
			return string(utf16.Decode(units[len(units)-2:]))
		}
		return string(rune(unit))
	})
}
