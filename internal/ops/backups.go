package ops

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/tools/cron"

	"chaski/internal/app"
	"chaski/internal/backup"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// maker is how a running server makes backups, and what it knows of them beside
// what backup.Last keeps.
type maker struct {
	run      func(context.Context) error
	schedule *cron.Schedule // nil: never
	since    time.Time      // of the one being made; zero if none
	failed   app.BackupState
}

// Backups tells Health how this server makes backups (a schedule in cron, UTC,
// or Off) and answers the same run, watched.
func (h *Health) Backups(expression string, run func(context.Context) error) func(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.backups = maker{run: run}
	if schedule, err := cron.NewSchedule(expression); err == nil {
		h.backups.schedule = schedule
	}
	return h.backUp
}

// BackUp implements app.Operations.
func (h *Health) BackUp(a actor.Actor) error {
	if !a.Role.May(actor.ManageInstitution) {
		return fault.New(fault.Forbidden, "")
	}
	run, began, err := h.begin()
	if errors.Is(err, backup.ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	err = store.WriteAudit(h.app, store.Audit{Actor: a.User, Action: "backup", Key: store.Key{Collection: "backups"}, At: began})
	if err != nil {
		h.end(began, nil)
		return err
	}
	store.Beside(h.app, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, maxBackup)
		defer cancel()
		err := run(ctx)
		h.end(began, err)
		if err != nil {
			h.app.Logger().Error("backup asked for failed", "error", err)
		}
	})
	return nil
}

// backUp makes one; backup.ErrRunning if one is being made.
func (h *Health) backUp(ctx context.Context) error {
	run, began, err := h.begin()
	if err != nil {
		return err
	}
	err = run(ctx)
	h.end(began, err)
	return err
}

func (h *Health) begin() (run func(context.Context) error, began time.Time, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.backups.run == nil: // not served
		return nil, began, fault.New(fault.NotFound, "")
	case !h.backups.since.IsZero():
		return nil, began, backup.ErrRunning
	}
	h.backups.since = h.now()
	return h.backups.run, h.backups.since, nil
}

func (h *Health) end(began time.Time, err error) {
	told := BackupState(h.app.DataDir(), h.now())
	h.mu.Lock()
	defer h.mu.Unlock()
	h.backups.since, h.backups.failed = time.Time{}, app.BackupState{}
	// What never came as far as a result of its own is told from here.
	if err != nil && told.At.Before(began) && !strings.Contains(err.Error(), backup.ErrRunning.Error()) {
		h.backups.failed = app.BackupState{State: app.BackupFailed, At: app.Instant{Time: began}, Error: err.Error()}
	}
}

// backupState is the newest backup, the next and the one being made.
func (h *Health) backupState() app.BackupState {
	now := h.now()
	s := BackupState(h.app.DataDir(), now)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.backups.failed.At.After(s.At.Time) {
		s = h.backups.failed
	}
	s.Since.Time, s.Next.Time = h.backups.since, next(h.backups.schedule, now)
	return s
}

// farthest is how far ahead a schedule is looked through.
const farthest = 400 * 24 * time.Hour

// next is the first minute after now at which a schedule is due; zero if there
// is none.
func next(schedule *cron.Schedule, now time.Time) time.Time {
	if schedule == nil {
		return time.Time{}
	}
	at := now.UTC().Truncate(time.Minute)
	for end := at.Add(farthest); at.Before(end); {
		at = at.Add(time.Minute)
		if schedule.IsDue(cron.NewMoment(at)) {
			return at
		}
	}
	return time.Time{}
}
