package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"chaski/internal/server"
	"chaski/internal/store"
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
}

// buildSeed migrates and fills the directory every run starts from.
func (w *world) buildSeed() error {
	w.random = rand.New(rand.NewPCG(1, 1))
	app, engine, err := w.boot(&disk{dir: w.seedDir})
	if err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	err = engine.InTransaction(context.Background(), app, func(ctx context.Context, tx core.App) error {
		return (&seeder{ctx: ctx, tx: tx}).all()
	})
	return errors.Join(err, app.ResetBootstrapState())
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
	err := w.app.ResetBootstrapState()
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
		w.mux, err = e.Router.BuildMux()
		return err
	})
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

func (w *world) token(user string) (string, error) {
	if t := w.tokens[user]; t != "" {
		return t, nil
	}
	record, err := w.app.FindRecordById("users", user)
	if err != nil {
		return "", err
	}
	w.tokens[user], err = record.NewAuthToken()
	return w.tokens[user], err
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
	w.disk.intrude = nil
	if len(r.Writes) > 0 && r.Op == "http" {
		w.disk.intrudeAt = r.IntrudeAt
		w.disk.intrude = func() { w.intruded = w.exec(r.Writes) }
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
	req := httptest.NewRequest(r.Method, r.Path, bytes.NewReader(r.Body))
	req.RemoteAddr = "127.0.0.1:4000"
	req.Header.Set("Content-Type", "application/json")
	token, err := w.token(r.User)
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
	return map[string]any{
		"status": rec.Code, "body": rec.Body.String(), "retry_after": rec.Header().Get("Retry-After"), "intruded": intruded,
	}, nil
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
	if x.SQL != "" {
		_, err := w.app.DB().NewQuery(x.SQL).Execute()
		return err
	}
	c, err := w.app.FindCollectionByNameOrId(x.Collection)
	if err != nil {
		return err
	}
	rec, err := w.app.FindRecordById(c, x.ID)
	if x.Delete {
		if err != nil {
			return err
		}
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

// shown are the tables the model compares with what phones hold.
var shown = []string{
	"users", "uts", "districts", "jurisdictions", "holidays", "entities", "parameters", "checklists", "assignments", "interventions", "convenios",
	"cupos", "participants", "insurance_policies", "insured_persons", "attendance_sheets",
	"visits", "visit_marks", "findings", "unlisted_workers", "conflicts", "mutation_reviews",
}

// state is the base tables as they are, past everything that sync remembers.
func (w *world) state() (any, error) {
	tables := map[string][]map[string]any{}
	for _, name := range shown {
		records, err := w.app.FindAllRecords(name)
		if err != nil {
			return nil, err
		}
		rows := make([]map[string]any, len(records))
		for i, r := range records {
			rows[i] = r.IgnoreEmailVisibility(true).PublicExport()
		}
		tables[name] = rows
	}
	mutations, err := w.query(`SELECT id, device, counter, collection, record, status, seq, coalesce(json_extract(outcome, '$.lost'), '[]') AS lost FROM sync_mutations ORDER BY seq, counter`)
	if err != nil {
		return nil, err
	}
	cells, err := w.query(`SELECT c.exercise, a.key AS ao, c.month, c.quantity FROM progress_cells c
		JOIN aos a ON a.id = c.ao WHERE c.measure = 'job' AND c.quantity <> 0 ORDER BY c.exercise, a.key, c.month`)
	if err != nil {
		return nil, err
	}
	return map[string]any{"tables": tables, "mutations": mutations, "cells": cells}, nil
}

func (w *world) query(sql string) ([]map[string]string, error) {
	rows, err := w.app.DB().NewQuery(sql).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []map[string]string{}
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return nil, err
		}
		row := make(map[string]string, len(raw))
		for k, v := range raw {
			row[k] = v.String
		}
		out = append(out, row)
	}
	return out, rows.Err()
}
