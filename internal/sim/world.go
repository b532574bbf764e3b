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
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"chaski/internal/server"
	"chaski/internal/store"
)

// world is the server under simulation.
type world struct {
	seedDir, dataDir string
	now              int64
	random           *rand.Rand
	app              core.App
	engine           *store.Engine
	mux              http.Handler
	tokens           map[string]string
}

// buildSeed migrates and fills the directory every run starts from.
func (w *world) buildSeed() error {
	w.random = rand.New(rand.NewPCG(1, 1))
	app, engine, err := w.boot(w.seedDir)
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
	if w.app != nil {
		if err := w.app.ResetBootstrapState(); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(w.dataDir); err != nil {
		return err
	}
	if err := os.CopyFS(w.dataDir, os.DirFS(w.seedDir)); err != nil {
		return err
	}
	return w.open(seed)
}

// open serves what is in the data directory, as after a restart.
func (w *world) open(seed uint64) error {
	w.random = rand.New(rand.NewPCG(seed, 7))
	app, engine, err := w.boot(w.dataDir)
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

func (w *world) boot(dir string) (core.App, *store.Engine, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: server.Connect})
	engine := store.New()
	engine.Now = func() time.Time { return time.UnixMilli(w.now).UTC() }
	engine.Nonce = func() string { return fmt.Sprintf("%08x", w.random.Uint32()) }
	engine.PageBytes = 4 << 10 // so that this small world takes several pages
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

// http sends a request through the app's own router.
func (w *world) http(r request) (any, error) {
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
	return map[string]any{"status": rec.Code, "body": rec.Body.String(), "retry_after": rec.Header().Get("Retry-After")}, nil
}

func (w *world) exec(writes []write) error {
	for _, x := range writes {
		if err := w.write(x); err != nil {
			return fmt.Errorf("%s/%s: %w", x.Collection, x.ID, err)
		}
	}
	return nil
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
