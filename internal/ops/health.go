package ops

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/backup"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/files"
)

// HealthKey is where a running app keeps its Health.
const HealthKey = "chaskiHealth"

// MinFree is the floor when nothing else is asked for.
const MinFree = 500 << 20

// maxBacklog is how many rows may wait to be taken into account. The next reader
// pays for them.
const maxBacklog = 50_000

// fresh is how long an answer to Ready is good: nobody signs in to ask.
const fresh = time.Second

// patience is how long Ready waits for its turn to write.
const patience = 2 * time.Second

// oldAfter is when a backup is called old: two nights were missed.
const oldAfter = 49 * time.Hour

// Health implements app.Operations.
type Health struct {
	app      core.App
	now      func() time.Time
	diskFree func(dir string) (int64, error)

	damaged atomic.Bool

	mu      sync.Mutex
	version string
	minFree int64
	uploads app.UploadLimits
	scanner app.Scanner
	last    app.Readiness
	until   time.Time
	backups maker
}

// NewHealth watches over an app. The clock is the business clock.
func NewHealth(a core.App, now func() time.Time) *Health {
	return &Health{app: a, now: now, diskFree: DiskFree, minFree: MinFree, uploads: app.DefaultUploadLimits}
}

// SetVersion of the program, for administrators.
func (h *Health) SetVersion(version string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version = version
}

// SetScanner is who scans documents, nil for nobody.
func (h *Health) SetScanner(s app.Scanner) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.scanner = s
}

// SetMinFree is how many bytes must be free on the data's disk.
func (h *Health) SetMinFree(bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.minFree = bytes
}

// SetUploads is how much files that people upload may take.
func (h *Health) SetUploads(limits app.UploadLimits) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.uploads = limits
}

// Uploads is how much files that people upload may take.
func (h *Health) Uploads() app.UploadLimits {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.uploads
}

// Room implements app.Operations. Where the system does not say what is free, only the
// disk itself refuses.
func (h *Health) Room(more int64) error {
	h.mu.Lock()
	floor := h.minFree
	h.mu.Unlock()
	free, err := h.diskFree(h.app.DataDir())
	if err != nil || free < 0 || free-more >= floor {
		return nil
	}
	return fault.New(fault.StorageFull, "")
}

// SawDamage implements app.Operations.
func (h *Health) SawDamage() { h.damaged.Store(true) }

// Ready implements app.Operations.
func (h *Health) Ready(ctx context.Context) app.Readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Now().Before(h.until) {
		return h.last
	}
	checks := map[string]bool{
		app.CheckMigrations: h.passes(app.CheckMigrations, h.migrations),
		app.CheckDatabase: h.passes(app.CheckDatabase, func() (bool, error) {
			// Whoever asked first may hang up; others wait for this answer.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			return !h.damaged.Load(), store.CanWrite(ctx, h.app)
		}),
		app.CheckBacklog: h.passes(app.CheckBacklog, h.backlog),
		app.CheckDisk:    h.passes(app.CheckDisk, h.disk),
	}
	h.last = app.Readiness{Ready: true, Checks: checks}
	for _, ok := range checks {
		h.last.Ready = h.last.Ready && ok
	}
	h.until = time.Now().Add(fresh)
	return h.last
}

// passes runs a check; why it failed is for the log, not for the world.
func (h *Health) passes(name string, check func() (bool, error)) bool {
	ok, err := check()
	if f := fault.Of(err); f != nil && f.Code == fault.DataDamaged {
		h.SawDamage()
	}
	if err != nil || !ok {
		h.app.Logger().Error("not ready", "check", name, "error", err)
	}
	return err == nil && ok
}

func (h *Health) migrations() (bool, error) { return store.MigrationsMatch(h.app) }

func (h *Health) backlog() (bool, error) {
	n, err := store.Backlog(h.app, maxBacklog+1)
	return n <= maxBacklog, err
}

func (h *Health) disk() (bool, error) {
	free, err := h.diskFree(h.app.DataDir())
	return free < 0 || free >= h.minFree, err
}

// State implements app.Operations.
func (h *Health) State(ctx context.Context, a actor.Actor) (app.OperationsState, error) {
	if !a.Role.May(actor.ManageInstitution) {
		return app.OperationsState{}, fault.New(fault.Forbidden, "")
	}
	s := app.OperationsState{Readiness: h.Ready(ctx), Backup: h.backupState()}
	h.mu.Lock()
	s.Version, s.DiskFloor = h.version, h.minFree
	h.mu.Unlock()
	s.DatabaseBytes, s.WALBytes = Sizes(h.app.DataDir())
	var err error
	if s.Antivirus, err = h.antivirus(ctx); err != nil {
		return s, err
	}
	if free, err := h.diskFree(h.app.DataDir()); err == nil && free >= 0 {
		s.DiskFree = &free
	}
	return s, nil
}

// ask is how long a scanner may take to say who it is.
const ask = 3 * time.Second

func (h *Health) antivirus(ctx context.Context) (s app.AntivirusState, err error) {
	if s.Waiting, err = files.Waiting(h.app); err != nil {
		return s, err
	}
	h.mu.Lock()
	scanner := h.scanner
	h.mu.Unlock()
	if scanner == nil {
		return s, nil
	}
	ctx, cancel := context.WithTimeout(ctx, ask)
	defer cancel()
	version, err := scanner.Version(ctx)
	if err != nil {
		h.app.Logger().Warn("the scanner does not answer", "error", err)
	}
	return app.AntivirusState{Installed: true, Answers: err == nil, Version: version, Waiting: s.Waiting}, nil
}

// Sizes of the databases and of their write-ahead logs.
func Sizes(dir string) (databases, wal int64) {
	for _, name := range []string{"data.db", "auxiliary.db"} {
		databases += size(filepath.Join(dir, name))
		wal += size(filepath.Join(dir, name+"-wal"))
	}
	return databases, wal
}

func size(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}

// BackupState says how the newest backup of a directory stands at a moment.
func BackupState(dir string, now time.Time) app.BackupState {
	r, err := backup.Last(dir)
	switch {
	case err != nil:
		return app.BackupState{State: app.BackupFailed, Error: err.Error()}
	case r == nil:
		return app.BackupState{State: app.BackupNone}
	}
	s := app.BackupState{
		State: app.BackupOK, At: app.Instant{Time: r.At}, Bytes: r.Bytes, Files: r.Files,
		Missing: len(r.Missing), Differences: r.Differences, Error: r.Error,
	}
	if r.Archive != "" {
		s.Archive = filepath.Base(r.Archive)
	}
	switch {
	case r.Error != "":
		s.State = app.BackupFailed
	case !r.OK:
		s.State = app.BackupFlawed
	case now.Sub(r.At) > oldAfter:
		s.State = app.BackupOld
	}
	return s
}
