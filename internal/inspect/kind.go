package inspect

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// The kinds that are read further, by their MIME type.
const (
	pdfKind  = "application/pdf"
	jpegKind = "image/jpeg"
	pngKind  = "image/png"
	zipKind  = "application/zip"
	xmlKind  = "application/xml"
	textKind = "text/plain"
)

// Kinds of our own, for what is refused.
const (
	program   = "executable"
	script    = "script"
	oleKind   = "ole" // .doc, .xls, .msg and .msi are all one container
	heicKind  = "image/heic"
	testVirus = "eicar"
)

// eicar is the text by which every scanner can be tried. It is put together
// here: whole, it would make scanners take the program for infected.
var eicar = strings.Join([]string{`X5O!P%@AP[4\PZX54(P^)7CC)7}$`, `EICAR-STANDARD-`, `ANTIVIRUS-TEST-FILE!$H+H*`}, "")

// pages are what makes a browser take a file for a page.
var pages = []string{"<script>", "<script ", "<html>", "<html ", "<iframe ", "<!doctype html", "<?php "}

// magics are first bytes of what has no place in an office, whatever its name.
var magics = []struct{ first, kind string }{
	{"MZ", program},
	{"ZM", program},
	{"\x7fELF", program},
	{"\xfe\xed\xfa\xce", program},
	{"\xfe\xed\xfa\xcf", program},
	{"\xce\xfa\xed\xfe", program},
	{"\xcf\xfa\xed\xfe", program},
	{"\xca\xfe\xba\xbe", program},
	{"dex\n", program},
	{"\x00asm", program},
	{"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"},
	{"#!", script},
	{"\xef\xbb\xbf#!", script},
	{"ITSF", program},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", oleKind},
	{"MSCF", "application/vnd.ms-cab-compressed"},
	{"Rar!\x1a\x07", "application/x-rar-compressed"},
	{"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"},
}

// kind knows a file by its first bytes.
func kind(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.first)) {
			return m.kind
		}
	}
	if bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte(eicar)) {
		return testVirus
	}
	if len(head) > 12 && string(head[4:8]) == "ftyp" {
		switch string(head[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
			return heicKind
		}
	}
	m := mimetype.Detect(head)
	switch {
	case m.Is(zipKind), strings.Contains(m.String(), "openxmlformats"):
		return zipKind
	case m.Is("text/xml"), m.Parent() != nil && m.Parent().Is("text/xml") && !m.Is("image/svg+xml"):
		return xmlKind
	}
	for at := m; at != nil; at = at.Parent() {
		switch at.String() {
		case "application/vnd.microsoft.portable-executable", "application/x-elf", "application/x-mach-binary",
			"application/x-executable", "application/x-sharedlib", "application/x-object", "application/jar", "application/java-archive":
			return program
		case "text/x-shellscript":
			return script
		}
	}
	name, _, _ := strings.Cut(m.String(), ";")
	return name
}

// needles looks for texts in what is written to it, whatever their case.
type needles struct {
	texts [][]byte
	keep  int
	rest  []byte
	found string
	of    []string
}

func newNeedles(texts ...string) *needles {
	n := &needles{of: texts}
	for _, t := range texts {
		n.texts = append(n.texts, bytes.ToLower([]byte(t)))
		n.keep = max(n.keep, len(t)-1)
	}
	return n
}

func (n *needles) Write(p []byte) (int, error) {
	if n.found != "" {
		return len(p), nil
	}
	seen := slices.Concat(n.rest, bytes.ToLower(p))
	for i, t := range n.texts {
		if bytes.Contains(seen, t) {
			n.found = n.of[i]
			return len(p), nil
		}
	}
	n.rest = append([]byte(nil), seen[max(0, len(seen)-n.keep):]...)
	return len(p), nil
}

// tail keeps the last bytes of what is written to it.
type tail struct{ last []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.last = append(t.last, p...)
	if over := len(t.last) - tailBytes; over > tailBytes {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return len(p), nil
}

// end is at most n of the last bytes.
func (t *tail) end(n int) []byte { return t.last[max(0, len(t.last)-n):] }

// endsArchive says whether a program that unpacks would find an archive here.
func (t *tail) endsArchive() bool {
	last := t.end(tailBytes)
	for at := bytes.LastIndex(last, []byte(endOfDirectory)); at >= 0; at = bytes.LastIndex(last[:at], []byte(endOfDirectory)) {
		if end := last[at:]; len(end) >= endOfDirectoryLen && endOfDirectoryLen+int(end[20])+int(end[21])<<8 <= len(end) && plausible(end) {
			return true
		}
	}
	return false
}

// plausible: on one disk, and as many entries here as in all.
func plausible(end []byte) bool {
	return end[4] == end[6] && end[5] == end[7] && end[8] == end[10] && end[9] == end[11] && (end[8] != 0 || end[9] != 0)
}
