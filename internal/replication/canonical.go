package replication

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// canonicalJSON is the RFC 8785 form of a JSON text. Nearly every text that
// devices and rows bring is plain, and the library takes forty times as long as
// copying it in order; what is not plain is left to the library.
func canonicalJSON(raw []byte) ([]byte, error) {
	p := plain{in: raw, out: make([]byte, 0, len(raw))}
	if p.value() && p.end() {
		return p.out, nil
	}
	return jcs.Transform(raw)
}

// plain copies JSON in canonical order while it is plain: no escapes, names in
// ASCII and none twice, numbers that are whole and below 10^15. Its methods
// answer false where it is not, or is no JSON.
type plain struct {
	in    []byte
	at    int
	out   []byte
	depth int
}

const plainDepth = 32

func (p *plain) space() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *plain) end() bool {
	p.space()
	return p.at == len(p.in)
}

// is takes one byte, after blanks.
func (p *plain) is(c byte) bool {
	p.space()
	if p.at < len(p.in) && p.in[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *plain) value() bool {
	p.space()
	if p.at >= len(p.in) || p.depth >= plainDepth {
		return false
	}
	p.depth++
	defer func() { p.depth-- }()
	switch c := p.in[p.at]; {
	case c == '{':
		return p.object()
	case c == '[':
		return p.list()
	case c == '"':
		s, ok := p.text()
		p.out = append(p.out, s...)
		return ok
	case c == '-' || c >= '0' && c <= '9':
		return p.whole()
	}
	return p.word("true") || p.word("false") || p.word("null")
}

func (p *plain) word(w string) bool {
	if !bytes.HasPrefix(p.in[p.at:], []byte(w)) {
		return false
	}
	p.at += len(w)
	p.out = append(p.out, w...)
	return true
}

// text takes a string with its quotes.
func (p *plain) text() ([]byte, bool) {
	if !p.is('"') {
		return nil, false
	}
	from := p.at - 1
	for p.at < len(p.in) {
		switch c := p.in[p.at]; {
		case c == '"':
			p.at++
			s := p.in[from:p.at]
			return s, utf8.Valid(s)
		case c == '\\' || c < ' ':
			return nil, false
		}
		p.at++
	}
	return nil, false
}

func (p *plain) whole() bool {
	from := p.at
	if p.in[p.at] == '-' {
		p.at++
	}
	digits := p.at
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' {
		p.at++
	}
	n := p.at - digits
	if n == 0 || n > 15 || p.in[digits] == '0' && (n > 1 || digits > from) {
		return false // 007, -0, or no number
	}
	if p.at < len(p.in) && (p.in[p.at] == '.' || p.in[p.at] == 'e' || p.in[p.at] == 'E') {
		return false
	}
	p.out = append(p.out, p.in[from:p.at]...)
	return true
}

func (p *plain) list() bool {
	p.at++
	p.out = append(p.out, '[')
	if p.is(']') {
		p.out = append(p.out, ']')
		return true
	}
	for {
		if !p.value() {
			return false
		}
		switch {
		case p.is(','):
			p.out = append(p.out, ',')
		case p.is(']'):
			p.out = append(p.out, ']')
			return true
		default:
			return false
		}
	}
}

// member is a name with its quotes, and where its value lies in out.
type member struct {
	name     []byte
	from, to int
}

func (p *plain) object() bool {
	p.at++
	start := len(p.out)
	var space [24]member
	members := space[:0]
	if !p.is('}') {
		for more := true; more; {
			m, ok := p.member()
			if !ok {
				return false
			}
			members = append(members, m)
			if more = p.is(','); !more && !p.is('}') {
				return false
			}
		}
	}
	return p.inOrder(start, members)
}

func (p *plain) member() (member, bool) {
	name, ok := p.text()
	if !ok || !p.is(':') {
		return member{}, false
	}
	for _, c := range name {
		if c >= utf8.RuneSelf {
			return member{}, false
		}
	}
	from := len(p.out)
	ok = p.value()
	return member{name, from, len(p.out)}, ok
}

// inOrder writes an object's members, whose values lie in out from start on.
func (p *plain) inOrder(start int, members []member) bool {
	order := func(a, b member) int { return bytes.Compare(a.name[1:len(a.name)-1], b.name[1:len(b.name)-1]) }
	slices.SortFunc(members, order)
	values := bytes.Clone(p.out[start:])
	p.out = append(p.out[:start], '{')
	for i, m := range members {
		if i > 0 {
			if order(members[i-1], m) == 0 {
				return false
			}
			p.out = append(p.out, ',')
		}
		p.out = append(p.out, m.name...)
		p.out = append(p.out, ':')
		p.out = append(p.out, values[m.from-start:m.to-start]...)
	}
	p.out = append(p.out, '}')
	return true
}
