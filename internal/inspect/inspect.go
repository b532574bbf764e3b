// Package inspect looks into a file before it becomes a document: what it is by
// its content, whether it is whole, and whether it brings what has no place in an
// office (programs, scripts, macros, bombs). It never changes a byte: a document
// is what was sent, or it is refused. Everything is read as a stream and counted
// while it unpacks; no length or name that a file states of itself is believed.
//
// What happens to each kind of hostile file: docs/documents.md, which a test
// compares with what this package does.
package inspect

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

// The bounds of what is looked into. Files themselves are bounded by
// rendicion.MaxFileBytes.
const (
	maxUnpacked  = 1 << 30   // bytes of all that is packed in a file together, at any depth
	maxEntries   = 10_000    // of a file, archives in it included
	maxDirectory = 4 << 20   // bytes of an archive's directory: what is held in memory of it
	maxInner     = 32 << 20  // bytes of an archive in an archive: it is held in memory
	maxRatio     = 200       // unpacked to packed, once an entry is above ratioFrom
	ratioFrom    = 16 << 20  // small files of one repeated byte are nobody's bomb
	maxObjects   = 64 << 20  // bytes of a PDF's object streams, unpacked
	maxPixels    = 250 << 20 // the largest phone camera makes 200 million
	maxSide      = 40_000    // pixels
	maxMetadata  = 16 << 20  // bytes of an image that are no image
	maxXML       = 16 << 20  // bytes of a comprobante
	maxDepth     = 64        // elements in elements of a comprobante
	headBytes    = 3072      // what mimetype looks at
	tailBytes    = 66 << 10  // where an archive's directory ends
)

// Verdict is what a file is.
type Verdict struct {
	Format rendicion.Format
	// Held says what could not be looked into, "" if everything was: such a
	// document waits for a person.
	Held string
}

// What could not be looked into.
const (
	HeldObjects = "pdf_objects"     // object streams packed in a way that is not read here, or a form that viewers read differently
	HeldLate    = "inspection_late" // there was not time enough
)

// inspector counts for one file, with what is packed in it.
type inspector struct {
	ctx      context.Context
	unpacked int64
	entries  int
	held     string
	late     bool // the context ended while there was more to read
}

// errLate ends an inspection whose context ended.
var errLate = errors.New("the time to look into the file is over")

// count counts bytes that were unpacked, and ends what takes too many or too long.
func (i *inspector) count(n int) error {
	i.unpacked += int64(n)
	if i.over() {
		return bomb()
	}
	return i.waits()
}

func (i *inspector) over() bool { return i.unpacked > maxUnpacked }

func (i *inspector) waits() error {
	if i.ctx.Err() == nil {
		return nil
	}
	i.late = true
	return errLate
}

// patient is a file that is read while there is time.
type patient struct {
	io.ReaderAt
	of *inspector
}

// ReadAt implements io.ReaderAt.
func (p patient) ReadAt(b []byte, at int64) (int, error) {
	if err := p.of.waits(); err != nil {
		return 0, err
	}
	return p.ReaderAt.ReadAt(b, at)
}

// File looks into the file at path, sent under a name. A refusal is a fault. When
// the time of ctx is over the file is held; when ctx is cancelled, its error.
func File(ctx context.Context, file, name string) (Verdict, error) {
	f, err := os.Open(file)
	if err != nil {
		return Verdict{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return Verdict{}, err
	}
	return Content(ctx, f, info.Size(), name)
}

// Content is File for what is open already.
func Content(ctx context.Context, r io.ReaderAt, size int64, name string) (Verdict, error) {
	i := &inspector{ctx: ctx}
	if size == 0 {
		return Verdict{}, fault.New(fault.FileEmpty, "size")
	}
	head := make([]byte, headBytes)
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Verdict{}, err
	}
	ending := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	found := kind(head[:n])
	format, err := i.look(patient{r, i}, size, found)
	switch {
	case i.late && errors.Is(ctx.Err(), context.Canceled):
		return Verdict{}, ctx.Err()
	case i.late: // whatever was made of it by then
		format, i.held = named(found, ending), HeldLate
	case err != nil:
		return Verdict{}, err
	}
	if slices.Contains(format.Extensions, ending) {
		return Verdict{Format: format, Held: i.held}, nil
	}
	return Verdict{Format: format}, fault.New(fault.FileNameMismatch, "name").With("found", format.MIME)
}

// named is what a file seems to be by its first bytes and, where those say only
// that it is a ZIP, its name.
func named(found, ending string) rendicion.Format {
	if found == zipKind {
		for _, main := range mains {
			if slices.Contains(formats[main].Extensions, ending) {
				return formats[main]
			}
		}
	}
	return formats[found]
}

// look reads the whole file as what its first bytes say it is.
func (i *inspector) look(r io.ReaderAt, size int64, found string) (rendicion.Format, error) {
	if found == zipKind {
		if err := i.signature(bufio.NewReader(io.NewSectionReader(r, 0, size))); err != nil {
			return rendicion.Format{}, err
		}
		return i.archive(r, size, 0)
	}
	format, known := formats[found]
	if !known {
		return format, refusedKind(found)
	}
	return format, i.stream(bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10), found)
}

// formats by their MIME type.
var formats = func() map[string]rendicion.Format {
	out := map[string]rendicion.Format{}
	for _, f := range rendicion.Formats {
		out[f.MIME] = f
	}
	return out
}()

// stream reads what is no archive to its end.
func (i *inspector) stream(r *bufio.Reader, found string) error {
	last := &tail{}
	marks := newNeedles(eicar)
	if found == jpegKind || found == pngKind {
		marks = newNeedles(append([]string{eicar}, pages...)...)
	}
	read := bufio.NewReaderSize(io.TeeReader(r, io.MultiWriter(last, marks)), 64<<10)
	var err error
	switch found {
	case pdfKind:
		err = i.pdf(read, last)
	case jpegKind:
		err = jpeg(read)
	case pngKind:
		err = png(read)
	case xmlKind:
		err = comprobante(read)
	}
	if _, rest := io.Copy(io.Discard, read); rest != nil && err == nil {
		err = rest
	}
	switch {
	case marks.found == eicar:
		return fault.New(fault.FileVirus, "file").With("found", "eicar")
	case err != nil:
		return err
	case marks.found != "":
		return fault.New(fault.FileDisguised, "file").With("found", "text/html")
	case last.endsArchive():
		return fault.New(fault.FileDisguised, "file").With("found", zipKind)
	}
	return nil
}

// signature looks for the test virus in the bytes of an archive as they are.
func (i *inspector) signature(r io.Reader) error {
	marks := newNeedles(eicar)
	if _, err := io.Copy(marks, r); err != nil {
		return err
	}
	if marks.found != "" {
		return fault.New(fault.FileVirus, "file").With("found", "eicar")
	}
	return nil
}

func refusedKind(found string) error {
	switch found {
	case heicKind:
		return fault.New(fault.FileHEIC, "file")
	case testVirus:
		return fault.New(fault.FileVirus, "file").With("found", "eicar")
	}
	return fault.New(fault.FileKindRefused, "file").With("found", found)
}

func damaged(what string) error { return fault.New(fault.FileDamaged, "file").With("found", what) }

// cut says that a file ended before it should; what else went wrong stays.
func cut(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(what)
	}
	return err
}
