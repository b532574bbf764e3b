// Package testkit starts the whole server in a test, on a fixed clock, with a
// small world of its own: two units, three supervisors, one executor, staff and
// three works. Only tests import it.
package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"
	"github.com/pocketbase/pocketbase/tools/router"

	"chaski/internal/compression"
	"chaski/internal/server"
	"chaski/internal/session"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
)

// Now is noon in Lima on the kit's business date, 2026-11-23.
var Now = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

// Kit is a running server.
type Kit struct {
	T      *testing.T
	App    core.App
	Engine *store.Engine
	Clock  time.Time
	Dir    string // its data
	Router *router.Router[*core.RequestEvent]
	mux    http.Handler
	ctx    context.Context // of the transaction that builds the world
	tx     core.App
}

// SeedVariable names a directory that Migrate has written, to copy instead of
// making one.
const SeedVariable = "CHASKI_TEST_SEED"

var seed = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv(SeedVariable); dir != "" {
		return dir, nil
	}
	dir, err := os.MkdirTemp("", "chaski-seed-")
	if err != nil {
		return "", err
	}
	return dir, Migrate(dir)
})

// Migrate makes an empty database with the schema in a directory.
func Migrate(dir string) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	return app.ClearBootstrap()
}

// Data is a directory of its own with an empty database with the schema.
func Data() (string, error) {
	from, err := seed()
	if err != nil {
		return "", err
	}
	return tests.TempDirClone(from)
}

// Empty starts a server with the schema and nothing in it.
func Empty(t *testing.T) *Kit {
	t.Helper()
	from, err := seed()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, from)
}

// Open starts a server on a copy of a data directory.
func Open(t *testing.T, dir string) *Kit {
	t.Helper()
	return start(t, dir)
}

// From starts a server on a copy of a data directory that no server has open.
func From(t *testing.T, dir string) *Kit {
	t.Helper()
	return start(t, dir)
}

// start serves a copy of a data directory.
func start(t *testing.T, from string) *Kit {
	t.Helper()
	dir, err := tests.TempDirClone(from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	k := &Kit{T: t, Clock: Now, Engine: store.New()}
	k.Engine.Now = func() time.Time { return k.Clock }
	k.App = core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: server.Connect})
	server.Bind(k.App, k.Engine, nil)
	server.CarryImports(k.App)
	if err := k.App.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	k.Dir = dir
	t.Cleanup(func() { _ = k.stop() })
	k.App.Settings().Logs.MaxDays = 0
	routes, err := apis.NewRouter(k.App)
	if err != nil {
		t.Fatal(err)
	}
	serve := new(core.ServeEvent)
	serve.App, serve.Router, serve.Server = k.App, routes, &http.Server{ReadHeaderTimeout: time.Second}
	if err := k.App.OnServe().Trigger(serve, func(e *core.ServeEvent) error {
		e.Server.Handler, err = e.Router.BuildMux()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	k.Router = serve.Router
	k.mux = serve.Server.Handler // with what is put around it
	return k
}

// Response is an answer of the server.
type Response struct {
	T      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request over the real router, from loopback unless remote is set by
// a header of the form X-Test-Remote.
func (k *Kit) Do(method, path, token string, body any, headers ...string) Response {
	k.T.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			k.T.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(raw))
	r.RemoteAddr = "127.0.0.1:4000"
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "X-Test-Remote" {
			r.RemoteAddr = value
			continue
		}
		r.Header.Set(name, value)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding == compression.Gzip {
		r.Body = io.NopCloser(bytes.NewReader(compression.Append(nil, encoding, raw)))
	}
	w := httptest.NewRecorder()
	k.mux.ServeHTTP(w, r)
	got := Response{T: k.T, Status: w.Code, Header: w.Header(), Body: k.decoded(w)}
	k.keepsContract(r, raw, got)
	return got
}

// decoded is the body without its Content-Encoding, which a test asks for by
// Accept-Encoding.
func (k *Kit) decoded(w *httptest.ResponseRecorder) []byte {
	k.T.Helper()
	body := io.Reader(w.Body)
	switch encoding := w.Header().Get("Content-Encoding"); encoding {
	case "":
		return w.Body.Bytes()
	case "gzip":
		r, err := gzip.NewReader(body)
		if err != nil {
			k.T.Fatal(err)
		}
		body = r
	case "zstd":
		r, err := zstd.NewReader(body)
		if err != nil {
			k.T.Fatal(err)
		}
		defer r.Close()
		body = r
	default:
		k.T.Fatalf("encoding %q", encoding)
	}
	plain, err := io.ReadAll(body)
	if err != nil {
		k.T.Fatal(err)
	}
	return plain
}

// JSON decodes an answer, failing the test unless it has that status.
func (r Response) JSON(status int, dst any) {
	r.T.Helper()
	if r.Status != status {
		r.T.Fatalf("status %d, want %d: %s", r.Status, status, r.Body)
	}
	if dst == nil {
		return
	}
	if err := json.Unmarshal(r.Body, dst); err != nil {
		r.T.Fatalf("%v: %s", err, r.Body)
	}
}

// Code is the stable code of a fault, "" if the answer is none.
func (r Response) Code() string {
	var f struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(r.Body, &f)
	if f.Error.Code != "" && f.Error.Message == "" {
		r.T.Errorf("%s has no sentence", f.Error.Code)
	}
	return f.Error.Code
}

// Token signs an account in: each is a session of its own.
func (k *Kit) Token(user string) string {
	k.T.Helper()
	token, err := session.Fresh(k.account(user), session.New())
	if err != nil {
		k.T.Fatal(err)
	}
	accounts.NewSessions(k.App).Begun(session.Of(token))
	return token
}

// OldToken signs an account in as a server did before sessions had names. Two of
// one second are the same.
func (k *Kit) OldToken(user string) string {
	k.T.Helper()
	token, err := k.account(user).NewAuthToken()
	if err != nil {
		k.T.Fatal(err)
	}
	return token
}

func (k *Kit) account(user string) *core.Record {
	k.T.Helper()
	r, err := k.App.FindRecordById("users", user)
	if err != nil {
		k.T.Fatal(err)
	}
	return r
}

// Save writes a record through PocketBase with all its hooks and returns its id.
func (k *Kit) Save(collection, id string, fields map[string]any) string {
	k.T.Helper()
	app, ctx := k.App, context.Background()
	if k.tx != nil {
		app, ctx = k.tx, k.ctx
	}
	c, err := app.FindCollectionByNameOrId(collection)
	if err != nil {
		k.T.Fatal(err)
	}
	rec, err := app.FindRecordById(c, id)
	if err != nil {
		rec = core.NewRecord(c)
		rec.Id = id
	}
	for name, value := range fields {
		rec.Set(name, value)
	}
	if err := app.SaveWithContext(ctx, rec); err != nil {
		k.T.Fatalf("%s/%s: %v", collection, id, err)
	}
	return rec.Id
}

// SQL runs a statement past every hook, as an administrator's console would.
func (k *Kit) SQL(statement string) {
	k.T.Helper()
	if _, err := k.App.DB().NewQuery(statement).Execute(); err != nil {
		k.T.Fatalf("%s: %v", statement, err)
	}
}

// Int answers a number of the database.
func (k *Kit) Int(query string) int64 {
	k.T.Helper()
	var n int64
	if err := k.App.DB().NewQuery(query).Row(&n); err != nil {
		k.T.Fatalf("%s: %v", query, err)
	}
	return n
}

// Listen serves the same router on a loopback port, for streams.
func (k *Kit) Listen() string {
	k.T.Helper()
	s := httptest.NewServer(k.mux)
	k.T.Cleanup(func() {
		s.CloseClientConnections() // streams stay open for half an hour otherwise
		s.Close()
	})
	return s.URL
}

// Superuser creates a superuser and signs him in.
func (k *Kit) Superuser(email string) string {
	k.T.Helper()
	c, err := k.App.FindCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		k.T.Fatal(err)
	}
	r := core.NewRecord(c)
	r.SetEmail(email)
	r.SetPassword("chaski-test")
	if err := k.App.Save(r); err != nil {
		k.T.Fatal(err)
	}
	token, err := r.NewAuthToken()
	if err != nil {
		k.T.Fatal(err)
	}
	return token
}

// Copy is a copy of the data as it is now, as an administrator may keep one.
func (k *Kit) Copy() (dir string) {
	k.T.Helper()
	dir = k.T.TempDir()
	k.SQL(`VACUUM INTO '` + filepath.Join(dir, "data.db") + `'`)
	return dir
}

// stop ends the server as the product ends, so that what runs in the background
// stops before the databases close.
func (k *Kit) stop() error {
	return k.App.OnTerminate().Trigger(&core.TerminateEvent{App: k.App}, func(e *core.TerminateEvent) error {
		return e.App.ClearBootstrap()
	})
}

// Restart stops the server and starts another over a copy of its data.
func (k *Kit) Restart() *Kit {
	k.T.Helper()
	if err := k.stop(); err != nil {
		k.T.Fatal(err)
	}
	again := start(k.T, k.Dir)
	again.Clock = k.Clock
	return again
}
