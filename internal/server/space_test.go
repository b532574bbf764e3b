package server_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"
	"chaski/internal/ops"

	"chaski/internal/store/accounts"
	"chaski/internal/testkit"
	files "chaski/internal/upload"
)

// health of the kit, by which a test says what is free.
func health(t *testing.T, k *testkit.Kit) *ops.Health {
	t.Helper()
	h, ok := k.App.Store().Get(ops.HealthKey).(*ops.Health)
	if !ok {
		t.Fatal("nobody watches the disk")
	}
	return h
}

// noDiskIsSoLarge is a floor that no disk of a test reaches.
const noDiskIsSoLarge = 1 << 62

// comeBack: an answer that says to come back, and when.
func comeBack(t *testing.T, what string, r testkit.Response) {
	t.Helper()
	comeBackFor(t, "storage_full", what, r)
}

func comeBackFor(t *testing.T, code, what string, r testkit.Response) {
	t.Helper()
	wait, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if r.Status != http.StatusServiceUnavailable || r.Code() != code || err != nil || wait < 1 {
		t.Errorf("%s: %d %q, Retry-After %q: %s", what, r.Status, r.Code(), r.Header.Get("Retry-After"), r.Body)
	}
}

// Below the floor no upload begins and none goes on; what came before stays, and
// goes on when there is room.
func TestUploadsKeepTheFloor(t *testing.T) {
	o := ended(t)
	h := health(t, o.Kit)
	h.SetMinFree(0)
	body := pdf(20_000, "oficio")
	id, other := o.begun("oficio", "oficio.pdf", body), o.planned("informe_rt", "informe.pdf", pdf(3000, "informe"))
	if r := o.send(o.elsa, id, 0, body[:5000]); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	h.SetMinFree(noDiskIsSoLarge)
	comeBack(t, "a piece", o.send(o.elsa, id, 5000, body[5000:]))
	r, _ := o.begin(o.elsa, other)
	comeBack(t, "a new upload", r)
	comeBack(t, "an import", o.Do("POST", httpapi.Prefix+"/imports?kind=entities&name=a.csv", o.Token(testkit.Ana), "ruc,name\n", "Content-Type: application/octet-stream"))
	if n := o.Int(`SELECT count(*) FROM uploads`); n != 1 || o.waiting() != 2 {
		t.Errorf("%d uploads noted, %d files", n, o.waiting())
	}
	if r := o.Do("HEAD", uploadsPath+"/"+id, o.elsa, nil, tus); r.Header.Get("Upload-Offset") != "5000" {
		t.Errorf("reached %s", r.Header.Get("Upload-Offset"))
	}
	h.SetMinFree(0)
	if r := o.send(o.elsa, id, 5000, body[5000:]); r.Status != 204 {
		t.Fatalf("afterwards: %d %s", r.Status, r.Body)
	}
	o.complete(o.elsa, id).JSON(200, nil)
}

// The disk may run full while a piece comes, and of unfinished uploads each has
// its room promised.
func TestUploadsLookAtTheDiskWhileTheyCome(t *testing.T) {
	o := ended(t)
	receiver := o.files()
	var asked []int64
	receiver.Room = func(more int64) error {
		asked = append(asked, more)
		if len(asked) == 3 { // the start, the piece, and once on the way
			return fault.New(fault.StorageFull, "")
		}
		return nil
	}
	elsa, err := o.App.FindAuthRecordByToken(o.elsa, core.TokenTypeAuth)
	if err != nil {
		t.Fatal(err)
	}
	body := pdf(6<<20, "grande")
	begin := func(p paper) *httptest.ResponseRecorder {
		t.Helper()
		return o.direct(receiver, elsa, "POST", "", nil, "Upload-Length", strconv.Itoa(len(p.body)), "Upload-Metadata", described(p))
	}
	post := begin(o.planned("oficio", "oficio.pdf", body))
	if post.Code != http.StatusCreated {
		t.Fatalf("%d %s", post.Code, post.Body)
	}
	id := lastPart(post.Header().Get("Location"))
	patch := o.direct(receiver, elsa, "PATCH", id, body, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	comeBack(t, "a piece on the way", testkit.Response{T: t, Status: patch.Code, Header: patch.Header(), Body: patch.Body.Bytes()})
	reached := lastOffset(t, o.direct(receiver, elsa, "HEAD", id, nil))
	if reached < 4<<20 || reached >= len(body) {
		t.Fatalf("%d bytes are kept", reached)
	}
	asked = asked[:0]
	if r := o.direct(receiver, elsa, "PATCH", id, body[reached:], "Upload-Offset", strconv.Itoa(reached), "Content-Type", "application/offset+octet-stream"); r.Code != http.StatusNoContent {
		t.Fatalf("afterwards: %d %s", r.Code, r.Body)
	}
	if err := receiver.Complete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	// Two that began and sent nothing yet: the room of both is asked for.
	asked = []int64{0, 0, 0}
	for i, name := range []string{"informe_rt", "informe_ia"} {
		r := begin(o.planned(name, name+".pdf", pdf(1000, name)))
		if r.Code != http.StatusCreated || asked[3+i] != int64(1000*(i+1)) {
			t.Errorf("%d, asked for %v", r.Code, asked[3:])
		}
	}
	// An hour later nothing of them came: their room is not kept from others.
	o.Clock = time.Now().Add(61 * time.Minute)
	r := begin(o.planned("acta_inicio", "acta.pdf", pdf(1000, "acta")))
	if r.Code != http.StatusCreated || asked[len(asked)-1] != 1000 {
		t.Errorf("%d, asked for %v", r.Code, asked[3:])
	}
}

// Quotas: of a person, of all, of a rendición's documents, the withdrawn ones too.
func TestUploadQuotas(t *testing.T) {
	o := ended(t)
	h := health(t, o.Kit)
	h.SetMinFree(0)
	papers := map[string]paper{}
	big := func(kind string, mark string) testkit.Response {
		if _, planned := papers[mark]; !planned {
			papers[mark] = o.planned(kind, kind+".pdf", pdf(600<<10, mark))
		}
		r, _ := o.begin(o.elsa, papers[mark])
		return r
	}
	h.SetUploads(app.UploadLimits{Person: 1 << 20})
	if r := big("oficio", "a"); r.Status != 201 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	code(t, big("informe_rt", "b"), 409, "upload_quota_person")
	h.SetUploads(app.UploadLimits{Total: 1 << 20})
	code(t, big("informe_rt", "b"), 503, "upload_quota_total")
	h.SetUploads(app.UploadLimits{})
	if r := big("informe_rt", "b"); r.Status != 201 {
		t.Errorf("without limits: %d %s", r.Status, r.Body)
	}
	id := o.sent("informe_ia", "ia.pdf", pdf(600<<10, "c"))
	o.complete(o.elsa, id).JSON(200, nil)
	taken(t, o.withdraw(o.of(id)))
	h.SetUploads(app.UploadLimits{Documents: 1 << 20})
	code(t, big("acta_inicio", "d"), 409, "documents_quota")
}

// A database that takes no more: everything that writes says so, nothing is
// acknowledged, reads go on, and so does the rest when there is room.
func TestFullDatabase(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	admin := k.Superuser("jefa@example.org")
	k.Save("parameters", testkit.ID("many"), map[string]any{"key": "device.per_account", "value": 1000, "valid_from": "2026-11-01", "norm": "Prueba"})
	limit := func(pages string) {
		var n int64
		if err := k.App.NonconcurrentDB().NewQuery(`PRAGMA max_page_count = ` + pages).Row(&n); err != nil {
			t.Fatal(err)
		}
	}
	k.SQL(`VACUUM`) // no page is free
	limit("1")
	var mutations []any
	for i := range 40 {
		name := "v" + strconv.Itoa(i)
		mutations = append(mutations, p.Visit(name, testkit.Canal, nil), p.Mark(name, testkit.Canal, 1, "presente"))
	}
	push := func() testkit.Response {
		return k.Do("POST", httpapi.Prefix+"/sync/push", p.Token, map[string]any{"protocol": 1, "device": p.ID, "mutations": mutations})
	}
	quota, ok := k.App.Store().Get(app.PushQuotaKey).(*app.PushQuota)
	if !ok {
		t.Fatal("nobody counts pushes")
	}
	sent, _ := json.Marshal(mutations)
	quota.Bytes = int64(len(sent)) // of the day, for one
	for range 3 {
		comeBack(t, "a push", push())
	}
	if n := k.Int(`SELECT (SELECT count(*) FROM visits) + (SELECT count(*) FROM sync_mutations)`); n != 0 {
		t.Errorf("%d rows of a push that was not taken", n)
	}
	// What a sign-in writes is small, and fits the last pages for a while.
	for i, err := 0, error(nil); err == nil; i++ {
		_, err = k.App.NonconcurrentDB().NewQuery(`INSERT INTO signin_guard (account, address, failures, since, locked_until, locks)
			VALUES ('filler` + strconv.Itoa(i) + `', '', 1, '', '', 0)`).Execute()
	}
	comeBack(t, "a sign-in", k.Do("POST", "/api/collections/users/auth-with-password", "",
		map[string]string{"identity": testkit.Rosa + "@example.org", "password": "chaski-test"}, "X-Test-Remote: 10.9.9.9:4000"))
	comeBack(t, "a record", k.Do("POST", "/api/collections/entities/records", admin, map[string]string{"ruc": "20100047218", "name": string(pdf(4000, "x"))}))
	for i := 0; ; i++ {
		r := k.Do("POST", httpapi.Prefix+"/devices", p.Token, map[string]any{"install": "install-" + strconv.Itoa(i) + "-of-many"})
		if r.Status != 200 {
			comeBack(t, "a device", r)
			break
		}
	}
	p.Pull() // reads go on
	k.Do("GET", httpapi.Prefix+"/session", p.Token, nil).JSON(200, nil)
	if r := k.Do("POST", "/api/collections/users/auth-refresh", p.Token, nil); r.Status != http.StatusOK {
		comeBack(t, "a new token", r)
	}
	limit("1000000")
	var answer struct {
		Results []struct{ Status string }
	}
	push().JSON(200, &answer)
	for _, r := range answer.Results {
		if r.Status != "applied" {
			t.Fatalf("%+v", answer.Results)
		}
	}
	if n := k.Int(`SELECT count(*) FROM visits`); n != 40 {
		t.Errorf("%d visits", n)
	}
}

// A database that another program holds: who writes is told so, nothing is
// acknowledged, and what was sent is taken once it is let go.
func TestDatabaseHeldByAnotherProgram(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	admin := k.Superuser("jefa@example.org")
	k.SQL(`PRAGMA busy_timeout = 1`) // of the one connection that writes
	other, err := core.DefaultDBConnect(filepath.Join(k.Dir, "data.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	conn, err := other.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hold := func(statement string) {
		t.Helper()
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	visit := p.Visit("v", testkit.Canal, nil)
	push := func() testkit.Response {
		return k.Do("POST", httpapi.Prefix+"/sync/push", p.Token, map[string]any{"protocol": 1, "device": p.ID, "mutations": []any{visit}})
	}
	hold(`BEGIN IMMEDIATE`)
	comeBackFor(t, "data_busy", "a push", push())
	comeBackFor(t, "data_busy", "a device", k.Do("POST", httpapi.Prefix+"/devices", p.Token, map[string]any{"install": "install-of-another"}))
	comeBackFor(t, "data_busy", "a record", k.Do("POST", "/api/collections/entities/records", admin, map[string]string{"ruc": "20100047218", "name": "Municipalidad"}))
	comeBackFor(t, "data_busy", "a sign-in", k.Do("POST", "/api/collections/users/auth-with-password", "",
		map[string]string{"identity": testkit.Rosa + "@example.org", "password": "chaski-test"}, "X-Test-Remote: 10.9.9.9:4000"))
	k.Do("GET", httpapi.Prefix+"/session", p.Token, nil).JSON(200, nil)
	hold(`ROLLBACK`)
	var answer struct {
		Results []struct{ Status string }
	}
	push().JSON(200, &answer)
	if len(answer.Results) != 1 || answer.Results[0].Status != "applied" {
		t.Errorf("%+v", answer)
	}
}

// spoiled is the server started anew on data in which the first page of a table
// is garbage.
func spoiled(t *testing.T, k *testkit.Kit, table string) *testkit.Kit {
	t.Helper()
	page := k.Int(`SELECT rootpage FROM sqlite_master WHERE name = '` + table + `'`)
	k.SQL(`PRAGMA wal_checkpoint(TRUNCATE)`)
	data, err := os.OpenFile(filepath.Join(k.Dir, "data.db"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := data.WriteAt(bytes.Repeat([]byte{0x5a}, 4096), (page-1)*4096); err != nil {
		t.Fatal(err)
	}
	if err := data.Close(); err != nil {
		t.Fatal(err)
	}
	return k.Restart()
}

// A damaged database is told as such: never as a session that has ended, which a
// phone would believe. The server is not ready from then on.
func TestDamagedDatabase(t *testing.T) {
	k := testkit.World(t)
	token := k.Token(testkit.Rosa)
	damaged := func(k *testkit.Kit, method, path string, body any) {
		t.Helper()
		r := k.Do(method, path, token, body)
		if r.Status != http.StatusServiceUnavailable || r.Code() != "data_damaged" || r.Header.Get("Retry-After") == "" {
			t.Errorf("%s %s: %d %s", method, path, r.Status, r.Body)
		}
		if ready := k.Do("GET", httpapi.Prefix+"/health/ready", "", nil); ready.Status != http.StatusServiceUnavailable || !strings.Contains(string(ready.Body), `"database":false`) {
			t.Errorf("%d %s", ready.Status, ready.Body)
		}
	}
	k.Phone(testkit.Rosa)
	damaged(spoiled(t, k, "devices"), "POST", httpapi.Prefix+"/devices", map[string]any{"install": "install-of-rosa"})
	k = testkit.World(t)
	k = spoiled(t, k, "users")
	damaged(k, "GET", httpapi.Prefix+"/session", nil)
	damaged(k, "POST", "/api/collections/users/auth-refresh", nil)
	damaged(k, "POST", "/api/collections/users/auth-with-password", map[string]string{"identity": testkit.Rosa + "@example.org", "password": "chaski-test"})
}

// What a full disk is wrapped in on its way up is looked through.
func TestFullDiskInAnyWrapping(t *testing.T) {
	full := &fullDisk{}
	for name, err := range map[string]error{
		"SQLite":         full,
		"joined":         errors.Join(errors.New("other"), full),
		"PocketBase's":   (&core.RequestEvent{}).BadRequestError("Failed to create record.", full),
		"of the system":  &wrapping{syscall.ENOSPC},
		"a disk quota":   &wrapping{syscall.EDQUOT},
		"with a refusal": errors.Join(fault.New(fault.InvalidValue, "name"), full),
	} {
		if got := fault.Of(err); got.Code != fault.StorageFull {
			t.Errorf("%s: %s", name, got.Code)
		}
	}
	for _, err := range []error{errors.New("anything"), &wrapping{syscall.ENOENT}, fault.New(fault.NotFound, "")} {
		if got := fault.Of(err); got.Code == fault.StorageFull {
			t.Errorf("%v is taken for a full disk", err)
		}
	}
}

type fullDisk struct{}

func (*fullDisk) Error() string { return "database or disk is full (13)" }
func (*fullDisk) Code() int     { return 13 }

type wrapping struct{ error }

func (w *wrapping) Unwrap() error { return w.error }

// direct asks a receiver of the test's own, past the router.
func (o *office) direct(f *files.Files, who *core.Record, method, id string, body []byte, headers ...string) *httptest.ResponseRecorder {
	o.T.Helper()
	path := "/uploads"
	if id != "" {
		path += "/{upload}"
	}
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "{upload}", id), bytes.NewReader(body))
	r.SetPathValue("upload", id)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.Routes()[method+" "+path].ServeHTTP(w, r.WithContext(actor.In(r.Context(), accounts.ActorOf(who))))
	return w
}

func described(p paper) string {
	return strings.TrimPrefix(metadata("collection", ofDocuments, "record", testkit.ID(p.id), "part", "file", "sha256", sum(p.body)), "Upload-Metadata: ")
}

func lastPart(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func lastOffset(t *testing.T, r *httptest.ResponseRecorder) int {
	t.Helper()
	n, err := strconv.Atoi(r.Header().Get("Upload-Offset"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
