package server_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	storefiles "chaski/internal/store/files"
	"chaski/internal/testkit"
	receiving "chaski/internal/upload"
)

// photo is a photograph of a visit with its bytes and thumbnail.
type photo struct {
	collection, record string
	body, thumb        []byte
}

func newPhoto(k *testkit.Kit, collection, id string, n uint64) photo {
	return photo{collection, testkit.ID(id), k.Picture(n, 400), k.Picture(n+1000, 60)}
}

func (x photo) of(p *testkit.Phone, parent string) map[string]any {
	return p.Photo(strings.TrimRight(x.record, "z"), x.collection, parent, sum(x.body), len(x.body), fields{"thumb": sum(x.thumb), "thumb_size": len(x.thumb)})
}

// ask begins a part, or goes on with it.
func (x photo) ask(k *testkit.Kit, token, part string, body []byte) (testkit.Response, string) {
	k.T.Helper()
	return k.BeginPart(token, x.collection, x.record, part, sum(body), len(body))
}

// bring sends a part whole and completes it.
func (x photo) bring(k *testkit.Kit, token, part string, body []byte) testkit.Response {
	k.T.Helper()
	return k.BringPart(token, x.collection, x.record, part, body)
}

func (x photo) path() string { return httpapiPrefix + "/files/" + x.collection + "/" + x.record }

func keptAs(k *testkit.Kit, sha string) string {
	return filepath.Join(k.Dir, "storage", "files", sha[:2], sha)
}

func TestPhotoBytesFollowTheirRecord(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	x := newPhoto(k, "visit_photos", "p", 1)
	token := k.Token(testkit.Rosa)
	r, _ := x.ask(k, token, "file", x.body)
	code(t, r, 404, "record_not_found")
	applied(t, rosa.Push(x.of(rosa, "v")))
	code(t, k.Do("GET", x.path(), token, nil), 404, "file_pending")

	// In pieces; the phone forgets what it began, and the server goes on.
	r, id := x.ask(k, token, "file", x.body)
	if r.Status != 201 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	half := len(x.body) / 2
	k.SendPart(token, id, 0, x.body[:half])
	k = k.Restart()
	token = k.Token(testkit.Rosa)
	r, again := x.ask(k, token, "file", x.body)
	if r.Status != 201 || again != id || r.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Fatalf("not the same upload: %d %s %s", r.Status, again, r.Header.Get("Upload-Offset"))
	}
	if r := k.Do("HEAD", uploadsPath+"/"+id, token, nil, tus); r.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Fatalf("%d, offset %q", r.Status, r.Header.Get("Upload-Offset"))
	}
	if r := k.SendPart(token, id, half-5, x.body[half-5:]); r.Status != 409 {
		t.Fatalf("from another offset: %d", r.Status)
	}
	code(t, k.CompletePart(token, id), 409, "upload_incomplete")
	if r := k.SendPart(token, id, half, x.body[half:]); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	var done struct {
		Stored bool
		SHA256 string
	}
	for range 2 { // the answer was lost
		k.CompletePart(token, id).JSON(200, &done)
		if !done.Stored || done.SHA256 != sum(x.body) {
			t.Fatalf("%+v", done)
		}
	}
	if r, _ := x.ask(k, token, "file", x.body); r.Status != 200 || !strings.Contains(string(r.Body), `"stored":true`) {
		t.Errorf("asked for again: %d %s", r.Status, r.Body)
	}
	if b, err := os.ReadFile(keptAs(k, sum(x.body))); err != nil || !bytes.Equal(b, x.body) {
		t.Errorf("kept %d bytes: %v", len(b), err)
	}
	if left, _ := filepath.Glob(filepath.Join(k.Dir, "uploads", "*")); len(left) != 0 {
		t.Errorf("%v", left)
	}
	phone := k.Phone(testkit.Rosa)
	phone.Pull()
	if at := phone.Rows["visit_photos/"+x.record]["stored_at"]; at == "" || at == nil {
		t.Error("the phone is not told")
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE collection = 'visit_photos'`); n != 0 {
		t.Errorf("taken for a change from outside: %d", n)
	}
	x.bring(k, token, "thumb", x.thumb).JSON(200, nil)
	verifies(t, k)

	t.Run("downloads", func(t *testing.T) { x.isSeenBy(t, k) })
}

// isSeenBy those who may see its record, and by nobody else.
func (x photo) isSeenBy(t *testing.T, k *testkit.Kit) {
	for who, want := range map[string]int{
		testkit.Rosa: 200, testkit.Luis: 200, testkit.Carla: 200, testkit.Ana: 200, testkit.Elsa: 200, testkit.Ines: 404, testkit.Otto: 404,
	} {
		for at, body := range map[string][]byte{x.path(): x.body, x.path() + "/thumb": x.thumb} {
			r := k.Do("GET", at, k.Token(who), nil)
			if r.Status != want || want == 200 && !bytes.Equal(r.Body, body) {
				t.Errorf("%s reads %d at %s: %s", who, r.Status, at, r.Code())
			}
			if want == 200 && (r.Header.Get("ETag") != `"`+sum(body)+`"` || !strings.HasPrefix(r.Header.Get("Cache-Control"), "private") ||
				r.Header.Get("Content-Type") != "image/jpeg" || r.Header.Get("X-Content-Type-Options") != "nosniff") {
				t.Errorf("%v", r.Header)
			}
		}
	}
	code(t, k.Do("GET", x.path(), "", nil), 401, "session_expired")
	code(t, k.Do("GET", httpapiPrefix+"/files/visits/"+testkit.ID("v"), k.Token(testkit.Rosa), nil), 404, "not_found")
	if r := k.Do("GET", x.path(), k.Token(testkit.Rosa), nil, `If-None-Match: "`+sum(x.body)+`"`); r.Status != 304 {
		t.Errorf("unchanged: %d", r.Status)
	}
	account, err := k.App.FindRecordById("users", testkit.Rosa)
	if err != nil {
		t.Fatal(err)
	}
	short, err := account.NewFileToken()
	if err != nil {
		t.Fatal(err)
	}
	if r := k.Do("GET", x.path()+"?token="+url.QueryEscape(short), "", nil); r.Status != 200 {
		t.Errorf("by file token: %d", r.Status)
	}
	if looked := seen(k, "?actor="+testkit.Carla); looked.Total != 1 || looked.Items[0].What != "records" || looked.Items[0].Collection != "visit_photos" {
		t.Errorf("who looked online is noted: %+v", looked)
	}
	// Who supervises the work no more sees it no more.
	k.SQL(`UPDATE assignments SET to_on = '2026-11-01' WHERE user = '` + testkit.Luis + `'`)
	code(t, k.Do("GET", x.path(), k.Token(testkit.Luis), nil), 404, "not_found")
}

// exif is a picture that says so many bytes of itself.
func exifBomb(body []byte, bytesOfIt int) []byte {
	out := append([]byte{}, body[:2]...)
	for ; bytesOfIt > 0; bytesOfIt -= 65_000 {
		out = append(out, 0xff, 0xe1)
		out = binary.BigEndian.AppendUint16(out, 65_002)
		out = append(out, make([]byte, 65_000)...)
	}
	return append(out, body[2:]...)
}

// wide is a picture whose head says that it has so many pixels a side.
func wide(body []byte, side uint16) []byte {
	out := bytes.Clone(body)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[at+5:], side)
	binary.BigEndian.PutUint16(out[at+7:], side)
	return out
}

// What must not be taken says so with its code, on the upload and on the record; the
// rest goes on.
func TestPhotosThatAreNotTaken(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	token := k.Token(testkit.Rosa)
	good := k.Picture(9, 300)
	heic := append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 500)...)
	for i, c := range []struct {
		why, code string
		status    int
		body      []byte
	}{
		{"a PDF renamed", "file_name_mismatch", 415, pdf(2000, "x")},
		{"HEIC", "file_heic", 415, heic},
		{"cut short", "file_damaged", 415, good[:len(good)/2]},
		{"a text", "file_kind_refused", 415, []byte("no soy una foto")},
		{"more pixels than any memory has", "image_too_large", 415, wide(good, 65_000)},
		{"a page at its end", "file_disguised", 415, append(bytes.Clone(good), []byte("<script>alert(1)</script>")...)},
	} {
		x := photo{"visit_photos", testkit.ID("bad" + strconv.Itoa(i)), c.body, nil}
		m := rosa.Photo("bad"+strconv.Itoa(i), "visit_photos", "v", sum(c.body), len(c.body), nil)
		applied(t, rosa.Push(m))
		r := x.bring(k, token, "file", c.body)
		if r.Status != c.status || r.Code() != c.code {
			t.Errorf("%s: %d %s", c.why, r.Status, r.Body)
			continue
		}
		r, _ = x.ask(k, token, "file", c.body)
		code(t, r, c.status, c.code) // it stays so
		rosa.Pull()
		row := rosa.Rows["visit_photos/"+x.record]
		if row["refusal"] != c.code || row["stored_at"] != "" {
			t.Errorf("%s: the phone hears %v, %v", c.why, row["refusal"], row["stored_at"])
		}
		code(t, k.Do("GET", x.path(), token, nil), 404, "file_pending")
	}
	if n := k.Int(`SELECT count(*) FROM files`); n != 0 {
		t.Errorf("%d are kept", n)
	}
	// A large EXIF is no bomb until it is one: 12 MB bound the file.
	big := exifBomb(good, 3<<20)
	x := photo{"visit_photos", testkit.ID("exif"), big, nil}
	applied(t, rosa.Push(rosa.Photo("exif", "visit_photos", "v", sum(big), len(big), nil)))
	x.bring(k, token, "file", big).JSON(200, nil)
	verifies(t, k)
}

// Bytes that are not those of the record: let go, and taken anew.
func TestPhotoHashIsProven(t *testing.T) {
	k, rosa, luis := twoPhones(t)
	x := newPhoto(k, "visit_photos", "p", 3)
	applied(t, rosa.Push(x.of(rosa, "v")))
	token := k.Token(testkit.Rosa)
	flipped := bytes.Clone(x.body)
	flipped[len(flipped)/2] ^= 1
	r, id := x.ask(k, token, "file", x.body)
	if r.Status != 201 {
		t.Fatalf("%s", r.Body)
	}
	k.SendPart(token, id, 0, flipped)
	for range 2 {
		code(t, k.CompletePart(token, id), 422, "file_hash_mismatch")
	}
	rosa.Pull()
	if said := rosa.Rows["visit_photos/"+x.record]["refusal"]; said != "" {
		t.Errorf("the record is not to blame: %v", said)
	}
	x.bring(k, token, "file", x.body).JSON(200, nil)
	// Announced otherwise than the record says; of another's; of no part.
	y := newPhoto(k, "visit_photos", "q", 4)
	applied(t, rosa.Push(y.of(rosa, "v")))
	r, _ = y.ask(k, token, "file", x.body)
	code(t, r, 422, "file_hash_mismatch")
	r, _ = y.ask(k, k.Token(testkit.Luis), "file", y.body)
	code(t, r, 404, "record_not_found")
	r, _ = y.ask(k, token, "poster", y.body)
	code(t, r, 400, "invalid_value")
	r, _ = k.BeginPart(token, "visits", testkit.ID("v"), "file", sum(y.body), len(y.body))
	code(t, r, 400, "invalid_value")
	_, id = y.ask(k, token, "file", y.body)
	for verb, r := range map[string]testkit.Response{
		"HEAD":     k.Do("HEAD", uploadsPath+"/"+id, k.Token(testkit.Luis), nil, tus),
		"PATCH":    k.SendPart(k.Token(testkit.Luis), id, 0, y.body),
		"DELETE":   k.Do("DELETE", uploadsPath+"/"+id, k.Token(testkit.Luis), nil, tus),
		"complete": k.CompletePart(k.Token(testkit.Luis), id),
	} {
		if r.Status != 404 {
			t.Errorf("%s of another's upload: %d", verb, r.Status)
		}
	}
	// Who knows a hash has no picture: Luis names Rosa's, and is shown nothing.
	z := photo{"finding_photos", testkit.ID("z"), x.body, x.body}
	applied(t, luis.Push(luis.Photo("z", "finding_photos", "f", sum(x.body), len(x.body), fields{"thumb": sum(x.body), "thumb_size": 10})))
	for _, at := range []string{z.path(), z.path() + "/thumb"} {
		code(t, k.Do("GET", at, k.Token(testkit.Luis), nil), 404, "file_pending")
	}
	// Brought by him too, it is one content of two records.
	z.bring(k, k.Token(testkit.Luis), "file", x.body).JSON(200, nil)
	if n := k.Int(`SELECT count(*) FROM files WHERE sha256 = '` + sum(x.body) + `'`); n != 1 {
		t.Errorf("kept %d times", n)
	}
	verifies(t, k)
}

// What waits for review brings its bytes meanwhile; who decides sees them, and once it
// is accepted the record says that they are kept.
func TestParkedPhotos(t *testing.T) {
	k := testkit.World(t)
	luis := k.Phone(testkit.Luis) // Canal is not his
	x, y := newPhoto(k, "visit_photos", "p", 5), newPhoto(k, "visit_photos", "q", 6)
	y.body = pdf(900, "y")
	f := newPhoto(k, "finding_photos", "g", 7) // of a finding that itself waits
	r := luis.Push(luis.Visit("v", testkit.Canal, nil), x.of(luis, "v"), y.of(luis, "v"), luis.Finding("f", "v"), f.of(luis, "f"))
	for _, o := range r {
		if o.Status != "parked" {
			t.Fatalf("%+v", o)
		}
	}
	token := k.Token(testkit.Luis)
	x.bring(k, token, "thumb", x.thumb).JSON(200, nil)
	x.bring(k, token, "file", x.body).JSON(200, nil)
	f.bring(k, token, "file", f.body).JSON(200, nil)
	if r, _ := x.ask(k, token, "file", x.body); r.Status != 200 {
		t.Errorf("asked for again: %d", r.Status)
	}
	code(t, y.bring(k, token, "file", y.body), 415, "file_name_mismatch")
	for who, want := range map[string]int{testkit.Carla: 200, testkit.Ana: 404, testkit.ID("coord2"): 404, testkit.Rosa: 404, testkit.Elsa: 404} {
		if who == testkit.ID("coord2") {
			k.Save("users", who, fields{"email": "coord2@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true})
		}
		for _, kept := range []photo{x, f} {
			if r := k.Do("GET", kept.path(), k.Token(who), nil); r.Status != want {
				t.Errorf("%s reads %s %d %s", who, kept.collection, r.Status, r.Code())
			}
		}
	}
	group := waiting(k, testkit.Carla).Items[0].Mutation
	var read struct {
		Items []struct {
			Record, Refusal string
			Kept            bool
		}
	}
	k.Do("GET", httpapiPrefix+"/parked/"+group, k.Token(testkit.Carla), nil).JSON(200, &read)
	for _, i := range read.Items {
		if i.Kept != (i.Record == x.record || i.Record == f.record) || (i.Refusal == "file_name_mismatch") != (i.Record == y.record) {
			t.Errorf("who decides reads %+v", i)
		}
	}
	k.Do("POST", httpapiPrefix+"/parked/"+group+"/decide", k.Token(testkit.Carla), fields{"decision": "accept"}).JSON(200, nil)
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	if row := rosa.Rows["visit_photos/"+x.record]; row["stored_at"] == "" || row["recorded_by"] != testkit.Luis {
		t.Errorf("%v", row)
	}
	if row := rosa.Rows["finding_photos/"+f.record]; row["stored_at"] == "" || row["finding"] != testkit.ID("f") {
		t.Errorf("%v", row)
	}
	if row := rosa.Rows["visit_photos/"+y.record]; row["refusal"] != "file_name_mismatch" || row["stored_at"] != "" {
		t.Errorf("%v", row)
	}
	if r := k.Do("GET", x.path(), k.Token(testkit.Rosa), nil); r.Status != 200 {
		t.Errorf("%d", r.Status)
	}
	verifies(t, k)
}

// receiver is what takes files, by the clock of the kit.
func receiver(k *testkit.Kit, set ...func(*receiving.Files)) *receiving.Files {
	o := &office{Kit: k}
	return o.files(set...)
}

// What nobody names any more is kept for as long as the parameter says, and then let go;
// bytes that a crash left without a row, after a day. What is named again stays.
func TestFilesThatNobodyNamesAreLetGo(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	token := k.Token(testkit.Rosa)
	kept, gone, back := newPhoto(k, "visit_photos", "kept", 1), newPhoto(k, "visit_photos", "gone", 2), newPhoto(k, "visit_photos", "back", 3)
	for _, x := range []photo{kept, gone, back} {
		applied(t, rosa.Push(x.of(rosa, "v")))
		x.bring(k, token, "file", x.body).JSON(200, nil)
		x.bring(k, token, "thumb", x.thumb).JSON(200, nil)
	}
	stray := keptAs(k, sum([]byte("stray")))
	if err := os.MkdirAll(filepath.Dir(stray), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stray, []byte("stray"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []photo{gone, back} {
		applied(t, rosa.Push(rosa.Change("delete", x.collection, strings.TrimRight(x.record, "z"), 1, fields{})))
	}
	r := receiver(k)
	day := 0
	after := func(days int) {
		t.Helper()
		day += days
		k.Clock = k.Clock.AddDate(0, 0, days)
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	there := func(body []byte) bool {
		_, err := os.Stat(keptAs(k, sum(body)))
		return err == nil
	}
	k.Clock = time.Now()
	after(0)
	if there([]byte("stray")) == false {
		t.Fatal("a stray of now may be somebody's")
	}
	after(60)
	if there([]byte("stray")) || !there(gone.body) || !there(back.body) {
		t.Fatal("after two months only the stray goes")
	}
	again := back
	again.record = testkit.ID("again")
	applied(t, rosa.Push(again.of(rosa, "v")))
	after(31)
	if there(gone.body) || there(gone.thumb) || !there(back.body) || !there(kept.body) || !there(kept.thumb) {
		t.Fatalf("day %d: gone %v, named again %v, named %v", day, there(gone.body), there(back.body), there(kept.body))
	}
	if n := k.Int(`SELECT count(*) FROM files`); n != 4 {
		t.Errorf("%d rows", n)
	}
	// Named again after it went, it is brought again.
	late := gone
	late.record = testkit.ID("late")
	applied(t, rosa.Push(late.of(rosa, "v")))
	late.bring(k, token, "file", late.body).JSON(200, nil)
	if !there(gone.body) {
		t.Error("it is not kept again")
	}
	verifies(t, k)
}

// A crash between the storage and the row: whoever comes next does it again, once.
func TestPhotoIsFinishedAgainAfterACrash(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	x := newPhoto(k, "visit_photos", "p", 1)
	applied(t, rosa.Push(x.of(rosa, "v")))
	token := k.Token(testkit.Rosa)
	_, id := x.ask(k, token, "file", x.body)
	k.SendPart(token, id, 0, x.body)
	r := receiver(k, func(f *receiving.Files) {
		f.Records = &app.Files{Book: &crashingBook{FileBook: storefiles.New(k.Engine, k.App), times: 2}}
	})
	for range 2 {
		if err := r.Complete(t.Context(), id); err == nil {
			t.Fatal("no crash")
		}
	}
	if _, err := os.Stat(keptAs(k, sum(x.body))); err != nil || k.Int(`SELECT count(*) FROM files`) != 0 {
		t.Fatalf("the crash was not between storage and row: %v", err)
	}
	k = k.Restart()
	k.Clock = time.Now().Add(2 * time.Minute)
	for range 2 { // nobody asks any more
		if err := receiver(k).Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := k.Int(`SELECT count(*) FROM visit_photos WHERE stored_at <> ''`); n != 1 || k.Int(`SELECT count(*) FROM files`) != 1 {
		t.Errorf("%d say so", n)
	}
	verifies(t, k)
}

type crashingBook struct {
	app.FileBook
	times int
}

func (c *crashingBook) Stored(ctx context.Context, up app.Upload, mime string, s app.Scanned) error {
	if c.times--; c.times >= 0 {
		return errors.New("the power went")
	}
	return c.FileBook.Stored(ctx, up, mime, s)
}

// A scanner that does not answer holds a picture back from readers, not from its phone;
// one that finds something refuses it.
func TestPhotosAndTheScanner(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	x, y := newPhoto(k, "visit_photos", "p", 1), newPhoto(k, "visit_photos", "q", 2)
	applied(t, rosa.Push(x.of(rosa, "v"), y.of(rosa, "v")))
	token := k.Token(testkit.Rosa)
	s := &scanner{err: errors.New("hangs")}
	r := receiver(k, func(f *receiving.Files) { f.Scanner = s })
	whole := func(x photo) string {
		_, id := x.ask(k, token, "file", x.body)
		k.SendPart(token, id, 0, x.body)
		return id
	}
	if err := r.Complete(t.Context(), whole(x)); err != nil {
		t.Fatal(err)
	}
	rosa.Pull()
	if rosa.Rows["visit_photos/"+x.record]["stored_at"] == "" {
		t.Error("the phone keeps it")
	}
	code(t, k.Do("GET", x.path(), token, nil), 409, "document_quarantined")
	s.err = nil
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := k.Do("GET", x.path(), token, nil); r.Status != 200 {
		t.Errorf("it answers again: %d %s", r.Status, r.Body)
	}
	s.found = "Eicar-Test"
	if err := r.Complete(t.Context(), whole(y)); err == nil || fault.Of(err).Code != fault.FileVirus {
		t.Errorf("%v", err)
	}
	rosa.Pull()
	if said := rosa.Rows["visit_photos/"+y.record]["refusal"]; said != "file_virus" {
		t.Errorf("%v", said)
	}
	verifies(t, k)
}

// A revoked phone sends the bytes of what it recorded, as it sends that; it reads none,
// and is heard for nothing else.
func TestPhotosOfARevokedPhone(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v0", testkit.Canal, nil))
	if r := order(k, testkit.Otto, testkit.Rosa, p.ID, fields{"order": "revoke", "reason": "Perdió el teléfono en el mercado"}); r.Status >= 300 {
		t.Fatalf("%s", r.Body)
	}
	x := newPhoto(k, "visit_photos", "p", 7)
	if r := p.Push(p.Visit("v", testkit.Canal, nil), x.of(p, "v")); r[1].Status != "parked" {
		t.Fatalf("%+v", r)
	}
	x.bring(k, p.Token, "thumb", x.thumb).JSON(200, nil)
	x.bring(k, p.Token, "file", x.body).JSON(200, nil)
	code(t, k.Do("GET", x.path(), p.Token, nil), 403, "device_revoked")
	code(t, k.Do("POST", uploadsPath, p.Token, nil, tus, "Upload-Length: 5", metadata("intervention", testkit.Canal, "kind", "oficio", "filename", "a.pdf", "sha256", hashOf(1))), 403, "device_revoked")
	code(t, k.Do("POST", uploadsPath+"/abc/complete", p.Token, nil), 403, "device_revoked")
	if r := k.Do("GET", x.path(), k.Token(testkit.Carla), nil); r.Status != 200 {
		t.Errorf("who reviews it sees it: %d", r.Status)
	}
}
