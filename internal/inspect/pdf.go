package inspect

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"strings"

	"chaski/internal/domain/fault"
)

// pdf reads a PDF from beginning to end for the names that make it do something:
// scripts, programs it starts, forms that send, files and films within. It does
// not follow the file's table of objects, which may lie: names are met wherever
// they stand, written plainly or with #xx, and object streams are unpacked. What
// a page shows is not read.
func (i *inspector) pdf(r *bufio.Reader, last *tail) error {
	s := &names{left: maxObjects}
	if err := s.scan(r, false); err != nil {
		return err
	}
	end := last.end(2048)
	switch {
	case s.active != "":
		return fault.New(fault.FileActive, "file").With("found", s.active)
	case !bytes.Contains(end, []byte("%%EOF")) || !bytes.Contains(end, []byte("startxref")) || !s.rooted:
		return damaged("pdf")
	case s.encrypted:
		return fault.New(fault.FileProtected, "file").With("found", pdfKind)
	case s.unread:
		i.held = HeldObjects
	}
	return nil
}

// actions are the values of /S that run, send or fetch something.
var actions = map[string]string{
	"JavaScript": "pdf_script", "Rendition": "pdf_script", "Launch": "pdf_launch", "SubmitForm": "pdf_send", "ImportData": "pdf_send",
	"GoToE": "pdf_files", "RichMediaExecute": "pdf_media",
}

// long names mean the same wherever they stand: no accident writes them.
var long = map[string]string{
	"JavaScript": "", "EmbeddedFile": "pdf_files", "EmbeddedFiles": "pdf_files", "RichMedia": "pdf_media", "RichMediaContent": "pdf_media",
}

// keys are short, so what follows must fit too, and what is in a stream, where
// any bytes may stand, does not count.
var keys = map[string]struct{ follows, found string }{
	"JS": {"(<0123456789%", "pdf_script"}, "AA": {"<0123456789%", "pdf_script"}, "XFA": {"[(<0123456789%", "pdf_form"}, "EF": {"<0123456789%", "pdf_files"},
}

// names is what was met of a PDF.
type names struct {
	left      int64 // bytes of object streams that may still be unpacked
	active    string
	rooted    bool
	encrypted bool
	unread    bool // an object stream that could not be unpacked

	packed   bool // within an object stream
	inStream bool
	pending  string // a key, until what follows it is seen
	before   string // the name before
	token    []byte
	tokens   [2]string // before it
	object   object
}

// object is what the dictionary of the object being read has said.
type object struct {
	stream, counted, first bool // /Type /ObjStm, /N, /First
	flate                  int
	other                  bool // another filter, or a predictor
}

// classes of bytes: what separates, and what separates and means something.
const (
	regular = iota
	blank
	delimiter
)

var class = func() (c [256]byte) {
	for _, b := range []byte("\x00\t\n\f\r ") {
		c[b] = blank
	}
	for _, b := range []byte("()<>[]{}/%") {
		c[b] = delimiter
	}
	return c
}()

// scan reads to the end of r, or until something active was met.
func (s *names) scan(r *bufio.Reader, packed bool) error {
	s.packed = packed
	for s.active == "" {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return s.ended(r)
		}
		if err != nil {
			return err
		}
		if s.pending != "" && class[b] != blank {
			s.follow(b)
		}
		if class[b] == regular {
			if len(s.token) < 16 {
				s.token = append(s.token, b)
			}
			continue
		}
		if len(s.token) > 0 {
			if err := s.ended(r); err != nil {
				return err
			}
		}
		if b == '/' {
			if err := s.name(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow judges a key by the first byte after it.
func (s *names) follow(b byte) {
	k := keys[s.pending]
	if bytes.IndexByte([]byte(k.follows), b) >= 0 {
		s.active = k.found
	}
	s.pending = ""
}

// ended takes a token in.
func (s *names) ended(r *bufio.Reader) error {
	if len(s.token) == 0 {
		return nil
	}
	t := string(s.token)
	s.token = s.token[:0]
	switch {
	case t == "obj" && number(s.tokens[0]) && number(s.tokens[1]):
		s.object, s.inStream, s.before = object{}, false, "obj"
	case t == "endstream":
		s.inStream = false
	case t == "stream" && !s.inStream && !s.packed:
		s.inStream = true
		if o := s.object; o.stream || o.counted && o.first {
			if err := s.unpack(r); err != nil {
				return err
			}
		}
	}
	s.tokens[0], s.tokens[1] = s.tokens[1], t
	return nil
}

func number(t string) bool {
	for _, c := range t {
		if c < '0' || c > '9' {
			return false
		}
	}
	return t != ""
}

// name reads a name after its slash and judges it.
func (s *names) name(r *bufio.Reader) error {
	var name []byte
	for {
		b, err := r.ReadByte()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			break
		}
		if class[b] != regular {
			if err := r.UnreadByte(); err != nil {
				return err
			}
			break
		}
		if len(name) < 256 {
			name = append(name, b)
		}
	}
	s.judge(unescape(name))
	return nil
}

// unescape reads #xx.
func unescape(name []byte) string {
	if bytes.IndexByte(name, '#') < 0 {
		return string(name)
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			if hi, lo := nibble(name[i+1]), nibble(name[i+2]); hi >= 0 && lo >= 0 {
				out, i = append(out, byte(hi<<4|lo)), i+2
				continue
			}
		}
		out = append(out, name[i])
	}
	return string(out)
}

// nibble is the value of a hexadecimal digit, -1 for anything else.
func nibble(b byte) int {
	if b >= 'A' && b <= 'F' {
		b += 'a' - 'A'
	}
	return strings.IndexByte("0123456789abcdef", b)
}

func (s *names) judge(name string) {
	before := s.before
	s.before = name
	if found, runs := actions[name]; runs && (before == "S" || before == "obj" || s.packed) {
		s.active = found
		return
	}
	if found := long[name]; found != "" {
		s.active = found
		return
	}
	if s.inStream {
		return
	}
	if _, key := keys[name]; key {
		s.pending = name
	}
	switch name {
	case "Root":
		s.rooted = true
	case "Encrypt":
		s.encrypted = true
	case "ObjStm":
		s.object.stream = true
	case "N":
		s.object.counted = true
	case "First":
		s.object.first = true
	case "FlateDecode", "Fl":
		s.object.flate++
	case "LZWDecode", "LZW", "ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "RunLengthDecode", "RL", "Crypt", "Predictor":
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
		s.inStream = false // plain: its names are met on the way
		return nil
	}
	for {
		b, err := r.Peek(1)
		if err != nil || b[0] != '\r' && b[0] != '\n' && b[0] != ' ' {
			break
		}
		_, _ = r.ReadByte()
	}
	var in io.Reader = r
	for range o.flate {
		z, err := zlib.NewReader(in)
		if err != nil {
			s.unread = true
			return nil
		}
		in = z
	}
	limited := &io.LimitedReader{R: in, N: s.left}
	inner := &names{}
	err := inner.scan(bufio.NewReader(limited), true)
	s.left = limited.N
	switch {
	case inner.active != "":
		s.active = inner.active
	case s.left <= 0:
		return fault.New(fault.ArchiveTooLarge, "file").With("found", pdfKind)
	case err != nil:
		s.unread = true
	}
	s.rooted, s.encrypted = s.rooted || inner.rooted, s.encrypted || inner.encrypted
	return nil
}
