package server_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
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
	"chaski/internal/domain/actor"
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

// begin asks for an upload; its id is the last part of Location.
func (o *office) begin(token, kind, name, sha string, size int, more ...string) (testkit.Response, string) {
	o.T.Helper()
	pairs := append([]string{"intervention", testkit.Canal, "kind", kind, "filename", name, "sha256", sha}, more...)
	r := o.Do("POST", uploadsPath, token, nil, tus, "Upload-Length: "+strconv.Itoa(size), metadata(pairs...))
	at := r.Header.Get("Location")
	return r, at[strings.LastIndex(at, "/")+1:]
}

func (o *office) send(token, id string, offset int, body []byte) testkit.Response {
	o.T.Helper()
	return o.Do("PATCH", uploadsPath+"/"+id, token, string(body), tus, "Content-Type: application/offset+octet-stream", "Upload-Offset: "+strconv.Itoa(offset))
}

func (o *office) complete(token, id string) testkit.Response {
	o.T.Helper()
	return o.Do("POST", uploadsPath+"/"+id+"/complete", token, nil)
}

// sent has a file whole on the server, not completed.
func (o *office) sent(kind, name string, body []byte, more ...string) string {
	o.T.Helper()
	r, id := o.begin(o.elsa, kind, name, sum(body), len(body), more...)
	if r.Status != 201 || id == "" {
		o.T.Fatalf("%d %s", r.Status, r.Body)
	}
	if r := o.send(o.elsa, id, 0, body); r.Status != 204 {
		o.T.Fatalf("%d %s", r.Status, r.Body)
	}
	return id
}

// storedAs is the SHA-256 of what lies in the storage for a document, "" for nothing.
func (o *office) storedAs(document string) string {
	o.T.Helper()
	c, err := o.App.FindCollectionByNameOrId("rendicion_documents")
	if err != nil {
		o.T.Fatal(err)
	}
	kept, _ := filepath.Glob(filepath.Join(o.Dir, "storage", c.Id, document, "*"))
	for _, f := range kept {
		if !strings.HasSuffix(f, ".attrs") {
			b, err := os.ReadFile(f)
			if err != nil {
				o.T.Fatal(err)
			}
			return sum(b)
		}
	}
	return ""
}

// waiting are the files of unfinished uploads.
func (o *office) waiting() int {
	found, _ := filepath.Glob(filepath.Join(o.Dir, "uploads", "*"))
	return len(found)
}

func TestUploadInPiecesBecomesADocument(t *testing.T) {
	o := ended(t)
	body := pdf(300_000, "oficio")
	_, id := o.begin(o.elsa, "oficio", "Oficio Nº 1 – señal.pdf", sum(body), len(body))
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
	var d struct{ Document, SHA256, MIME string }
	o.complete(o.elsa, id).JSON(200, &d)
	if d.SHA256 != sum(body) || d.MIME != "application/pdf" || o.storedAs(d.Document) != sum(body) || o.waiting() != 0 {
		t.Fatalf("%+v, stored %s, %d files waiting", d, o.storedAs(d.Document), o.waiting())
	}
	first := d
	o.complete(o.elsa, id).JSON(200, &d) // the answer was lost
	if d != first || o.Int(`SELECT count(*) FROM rendicion_documents`) != 1 {
		t.Errorf("again: %+v", d)
	}
	r, _ := o.begin(o.elsa, "informe_rt", "otro nombre.pdf", sum(body), len(body))
	code(t, r, 409, "document_duplicate")
	if !strings.Contains(string(r.Body), "Oficio de presentación") {
		t.Errorf("%s", r.Body)
	}
	o.downloads(d.Document, body)
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
	_, id := o.begin(o.elsa, "oficio", "oficio.pdf", sum(body), len(body))
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
	if r, _ := o.begin(o.Token(testkit.ID("ejec2")), "oficio", "oficio.pdf", sum(body), len(body)); r.Status != 404 {
		t.Errorf("another executor begins: %d", r.Status)
	}
	if r, _ := o.begin(o.carla, "oficio", "oficio.pdf", sum(body), len(body)); r.Status != 403 {
		t.Errorf("the coordinator begins: %d", r.Status)
	}
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 200 || r.Header.Get("Upload-Offset") != "0" {
		t.Fatalf("somebody's verb had an effect: %d %v", r.Status, r.Header)
	}
	var list struct {
		Items []struct {
			ID     string
			Offset int
		}
	}
	o.Do("GET", uploadsPath+"?intervention="+testkit.Canal, o.Token(testkit.ID("elsa2")), nil).JSON(200, &list)
	if len(list.Items) != 0 {
		t.Errorf("a colleague sees %+v", list.Items)
	}
	o.send(o.elsa, id, 0, body[:400])
	o.Do("GET", uploadsPath+"?intervention="+testkit.Canal, o.elsa, nil).JSON(200, &list)
	if len(list.Items) != 1 || list.Items[0].ID != id || list.Items[0].Offset != 400 {
		t.Errorf("%+v", list.Items)
	}
	if r := o.Do("DELETE", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 204 || o.waiting() != 0 {
		t.Errorf("given up: %d, %d files", r.Status, o.waiting())
	}
}

func TestUploadNeedsTheRightToItsTargetOnEveryVerb(t *testing.T) {
	o := ended(t)
	x := o.squared()
	body := pdf(1000, "tarde")
	_, id := o.begin(o.elsa, "fotos", "fotos.pdf", sum(body), len(body))
	o.send(o.elsa, id, 0, body[:500])
	o.submit(x).JSON(200, &x)
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Status != 409 {
		t.Errorf("HEAD %d", r.Status)
	}
	code(t, o.send(o.elsa, id, 500, body[500:]), 409, "rendicion_closed")
	r, _ := o.begin(o.elsa, "fotos", "otras.pdf", sum(body[1:]), len(body)-1)
	code(t, r, 409, "rendicion_closed")
	// An account that may sign in no more: its unfinished files become nothing.
	o.SQL(`UPDATE users SET active = 0 WHERE id = '` + testkit.Elsa + `'`)
	code(t, o.send(o.elsa, id, 500, body[500:]), 401, "session_expired")
}

func TestUploadRefusesWhatIsNotAsDeclared(t *testing.T) {
	o := ended(t)
	body := pdf(1000, "a")
	id := o.sent("oficio", "oficio.pdf", pdf(1000, "b"))
	o.SQL(`UPDATE uploads SET sha256 = '` + sum(body) + `' WHERE id = '` + id + `'`)
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
	if n := o.Int(`SELECT count(*) FROM rendicion_documents`); n != 3 {
		t.Errorf("%d documents", n)
	}
	for name, c := range map[string]struct {
		kind, file, sha string
		size, status    int
		code            string
	}{
		"too large":     {"oficio", "o.pdf", sum(body), 200<<20 + 1, 413, "file_too_large"},
		"empty":         {"oficio", "o.pdf", sum(nil), 0, 400, "file_empty"},
		"no such kind":  {"carta", "o.pdf", sum(body), 10, 400, "invalid_value"},
		"no hash":       {"oficio", "o.pdf", "", 10, 400, "invalid_value"},
		"no name":       {"oficio", "", sum(body), 10, 400, "required"},
		"as many bytes": {"oficio", "o.pdf", sum(body), 200 << 20, 201, ""},
	} {
		if r, _ := o.begin(o.elsa, c.kind, c.file, c.sha, c.size); r.Status != c.status || r.Code() != c.code {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	r, id := o.begin(o.elsa, "oficio", "o.pdf", sum(body), 500)
	if r.Status != 201 {
		t.Fatal(r.Status)
	}
	if r := o.send(o.elsa, id, 0, body); r.Status != 413 {
		t.Errorf("more bytes than declared: %d", r.Status)
	}
}

func TestUploadGoesOnAfterACutAndARestart(t *testing.T) {
	o := ended(t)
	body := pdf(2_000_000, "corte")
	_, id := o.begin(o.elsa, "comprobantes", "comprobantes.pdf", sum(body), len(body))
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
	var d struct{ Document string }
	o.complete(o.elsa, id).JSON(200, &d)
	if o.storedAs(d.Document) != sum(body) {
		t.Error("what is stored is another file")
	}
}

// crashing breaks off between the storage and the row.
type crashing struct {
	app.Rendiciones
	times int
}

func (c *crashing) Attach(ctx context.Context, a actor.Actor, f app.StoredFile) (app.RendicionDocument, error) {
	if c.times--; c.times >= 0 {
		return app.RendicionDocument{}, errors.New("the power went")
	}
	return c.Rendiciones.Attach(ctx, a, f)
}

func (o *office) files(r app.Rendiciones, set ...func(*files.Files)) *files.Files {
	o.T.Helper()
	made := &files.Files{
		Shelf: uploads.New(o.Engine, o.App), Rendiciones: r, Records: &app.Files{Book: storefiles.New(o.Engine, o.App)}, Refuse: httpapi.Refuse, Now: func() time.Time { return o.Clock }, Log: slog.New(slog.DiscardHandler),
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

func TestUploadIsFinishedAgainAfterACrash(t *testing.T) {
	o := ended(t)
	body := pdf(5000, "caída")
	id := o.sent("oficio", "oficio.pdf", body)
	receiver := o.files(&crashing{Rendiciones: o.Rendiciones(), times: 2})
	for range 2 {
		if _, err := receiver.Complete(t.Context(), id); err == nil {
			t.Fatal("no crash")
		}
	}
	var document string
	if err := o.App.DB().NewQuery(`SELECT document FROM uploads WHERE id = '` + id + `'`).Row(&document); err != nil {
		t.Fatal(err)
	}
	if o.storedAs(document) != sum(body) || o.Int(`SELECT count(*) FROM rendicion_documents`) != 0 {
		t.Fatal("the crash was not between storage and row")
	}
	o = &office{Kit: o.Restart(), elsa: o.elsa, carla: o.carla}
	// Nobody asks any more: the sweeper finishes it, once.
	o.Clock = time.Now().Add(2 * time.Minute)
	for range 2 {
		if err := o.files(o.Rendiciones()).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if o.storedAs(document) != sum(body) || o.Int(`SELECT count(*) FROM rendicion_documents WHERE id = '`+document+`'`) != 1 || o.waiting() != 0 {
		t.Errorf("%d documents, %d files waiting", o.Int(`SELECT count(*) FROM rendicion_documents`), o.waiting())
	}
	// The crash came after the row: the bytes are gone, the row is the answer.
	o.SQL(`UPDATE uploads SET state = 'receiving'`)
	if d, err := o.files(o.Rendiciones()).Complete(t.Context(), id); err != nil || d.ID != document {
		t.Errorf("%+v %v", d, err)
	}
	folders, _ := filepath.Glob(filepath.Join(o.Dir, "storage", "*", "*"))
	if len(folders) != 1 {
		t.Errorf("orphans in the storage: %v", folders)
	}
}

func TestUploadsNobodyWentOnWithAreLetGo(t *testing.T) {
	o := ended(t)
	body := pdf(5000, "olvido")
	_, id := o.begin(o.elsa, "oficio", "oficio.pdf", sum(body), len(body))
	o.send(o.elsa, id, 0, body[:10])
	stray := filepath.Join(o.Dir, "uploads", "nadie")
	if err := os.WriteFile(stray, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	sweep := func(after time.Duration) {
		o.Clock = time.Now().Add(after)
		if err := o.files(o.Rendiciones()).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sweep(13 * 24 * time.Hour)
	if o.waiting() != 2 || o.Int(`SELECT count(*) FROM uploads`) != 1 {
		t.Fatalf("%d files: let go too early, or the stray is still there", o.waiting())
	}
	sweep(15 * 24 * time.Hour)
	if o.waiting() != 0 || o.Int(`SELECT count(*) FROM uploads`) != 0 {
		t.Errorf("%d files", o.waiting())
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
	_, id := o.begin(o.elsa, "oficio", "oficio.pdf", sum(body), len(body))
	_, begun := o.begin(o.elsa, "planilla_pago", "planilla.pdf", sum(body[1:]), len(body)-1)
	for _, name := range []string{id, id + ".info"} {
		if err := os.Remove(filepath.Join(o.Dir, "uploads", name)); err != nil {
			t.Fatal(err)
		}
	}
	for left, after := int64(2), 30*time.Second; left > 0; left, after = left-1, 2*time.Minute {
		o.Clock = time.Now().Add(after)
		if err := o.files(o.Rendiciones()).Sweep(t.Context()); err != nil {
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
