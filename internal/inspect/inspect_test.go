package inspect_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
	"chaski/internal/httpapi"
	"chaski/internal/inspect"
)

var update = flag.Bool("update", false, "write the table of docs/documents.md")

// sample is a file that comes, and what becomes of it: a code and what was found,
// or neither, if it is taken; held, if it is taken and waits.
type sample struct {
	what, name string
	body       []byte
	code       fault.Code
	found      string
	held       string
}

var samples = sync.OnceValue(func() []sample {
	js := "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
	deep := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	const refused, entry, unsafe, bomb = fault.FileKindRefused, fault.ArchiveEntryRefused, fault.ArchiveUnsafe, fault.ArchiveTooLarge
	return []sample{
		// What is none of the accepted.
		{"a program of Windows called informe.pdf", "informe.pdf", exe(), refused, "executable", ""},
		{"a program of Linux called foto.jpg", "foto.jpg", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 200)...), refused, "executable", ""},
		{"a program of macOS called foto.png", "foto.png", append([]byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"), make([]byte, 200)...), refused, "executable", ""},
		{"a shell script called oficio.pdf", "oficio.pdf", []byte("#!/bin/sh\nrm -rf ~\n"), refused, "script", ""},
		{"a shortcut of Windows called oficio.pdf", "oficio.pdf", append([]byte("L\x00\x00\x00\x01\x14\x02\x00"), make([]byte, 100)...), refused, "shortcut", ""},
		{"a web page called oficio.pdf", "oficio.pdf", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), refused, "text/html", ""},
		{"an SVG with a script called plano.png", "plano.png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), refused, "image/svg+xml", ""},
		{"plain text called oficio.pdf", "oficio.pdf", []byte("esto no es un PDF"), refused, "text/plain", ""},
		{"a .doc or .xls of the old Office, with or without macros, or a .msi", "planilla.xls", ole(), refused, "ole", ""},
		{"a RAR", "fotos.rar", []byte("Rar!\x1a\x07\x01\x00 etc"), refused, "application/x-rar-compressed", ""},
		{"a 7z called fotos.zip", "fotos.zip", []byte("7z\xbc\xaf\x27\x1c etc"), refused, "application/x-7z-compressed", ""},
		{"a GIF with a Java archive behind it (GIFAR)", "foto.jpg", appended([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), zipped(one("a.class", exe()))), refused, "image/gif", ""},
		{"no byte at all", "oficio.pdf", nil, fault.FileEmpty, "", ""},
		{"a HEIC of an iPhone", "IMG_0001.HEIC", append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 100)...), fault.FileHEIC, "", ""},
		{"an AVIF called foto.jpg", "foto.jpg", append([]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), make([]byte, 100)...), fault.FileHEIC, "", ""},
		{"a PDF called informe.docx", "informe.docx", pdf(""), fault.FileNameMismatch, "application/pdf", ""},
		{"a PDF without ending", "informe", pdf(""), fault.FileNameMismatch, "application/pdf", ""},
		// The test virus.
		{"EICAR as it is", "oficio.pdf", []byte(eicar), fault.FileVirus, "eicar", ""},
		{"EICAR in a ZIP", "fotos.zip", zipped(one("eicar.txt", []byte(eicar))), fault.FileVirus, "eicar", ""},
		{"EICAR in a ZIP in a ZIP", "fotos.zip", nest(zipped(one("eicar.txt", []byte(eicar))), 1), fault.FileVirus, "eicar", ""},
		{"EICAR in a PDF", "oficio.pdf", pdf("", "<< /Length 68 >>\nstream\n"+eicar+"\nendstream"), fault.FileVirus, "eicar", ""},
		// PDF.
		{"a PDF of five bytes", "oficio.pdf", []byte("%PDF-"), fault.FileDamaged, "pdf", ""},
		{"a PDF cut in the middle", "oficio.pdf", pdf("")[:200], fault.FileDamaged, "pdf", ""},
		{"a PDF with JavaScript", "oficio.pdf", pdf("/OpenAction 4 0 R", js), fault.FileActive, "pdf_script", ""},
		{"the same written #4aavaScript", "oficio.pdf", pdf("/OpenAction 4 0 R", "<< /S /#4aava#53cript /#4a#53 (app.alert\\(1\\)) >>"), fault.FileActive, "pdf_script", ""},
		{"the same in a packed object stream", "oficio.pdf", pdf("/OpenAction 5 0 R", packed(js, "")), fault.FileActive, "pdf_script", ""},
		{"the same in an object stream that hides its type", "oficio.pdf", pdf("", strings.Replace(packed(js, ""), "/Type /ObjStm", "", 1)), fault.FileActive, "pdf_script", ""},
		{"a PDF that acts when a page opens (/AA)", "oficio.pdf", pdf("/AA << /WC 4 0 R >>", "<< /S /Named /N /Print >>"), fault.FileActive, "pdf_script", ""},
		{"a PDF that starts a program", "oficio.pdf", pdf("/OpenAction << /S /Launch /F (cmd.exe) >>"), fault.FileActive, "pdf_launch", ""},
		{"a PDF that sends a form", "oficio.pdf", pdf("", "<< /S /SubmitForm /F (http://x.example) >>"), fault.FileActive, "pdf_send", ""},
		{"a PDF with files in it", "oficio.pdf", pdf("/Names << /EmbeddedFiles 4 0 R >>", "<< /Names [(a.exe) 5 0 R] >>", "<< /Type /Filespec /EF << /F 6 0 R >> >>"), fault.FileActive, "pdf_files", ""},
		{"a PDF with a film (RichMedia)", "oficio.pdf", pdf("", "<< /Type /Annot /Subtype /RichMedia >>"), fault.FileActive, "pdf_media", ""},
		{"a PDF with an XFA form", "oficio.pdf", pdf("/AcroForm << /XFA [(a) 4 0 R] >>"), fault.FileActive, "pdf_form", ""},
		{"a PDF with a password, or locked by its maker", "oficio.pdf", bytes.Replace(pdf("", "<< /Filter /Standard /V 2 /R 3 >>"), []byte("/Root 1 0 R"), []byte("/Root 1 0 R /Encrypt 4 0 R"), 1), fault.FileProtected, "application/pdf", ""},
		{"a PDF whose object stream unpacks to 70 MB", "oficio.pdf", pdf("", packed(strings.Repeat(" ", 70<<20), "")), bomb, "application/pdf", ""},
		{"a PDF with objects packed in a way that is not read", "oficio.pdf", pdf("", packed("null", "/DecodeParms << /Predictor 12 >>")), "", "", inspect.HeldObjects},
		{"an object stream behind the word stream in a string", "oficio.pdf", pdf("/OpenAction 5 0 R", packed(js, "/X (stream)")), fault.FileActive, "pdf_script", ""},
		{"the same, in a string in a string", "oficio.pdf", pdf("/OpenAction 5 0 R", first("/X (a\\)(stream) \\( stream )", packed(js, ""))), fault.FileActive, "pdf_script", ""},
		{"the same, in a comment", "oficio.pdf", pdf("/OpenAction 5 0 R", first("% stream\n", packed(js, ""))), fault.FileActive, "pdf_script", ""},
		{"the same, after a string in hexadecimal", "oficio.pdf", pdf("/OpenAction 5 0 R", first("/X <28> /Y (stream)", packed(js, ""))), fault.FileActive, "pdf_script", ""},
		{"the word stream where a value belongs", "oficio.pdf", pdf("", first("/X stream", packed("null", ""))), "", "", inspect.HeldObjects},
		{"the word stream in an array", "oficio.pdf", pdf("", first("/X [ >> stream ]", packed("null", ""))), "", "", inspect.HeldObjects},
		{"a script behind the word stream in a string", "oficio.pdf", pdf("/OpenAction << /X (stream) /S /#4aavaScript /JS (app.alert\\(1\\)) >>"), fault.FileActive, "pdf_script", ""},
		{"a script's text alone behind the word stream in a string", "oficio.pdf", pdf("/X (stream) /Y << /JS (app.alert\\(1\\)) >>"), fault.FileActive, "pdf_script", ""},
		{"an order with a comment in it: /S %/x and /Launch", "oficio.pdf", pdf("/OpenAction << /S %/x\n/Launch /F (cmd.exe) >>"), fault.FileActive, "pdf_launch", ""},
		{"the same with /SubmitForm", "oficio.pdf", pdf("", "<< /S%/x\r/SubmitForm /F (http://x.example) >>"), fault.FileActive, "pdf_send", ""},
		{"the same with /ImportData", "oficio.pdf", pdf("", "<< /S %/x\n%/y\n/ImportData /F (a.fdf) >>"), fault.FileActive, "pdf_send", ""},
		{"the same with /GoToE", "oficio.pdf", pdf("", "<< /S % (\n /GoToE >>"), fault.FileActive, "pdf_files", ""},
		{"an order that stands in an object of its own", "oficio.pdf", pdf("/OpenAction << /S 4 0 R /F (cmd.exe) >>", "%/x\n/Launch"), fault.FileActive, "pdf_launch", ""},
		{"acts of a page behind a comment (/AA %)", "oficio.pdf", pdf("/AA % nada\n << /WC 4 0 R >>", "<< /S /Named /N /Print >>"), fault.FileActive, "pdf_script", ""},
		{"an object in a string that is not closed", "oficio.pdf", pdf("", "null\nendobj\n(\n5 0 obj\n<< /X 1 >>"), "", "", inspect.HeldObjects},
		{"an object in a comment", "oficio.pdf", pdf("", "null\nendobj\n% 5 0 obj << /X 1 >>\n"), "", "", inspect.HeldObjects},
		{"an object in a string in hexadecimal", "oficio.pdf", pdf("", "null\nendobj\n<\n5 0obj << /X 1 >>"), "", "", inspect.HeldObjects},
		{"a script in an object in a string that is not closed", "oficio.pdf", pdf("", "null\nendobj\n(\n5 0obj\n<< /S %\n/Launch /F (cmd.exe) >>"), fault.FileActive, "pdf_launch", ""},
		{"an object stream whose filter stands elsewhere", "oficio.pdf", pdf("", strings.Replace(packed(js, ""), "/Filter /FlateDecode", "/Filter 5 0 R", 1), "/FlateDecode"), "", "", inspect.HeldObjects},
		{"the same, in an array", "oficio.pdf", pdf("", strings.Replace(packed(js, ""), "/Filter /FlateDecode", "/Filter [5 0 R]", 1), "/FlateDecode"), "", "", inspect.HeldObjects},
		{"an object stream with a filter that nobody knows", "oficio.pdf", pdf("", strings.Replace(packed(js, ""), "/FlateDecode", "/Otro", 1)), "", "", inspect.HeldObjects},
		{"an object stream whose filter is said in a comment too", "oficio.pdf", pdf("", strings.Replace(packed(js, ""), "/Filter /FlateDecode", "/Filter %/x\n[%/y\n/FlateDecode]", 1)), fault.FileActive, "pdf_script", ""},
		{"an object stream whose predictor stands elsewhere", "oficio.pdf", pdf("", packed("null", "/DecodeParms 5 0 R"), "<< /Columns 3 >>"), "", "", inspect.HeldObjects},
		{"an object stream that is not packed", "oficio.pdf", pdf("", "<< /Type /ObjStm /N 1 /First 4 /Length 8 >>\nstream\n4 0 null\nendstream"), "", "", inspect.HeldObjects},
		{"a ZIP of PDFs that unpack to 60 MB each", "fotos.zip", bombs(20), bomb, "application/zip", ""},
		{"a PDF that packs nothing, twice over", "oficio.pdf", pdf("", hollow(80<<20)), bomb, "application/pdf", ""},
		{"a PDF that is a ZIP too", "oficio.pdf", appended(pdf(""), zipped(one("a.txt", []byte("hola")))), fault.FileDisguised, "application/zip", ""},
		// Images.
		{"a PNG of 50,000 × 50,000 in 1 kB", "foto.png", vast(50_000, 50_000), fault.ImageTooLarge, "50000 × 50000", ""},
		{"a JPEG that was cut", "foto.jpg", photo()[:300], fault.FileDamaged, "image", ""},
		{"a PNG that was cut", "foto.png", drawing()[:60], fault.FileDamaged, "image", ""},
		{"a PNG with a changed byte", "foto.png", bytes.Replace(drawing(), []byte("IDAT"), []byte("IDAU"), 1), fault.FileDamaged, "image", ""},
		{"a JPEG with 20 MB of metadata", "foto.jpg", segments(20 << 20), fault.ImageTooLarge, "16 MB", ""},
		{"a JPEG that is a ZIP too", "foto.jpg", appended(photo(), zipped(one("a.txt", []byte("hola")))), fault.FileDisguised, "application/zip", ""},
		{"a JPEG with a page behind it", "foto.jpg", appended(photo(), []byte("\n<html><body onload=alert(1)>")), fault.FileDisguised, "text/html", ""},
		{"a JPEG with a script in its comment", "foto.jpg", appended(photo()[:2], []byte("\xff\xfe\x00\x1b<script>alert(1)</script>"), photo()[2:]), fault.FileDisguised, "text/html", ""},
		{"a PNG with a program behind it", "foto.png", appended(drawing(), exe()), fault.FileDisguised, "executable", ""},
		// ZIP: what is in it.
		{"a ZIP with instalar.EXE", "fotos.zip", zipped(one("fotos/1.jpg", photo()), one("fotos/instalar.EXE", []byte("hola"))), entry, "zip_program", ""},
		{"a ZIP with a program called factura.pdf", "fotos.zip", zipped(one("factura.pdf", exe())), entry, "executable", ""},
		{"a ZIP with factura.pdf.js", "fotos.zip", zipped(one("factura.pdf.js", []byte("WScript.Echo(1)"))), entry, "zip_program", ""},
		{"a ZIP with ver.hta", "fotos.zip", zipped(one("ver.hta", []byte("hola"))), entry, "zip_program", ""},
		{"a ZIP with ver.vbs, said to be text", "fotos.zip", zipped(one("ver.vbs", []byte("hola"))), entry, "zip_program", ""},
		{"a ZIP with ver.ps1", "fotos.zip", zipped(one("ver.ps1", []byte("hola"))), entry, "zip_program", ""},
		{"a ZIP with ver.lnk", "fotos.zip", zipped(one("ver.lnk", []byte("L\x00\x00\x00\x01\x14\x02\x00"))), entry, "zip_program", ""},
		{"a ZIP with a name that ends in dots: a.exe...", "fotos.zip", zipped(one("a.exe. .", []byte("hola"))), entry, "zip_program", ""},
		{"a ZIP with a script called notas.txt", "fotos.zip", zipped(one("notas.txt", []byte("#!/bin/sh\nrm -rf ~\n"))), entry, "script", ""},
		{"a ZIP with a web page called factura.pdf", "fotos.zip", zipped(one("factura.pdf", []byte("<!DOCTYPE html><html><script>1</script></html>"))), entry, "text/html", ""},
		{"a ZIP with a .xls of the old Office", "fotos.zip", zipped(one("planilla.xls", ole())), entry, "ole", ""},
		{"a ZIP with a RAR in it", "fotos.zip", zipped(one("a.rar", []byte("Rar!\x1a\x07\x01\x00"))), entry, "application/x-rar-compressed", ""},
		{"a ZIP with a PDF with JavaScript", "fotos.zip", zipped(one("oficio.pdf", pdf("", js))), fault.FileActive, "pdf_script", ""},
		{"a ZIP with a PNG of 50,000 × 50,000", "fotos.zip", zipped(one("foto.png", vast(50_000, 50_000))), fault.ImageTooLarge, "50000 × 50000", ""},
		{"a ZIP in a ZIP, with a program", "fotos.zip", nest(zipped(one("a.pdf", exe())), 1), entry, "executable", ""},
		{"a ZIP in a ZIP in a ZIP", "fotos.zip", nest(zipped(one("a.txt", []byte("hola"))), 2), entry, "zip_nested", ""},
		{"a ZIP with a .docx with macros", "fotos.zip", zipped(one("a.docx", office(wordMain, one("word/vbaProject.bin", ole())))), fault.FileActive, "macros", ""},
		// ZIP: how it is made.
		{"a ZIP that was cut", "fotos.zip", zipped(one("a.txt", []byte("hola")))[:40], fault.FileDamaged, "zip", ""},
		{"a ZIP with nothing in it", "fotos.zip", zipped(), fault.FileDamaged, "zip_empty", ""},
		{"an entry ../../etc/passwd", "fotos.zip", zipped(one("../../etc/passwd", []byte("hola"))), unsafe, "zip_path", ""},
		{"an entry /etc/passwd", "fotos.zip", zipped(one("/etc/passwd", []byte("hola"))), unsafe, "zip_path", ""},
		{`an entry C:\Windows\a.txt`, "fotos.zip", zipped(one(`C:\Windows\a.txt`, []byte("hola"))), unsafe, "zip_path", ""},
		{`an entry ..\..\a.txt`, "fotos.zip", zipped(one(`..\..\a.txt`, []byte("hola"))), unsafe, "zip_path", ""},
		{"an entry with a NUL in its name", "fotos.zip", zipped(one("a.txt\x00.exe", []byte("hola"))), unsafe, "zip_name", ""},
		{"an entry whose name turns the writing around", "fotos.zip", zipped(one("fac\u202etxt.exe", []byte("hola"))), unsafe, "zip_name", ""},
		{"an entry with a line end in its name", "fotos.zip", zipped(one("a\n.txt", []byte("hola"))), unsafe, "zip_name", ""},
		{"two entries of one name", "fotos.zip", zipped(one("a.txt", []byte("hola")), one("a.txt", []byte("chau"))), unsafe, "zip_twice", ""},
		{"an entry that is a link", "fotos.zip", zipped(file{"a.txt", []byte("/etc/passwd"), link}), unsafe, "zip_link", ""},
		{"an entry with a password", "fotos.zip", raw("a.txt", []byte("hola"), 4, 0, zip0, 1), fault.FileProtected, "application/zip", ""},
		{"an entry packed in a rare way", "fotos.zip", raw("a.txt", []byte("hola"), 4, 0, 12, 0), unsafe, "zip_method", ""},
		{"500 MB of spaces in 500 kB", "fotos.zip", raw("a.txt", spaces500, 500<<20, 0, zip8, 0), bomb, "application/zip", ""},
		{"the same, said to be 10 bytes", "fotos.zip", raw("a.txt", spaces500, 10, 0, zip8, 0), fault.FileDamaged, "zip", ""},
		{"1.1 GB of spaces in small entries", "fotos.zip", many(71, 15<<20), bomb, "application/zip", ""},
		{"two entries that share their bytes", "fotos.zip", overlapped(), bomb, "application/zip", ""},
		{"20,000 entries", "fotos.zip", crowd(20_000), bomb, "application/zip", ""},
		{"60,000 entries said, one there", "fotos.zip", endless(), bomb, "application/zip", ""},
		{"a ZIP64 directory beyond the end of the file", "fotos.zip", beyond(), fault.FileDamaged, "zip", ""},
		{"a checksum that is not the entry's", "fotos.zip", raw("a.txt", []byte("hola"), 4, 1, zip0, 0), fault.FileDamaged, "zip", ""},
		// Office.
		{"a .docx with vbaProject.bin", "informe.docx", office(wordMain, one("word/vbaProject.bin", ole())), fault.FileActive, "macros", ""},
		{"a .docm called informe.docx", "informe.docx", office("application/vnd.ms-word.document.macroEnabled.main+xml"), fault.FileActive, "macros", ""},
		{"a .xlsm called planilla.xlsx", "planilla.xlsx", office("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), fault.FileActive, "macros", ""},
		{"a .xlsx with a macro sheet of Excel 4", "planilla.xlsx", office(excelMain, one("xl/macrosheets/sheet1.xml", []byte("<a/>"))), fault.FileActive, "macros", ""},
		{"a .docx with an embedded object", "informe.docx", office(wordMain, one("word/embeddings/oleObject1.bin", ole())), fault.FileActive, "office_object", ""},
		{"a .docx with an embedded workbook with macros", "informe.docx", office(wordMain, one("word/embeddings/hoja.xlsx", office(excelMain, one("xl/vbaProject.bin", ole())))), fault.FileActive, "macros", ""},
		{"a .docx with a template from elsewhere", "informe.docx", office(wordMain, relation("attachedTemplate", "https://x.example/a.dotm")), fault.FileActive, "office_remote", ""},
		{"a .docx with a picture from elsewhere", "informe.docx", office(wordMain, relation("image", `\\x.example\a.png`)), fault.FileActive, "office_remote", ""},
		{"a .docx with a DDE field, over three runs", "informe.docx", office(wordMain, runs("D", "DEAU", "TO c:\\\\windows\\\\cmd.exe")), fault.FileActive, "office_dde", ""},
		{"a .xlsx with a DDE link", "planilla.xlsx", office(excelMain, one("xl/externalLinks/externalLink1.xml", []byte(`<externalLink><ddeLink ddeService="cmd"/></externalLink>`))), fault.FileActive, "office_dde", ""},
		{"a .docx with a program called foto.png", "informe.docx", office(wordMain, one("word/media/foto.png", exe())), entry, "executable", ""},
		{"a .docx with entities", "informe.docx", office(wordMain, one("word/header1.xml", []byte(`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`))), fault.FileDamaged, "office_damaged", ""},
		{"a presentation called informe.docx", "informe.docx", office("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"), refused, "office", ""},
		// XML.
		{"an XML that is no voucher", "datos.xml", []byte(`<?xml version="1.0"?><datos/>`), fault.FileXMLRefused, "xml_other", ""},
		{"a voucher with a document type", "f.xml", voucher("Invoice", `<!DOCTYPE Invoice SYSTEM "file:///etc/passwd">`, ""), fault.FileXMLRefused, "xml_dtd", ""},
		{"a voucher with an entity bomb", "f.xml", voucher("Invoice", `<!DOCTYPE a [<!ENTITY b "c">]>`, "&b;"), fault.FileXMLRefused, "xml_dtd", ""},
		{"a voucher with a style from elsewhere", "f.xml", voucher("Invoice", `<?xml-stylesheet href="https://x.example/a.xsl"?>`, ""), fault.FileXMLRefused, "xml_style", ""},
		{"a voucher of 100 elements in each other", "f.xml", voucher("Invoice", "", deep), fault.FileXMLRefused, "xml_deep", ""},
		{"a voucher that was cut", "f.xml", voucher("Invoice", "", "<a>")[:90], fault.FileXMLRefused, "xml_damaged", ""},
		// What is taken.
		{"a PDF", "oficio.pdf", pdf(""), "", "", ""},
		{"a PDF with bookmarks and a link", "oficio.PDF", pdf("/OpenAction [3 0 R /Fit]", "<< /S /URI /URI (https://gob.pe) >>", packed("<< /Title (HTML y /JavaScript) >>", "")[:0]+"null"), "", "", ""},
		{"a PDF whose strings and comments read like orders", "oficio.pdf", pdf("/Title (/S /Launch stream \\) /JS (x)) % /AA << >> stream", "<< /X <2F4A53> /Y () /Z (\\\\) >>", packed("<< /A (b) /B <28> /C << /D [ (e) ] >> >>", "/L [ << /M (n) >> ]")), "", "", ""},
		{"a photo", "foto.jpg", photo(), "", "", ""},
		{"a photo called .jfif or .jpe", "foto.jfif", photo(), "", "", ""},
		{"a photo with a film behind it (motion photo)", "foto.jpeg", appended(photo(), []byte("\x00\x00\x00\x18ftypmp42"), make([]byte, 500)), "", "", ""},
		{"a PNG", "dibujo.PNG", drawing(), "", "", ""},
		{"a .docx with this machine's template and a link", "informe.docx", office(wordMain, relation("attachedTemplate", "file:///C:/Users/Elsa/Normal.dotm"), one("word/_rels/a.xml.rels", fmt.Appendf(nil, relations, `<Relationship Type="`+kinds+`hyperlink" Target="https://gob.pe" TargetMode="External"/>`))), "", "", ""},
		{"a .docx with a chart's workbook", "informe.docx", office(wordMain, one("word/embeddings/hoja.xlsx", office(excelMain))), "", "", ""},
		{"a .xlsx", "planilla.xlsx", office(excelMain), "", "", ""},
		{"a ZIP with photos, a ZIP of vouchers and what macOS adds", "fotos.zip", zipped(one("a/", nil), one("a/1.jpg", photo()), one("cdr.zip", zipped(one("R-1.xml", voucher("ApplicationResponse", "", "")))), one("__MACOSX/._1.jpg", []byte("\x00\x05\x16\x07etc")), one("lista.csv", []byte("a;b\n1;2\n")), one("se\xa4al.txt", []byte("hola"))), "", "", ""},
		{"a voucher of SUNAT in Latin-1", "20100066603-01-F001-1.xml", voucher("Invoice", "", "<a>se\xf1al</a>"), "", "", ""},
	}
})

const zip0, zip8 = 0, 8

var (
	spaces    = bytes.Repeat([]byte(" "), 15<<20)
	spaces500 = blanks(500 << 20)
)

// many is a ZIP of as many entries of n spaces.
func many(count, n int) []byte {
	files := make([]file, count)
	for i := range files {
		files[i] = one(fmt.Sprintf("%d.txt", i), spaces[:n])
	}
	return zipped(files...)
}

// looked is what became of each sample, by its place.
var looked = sync.OnceValue(func() []result {
	var out []result
	for _, s := range samples() {
		v, err := inspect.Content(context.Background(), bytes.NewReader(s.body), int64(len(s.body)), s.name)
		out = append(out, result{v, err})
	}
	return out
})

type result struct {
	inspect.Verdict
	err error
}

func TestHostileFiles(t *testing.T) {
	for i, s := range samples() {
		t.Run(s.what, func(t *testing.T) {
			v, err := looked()[i].Verdict, looked()[i].err
			if s.code == "" {
				if err != nil || v.Held != s.held || v.Format.MIME == "" {
					t.Fatalf("%+v, %v", v, err)
				}
				return
			}
			if f := fault.Of(err); f == nil || f.Code != s.code || f.Args["found"] != s.found {
				t.Fatalf("%v, want %s %s", err, s.code, s.found)
			}
		})
	}
}

// expiring is a context that ends after so many looks at it.
type expiring struct {
	context.Context
	looks int
	why   error
}

func (e *expiring) Err() error {
	if e.looks--; e.looks < 0 {
		return e.why
	}
	return nil
}

// What takes too long waits for a person, as what it seems to be; what was given up
// is an error. Neither is refused, and neither is taken.
func TestWhatTakesTooLongIsHeld(t *testing.T) {
	for name, body := range map[string][]byte{
		"oficio.pdf": pdf("", packed(strings.Repeat(" ", 1<<20), "")), "fotos.zip": zipped(one("a.txt", spaces), one("b.txt", spaces)),
		"informe.docx": office(wordMain, one("word/b.xml", spaces)), "foto.jpg": photo(), "f.xml": voucher("Invoice", "", "<a/>"),
	} {
		for looks := range 4 {
			look := func(why error) (inspect.Verdict, error) {
				return inspect.Content(&expiring{t.Context(), looks, why}, bytes.NewReader(body), int64(len(body)), name)
			}
			v, err := look(context.DeadlineExceeded)
			if looks == 0 && (err != nil || v.Held != inspect.HeldLate) || err != nil {
				t.Errorf("%s after %d: %+v, %v", name, looks, v, err)
			}
			if !slices.Contains(v.Format.Extensions, name[strings.LastIndex(name, ".")+1:]) {
				t.Errorf("%s after %d is a %s", name, looks, v.Format.MIME)
			}
			if v, err := look(context.Canceled); looks == 0 && !errors.Is(err, context.Canceled) {
				t.Errorf("%s given up after %d: %+v, %v", name, looks, v, err)
			}
		}
	}
}

// names that come, and what they become.
var names = []struct{ what, name, clean string }{
	{"a name with a folder", `C:\Users\Elsa\oficio.pdf`, "oficio.pdf"},
	{"a name that climbs", "../../oficio.pdf", "oficio.pdf"},
	{"a NUL and a line end in the name", "ofi\x00ci\no.pdf", "ofici o.pdf"},
	{"a name that turns the writing around", "oficio\u202efdp.exe.pdf", "oficiofdp.exe.pdf"},
	{"letters that are not seen", "ofi\u200bcio\ufeff.pdf", "oficio.pdf"},
	{"dots and spaces at the end", "oficio.pdf. . ", "oficio.pdf"},
	{"a device of Windows", "CON.pdf", "_CON.pdf"},
	{"the same, with two endings", "com1.tar.pdf", "_com1.tar.pdf"},
	{"a name that a spreadsheet computes", "=HYPERLINK(1).pdf", "HYPERLINK(1).pdf"},
	{"the same with - + @", "-+@oficio.pdf", "oficio.pdf"},
	{"what Windows does not take", `a<b>:"|?*.pdf`, "a-b------.pdf"},
	{"a name of 300 bytes", strings.Repeat("ñ", 148) + ".pdf", strings.Repeat("ñ", 98) + ".pdf"},
	{"an ending alone", ".pdf", "documento.pdf"},
	{"nothing left", "...", ""},
	{"a good name", "Oficio Nº 1 – señal (2).pdf", "Oficio Nº 1 – señal (2).pdf"},
}

func TestNamesAreCleaned(t *testing.T) {
	for _, n := range names {
		got := rendicion.CleanName(n.name)
		if got != n.clean || len(got) > rendicion.MaxNameBytes || rendicion.CleanName(got) != got {
			t.Errorf("%s: %q becomes %q, want %q", n.what, n.name, got, n.clean)
		}
	}
}

const page = "../../docs/documents.md"

// The page says of each sample what this test sees.
func TestThePageSaysWhatHappens(t *testing.T) {
	var rows strings.Builder
	hostile := 0
	row := func(what, happens, said string) { fmt.Fprintf(&rows, "| %s | %s | %s |\n", what, happens, said) }
	for i, s := range samples() {
		err := looked()[i].err
		switch f := fault.Of(err); {
		case err != nil:
			hostile++
			row(s.what, "refused, `"+string(f.Code)+"`", httpapi.Message(f))
		case s.held != "":
			hostile++
			row(s.what, "quarantined, `"+s.held+"`", httpapi.Quarantined(s.held, ""))
		default:
			row(s.what, "taken", "")
		}
	}
	for _, n := range names {
		switch {
		case n.clean == "":
			row("name: "+n.what, "refused, `file_name_refused`", httpapi.Message(fault.New(fault.FileNameRefused, "name")))
		case n.clean != n.name:
			row("name: "+n.what, "cleaned", "Se guardó como «"+printed(n.clean)+"».")
		}
		hostile++
	}
	if hostile < 40 {
		t.Errorf("%d hostile files only", hostile)
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- samples: go test ./internal/inspect -run Page -update -->\n", "<!-- end -->"
	before, rest, _ := strings.Cut(string(have), begin)
	_, after, found := strings.Cut(rest, end)
	mustHave(t, found, "the page has no place for the table")
	want := before + begin + "| what comes | what happens | what the person reads |\n|---|---|---|\n" + rows.String() + end + after
	if want == string(have) {
		return
	}
	if !*update {
		t.Fatal("docs/documents.md says something else: go test ./internal/inspect -run Page -update")
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func printed(name string) string {
	if len(name) > 60 {
		return name[:20] + "….pdf"
	}
	return name
}
