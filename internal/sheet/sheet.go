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
	"unicode/utf16"

	"chaski/internal/app/imports"
	"chaski/internal/domain/cell"
	"chaski/internal/domain/fault"
)

// maxWidth is how many columns are read; what lies beyond is seen as one more.
const maxWidth = 200

// Opener opens files by their content, never by their name.
type Opener struct{}

// Open implements imports.Opener.
func (Opener) Open(path string, r imports.Reading, _ imports.Hints) (imports.Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	table, err := open(f, r)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return unguarded{table}, nil
}

// unguarded gives back the texts that an export of ours guarded.
type unguarded struct{ imports.Table }

// Next implements imports.Table.
func (u unguarded) Next() (imports.Row, error) {
	row, err := u.Table.Next()
	for i, c := range row.Cells {
		if c.Kind == imports.Text {
			row.Cells[i].Text = cell.Unguard(c.Text)
		}
	}
	return row, err
}

func open(f *os.File, r imports.Reading) (imports.Table, error) {
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	switch {
	case n == 0:
		return nil, fault.New(fault.ImportFileEmpty, "")
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return nil, compound(f)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return openWorkbook(f, r.Sheet)
	case binary(head):
		return nil, fault.New(fault.ImportFormatUnknown, "")
	}
	return openText(f)
}

// binary knows the beginnings of what people send by mistake.
func binary(head []byte) bool {
	for _, magic := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "{\\rtf", "<html", "<!DOC", "<?xml"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// compound tells an encrypted workbook from an old one: both are OLE files; the
// encrypted one has a stream called EncryptedPackage in its directory.
func compound(f *os.File) error {
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
