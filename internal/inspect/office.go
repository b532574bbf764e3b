package inspect

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

func active(what string) error { return fault.New(fault.FileActive, "file").With("found", what) }

const contentTypesPart = "[content_types].xml"

// contentTypes are the types an Office document says its parts have, nil for
// what is none.
func contentTypes(files []*zip.File) *zip.File {
	for _, f := range files {
		if strings.EqualFold(f.Name, contentTypesPart) {
			return f
		}
	}
	return nil
}

// mains are the main parts of the documents that are accepted.
var mains = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":       "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// office looks for macros, programs and objects in a document of Office, and for
// what it would fetch from elsewhere.
func (i *inspector) office(files []*zip.File, types *zip.File, depth int) (rendicion.Format, error) {
	if depth > 2 {
		return rendicion.Format{}, refusedEntry("zip_nested", "")
	}
	var main string
	err := i.unpack(types, func(r *bufio.Reader) error {
		return elements(r, func(e xml.StartElement) error {
			t := attr(e, "ContentType")
			if lower := strings.ToLower(t); strings.Contains(lower, "macroenabled") || strings.Contains(lower, "vbaproject") {
				return active("macros")
			}
			if mains[t] != "" {
				main = mains[t]
			}
			return nil
		})
	})
	if err != nil {
		return rendicion.Format{}, err
	}
	if main == "" {
		return rendicion.Format{}, refusedKind("office")
	}
	for _, f := range files {
		if f == types || strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := i.part(f, depth); err != nil {
			return formats[main], err
		}
	}
	return formats[main], nil
}

// part looks at one part of a document.
func (i *inspector) part(f *zip.File, depth int) error {
	name := strings.ToLower(f.Name)
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "vbaproject"), strings.HasPrefix(base, "vbadata"):
		return active("macros")
	case strings.Contains(name, "/activex/"), strings.HasPrefix(base, "oleobject"):
		return active("office_object")
	case strings.Contains(name, "/macrosheets/"):
		return active("macros")
	case programs[ending(name)]:
		return refusedEntry("zip_program", printable(f.Name))
	}
	return i.unpack(f, func(r *bufio.Reader) error {
		head, err := r.Peek(headBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		switch found := kind(head); {
		case found == oleKind:
			return active("office_object")
		case found == testVirus:
			return refusedKind(found)
		case found == program, found == script, found == "shortcut", found == "text/html":
			return refusedEntry(found, printable(f.Name))
		case found == zipKind:
			return i.content(r, found, f.Name, depth)
		case strings.HasSuffix(name, ".rels"):
			return elements(r, relationship)
		case strings.HasPrefix(name, "word/") && strings.HasSuffix(name, ".xml"):
			return fields(r)
		case strings.HasPrefix(name, "xl/externallinks/") && strings.HasSuffix(name, ".xml"):
			return elements(r, func(e xml.StartElement) error {
				if strings.EqualFold(e.Name.Local, "ddeLink") {
					return active("office_dde")
				}
				return nil
			})
		}
		return nil
	})
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// elements reads XML of Office, which has no document type.
func elements(r io.Reader, fn func(xml.StartElement) error) error {
	d := decoder(r)
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return orDamaged(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return damaged("office_damaged")
		case xml.StartElement:
			if err := fn(t); err != nil {
				return err
			}
		}
	}
}

// orDamaged tells what is wrong with the XML from a limit that was met.
func orDamaged(err error) error {
	if what := fault.Of(err); what.Code != fault.Internal {
		return err
	}
	return damaged("office_damaged")
}

// elsewhere is a target that is fetched over a network when a document is opened.
var elsewhere = regexp.MustCompile(`(?i)^\s*(https?:|ftp:|mhtml:|ms-|\\\\|//|file:(/{2}[^/]|/{4,}|\\\\))`)

// relationship refuses what is fetched unasked: a template, a picture, an object
// of another machine. Links a person follows, and the workbooks a formula reads
// after asking, are left; a template of this machine is Word's own habit.
func relationship(e xml.StartElement) error {
	if !strings.EqualFold(attr(e, "TargetMode"), "External") || !elsewhere.MatchString(attr(e, "Target")) {
		return nil
	}
	switch path.Base(attr(e, "Type")) {
	case "hyperlink", "externalLinkPath", "xlPathMissing":
		return nil
	}
	return active("office_remote")
}

// starts is a field that starts another program.
var starts = regexp.MustCompile(`(?i)^[\s"]*DDE(AUTO)?\b`)

// fields reads the instructions of a Word part. One may be spread over many runs.
func fields(r io.Reader) error {
	d := decoder(r)
	var said strings.Builder
	inside := false
	judge := func(text string) error {
		if starts.MatchString(text) {
			return active("office_dde")
		}
		return nil
	}
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return judge(said.String())
		}
		if err != nil {
			return orDamaged(err)
		}
		switch t := t.(type) {
		case xml.Directive:
			return damaged("office_damaged")
		case xml.StartElement:
			inside = t.Name.Local == "instrText"
			if t.Name.Local == "fldSimple" {
				err = judge(attr(t, "instr"))
			}
			if t.Name.Local == "fldChar" {
				err = judge(said.String())
				said.Reset()
			}
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if inside && said.Len() < 64<<10 {
				said.Write(t)
			}
		}
		if err != nil {
			return err
		}
	}
}
