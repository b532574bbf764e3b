package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// eicar is put together here, so that no scanner takes this file for infected.
var eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$` + "EICAR-STANDARD-" + `ANTIVIRUS-TEST-FILE!$H+H*`

// pdf is a whole PDF with more objects, or with more in its catalogue.
func pdf(catalogue string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	all := append([]string{
		"<< /Type /Catalog /Pages 2 0 R " + catalogue + " >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
	}, objects...)
	at := make([]int, len(all))
	for i, o := range all {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(all)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(all)+1, xref)
	return b.Bytes()
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// packed is an object stream with one object in it, and so much behind it that its
// names do not stand in the packed bytes as they are.
func packed(object string, more string) string {
	z := deflated("4 0 " + object + strings.Repeat(" null", 200))
	return fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode %s /Length %d >>\nstream\n%s\nendstream", more, len(z), z)
}

// first puts more before all else that a dictionary says.
func first(more, object string) string { return strings.Replace(object, "<<", "<< "+more, 1) }

// bombs is a ZIP of PDFs each of which unpacks to less than a PDF may.
func bombs(count int) []byte {
	one := packed(strings.Repeat(" ", 60<<20), "")
	files := make([]file, count)
	for i := range files {
		files[i] = file{name: fmt.Sprintf("%d.pdf", i), body: pdf("", one)}
	}
	return zipped(files...)
}

// hollow is an object stream packed twice: of n bytes, that unpack to none.
func hollow(n int) string {
	empty := strings.Repeat("\x00\x00\x00\xff\xff", n/5)
	z := deflated("\x78\x9c" + empty + "\x03\x00\x00\x00\x00\x01")
	return fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode] /Length %d >>\nstream\n%s\nendstream", len(z), z)
}

type file struct {
	name  string
	body  []byte
	alter func(*zip.FileHeader)
}

func zipped(files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		if f.alter != nil {
			f.alter(h)
		}
		in, err := w.CreateHeader(h)
		if err != nil {
			panic(err)
		}
		_, _ = in.Write(f.body)
	}
	_ = w.Close()
	return b.Bytes()
}

func one(name string, body []byte) file { return file{name: name, body: body} }

// raw writes an entry whose packed bytes and stated sizes are given.
func raw(name string, body []byte, stated uint64, sum uint32, method uint16, flags uint16) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	in, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: method, Flags: flags, CRC32: sum, CompressedSize64: uint64(len(body)), UncompressedSize64: stated})
	if err != nil {
		panic(err)
	}
	_, _ = in.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// blanks packs n spaces without a header.
func blanks(n int) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	piece := bytes.Repeat([]byte(" "), 1<<20)
	for ; n > 0; n -= len(piece) {
		_, _ = w.Write(piece[:min(n, len(piece))])
	}
	_ = w.Close()
	return b.Bytes()
}

func photo() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil)
	return b.Bytes()
}

func drawing() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)))
	return b.Bytes()
}

func chunk(name string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, name...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// vast is a PNG of that many pixels in a few hundred bytes.
func vast(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0))...)
	out = append(out, chunk("IDAT", []byte(deflated(strings.Repeat("\x00", 1000))))...)
	return append(out, chunk("IEND", nil)...)
}

// segments puts n bytes of metadata into a JPEG.
func segments(n int) []byte {
	p := photo()
	out := append([]byte(nil), p[:2]...)
	for ; n > 0; n -= 65000 {
		out = append(append(out, 0xff, 0xe1, 0xfd, 0xea), make([]byte, 65000)...)
	}
	return append(out, p[2:]...)
}

func exe() []byte {
	b := make([]byte, 600)
	copy(b, "MZ\x90\x00\x03")
	b[60] = 0x80
	copy(b[128:], "PE\x00\x00")
	return b
}

const (
	wordMain  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	excelMain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>`
	kinds     = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

func office(main string, more ...file) []byte {
	part := "word/document.xml"
	if main == excelMain {
		part = "xl/workbook.xml"
	}
	types := `<?xml version="1.0"?><Types><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/` + part + `" ContentType="` + main + `"/></Types>`
	return zipped(append([]file{one("[Content_Types].xml", []byte(types)), one("_rels/.rels", fmt.Appendf(nil, relations, "")), one(part, []byte("<doc/>"))}, more...)...)
}

func relation(kind, target string) file {
	return one("word/_rels/document.xml.rels", fmt.Appendf(nil, relations,
		`<Relationship Id="r1" Type="`+kinds+kind+`" Target="`+target+`" TargetMode="External"/>`))
}

func runs(texts ...string) file {
	out := `<w:p xmlns:w="w"><w:fldChar w:fldCharType="begin"/>`
	for _, t := range texts {
		out += `<w:r><w:instrText>` + t + `</w:instrText></w:r>`
	}
	return one("word/footer1.xml", []byte(out+`<w:fldChar w:fldCharType="end"/></w:p>`))
}

func voucher(root, before, inside string) []byte {
	return []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>` + before + `<` + root + ` xmlns="urn:oasis:names:specification:ubl:schema:xsd:` + root + `-2">` + inside + `</` + root + `>`)
}

// overlapped is a ZIP whose second entry is its first one's bytes.
func overlapped() []byte {
	b := zipped(one("a.txt", []byte("hola")), one("b.txt", []byte("chau")))
	// Both entries of the directory point to the first local header.
	at := bytes.Index(b, []byte("PK\x01\x02"))
	second := at + 1 + bytes.Index(b[at+1:], []byte("PK\x01\x02"))
	copy(b[second+42:second+46], []byte{0, 0, 0, 0})
	return b
}

// endless states 70,000 entries in the end of its directory.
func endless() []byte {
	b := zipped(one("a.txt", []byte("hola")))
	at := bytes.LastIndex(b, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(b[at+8:], 60_000)
	binary.LittleEndian.PutUint16(b[at+10:], 60_000)
	return b
}

// beyond has a ZIP64 directory that begins after the end of the file.
func beyond() []byte {
	b := zipped(one("a.txt", []byte("hola")))
	at := bytes.LastIndex(b, []byte("PK\x05\x06"))
	end := append([]byte(nil), b[at:]...)
	binary.LittleEndian.PutUint32(end[16:], 0xffffffff)
	record := make([]byte, 56)
	copy(record, "PK\x06\x06")
	binary.LittleEndian.PutUint64(record[4:], 44)
	binary.LittleEndian.PutUint64(record[24:], 1)
	binary.LittleEndian.PutUint64(record[32:], 1)
	binary.LittleEndian.PutUint64(record[48:], 1<<40)
	locator := make([]byte, 20)
	copy(locator, "PK\x06\x07")
	binary.LittleEndian.PutUint64(locator[8:], uint64(at))
	binary.LittleEndian.PutUint32(locator[16:], 1)
	return append(append(append(b[:at:at], record...), locator...), end...)
}

// crowd has n entries.
func crowd(n int) []byte {
	files := make([]file, n)
	for i := range files {
		files[i] = one(fmt.Sprintf("%d.txt", i), nil)
	}
	return zipped(files...)
}

func nest(body []byte, times int) []byte {
	for range times {
		body = zipped(one("dentro.zip", body))
	}
	return body
}

func appended(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func link(h *zip.FileHeader) { h.SetMode(0o777 | 1<<27) } // fs.ModeSymlink

func ole() []byte { return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1000)...) }

func mustHave(t *testing.T, ok bool, what string) {
	t.Helper()
	if !ok {
		t.Fatal(what)
	}
}
