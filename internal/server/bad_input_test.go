package server_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

var update = flag.Bool("update", false, "write the second table of docs/documents.md")

// heard is what a sender hears of a file: at which step, and a code at a field with its
// sentence; nothing where it is taken.
type heard struct{ step, code, field, message string }

func ofResult(r testkit.Result) heard {
	if len(r.Errors) == 0 {
		return heard{step: "record"}
	}
	e := r.Errors[0]
	return heard{"record", e.Code, e.Field, e.Message}
}

func ofAnswer(r testkit.Response) heard {
	var f struct {
		Error struct{ Code, Field, Message string }
	}
	_ = json.Unmarshal(r.Body, &f)
	return heard{"bytes", f.Error.Code, f.Error.Field, f.Error.Message}
}

// hostileExif is a TIFF of as many bytes whose directories contain each other and end
// nowhere: what a reader of EXIF might follow for ever.
func hostileExif(size int) []byte {
	b := make([]byte, size)
	copy(b, "Exif\x00\x00II*\x00\x08\x00\x00\x00")
	binary.LittleEndian.PutUint16(b[14:], 0xffff)
	for at := 16; at+12 <= size; at += 12 {
		tag := []uint16{0x8769, 0x8825, 0x9003}[at/12%3]
		binary.LittleEndian.PutUint16(b[at:], tag)
		binary.LittleEndian.PutUint16(b[at+2:], 4)
		binary.LittleEndian.PutUint32(b[at+4:], 0xffffffff)
		binary.LittleEndian.PutUint32(b[at+8:], []uint32{8, 0xfffffff0, 14}[at/12%3])
	}
	return b
}

// withExif is a picture that says of itself, in so many segments of 64 kB, what no reader
// should believe.
func withExif(body []byte, segments int) []byte {
	out := bytes.Clone(body[:2])
	for range segments {
		said := hostileExif(65_533)
		out = binary.BigEndian.AppendUint16(append(out, 0xff, 0xe1), uint16(len(said)+2))
		out = append(out, said...)
	}
	return append(out, body[2:]...)
}

// sized is a picture whose head says so many pixels.
func sized(body []byte, width, height uint16) []byte {
	out := bytes.Clone(body)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], height)
	binary.BigEndian.PutUint16(out[at+7:], width)
	return out
}

// badInput is a world of two supervisors' phones, and one of who renders.
type badInput struct {
	*office
	rosa, luis *testkit.Phone
	elsa       desk
	n          int
}

func (b *badInput) next() string { b.n++; return "n" + strconv.Itoa(b.n) }

// good is a picture, and its record on the visit.
func (b *badInput) good() (photo, any) {
	x := newPhoto(b.Kit, "visit_photos", b.next(), uint64(100+b.n))
	return x, x.of(b.rosa, "v")
}

// says pushes what a record says beside one of a good picture, which must be taken.
func (b *badInput) says(with fields) heard {
	b.T.Helper()
	x, fine := b.good()
	r := b.rosa.Push(b.rosa.Photo(b.next(), "visit_photos", "v", sum([]byte(b.next())), 1000, with), fine)
	b.goesOn(r[1], x)
	return ofResult(r[0])
}

func (b *badInput) goesOn(r testkit.Result, x photo) {
	b.T.Helper()
	if r.Status != "applied" {
		b.T.Errorf("the rest: %+v", r)
	}
	if r := x.bring(b.Kit, b.Token(testkit.Rosa), "file", x.body); r.Status != 200 {
		b.T.Errorf("the rest: %d %s", r.Status, r.Body)
	}
}

// brings pushes a record of these bytes, and brings them; a good one goes beside. What is
// refused says the same when it is asked for again, and on the record.
func (b *badInput) brings(body []byte) heard {
	b.T.Helper()
	x, fine := b.good()
	bad := photo{"visit_photos", testkit.ID(b.next()), body, nil}
	r := b.rosa.Push(b.rosa.Photo(strings.TrimRight(bad.record, "z"), "visit_photos", "v", sum(body), len(body), nil), fine)
	applied(b.T, r[:1])
	said := ofAnswer(bad.bring(b.Kit, b.Token(testkit.Rosa), "file", body))
	b.goesOn(r[1], x)
	b.rosa.Pull()
	row := b.rosa.Rows["visit_photos/"+bad.record]
	if row["refusal"] != said.code || (row["stored_at"] == "") != (said.code != "") {
		b.T.Errorf("%+v, and the phone hears %v", said, row)
	}
	if again, _ := bad.ask(b.Kit, b.Token(testkit.Rosa), "file", body); ofAnswer(again) != said {
		b.T.Errorf("once %+v, and then %+v", said, ofAnswer(again))
	}
	return said
}

// paper is the same of a document.
func (b *badInput) paper(p paper, with fields) heard {
	b.T.Helper()
	p.id = b.next()
	fine := pdfOf(b.next(), "fotos")
	r := b.elsa.Push(b.elsa.add(p, with), b.elsa.add(fine, nil))
	applied(b.T, r[1:])
	said := ofResult(r[0])
	if said.code == "" && with == nil {
		said = ofAnswer(b.bring(b.office.elsa, p))
		if again, _ := b.BeginPart(b.office.elsa, ofDocuments, testkit.ID(p.id), "file", sum(p.body), len(p.body)); ofAnswer(again) != said {
			b.T.Errorf("once %+v, and then %+v", said, ofAnswer(again))
		}
	}
	if r := b.bring(b.office.elsa, fine); r.Status != 200 {
		b.T.Errorf("the rest: %d %s", r.Status, r.Body)
	}
	return said
}

// asks asks to bring bytes for a record of Rosa's, as somebody, said to be these.
func (b *badInput) asks(who string, said []byte) heard {
	b.T.Helper()
	x, of := b.good()
	applied(b.T, b.rosa.Push(of))
	r, _ := b.BeginPart(b.Token(who), x.collection, x.record, "file", sum(said), len(x.body))
	x.bring(b.Kit, b.Token(testkit.Rosa), "file", x.body).JSON(200, nil)
	return ofAnswer(r)
}

// damaged brings other bytes than the record is of, and then those.
func (b *badInput) damaged() heard {
	b.T.Helper()
	x, of := b.good()
	applied(b.T, b.rosa.Push(of))
	token := b.Token(testkit.Rosa)
	_, id := x.ask(b.Kit, token, "file", x.body)
	b.SendPart(token, id, 0, append(bytes.Clone(x.body[:len(x.body)-1]), 1))
	said := ofAnswer(b.CompletePart(token, id))
	if again := ofAnswer(b.CompletePart(token, id)); again != said {
		b.T.Errorf("once %+v, and then %+v", said, again)
	}
	x.bring(b.Kit, token, "file", x.body).JSON(200, nil)
	return said
}

// twice is the picture of one record once more, on the same or on another.
func (b *badInput) twice(of string) heard {
	b.T.Helper()
	x, first := b.good()
	y, fine := b.good()
	again := b.rosa.Photo(b.next(), "visit_photos", "v", sum(x.body), len(x.body), nil)
	if of != "v" {
		again = b.rosa.Photo(b.next(), "finding_photos", of, sum(x.body), len(x.body), nil)
	}
	r := b.rosa.Push(first, again, fine)
	applied(b.T, r[:1])
	x.bring(b.Kit, b.Token(testkit.Rosa), "file", x.body).JSON(200, nil)
	b.goesOn(r[2], y)
	return ofResult(r[1])
}

// named is a picture of Rosa's that another's record names: its hash alone brings nothing.
func (b *badInput) named() heard {
	b.T.Helper()
	x, of := b.good()
	applied(b.T, b.rosa.Push(of))
	x.bring(b.Kit, b.Token(testkit.Rosa), "file", x.body).JSON(200, nil)
	z := photo{"finding_photos", testkit.ID(b.next()), x.body, nil}
	applied(b.T, b.luis.Push(b.luis.Photo(strings.TrimRight(z.record, "z"), z.collection, "f", sum(x.body), len(x.body), nil)))
	b.luis.Pull()
	if b.luis.Rows["finding_photos/"+z.record]["stored_at"] != "" {
		b.T.Error("a record says that bytes are kept which nobody brought for it")
	}
	said := ofAnswer(b.Do("GET", z.path(), b.Token(testkit.Luis), nil))
	z.bring(b.Kit, b.Token(testkit.Luis), "file", x.body).JSON(200, nil)
	return said
}

// What a phone should never send, each told at its field by a code and a sentence, while
// the rest of the same push and the other files are taken.
func TestBadInput(t *testing.T) {
	o := ended(t)
	o.Save("assignments", testkit.ID("as9"), fields{"user": testkit.Luis, "intervention": testkit.Canal, "from_on": "2026-10-01"})
	b := &badInput{office: o, rosa: o.Phone(testkit.Rosa), luis: o.Phone(testkit.Luis), elsa: o.hers()}
	applied(t, b.rosa.Push(b.rosa.Visit("v", testkit.Canal, fields{"visited_on": "2026-11-19"}), b.rosa.Finding("f", "v")))
	small := o.Picture(1, 60)
	heic := append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 500)...)
	twice := pdf(5000, "dos veces")
	var rows strings.Builder
	for _, c := range []struct {
		what, want string // "step code@field"
		is         func() heard
	}{
		{"a photograph of 48 megapixels", "bytes", func() heard { return b.brings(sized(small, 8064, 6048)) }},
		{"a photograph that claims 4,200 megapixels", "bytes image_too_large@file", func() heard { return b.brings(sized(o.Picture(2, 60), 65_000, 65_000)) }},
		{"a photograph of no bytes", "record file_empty@size", func() heard { return b.says(fields{"size": 0}) }},
		{"a photograph above 12 MB", "record file_too_large@size", func() heard { return b.says(fields{"size": 12<<20 + 1}) }},
		{"a photograph said to be HEIC", "record file_type_refused@mime", func() heard { return b.says(fields{"mime": "image/heic"}) }},
		{"a photograph said to be a PDF", "record file_type_refused@mime", func() heard { return b.says(fields{"mime": "application/pdf"}) }},
		{"a HEIC said to be a JPEG", "bytes file_heic@file", func() heard { return b.brings(heic) }},
		{"a PDF said to be a JPEG", "bytes file_name_mismatch@name", func() heard { return b.brings(pdf(2000, "x")) }},
		{"a photograph cut in the middle", "bytes file_damaged@file", func() heard { g := o.Picture(3, 60); return b.brings(g[:len(g)/2]) }},
		{"a photograph with 64 kB of EXIF in circles", "bytes", func() heard { return b.brings(withExif(o.Picture(4, 60), 1)) }},
		{"a photograph with 10 MB of it", "bytes", func() heard { return b.brings(withExif(o.Picture(5, 60), 160)) }},
		{"an image of a rendición with 17 MB of it", "bytes image_too_large@file", func() heard {
			return b.paper(paper{"", "fotos", "foto.jpg", "image/jpeg", withExif(o.Picture(6, 60), 270)}, nil)
		}},
		{"the same photograph twice on a visit", "record file_exists@sha256", func() heard { return b.twice("v") }},
		{"the same on a visit and on its finding: one content, two records", "record", func() heard { return b.twice("f") }},
		{"the same document twice in a rendición", "record document_duplicate@sha256", func() heard {
			if first := b.paper(paper{"", "oficio", "oficio.pdf", "application/pdf", twice}, nil); first.code != "" {
				t.Errorf("%+v", first)
			}
			return b.paper(paper{"", "informe_rt", "informe.pdf", "application/pdf", twice}, nil)
		}},
		{"bytes for a photograph of somebody else", "bytes record_not_found@record", func() heard { return b.asks(testkit.Luis, []byte("x")) }},
		{"the hash of somebody else's photograph, without its bytes", "bytes file_pending@file", b.named},
		{"bytes announced under another hash than the record's", "bytes file_hash_mismatch@sha256", func() heard { return b.asks(testkit.Rosa, []byte("x")) }},
		{"bytes that are not those of the hash", "bytes file_hash_mismatch@sha256", b.damaged},
		{"a document above 200 MB", "record file_too_large@size", func() heard { return b.paper(pdfOf("", "oficio"), fields{"size": 200<<20 + 1}) }},
		{"a document of exactly 200 MB", "record", func() heard { return b.paper(pdfOf("", "oficio"), fields{"size": 200 << 20}) }},
		{"a document of no bytes", "record file_empty@size", func() heard { return b.paper(pdfOf("", "oficio"), fields{"size": 0}) }},
		{"a document said to be a web page", "record file_type_refused@mime", func() heard { return b.paper(pdfOf("", "oficio"), fields{"mime": "text/html"}) }},
		{"a photo called PDF", "bytes file_name_mismatch@name", func() heard {
			return b.paper(paper{"", "oficio", "oficio.pdf", "application/pdf", o.Picture(7, 60)}, nil)
		}},
		{"a PDF said to be Word", "bytes file_name_mismatch@name", func() heard { return b.paper(paper{"", "oficio", "oficio.pdf", rendicionDocx, pdf(900, "b")}, nil) }},
	} {
		t.Run(c.what, func(t *testing.T) {
			said := c.is()
			got := said.step
			if said.code != "" {
				got += " " + said.code + "@" + said.field
			}
			if got != c.want || (said.code == "") != (said.message == "") || strings.ContainsAny(said.message, "{}") {
				t.Errorf("%s %q, want %s", got, said.message, c.want)
			}
			what := "taken"
			if said.code != "" {
				what = "`" + said.code + "` at `" + said.field + "`"
			}
			rows.WriteString("| " + strings.Join([]string{c.what, said.step, what, said.message}, " | ") + " |\n")
		})
	}
	verifies(t, o.Kit)
	onThePage(t, rows.String())
}

// onThePage holds a page to what this test saw.
func onThePage(t *testing.T, rows string) {
	t.Helper()
	const page = "../../docs/documents.md"
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- bad input: go test ./internal/server -run BadInput -update -->\n", "<!-- end of bad input -->"
	before, rest, _ := strings.Cut(string(have), begin)
	_, after, found := strings.Cut(rest, end)
	want := before + begin + "| what is sent | with its | what happens | what the person reads |\n|---|---|---|---|\n" + rows + end + after
	switch {
	case !found:
		t.Error("the page has no place for the table")
	case want == string(have):
	case !*update:
		t.Error("docs/documents.md does not say what this test saw: run it with -update")
	default:
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
