package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
	"chaski/internal/server"
	"chaski/internal/store"
)

// manifest is what the harness must know of a database it prepared.
type manifest struct {
	Superuser string           `json:"superuser"` // token
	Devices   []deviceManifest `json:"devices"`
	Listeners []string         `json:"listeners"` // tokens of people of one unit
	// What changes so that all listeners hear of it.
	PokedWork      string `json:"poked_work"`
	PokedCatalogue string `json:"poked_catalogue"`
	Rows           int    `json:"rows"` // of all tracked tables
}

type deviceManifest struct {
	Spec  string `json:"spec"`
	User  string `json:"user"`
	Token string `json:"token"`
	UT    string `json:"ut"`
}

const (
	manifestFile   = "bench.json"
	superuserEmail = "medicion@example.org"
	password       = "chaski-medicion"
	listenersUnit  = "UT92"
	tokenLife      = 10 * 365 * 24 * time.Hour
)

func readManifest(dir string) (manifest, error) {
	var m manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(raw, &m)
}

func (m manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, manifestFile), raw, 0o600)
}

// openChaski opens a data directory with all hooks, without serving.
func openChaski(dir string) (core.App, *store.Engine, error) {
	app, engine := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: server.Connect}), store.New()
	server.Bind(app, engine, nil)
	return app, engine, errors.Join(app.Bootstrap(), app.RunAllMigrations())
}

// written is when all is made: rows say the same whenever they are prepared.
func written() time.Time { return store.ParsePB(writtenAt) }

// closeApp leaves the whole database in its main file, so that it can be copied.
func closeApp(app core.App) error {
	_, err := app.DB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	return errors.Join(err, app.ClearBootstrap())
}

// addDevices is the role that puts the devices of the specs into a data
// directory, with everything that signs in.
func addDevices(dir string, listeners int, specs []string) (err error) {
	devices, err := loadSpecs(specs)
	if err != nil {
		return err
	}
	app, engine, err := openChaski(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeApp(app)) }()
	engine.Now = written
	p := &preparer{app: app, listeners: listeners}
	if err := p.settings(); err != nil {
		return err
	}
	if err := engine.Bulk(context.Background(), app, store.Batch{Action: "bench"}, func(tx core.App) error { return p.fill(tx, devices) }); err != nil {
		return err
	}
	for _, d := range devices {
		if err := d.check(app.DB()); err != nil {
			return err
		}
	}
	m, err := p.manifest(devices)
	if err != nil {
		return err
	}
	return m.write(dir)
}

// addCrowd is the role that adds units like that of a device, one commit each.
func addCrowd(dir, name string, count int) (err error) {
	s, err := loadSpec(name)
	if err != nil {
		return err
	}
	app, engine, err := openChaski(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeApp(app)) }()
	engine.Now = written
	p := &preparer{app: app}
	for n, clone := range s.clones(count - 1) {
		if err := engine.Bulk(context.Background(), app, store.Batch{Action: "bench", Lenient: true}, func(tx core.App) error {
			w := &writer{db: tx.NonconcurrentDB(), prepared: map[string]*dbx.Query{}}
			defer w.close()
			// Its account is as the first one's: nobody signs in with it.
			if _, err := tx.NonconcurrentDB().NewQuery(`INSERT INTO users (id, email, password, tokenKey, name, role, ut, active, verified)
				SELECT {:id}, {:id} || '@example.org', password, {:id} || {:id} || {:id} || {:id}, name, role, {:ut}, TRUE, TRUE FROM users
				WHERE role = 'supervisor' LIMIT 1`).Bind(dbx.Params{"id": clone.user(), "ut": clone.id("ut")}).Execute(); err != nil {
				return err
			}
			for _, r := range clone.rows(10 + n) {
				if err := w.insert(r); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	m, err := readManifest(dir)
	if err != nil {
		return err
	}
	if m.Rows, err = p.count(); err != nil {
		return err
	}
	return m.write(dir)
}

type preparer struct {
	app       core.App
	listeners int
}

// settings: one address sends everything here, so limits by address are off,
// for both servers.
func (p *preparer) settings() error {
	s := p.app.Settings()
	s.RateLimits.Enabled = false
	s.Batch.Enabled, s.Batch.MaxRequests, s.Batch.Timeout = true, 5000, 120
	return p.app.Save(s)
}

func (p *preparer) fill(tx core.App, devices []spec) error {
	w := &writer{db: tx.NonconcurrentDB(), prepared: map[string]*dbx.Query{}}
	defer w.close()
	if err := p.exercise(tx, w); err != nil {
		return err
	}
	for n, d := range devices {
		for _, r := range d.rows(n) {
			if err := w.insert(r); err != nil {
				return err
			}
		}
	}
	ut := listenersSpec().id("ut")
	if err := w.insert(row{"parameters", listenersSpec().id("parameter"), map[string]any{
		"key": "measurement.nothing", "value": "0", "valid_from": "2020-01-01", "norm": "De la medición",
	}}); err != nil {
		return err
	}
	for _, r := range listenersSpec().rows(len(devices)) {
		if err := w.insert(r); err != nil {
			return err
		}
	}
	return p.people(tx, w, devices, ut)
}

// listenersSpec is the unit of those who only listen.
func listenersSpec() spec {
	return spec{Name: "listeners", Unit: listenersUnit, Seed: 92, Works: 1, Participants: 1, Policies: 1, Entities: 1, Districts: 1}
}

// exercise makes sure that jobs of 2026 count for an AO, demo or not.
func (p *preparer) exercise(tx core.App, w *writer) error {
	if n, err := tx.CountRecords("aos", dbx.HashExp{"exercise": 2026, "unit_measure": "job", "funding_frame": "ordinary"}); err != nil || n > 0 {
		return err
	}
	s := listenersSpec()
	if err := w.insert(row{"exercises", s.id("exercise"), map[string]any{"year": 2026, "kind": "demonstration"}}); err != nil {
		return err
	}
	return w.insert(row{"aos", s.id("ao"), map[string]any{
		"key": "seguimiento", "name": "Empleos temporales", "exercise": 2026, "funding_frame": "ordinary",
		"unit_measure": "job", "counting_rule": "cupo_v1", "physical_target": 1000,
	}})
}

// people writes the account of each device and the listeners. One hash serves
// all: hashing a thousand passwords would take a minute.
func (p *preparer) people(tx core.App, w *writer, devices []spec, ut string) error {
	superusers, err := tx.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return err
	}
	super := core.NewRecord(superusers)
	super.SetEmail(superuserEmail)
	super.SetPassword(password)
	if err := tx.Save(super); err != nil {
		return err
	}
	hash := super.GetString(core.FieldNamePassword + ":hash")
	add := func(id, unit string) error {
		return w.insert(row{"users", id, map[string]any{
			"email": id + "@example.org", "password": hash, "tokenKey": id + id + id + id, "name": "Persona de medición", "role": "supervisor",
			"ut": unit, "active": true, "verified": true,
		}})
	}
	for _, d := range devices {
		if err := add(d.user(), d.id("ut")); err != nil {
			return err
		}
	}
	if err := add(listenersSpec().user(), ut); err != nil { // who has their unit's work
		return err
	}
	for n := range p.listeners {
		if err := add(listenersSpec().id("listener %d", n), ut); err != nil {
			return err
		}
	}
	return nil
}

func (p *preparer) manifest(devices []spec) (manifest, error) {
	m := manifest{PokedWork: listenersSpec().work(0), PokedCatalogue: listenersSpec().id("parameter")}
	super, err := p.app.FindAuthRecordByEmail(core.CollectionNameSuperusers, superuserEmail)
	if err != nil {
		return m, err
	}
	if m.Superuser, err = super.NewStaticAuthToken(tokenLife); err != nil {
		return m, err
	}
	token := func(id string) (string, error) {
		r, err := p.app.FindRecordById("users", id)
		if err != nil {
			return "", err
		}
		return r.NewStaticAuthToken(tokenLife)
	}
	for _, d := range devices {
		t, err := token(d.user())
		if err != nil {
			return m, err
		}
		m.Devices = append(m.Devices, deviceManifest{Spec: d.Name, User: d.user(), Token: t, UT: d.id("ut")})
	}
	for n := range p.listeners {
		t, err := token(listenersSpec().id("listener %d", n))
		if err != nil {
			return m, err
		}
		m.Listeners = append(m.Listeners, t)
	}
	m.Rows, err = p.count()
	return m, err
}

// count is how many rows there are in all tracked tables.
func (p *preparer) count() (int, error) {
	rows := 0
	for _, c := range replication.Collections {
		var n int
		if err := p.app.DB().NewQuery(`SELECT count(*) FROM ` + c.Name).Row(&n); err != nil {
			return 0, err
		}
		rows += n
	}
	return rows, nil
}

// check compares what the server would serve to the device with what its spec
// says it holds.
func (s spec) check(db dbx.Builder) error {
	var rows int
	var bytes int64
	err := db.NewQuery(`SELECT count(*), sum(length(CAST(payload AS BLOB))) FROM sync_rows WHERE n IN
		(SELECT e.row FROM sync_entries e JOIN sync_buckets b ON b.handle = e.bucket WHERE e.removed = 0 AND (b.name = 'user:' || {:u}
		OR b.name = 'ut:' || {:ut} OR b.name IN (SELECT 'aii:' || intervention FROM assignments WHERE user = {:u})))`).
		Bind(dbx.Params{"u": s.user(), "ut": s.id("ut")}).Row(&rows, &bytes)
	if err != nil {
		return err
	}
	if rows != s.Rows || bytes != s.Bytes {
		return fmt.Errorf("device %s holds %d rows of %d bytes; devices/%s.json says %d rows of %d bytes", s.Name, rows, bytes, s.Name, s.Rows, s.Bytes)
	}
	return nil
}

// writer inserts rows with prepared statements, past PocketBase.
type writer struct {
	db       dbx.Builder
	prepared map[string]*dbx.Query
}

func (w *writer) insert(r row) error {
	params := dbx.Params{"id": r.ID, "created": writtenAt, "updated": writtenAt}
	columns := make([]string, 0, len(r.Fields)+3)
	columns = append(columns, "id", "created", "updated")
	for name, value := range r.Fields {
		params[name] = value
		columns = append(columns, name)
	}
	sort.Strings(columns)
	names, values := "", ""
	for n, c := range columns {
		if n > 0 {
			names, values = names+", ", values+", "
		}
		names, values = names+c, values+"{:"+c+"}"
	}
	sql := `INSERT INTO ` + r.Collection + ` (` + names + `) VALUES (` + values + `)`
	q := w.prepared[sql]
	if q == nil {
		q = w.db.NewQuery(sql).Prepare()
		w.prepared[sql] = q
	}
	if _, err := q.Bind(params).Execute(); err != nil {
		return fmt.Errorf("%s %s: %w", r.Collection, r.ID, err)
	}
	return nil
}

func (w *writer) close() {
	for _, q := range w.prepared {
		_ = q.Close() // the transaction ends anyway
	}
}
