package server_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// picture is a JPEG that no other is.
func picture(t *testing.T, n uint64, side int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, side, side))
	r := rand.New(rand.NewPCG(n, 1))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// photo is a photograph of a visit with its bytes and thumbnail.
type photo struct {
	collection, record string
	body, thumb        []byte
}

func newPhoto(t *testing.T, collection, id string, n uint64) photo {
	return photo{collection, testkit.ID(id), picture(t, n, 400), picture(t, n+1000, 60)}
}

func (x photo) of(p *testkit.Phone, parent string) map[string]any {
	return p.Photo(strings.TrimRight(x.record, "z"), x.collection, parent, sum(x.body), len(x.body), fields{"thumb": sum(x.thumb), "thumb_size": len(x.thumb)})
}

// ask begins a part, or goes on with it; its id is the last part of Location.
func (x photo) ask(k *testkit.Kit, token, part string, body []byte) (testkit.Response, string) {
	k.T.Helper()
	return askFor(k, token, x.collection, x.record, part, sum(body), len(body))
}

func askFor(k *testkit.Kit, token, collection, record, part, sha string, size int) (testkit.Response, string) {
	k.T.Helper()
	r := k.Do("POST", uploadsPath, token, nil, tus, "Upload-Length: "+strconv.Itoa(size),
		metadata("collection", collection, "record", record, "part", part, "sha256", sha))
	at := r.Header.Get("Location")
	return r, at[strings.LastIndex(at, "/")+1:]
}

func patch(k *testkit.Kit, token, id string, offset int, body []byte) testkit.Response {
	k.T.Helper()
	return k.Do("PATCH", uploadsPath+"/"+id, token, string(body), tus, "Content-Type: application/offset+octet-stream", "Upload-Offset: "+strconv.Itoa(offset))
}

func finish(k *testkit.Kit, token, id string) testkit.Response {
	k.T.Helper()
	return k.Do("POST", uploadsPath+"/"+id+"/complete", token, nil)
}

// bring sends a part whole and completes it.
func (x photo) bring(k *testkit.Kit, token, part string, body []byte) testkit.Response {
	k.T.Helper()
	r, id := x.ask(k, token, part, body)
	if r.Status != 201 || id == "" {
		return r
	}
	if r := patch(k, token, id, 0, body); r.Status != 204 {
		k.T.Fatalf("%d %s", r.Status, r.Body)
	}
	return finish(k, token, id)
}

func (x photo) path() string { return httpapiPrefix + "/files/" + x.collection + "/" + x.record }

func keptAs(k *testkit.Kit, sha string) string { return filepath.Join(k.Dir, "storage", "files", sha[:2], sha) }

func TestPhotoBytesFollowTheirRecord(t *testing.T) {
	k, rosa, _ := twoPhones(t)
	x := newPhoto(t, "visit_photos", "p", 1)
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
	patch(k, token, id, 0, x.body[:half])
	k = k.Restart()
	token = k.Token(testkit.Rosa)
	r, again := x.ask(k, token, "file", x.body)
	if r.Status != 201 || again != id || r.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Fatalf("not the same upload: %d %s %s", r.Status, again, r.Header.Get("Upload-Offset"))
	}
	if r := k.Do("HEAD", uploadsPath+"/"+id, token, nil, tus); r.Header.Get("Upload-Offset") != strconv.Itoa(half) {
		t.Fatalf("%d, offset %q", r.Status, r.Header.Get("Upload-Offset"))
	}
	if r := patch(k, token, id, half-5, x.body[half-5:]); r.Status != 409 {
		t.Fatalf("from another offset: %d", r.Status)
	}
	code(t, finish(k, token, id), 409, "upload_incomplete")
	if r := patch(k, token, id, half, x.body[half:]); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	var done struct {
		Stored bool
		SHA256 string
	}
	for range 2 { // the answer was lost
		finish(k, token, id).JSON(200, &done)
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
	good := picture(t, 9, 300)
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
	x := newPhoto(t, "visit_photos", "p", 3)
	applied(t, rosa.Push(x.of(rosa, "v")))
	token := k.Token(testkit.Rosa)
	flipped := bytes.Clone(x.body)
	flipped[len(flipped)/2] ^= 1
	r, id := x.ask(k, token, "file", x.body)
	if r.Status != 201 {
		t.Fatalf("%s", r.Body)
	}
	patch(k, token, id, 0, flipped)
	for range 2 {
		code(t, finish(k, token, id), 422, "file_hash_mismatch")
	}
	rosa.Pull()
	if said := rosa.Rows["visit_photos/"+x.record]["refusal"]; said != "" {
		t.Errorf("the record is not to blame: %v", said)
	}
	x.bring(k, token, "file", x.body).JSON(200, nil)
	// Announced otherwise than the record says; of another's; of no part.
	y := newPhoto(t, "visit_photos", "q", 4)
	applied(t, rosa.Push(y.of(rosa, "v")))
	r, _ = y.ask(k, token, "file", x.body)
	code(t, r, 422, "file_hash_mismatch")
	r, _ = y.ask(k, k.Token(testkit.Luis), "file", y.body)
	code(t, r, 404, "record_not_found")
	r, _ = y.ask(k, token, "poster", y.body)
	code(t, r, 400, "invalid_value")
	r, _ = askFor(k, token, "visits", testkit.ID("v"), "file", sum(y.body), len(y.body))
	code(t, r, 400, "invalid_value")
	_, id = y.ask(k, token, "file", y.body)
	for verb, r := range map[string]testkit.Response{
		"HEAD":     k.Do("HEAD", uploadsPath+"/"+id, k.Token(testkit.Luis), nil, tus),
		"PATCH":    patch(k, k.Token(testkit.Luis), id, 0, y.body),
		"DELETE":   k.Do("DELETE", uploadsPath+"/"+id, k.Token(testkit.Luis), nil, tus),
		"complete": finish(k, k.Token(testkit.Luis), id),
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
	x, y := newPhoto(t, "visit_photos", "p", 5), newPhoto(t, "visit_photos", "q", 6)
	y.body = pdf(900, "y")
	r := luis.Push(luis.Visit("v", testkit.Canal, nil), x.of(luis, "v"), y.of(luis, "v"))
	for _, o := range r {
		if o.Status != "parked" {
			t.Fatalf("%+v", o)
		}
	}
	token := k.Token(testkit.Luis)
	x.bring(k, token, "thumb", x.thumb).JSON(200, nil)
	x.bring(k, token, "file", x.body).JSON(200, nil)
	if r, _ := x.ask(k, token, "file", x.body); r.Status != 200 {
		t.Errorf("asked for again: %d", r.Status)
	}
	code(t, y.bring(k, token, "file", y.body), 415, "file_name_mismatch")
	for who, want := range map[string]int{testkit.Carla: 200, testkit.Ana: 404, testkit.ID("coord2"): 404, testkit.Rosa: 404, testkit.Elsa: 404} {
		if who == testkit.ID("coord2") {
			k.Save("users", who, fields{"email": "coord2@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true})
		}
		if r := k.Do("GET", x.path(), k.Token(who), nil); r.Status != want {
			t.Errorf("%s reads %d %s", who, r.Status, r.Code())
		}
	}
	k.Do("POST", httpapiPrefix+"/parked/"+waiting(k, testkit.Carla).Items[0].Mutation+"/decide", k.Token(testkit.Carla), fields{"decision": "accept"}).JSON(200, nil)
	rosa := k.Phone(testkit.Rosa)
	rosa.Pull()
	if row := rosa.Rows["visit_photos/"+x.record]; row["stored_at"] == "" || row["recorded_by"] != testkit.Luis {
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
