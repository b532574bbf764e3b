package server_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/httpapi"

	storefiles "chaski/internal/store/files"
	"chaski/internal/store/uploads"
	"chaski/internal/testkit"
	files "chaski/internal/upload"
)

const uploadsPath = "/api/chaski/v1/uploads"

// pdf is a whole PDF of n bytes.
func pdf(n int, mark string) []byte {
	const begin, end = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", "\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
	b := bytes.Repeat([]byte("% "+mark+"\n"), n/(len(mark)+3)+1)[:n]
	copy(b, begin)
	copy(b[n-len(end):], end)
	return b
}

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
		}
	}
	return "Upload-Metadata: " + strings.Join(out, ",")
}

const tus = "Tus-Resumable: 1.0.0"

func (o *office) send(token, id string, offset int, body []byte) testkit.Response {
	o.T.Helper()
	return o.SendPart(token, id, offset, body)
}

func (o *office) complete(token, id string) testkit.Response {
	o.T.Helper()
	return o.CompletePart(token, id)
}

func TestADocumentComesInPieces(t *testing.T) {
	o := ended(t)
	body := pdf(300_000, "oficio")
	id := o.begun("oficio", "Oficio Nº 1 – señal.pdf", body)
	at := 0
	for _, piece := range []int{1, 99_999, 150_000, 50_000} {
		r := o.send(o.elsa, id, at, body[at:at+piece])
		at += piece
		if r.Status != 204 || r.Header.Get("Upload-Offset") != strconv.Itoa(at) {
			t.Fatalf("%d %s", r.Status, r.Header.Get("Upload-Offset"))
		}
		if at < len(body) {
			code(t, o.complete(o.elsa, id), 409, "upload_incomplete")
		}
	}
	if r := o.send(o.elsa, id, 100, body[100:200]); r.Status != 409 {
		t.Errorf("bytes from another offset: %d", r.Status)
	}
	for range 2 { // the answer was lost
		o.complete(o.elsa, id).JSON(200, nil)
		if document := o.of(id); o.storedAs(document) != sum(body) || o.waiting() != 0 || o.stored() != 1 {
			t.Fatalf("stored %s, %d files waiting", o.storedAs(document), o.waiting())
		}
	}
	d := o.hers()
	again := d.Push(d.add(paper{"again", "informe_rt", "otro nombre.pdf", "application/pdf", body}, nil))[0]
	refusedAs(t, again, "document_duplicate", "sha256")
	if !strings.Contains(again.Errors[0].Message, "Oficio de presentación") {
		t.Errorf("%+v", again)
	}
	o.downloads(o.of(id), body)
	o.verified()
}

func (o *office) downloads(document string, body []byte) {
	o.T.Helper()
	at := rc + "/" + testkit.Canal + "/documents/" + document + "/file"
	for who, want := range map[string]int{
		testkit.Elsa: 200, testkit.Carla: 200, testkit.Ana: 200, testkit.ID("coord2"): 404, testkit.ID("ejec2"): 404, testkit.Otto: 404,
	} {
		r := o.Do("GET", at, o.Token(who), nil)
		if r.Status != want || want == 200 && sum(r.Body) != sum(body) {
			o.T.Errorf("%s reads %d", who, r.Status)
		}
		if want == 200 && (!strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment;") || r.Header.Get("X-Content-Type-Options") != "nosniff") {
			o.T.Errorf("%v", r.Header)
		}
	}
	code(o.T, o.Do("GET", at, "", nil), 401, "session_expired")
	elsa, err := o.App.FindRecordById("users", testkit.Elsa)
	if err != nil {
		o.T.Fatal(err)
	}
	token, err := elsa.NewFileToken()
	if err != nil {
		o.T.Fatal(err)
	}
	if r := o.Do("GET", at+"?token="+url.QueryEscape(token), "", nil); r.Status != 200 {
		o.T.Errorf("by file token: %d", r.Status)
	}
	if r := o.Do("GET", at+"?token="+url.QueryEscape(o.elsa), "", nil); r.Status != 401 {
		o.T.Errorf("a session token in an address: %d", r.Status)
	}
	if r := o.Do("GET", at, o.elsa, nil, "Range: bytes=0-8"); r.Status != 206 || string(r.Body) != "%PDF-1.7\n" {
		o.T.Errorf("a range: %d %q", r.Status, r.Body)
	}
}

func TestUploadBelongsToItsOwnerOnEveryVerb(t *testing.T) {
	o := ended(t)
	o.Save("users", testkit.ID("elsa2"), map[string]any{
		"email": "elsa2@example.org", "password": "chaski-test", "name": "Colega", "role": "executor", "entity": testkit.ID("muni"), "active": true, "verified": true,
	})
	body := pdf(1000, "mío")
	p := o.planned("oficio", "oficio.pdf", body)
	_, id := o.begin(o.elsa, p)
	verbs := func(token string) map[string]testkit.Response {
		return map[string]testkit.Response{
			"HEAD":     o.Do("HEAD", uploadsPath+"/"+id, token, nil, tus),
			"PATCH":    o.send(token, id, 0, body),
			"DELETE":   o.Do("DELETE", uploadsPath+"/"+id, token, nil, tus),
			"complete": o.complete(token, id),
			"override": o.Do("POST", uploadsPath+"/"+id, token, string(body), tus, "X-HTTP-Method-Override: PATCH", "Upload-Offset: 0", "Content-Type: application/offset+octet-stream"),
		}
	}
	for name, user := range map[string]string{"another executor": testkit.ID("ejec2"), "a colleague": testkit.ID("elsa2"), "the coordinator": testkit.Carla} {
		for verb, r := range verbs(o.Token(user)) {
			if r.Status != 404 {
				t.Errorf("%s, %s: %d", name, verb, r.Status)
			}
		}
	}
	for _, verb := range []string{"HEAD", "PATCH", "DELETE"} {
		if r := o.Do(verb, uploadsPath+"/"+id, "", nil, tus); r.Status != 401 {
			t.Errorf("nobody, %s: %d", verb, r.Status)
		}
	}
	for _, user := range []string{testkit.ID("ejec2"), testkit.ID("elsa2"), testkit.Carla} { // of what Elsa's phone recorded
		r, _ := o.begin(o.Token(user), p)
		code(t, r, 404, "record_not_found")
	}
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 200 || r.Header.Get("Upload-Offset") != "0" {
		t.Fatalf("somebody's verb had an effect: %d %v", r.Status, r.Header)
	}
	o.send(o.elsa, id, 0, body[:400])
	if r := o.Do("DELETE", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 204 || o.waiting() != 0 {
		t.Errorf("given up: %d, %d files", r.Status, o.waiting())
	}
}

// What was presented is presented with its bytes, whenever they come: they are no change
// of it. An account that may sign in no more brings none.
func TestBytesOfAPresentedDocumentStillCome(t *testing.T) {
	o := ended(t)
	o.squared()
	body, late := pdf(1000, "tarde"), pdf(1000, "más tarde")
	id, other := o.begun("fotos", "fotos.pdf", body), o.begun("fotos", "otras.pdf", late)
	o.send(o.elsa, id, 0, body[:500])
	o.submitted()
	if r := o.send(o.elsa, id, 500, body[500:]); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	o.complete(o.elsa, id).JSON(200, nil)
	if o.storedAs(o.of(id)) != sum(body) {
		t.Error("it is not kept")
	}
	o.SQL(`UPDATE users SET active = 0 WHERE id = '` + testkit.Elsa + `'`)
	code(t, o.send(o.elsa, other, 0, late), 401, "session_expired")
}

func TestUploadRefusesWhatIsNotAsDeclared(t *testing.T) {
	o := ended(t)
	body := pdf(1000, "a")
	id := o.begun("oficio", "oficio.pdf", body)
	o.send(o.elsa, id, 0, pdf(1000, "b"))
	code(t, o.complete(o.elsa, id), 422, "file_hash_mismatch")
	code(t, o.complete(o.elsa, id), 422, "file_hash_mismatch") // it is remembered
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 422 || o.waiting() != 0 {
		t.Errorf("HEAD %d, %d files", r.Status, o.waiting())
	}
	zipped := func(names ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, n := range names {
			f, _ := w.Create(n)
			content := "contenido de " + n
			if n == "[Content_Types].xml" {
				content = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
			}
			_, _ = io.WriteString(f, content)
		}
		_ = w.Close()
		return b.Bytes()
	}
	var drawing bytes.Buffer
	if err := png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	exe := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), make([]byte, 600)...)
	copy(exe[60:], []byte{0x80, 0, 0, 0})
	copy(exe[128:], "PE\x00\x00")
	word := []string{"[Content_Types].xml", "_rels/.rels", "word/document.xml"}
	for name, c := range map[string]struct {
		file string
		body []byte
		code string
	}{
		"a program":              {"informe.pdf", exe, "file_kind_refused"},
		"a page":                 {"informe.pdf", []byte("<!DOCTYPE html><html><script>alert(1)</script></html>"), "file_kind_refused"},
		"text":                   {"informe.pdf", []byte("esto no es un PDF"), "file_kind_refused"},
		"a PDF called Word":      {"informe.docx", pdf(900, "c"), "file_name_mismatch"},
		"a PDF without ending":   {"informe", pdf(900, "d"), "file_name_mismatch"},
		"a program in a ZIP":     {"fotos.zip", zipped("fotos/1.txt", "fotos/instalar.EXE"), "archive_entry_refused"},
		"macros":                 {"planilla.docx", zipped(append(word, "word/vbaProject.bin")...), "file_active"},
		"a ZIP that was cut":     {"fotos.zip", zipped("a.txt", "b.txt")[:60], "file_damaged"},
		"Word":                   {"informe.docx", zipped(word...), ""},
		"ZIP":                    {"fotos.zip", zipped("a.txt", "b.txt"), ""},
		"PNG, ending in capital": {"foto.PNG", drawing.Bytes(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := o.complete(o.elsa, o.sent("informe_rt", c.file, c.body))
			if r.Code() != c.code || c.code == "" && r.Status != 200 {
				t.Errorf("%d %s, want %q: %s", r.Status, r.Code(), c.code, r.Body)
			}
		})
	}
	if n := o.stored(); n != 3 {
		t.Errorf("%d documents", n)
	}
	body = pdf(500, "c")
	if r := o.send(o.elsa, o.begun("oficio", "o.pdf", body), 0, append(body, body...)); r.Status != 413 {
		t.Errorf("more bytes than declared: %d", r.Status)
	}
}

func TestUploadGoesOnAfterACutAndARestart(t *testing.T) {
	o := ended(t)
	body := pdf(2_000_000, "corte")
	id := o.begun("comprobantes", "comprobantes.pdf", body)
	host := strings.TrimPrefix(o.Listen(), "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "PATCH %s/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n%s\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %d\r\n\r\n",
		uploadsPath, id, host, o.elsa, tus, len(body))
	if _, err := conn.Write(body[:700_000]); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	// Who asks how far it is takes the upload's lock, and ends a request under way:
	// only what is on the disk says that all that was sent has come.
	const reached = 700_000
	file := filepath.Join(o.Dir, "uploads", id)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(file); err == nil && info.Size() == reached {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what was sent before the cut is not kept")
		}
	}
	o = &office{Kit: o.Restart(), elsa: o.elsa, carla: o.carla}
	r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus)
	if r.Header.Get("Upload-Offset") != strconv.Itoa(reached) {
		t.Fatalf("after the restart at %s, was at %d", r.Header.Get("Upload-Offset"), reached)
	}
	o.send(o.elsa, id, reached, body[reached:])
	o.complete(o.elsa, id).JSON(200, nil)
	if o.storedAs(o.of(id)) != sum(body) {
		t.Error("what is stored is another file")
	}
}

// files is what takes files, by the clock of the kit.
func (o *office) files(set ...func(*files.Files)) *files.Files {
	o.T.Helper()
	made := &files.Files{
		Shelf: uploads.New(o.App), Records: &app.Files{Book: storefiles.New(o.Engine, o.App)}, Refuse: httpapi.Refuse, Now: func() time.Time { return o.Clock }, Log: slog.New(slog.DiscardHandler),
		Room: func(int64) error { return nil }, Limits: func() app.UploadLimits { return app.UploadLimits{} },
	}
	for _, s := range set {
		s(made)
	}
	f, err := files.New(made, filepath.Join(o.Dir, "uploads"), uploadsPath+"/")
	if err != nil {
		o.T.Fatal(err)
	}
	return f
}

// What nobody goes on with is let go: after two months, when any phone's lease is over;
// what an older app began, after two weeks. Until then it waits, whole or not, for the
// document that adopts it, and becomes none by itself.
func TestUploadsNobodyWentOnWithAreLetGo(t *testing.T) {
	o := ended(t)
	body, whole := pdf(5000, "olvido"), pdf(6000, "entero")
	id := o.begun("oficio", "oficio.pdf", body)
	o.send(o.elsa, id, 0, body[:10])
	o.halfSent(testkit.Elsa, pdf(7000, "medio"), 10)
	old := o.halfSent(testkit.Elsa, whole, len(whole))
	stray := filepath.Join(o.Dir, "uploads", "nadie")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ day, uploads int }{{13, 3}, {15, 1}, {59, 1}, {61, 0}} {
		o.Clock = time.Now().AddDate(0, 0, c.day)
		if err := o.files().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if o.waiting() != 2*c.uploads || o.Int(`SELECT count(*) FROM uploads`) != int64(c.uploads) {
			t.Errorf("day %d: %d files", c.day, o.waiting())
		}
		for _, verb := range []string{"HEAD", "DELETE"} { // not by itself: by its document
			if r := o.Do(verb, uploadsPath+"/"+old, o.elsa, nil, tus); r.Status != 404 {
				t.Errorf("%s %d", verb, r.Status)
			}
		}
		code(t, o.complete(o.elsa, old), 404, "not_found")
	}
	if n := o.stored(); n != 0 || o.Int(`SELECT count(*) FROM rendicion_documents`) != 1 {
		t.Errorf("%d documents", n)
	}
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 404 {
		t.Errorf("HEAD %d", r.Status)
	}
}

// An upload that did not begin is noted where the disk was too full to undo that. It is
// shown to nobody as half sent, and takes nobody's room.
func TestUploadThatDidNotBeginIsForgotten(t *testing.T) {
	o := ended(t)
	body := pdf(5000, "nada")
	id, begun := o.begun("oficio", "oficio.pdf", body), o.begun("planilla_pago", "planilla.pdf", body[1:])
	for _, name := range []string{id, id + ".info"} {
		if err := os.Remove(filepath.Join(o.Dir, "uploads", name)); err != nil {
			t.Fatal(err)
		}
	}
	for left, after := int64(2), 30*time.Second; left > 0; left, after = left-1, 2*time.Minute {
		o.Clock = time.Now().Add(after)
		if err := o.files().Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := o.Int(`SELECT count(*) FROM uploads`); n != left {
			t.Errorf("after %v: %d uploads are noted, want %d", after, n, left)
		}
	}
	if o.Int(`SELECT count(*) FROM uploads WHERE id = '`+begun+`'`) != 1 {
		t.Error("one that began is gone")
	}
}
