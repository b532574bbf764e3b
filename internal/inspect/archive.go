package inspect

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

const (
	endOfDirectory    = "PK\x05\x06"
	endOfDirectoryLen = 22
	endOfDirectory64  = "PK\x06\x06"
	locator64         = "PK\x06\x07"
	locator64Len      = 20
)

func unsafe(what, entry string) error {
	return fault.New(fault.ArchiveUnsafe, "file").With("found", what).With("entry", entry)
}

func refusedEntry(what, entry string) error {
	return fault.New(fault.ArchiveEntryRefused, "file").With("found", what).With("entry", entry)
}

func bomb() error { return fault.New(fault.ArchiveTooLarge, "file").With("found", zipKind) }

// archive looks into a ZIP, or a document of Office, which is one too. A ZIP in a
// ZIP is looked into (SUNAT hands vouchers out as ZIP), one more in it is not.
func (i *inspector) archive(r io.ReaderAt, size int64, depth int) (rendicion.Format, error) {
	if err := checkDirectory(r, size); err != nil {
		return formats[zipKind], err
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return formats[zipKind], damaged("zip")
	}
	if i.entries += len(z.File); i.entries > maxEntries {
		return formats[zipKind], bomb()
	}
	if len(z.File) == 0 {
		return formats[zipKind], damaged("zip_empty")
	}
	if err := i.layout(z.File, size); err != nil {
		return formats[zipKind], err
	}
	if types := contentTypes(z.File); types != nil {
		return i.office(z.File, types, depth)
	}
	if depth > 1 {
		return formats[zipKind], refusedEntry("zip_nested", "")
	}
	for _, f := range z.File {
		if err := i.entry(f, depth); err != nil {
			return formats[zipKind], err
		}
	}
	return formats[zipKind], nil
}

// checkDirectory bounds what reading the directory takes, before it is read:
// that is from where the end of it says it begins to the end of the file.
func checkDirectory(r io.ReaderAt, size int64) error {
	from := max(0, size-tailBytes)
	last := make([]byte, size-from)
	if _, err := r.ReadAt(last, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	at := bytes.LastIndex(last, []byte(endOfDirectory))
	if at < 0 || len(last)-at < endOfDirectoryLen {
		return damaged("zip")
	}
	entries, begins := uint64(binary.LittleEndian.Uint16(last[at+10:])), uint64(binary.LittleEndian.Uint32(last[at+16:]))
	if l := at - locator64Len; l >= 0 && string(last[l:l+4]) == locator64 {
		var end [56]byte
		if _, err := r.ReadAt(end[:], int64(binary.LittleEndian.Uint64(last[l+8:])&(1<<62-1))); err != nil || string(end[:4]) != endOfDirectory64 {
			return damaged("zip")
		}
		entries, begins = binary.LittleEndian.Uint64(end[32:]), binary.LittleEndian.Uint64(end[48:])
	}
	switch {
	case begins >= uint64(size):
		return damaged("zip")
	case entries > maxEntries || size-int64(begins) > maxDirectory+endOfDirectoryLen:
		return bomb()
	}
	return nil
}

// layout: names that stay within a folder and can be read as what they are, no
// links, nothing enciphered, a known packing, and no byte that is two entries'.
func (i *inspector) layout(files []*zip.File, size int64) error {
	type span struct{ from, to int64 }
	spans := make([]span, 0, len(files))
	seen := map[string]bool{}
	for _, f := range files {
		name := printable(f.Name)
		if what := unsafeName(f.Name); what != "" {
			return unsafe(what, name)
		}
		if seen[f.Name] {
			return unsafe("zip_twice", name)
		}
		seen[f.Name] = true
		switch {
		case f.Mode()&fs.ModeType&^fs.ModeDir != 0:
			return unsafe("zip_link", name)
		case f.Flags&(1|1<<6|1<<13) != 0:
			return fault.New(fault.FileProtected, "file").With("found", zipKind).With("entry", name)
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return unsafe("zip_method", name)
		}
		at, err := f.DataOffset()
		if err != nil || f.CompressedSize64 > uint64(size) {
			return damaged("zip")
		}
		spans = append(spans, span{at, at + int64(f.CompressedSize64)})
	}
	sort.Slice(spans, func(a, b int) bool { return spans[a].from < spans[b].from })
	for n, s := range spans {
		if s.to > size || n > 0 && s.from < spans[n-1].to {
			return bomb()
		}
	}
	return nil
}

// entry looks at one file of a ZIP: it may be what would be accepted alone, or
// plain text.
func (i *inspector) entry(f *zip.File, depth int) error {
	name := printable(f.Name)
	if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
		return nil
	}
	if programs[ending(f.Name)] {
		return refusedEntry("zip_program", name)
	}
	return i.unpack(f, func(r *bufio.Reader) error {
		head, err := r.Peek(headBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(head) == 0 || leftBySystem(f.Name, head) {
			return nil
		}
		err = i.content(r, kind(head), f.Name, depth)
		if what := fault.Of(err); err != nil && what.Code != fault.Internal {
			if what.Code == fault.FileKindRefused {
				return refusedEntry(what.Args["found"], name)
			}
			if what.Args["entry"] == "" {
				return what.With("entry", name)
			}
		}
		return err
	})
}

func (i *inspector) content(r *bufio.Reader, found, name string, depth int) error {
	switch {
	case found == zipKind:
		inner, err := io.ReadAll(io.LimitReader(r, maxInner+1))
		if err != nil {
			return err
		}
		if len(inner) > maxInner {
			return bomb()
		}
		_, err = i.archive(bytes.NewReader(inner), int64(len(inner)), depth+1)
		return err
	case formats[found].MIME != "":
		return i.stream(r, found)
	case strings.HasPrefix(found, textKind), found == "text/csv", found == "text/tab-separated-values":
		if e := ending(name); e == ".txt" || e == ".csv" {
			return i.stream(r, found)
		}
	}
	return refusedKind(found)
}

// unpack gives fn the bytes of an entry, counted, and reads what fn left.
func (i *inspector) unpack(f *zip.File, fn func(*bufio.Reader) error) error {
	in, err := f.Open()
	if err != nil {
		return damaged("zip")
	}
	defer func() { _ = in.Close() }()
	counted := &counter{from: in, packed: int64(f.CompressedSize64), of: i}
	r := bufio.NewReaderSize(counted, 64<<10)
	err = fn(r)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if what := fault.Of(err); err == nil || what.Code != fault.Internal {
		return err
	}
	return damaged("zip") // sizes, checksum or packing are not as stated
}

// counter ends an entry that unpacks to more than a file may.
type counter struct {
	from   io.Reader
	n      int64
	packed int64
	of     *inspector
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	if err := c.of.count(n); err != nil {
		return 0, err
	}
	if c.n > ratioFrom && c.n > maxRatio*c.packed {
		return 0, bomb()
	}
	return n, err
}

// leftBySystem knows what macOS and Windows put into archives by themselves.
func leftBySystem(name string, head []byte) bool {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "._"):
		return bytes.HasPrefix(head, []byte("\x00\x05\x16\x07"))
	case base == ".DS_Store":
		return bytes.HasPrefix(head, []byte("\x00\x00\x00\x01Bud1"))
	case strings.EqualFold(base, "desktop.ini"):
		return kind(head) == textKind
	}
	return false
}
