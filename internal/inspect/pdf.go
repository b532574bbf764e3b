package inspect

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"chaski/internal/domain/fault"
)

// pdf reads a PDF from beginning to end for the names that make it do something:
// scripts, programs it starts, forms that send, files and films within. It does
// not follow the file's table of objects, which may lie: names are met wherever
// they stand, written plainly or with #xx, and object streams are unpacked. What
// a page shows is not read. Where a viewer might read something else than this
// does (an object in a string, a stream where none belongs), a person looks.
func (i *inspector) pdf(r *bufio.Reader, last *tail) error {
	s := &names{of: i, left: maxObjects}
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
	of        *inspector
	left      int64 // bytes of object streams that may still be unpacked
	active    string
	rooted    bool
	encrypted bool
	unread    bool // something that could not be read, or that a viewer may read otherwise

	packed   bool // within an object stream: objects begin anywhere in it, also where a string seems to be
	inStream bool
	pending  string // a key, until what follows it is seen
	before   string // the name before
	token    []byte // no more than its beginning
	last     uint32 // the last four bytes of the token
	object   object
}

// object is what the dictionary of the object being read has said.
type object struct {
	stream, counted, first bool // /Type /ObjStm, /N, /First
	flate                  int
	other                  bool   // another filter, or a predictor
	filter                 byte   // where the value of /Filter stands: '=' before it, '[' in it
	open                   []byte // dictionaries (<) and arrays ([) that are open
	closed                 bool   // a dictionary has just ended: what follows may be its stream
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
		if class[b] == regular {
			s.follow(b)
			s.take(b)
			continue
		}
		if err := s.ended(r); err != nil {
			return err
		}
		meant := !s.packed && !s.inStream
		if class[b] == blank || meant && b == '%' {
			if b == '%' {
				err = s.aside(r, b)
			}
		} else {
			s.follow(b)
			if b == '/' {
				err = s.name(r)
			} else if meant {
				err = s.delimited(r, b)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *names) take(b byte) {
	if len(s.token) < 16 {
		s.token = append(s.token, b)
	}
	s.last = s.last<<8 | uint32(b)
}

// follow judges a key, and what a filter is, by the first byte after it.
func (s *names) follow(b byte) {
	if s.pending != "" {
		k := keys[s.pending]
		if strings.IndexByte(k.follows, b) >= 0 {
			s.active = k.found
		}
		s.pending = ""
	}
	switch o := &s.object; {
	case o.filter == 0 || b == '/':
	case o.filter == '=' && b == '[':
		o.filter = '['
	case o.filter == '[' && b == ']':
		o.filter = 0
	default: // it stands in another object
		o.filter, o.other = 0, true
	}
}

// delimited takes in what begins or ends outside of streams.
func (s *names) delimited(r *bufio.Reader, b byte) error {
	s.object.closed = false
	switch b {
	case '(':
		return s.aside(r, b)
	case '[':
		s.opens(b)
	case ']':
		s.closes('[')
	case '<', '>':
		next, err := r.Peek(1)
		double := err == nil && next[0] == b
		if double {
			_, _ = r.ReadByte()
		}
		switch {
		case double && b == '<':
			s.opens(b)
		case double:
			s.closes('<')
			s.object.closed = true
		case b == '<':
			return s.aside(r, b)
		}
	}
	return nil
}

// maxOpen is how deep dictionaries and arrays are followed.
const maxOpen = 256

func (s *names) opens(b byte) {
	if len(s.object.open) == maxOpen {
		s.unread = true
		return
	}
	s.object.open = append(s.object.open, b)
}

func (s *names) closes(b byte) {
	o := &s.object
	if n := len(o.open); n > 0 && o.open[n-1] == b {
		o.open = o.open[:n-1]
		return
	}
	s.unread = true
}

// aside reads over what is not meant: a comment, or a string of either kind. What
// begins in it and would be an object to a viewer that goes by the file's table
// ends it, and is read as one.
func (s *names) aside(r *bufio.Reader, opened byte) error {
	deep, escaped := 1, false
	for {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			s.unread = s.unread || opened != '%'
			return nil
		}
		if err != nil {
			return err
		}
		if class[b] == regular {
			s.unread = s.unread || opened == '<' && nibble(b) < 0
			escaped = b == '\\' && !escaped
			s.take(b)
			continue
		}
		if len(s.token) > 0 && s.begins() {
			s.unread = true
			return r.UnreadByte()
		}
		s.token, s.last = s.token[:0], 0
		switch {
		case opened == '%' && (b == '\n' || b == '\r'), opened == '<' && b == '>':
			return nil
		case opened == '(' && !escaped && b == '(':
			deep++
		case opened == '(' && !escaped && b == ')':
			if deep--; deep == 0 {
				return nil
			}
		}
		escaped = false
	}
}

// begins says that the token is where an object or a trailer begins. Viewers read
// "1 0obj" too.
func (s *names) begins() bool {
	const obj = 'o'<<16 | 'b'<<8 | 'j'
	digit := byte(s.last >> 24)
	return string(s.token) == "trailer" || s.last&0xffffff == obj && (len(s.token) == 3 || digit >= '0' && digit <= '9')
}

// ended takes a token in.
func (s *names) ended(r *bufio.Reader) error {
	if len(s.token) == 0 {
		return nil
	}
	t, begins, closed := string(s.token), s.begins(), s.object.closed
	s.token, s.last, s.object.closed = s.token[:0], 0, false
	switch {
	case begins:
		s.object, s.inStream, s.before = object{open: s.object.open[:0]}, false, "obj"
	case t == "endstream":
		s.inStream = false
	case t == "stream" && !s.inStream && !s.packed:
		if !closed || len(s.object.open) > 0 {
			s.unread = true
			return nil
		}
		s.inStream = true
		if o := s.object; o.stream || o.counted && o.first {
			return s.unpack(r)
		}
	}
	return nil
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
	s.before, s.object.closed = name, false
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
	if s.object.filter != 0 {
		s.filtered(name)
		return
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
	case "Filter":
		s.object.filter = '='
	case "DecodeParms", "DP", "Predictor":
		s.object.other = true
	}
}
