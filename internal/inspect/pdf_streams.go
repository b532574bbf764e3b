package inspect

import (
	"bufio"
	"compress/zlib"
	"io"

	"chaski/internal/domain/fault"
)

// filtered takes the name of a filter in.
func (s *names) filtered(name string) {
	if s.object.filter == '=' {
		s.object.filter = 0
	}
	if name == "FlateDecode" || name == "Fl" {
		s.object.flate++
	} else {
		s.object.other = true
	}
}

// unpack reads an object stream. One that is packed otherwise, or damaged, is
// noted as not read: a viewer may be more lenient than this.
func (s *names) unpack(r *bufio.Reader) error {
	o := s.object
	if o.other || o.flate > 3 {
		s.unread = true
		return nil
	}
	if o.flate == 0 {
		// Plain: its names are met on the way, but where its objects begin is not known.
		s.inStream, s.unread = false, true
		return nil
	}
	for {
		b, err := r.Peek(1)
		if err != nil || b[0] != '\r' && b[0] != '\n' && b[0] != ' ' {
			break
		}
		_, _ = r.ReadByte()
	}
	inner := &names{of: s.of}
	err := inner.flated(r, o.flate, s)
	switch {
	case inner.active != "":
		s.active = inner.active
	case s.left < 0:
		return fault.New(fault.ArchiveTooLarge, "file").With("found", pdfKind)
	case s.of.over():
		return bomb()
	case s.of.late:
		return errLate
	case err != nil:
		s.unread = true
	}
	s.rooted, s.encrypted = s.rooted || inner.rooted, s.encrypted || inner.encrypted
	return nil
}

// flated scans what was packed so many times.
func (s *names) flated(in io.Reader, times int, outer *names) error {
	for range times {
		z, err := zlib.NewReader(in)
		if err != nil {
			return err
		}
		in = &meter{z, outer}
	}
	return s.scan(bufio.NewReader(in), true)
}

// meter ends what unpacks to more than a PDF, or the file that it is in, may. Each
// layer has one: a layer may unpack to much that unpacks to nothing.
type meter struct {
	from io.Reader
	of   *names
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.of.left -= int64(n)
	if e := m.of.of.count(n); e != nil {
		return 0, e
	}
	if m.of.left < 0 {
		return 0, bomb()
	}
	return n, err
}
