// Package sheet reads tables out of the files people have: text with any of the
// usual encodings and separators, and workbooks of spreadsheet programs. It
// reads row by row within bounds, so that a hostile or huge file costs little,
// and refuses by name what it cannot read. It also writes the empty templates
// and the lists of rows to correct.
package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"
	"unicode/utf16"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// maxWidth is how many columns are read; what lies beyond is seen as one more.
const maxWidth = 200

// Opener opens files by their content, never by their name.
type Opener struct{}

// source is an open file.
type source interface {
	io.ReadSeeker
	io.ReaderAt
	io.Closer
}

// Open implements imports.Opener.
func (Opener) Open(path string, r imports.Reading, h imports.Hints) (imports.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	table, err := open(f, r, h)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return table, nil
}

func open(f source, r imports.Reading, h imports.Hints) (imports.Table, error) {
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	table, err := known(f, head[:n], r, h)
	if err != nil {
		return nil, err
	}
	return &cleaned{Table: table}, nil
}

// known opens a file by its beginning.
func known(f source, head []byte, r imports.Reading, h imports.Hints) (imports.Table, error) {
	switch {
	case len(head) == 0:
		return nil, fault.New(fault.ImportFileEmpty, "")
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, compound(f)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return openWorkbook(f, r.Sheet)
	case webPage(head):
		return nil, fault.New(fault.ImportFormatWebPage, "")
	case binary(head):
		return nil, fault.New(fault.ImportFormatUnknown, "")
	}
	return openText(f, r, h)
}

// binary knows the beginnings of what people send by mistake.
func binary(head []byte) bool {
	for _, magic := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "{\\rtf", "<?xml"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

var (
	markup  = regexp.MustCompile(`(?i)^\s*<(!doctype|!--|html|head|meta|title|body|style|script|table|thead|tbody|tr|div|center|font|p|br)\b`)
	xhtml   = regexp.MustCompile(`(?is)^\s*<\?xml.*<(!doctype\s+html|html|table)\b`)
	archive = regexp.MustCompile(`(?i)^\s*(MIME-Version:|From: <Saved by)`)
)

// webPage knows a page that a system sends as "reporte.xls": the spreadsheet
// program opens it, and shows a table.
func webPage(head []byte) bool {
	if wide, is := wideOf(head); is {
		if text, err := wide.NewDecoder().Bytes(head[wide.bom:]); err == nil {
			head = text
		}
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	return markup.Match(head) || xhtml.Match(head) || archive.Match(head)
}

// compound tells an encrypted workbook from an old one: both are OLE files; the
// encrypted one has a stream called EncryptedPackage in its directory.
func compound(f io.ReadSeeker) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var name []byte
	for _, u := range utf16.Encode([]rune("EncryptedPackage")) {
		name = append(name, byte(u), byte(u>>8))
	}
	found, err := contains(f, name)
	switch {
	case err != nil:
		return err
	case found:
		return fault.New(fault.ImportFileProtected, "")
	}
	return fault.New(fault.ImportFormatOld, "")
}

// contains looks for a byte string in a stream.
func contains(r io.Reader, want []byte) (bool, error) {
	_, found, err := after(r, want)
	return found, err
}

// after reads until a byte string was seen and answers what was read behind it.
func after(r io.Reader, want []byte) (rest []byte, found bool, err error) {
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		have := buf[:kept+n]
		if i := bytes.Index(have, want); i >= 0 {
			return append([]byte(nil), have[i+len(want):]...), true, nil
		}
		if errors.Is(err, io.EOF) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		kept = copy(buf, have[max(0, len(have)-len(want)+1):])
	}
}
