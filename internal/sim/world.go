package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"chaski/internal/server"
	"chaski/internal/session"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
)

// world is the server under simulation. It runs on a copy of the seed directory;
// after a crash it runs on the picture that the crash left, in the same process:
// starting another one costs more than a whole run. Now and then the scheduler
// kills the process itself.
type world struct {
	seedDir, dataDir string
	plant            *plant
	now              int64
	random           *rand.Rand
	generation       int
	disk             *disk
	app              core.App
	engine           *store.Engine
	mux              http.Handler
	tokens           map[string]string
	intruded         error // what the writes in the middle of a read ended in
	intrudedHead     any   // the head after them
}

// buildSeed migrates and fills the directory every run starts from.
func (w *world) buildSeed() error {
	w.random = rand.New(rand.NewPCG(1, 1))
	app, engine, err := w.boot(&disk{dir: w.seedDir, plant: &plant{}})
	if err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	err = engine.InTransaction(context.Background(), app, func(ctx context.Context, tx core.App) error {
		return (&seeder{ctx: ctx, tx: tx}).all()
	})
	return errors.Join(err, app.ClearBootstrap())
}

// reset starts a run: a fresh copy of the seed.
func (w *world) reset(seed uint64) error {
	if err := w.close(); err != nil {
		return err
	}
	if err := os.RemoveAll(w.dataDir); err != nil {
		return err
	}
	w.generation = 0
	if err := (&disk{dir: w.seedDir}).picture(w.directory(), false); err != nil {
		return err
	}
	return w.open(seed)
}

func (w *world) directory() string { return filepath.Join(w.dataDir, strconv.Itoa(w.generation)) }

func (w *world) close() error {
	if w.app == nil {
		return nil
	}
	err := w.app.ClearBootstrap()
	w.app = nil
	return err
}

// after starts again on the directory that a crash or a restore left.
func (w *world) after(seed uint64) error {
	if err := w.close(); err != nil {
		return err
	}
	old := w.directory()
	w.generation++
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	return w.open(seed)
}

func (w *world) next() string {
	return filepath.Join(w.dataDir, strconv.Itoa(w.generation+1))
}

// reopen finds the newest directory: the process was killed and forgot.
func (w *world) reopen(seed uint64) error {
	entries, err := os.ReadDir(w.dataDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			w.generation = max(w.generation, n)
		}
	}
	return w.open(seed)
}

// kept is where a copy of the data directory stays during a run.
func (w *world) kept(name string) string { return filepath.Join(w.dataDir, "copy-"+name) }

// restore puts an older copy in the place of the data, and says nothing to
// anybody: the server has to find out by itself.
func (w *world) restore(name string, seed uint64) error {
	if err := (&disk{dir: w.kept(name)}).picture(w.next(), false); err != nil {
		return err
	}
	return w.after(seed)
}

// head is the newest sequence number: what was written before has no greater one.
func (w *world) head() (any, error) {
	rows, err := w.query(`SELECT seq FROM sync_clock`)
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

// open serves what is in the data directory, as after a restart.
func (w *world) open(seed uint64) error {
	w.random = rand.New(rand.NewPCG(seed, 7))
	w.disk = &disk{dir: w.directory(), plant: w.plant}
	app, engine, err := w.boot(w.disk)
	if err != nil {
		return err
	}
	app.Settings().Logs.MaxDays = 0
	router, err := apis.NewRouter(app)
	if err != nil {
		return err
	}
	serve := new(core.ServeEvent)
	serve.App, serve.Router, serve.Server = app, router, &http.Server{ReadHeaderTimeout: time.Second}
	err = app.OnServe().Trigger(serve, func(e *core.ServeEvent) error {
		e.Server.Handler, err = e.Router.BuildMux()
		return err
	})
	w.mux = serve.Server.Handler
	w.app, w.engine, w.tokens = app, engine, map[string]string{}
	return err
}

func (w *world) boot(d *disk) (core.App, *store.Engine, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: d.dir, DBConnect: d.connect})
	engine := store.New()
	engine.Now = func() time.Time { return time.UnixMilli(w.now).UTC() }
	engine.Nonce = func() string { return fmt.Sprintf("%08x", w.random.Uint32()) }
	engine.PageBytes = 8 << 10 // so that this small world takes several pages
	server.Bind(app, engine, nil)
	// Ids the server makes up come from the seed too, so that a run can be replayed.
	app.OnRecordCreate().Bind(&hook.Handler[*core.RecordEvent]{Priority: -10_000, Func: func(e *core.RecordEvent) error {
		if e.Record.Id == "" {
			e.Record.Id = w.recordID()
		}
		return e.Next()
	}})
	return app, engine, app.Bootstrap()
}

func (w *world) recordID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	id := make([]byte, 15)
	for i := range id {
		id[i] = letters[w.random.IntN(len(letters))]
	}
	return string(id)
}

func (w *world) token(user, of string) (string, error) {
	key := user + "/" + of
	if t := w.tokens[key]; t != "" {
		return t, nil
	}
	record, err := w.app.FindRecordById("users", user)
	if err != nil {
		return "", err
	}
	token, err := session.Fresh(record, key)
	if err != nil {
		return "", err
	}
	accounts.NewSessions(w.app).Begun(session.Of(token))
	w.tokens[key] = token
	return token, nil
}

// http sends a request through the app's own router. If the machine stops
// meanwhile, or right after, nobody hears the answer.
func (w *world) http(r request) (any, error) {
	w.prepare(r)
	answer, err := w.serve(r)
	if err != nil || r.Crash == nil {
		return answer, err
	}
	return w.crash(r)
}

// prepare arms what the scheduler wants to happen during the request.
func (w *world) prepare(r request) {
	w.disk.arm(0, false, "")
	if r.Crash != nil {
		w.disk.arm(r.Crash.At, r.Crash.Power, w.next())
	}
	w.disk.intrude, w.intrudedHead = nil, nil
	if len(r.Writes) > 0 && r.Op == "http" {
		w.disk.intrudeAt = r.IntrudeAt
		w.disk.intrude = func() {
			if w.intruded = w.exec(r.Writes); w.intruded == nil {
				w.intrudedHead, w.intruded = w.head()
			}
		}
	}
}

// crash stops the machine, if it has not stopped by itself, and starts it again.
func (w *world) crash(r request) (any, error) {
	mid := w.disk.crashed
	if !mid {
		if err := w.disk.stop(); err != nil {
			return nil, err
		}
	}
	done := w.disk.commits
	return map[string]any{"stopped": true, "mid": mid, "commits": done}, w.after(r.Seed)
}

func (w *world) serve(r request) (any, error) {
	body := []byte(r.Body)
	if r.Raw != "" {
		body = []byte(r.Raw)
	}
	if r.Headers != nil {
		body = r.Binary
	}
	if w.plant.deviceClock {
		w.believe(body)
	}
	req := httptest.NewRequest(r.Method, r.Path, bytes.NewReader(body))
	req.RemoteAddr = "127.0.0.1:4000"
	req.Header.Set("Content-Type", "application/json")
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	token, err := w.token(r.User, r.Session)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", token)
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, req)
	intruded := len(r.Writes) > 0 && w.disk.intrude == nil
	w.disk.intrude = nil
	if w.intruded != nil {
		return nil, w.intruded
	}
	told := map[string]string{}
	for _, name := range []string{"Location", "Upload-Offset"} {
		if value := rec.Header().Get(name); value != "" {
			told[strings.ToLower(name)] = value
		}
	}
	return map[string]any{
		"status": rec.Code, "body": rec.Body.String(), "retry_after": rec.Header().Get("Retry-After"), "intruded": intruded,
		"intruded_head": w.intrudedHead, "headers": told,
	}, nil
}

// believe is the planted bug: the time a phone wrote is taken for the time.
func (w *world) believe(body []byte) {
	var sent struct {
		Mutations []struct {
			At time.Time `json:"at"`
		} `json:"mutations"`
	}
	if json.Unmarshal(body, &sent) == nil && len(sent.Mutations) > 0 {
		w.now = sent.Mutations[0].At.UnixMilli()
	}
}

func (w *world) exec(writes []write) error {
	for _, x := range writes {
		if err := w.write(x); err != nil {
			return fmt.Errorf("%s/%s: %w", x.Collection, x.ID, err)
		}
	}
	return nil
}

// execThenCrash does what it can of the writes before the machine stops, and
// answers how many of them were committed.
func (w *world) execThenCrash(r request) (any, error) {
	w.prepare(r)
	done := 0
	for _, x := range r.Writes {
		before := w.disk.commits
		err := w.write(x)
		if w.disk.commits > before {
			done++
		}
		if w.disk.crashed {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := w.crash(r); err != nil {
		return nil, err
	}
	return map[string]any{"done": done}, nil
}

func (w *world) write(x write) error {
	if x.Forget {
		return w.forget()
	}
	if x.SQL != "" {
		_, err := w.app.DB().NewQuery(x.SQL).Execute()
		return err
	}
	c, err := w.app.FindCollectionByNameOrId(x.Collection)
	if err != nil {
		return err
	}
	rec, err := w.app.FindRecordById(c, x.ID)
	switch {
	case x.Update && errors.Is(err, sql.ErrNoRows):
		return nil
	case x.Delete && err != nil:
		return err
	case x.Delete:
		return w.app.Delete(rec)
	}
	if err != nil {
		rec = core.NewRecord(c)
		rec.Id = x.ID
	}
	for name, value := range x.Fields {
		rec.Set(name, value)
	}
	return w.app.Save(rec)
}

// forget runs the nightly task on a day when all removals so far are old.
func (w *world) forget() error {
	now := w.now
	defer func() { w.now = now }()
	w.now += (200 * 24 * time.Hour).Milliseconds()
	_, err := w.engine.ForgetRemovals(w.app)
	return err
}
