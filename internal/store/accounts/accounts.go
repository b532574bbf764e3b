// Package accounts keeps who may come in: people, their sessions and devices, the links
// that let them in, the guard of sign-ins, the institution.
package accounts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/parameter"
	"chaski/internal/store"
	"chaski/internal/store/parameters"
)

// ActorOf reads the acting person from his account.
func ActorOf(r *core.Record) actor.Actor {
	return actor.Actor{
		User: r.Id, Name: r.GetString("name"), Email: r.Email(), Role: actor.Role(r.GetString("role")),
		UT: r.GetString("ut"), Entity: r.GetString("entity"), Demo: r.GetBool("demo"),
	}
}

// Accounts implements app.Accounts.
type Accounts struct {
	engine *store.Engine
	app    core.App
}

// NewAccounts answers who is signed in, and on what.
func NewAccounts(e *store.Engine, a core.App) *Accounts { return &Accounts{e, a} }

// Session implements app.Accounts.
func (r *Accounts) Session(a actor.Actor) (app.Session, error) {
	s := app.Session{Actor: a, BusinessDate: r.engine.Today(), ServerTime: r.engine.Now()}
	err := r.app.ConcurrentDB().NewQuery(`SELECT coalesce((SELECT name FROM uts WHERE id = {:ut}), ''),
		coalesce((SELECT name FROM entities WHERE id = {:e}), ''),
		EXISTS (SELECT 1 FROM exercises WHERE kind = 'demonstration'),
		coalesce((SELECT coalesce(nullif(note, ''), 'Nombre y ámbito por confirmar.') FROM uts WHERE assumption ORDER BY code LIMIT 1), '')`).
		Bind(dbx.Params{"ut": a.UT, "e": a.Entity}).Row(&s.UTName, &s.EntityName, &s.DemoData, &s.UnitsNote)
	return s, err
}

// Register implements app.Accounts.
func (r *Accounts) Register(a actor.Actor, q app.DeviceRequest) (app.Device, error) {
	var out app.Device
	err := r.app.RunInTransaction(func(tx core.App) error {
		rec, err := tx.FindFirstRecordByFilter("devices", "user = {:u} && install = {:i}", dbx.Params{"u": a.User, "i": q.Install})
		if errors.Is(err, sql.ErrNoRows) {
			if a.Session.Unsure {
				return fault.New(fault.DeviceRevoked, "")
			}
			if err := r.hasRoom(tx.NonconcurrentDB(), a.User); err != nil {
				return err
			}
			c, err := tx.FindCachedCollectionByNameOrId("devices")
			if err != nil {
				return err
			}
			rec = core.NewRecord(c)
			rec.Set("user", a.User)
			rec.Set("install", q.Install)
			rec.Set("state", "activo")
		} else if err != nil {
			return err
		}
		rec.Set("name", q.Name)
		rec.Set("platform", q.Platform)
		rec.Set("app_version", q.AppVersion)
		rec.Set("last_seen_at", r.dateTime())
		if err := tx.Save(rec); err != nil {
			return err
		}
		out.ID = rec.Id
		if a.Session.ID != "" {
			if err := bindSession(context.Background(), tx.NonconcurrentDB(), a.Session, rec.Id); err != nil {
				return err
			}
		}
		return tx.NonconcurrentDB().NewQuery(`SELECT coalesce(max(counter), 0) FROM sync_mutations WHERE device = {:d}`).
			Bind(dbx.Params{"d": rec.Id}).Row(&out.LastCounter)
	})
	return out, err
}

// hasRoom asks device.Room of the devices of an account that are in use and were seen
// since it forgets them.
func (r *Accounts) hasRoom(db dbx.Builder, user string) error {
	most, err := parameters.Int(db, parameter.DevicesPerAccount, r.engine.Today())
	if err != nil { // none, or none that is understood: registering must go on
		most = device.PerAccount
	}
	since, _ := types.ParseDateTime(device.ForgottenBefore(r.engine.Now()))
	var have int64
	if err := db.NewQuery(`SELECT count(*) FROM devices WHERE user = {:u} AND NOT (` + outOfUse + `) AND last_seen_at >= {:since}`).
		Bind(dbx.Params{"u": user, "since": since.String()}).Row(&have); err != nil {
		return err
	}
	return device.Room(have, most)
}

func (r *Accounts) dateTime() types.DateTime {
	t, _ := types.ParseDateTime(r.engine.Now())
	return t
}

// seenEvery bounds how often an unchanged device costs a write.
const seenEvery = time.Minute

// seenPatience is how long a report waits for a writer: a pull must not.
const seenPatience = 50 * time.Millisecond

type deviceRow struct {
	app.DeviceReport
	LastSeenAt string
}

// Seen implements app.Accounts.
func (r *Accounts) Seen(a actor.Actor, id string, q *app.DeviceReport) error {
	var rows []deviceRow
	err := r.app.ConcurrentDB().NewQuery(`SELECT last_seen_at, app_version, oldest_pending_at, last_heal_at, differs_since, outbox,
		rejected, parked, storage_used, storage_quota, persisted FROM devices WHERE id = {:d} AND user = {:u}`).
		Bind(dbx.Params{"d": id, "u": a.User}).All(&rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	was := rows[0]
	last, _ := types.ParseDateTime(was.LastSeenAt)
	if q == nil {
		q = &was.DeviceReport
	}
	same := q.Outbox == was.Outbox && q.Rejected == was.Rejected && q.Parked == was.Parked && q.LastHealAt == was.LastHealAt &&
		q.DiffersSince == was.DiffersSince &&
		q.AppVersion == was.AppVersion && q.Persisted == was.Persisted
	if age := r.engine.Now().Sub(last.Time()); same && age >= 0 && age < seenEvery {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), seenPatience)
	defer cancel()
	_, err = r.app.NonconcurrentDB().Update("devices", dbx.Params{
		"last_seen_at": r.dateTime().String(), "app_version": q.AppVersion,
		"oldest_pending_at": q.OldestPendingAt, "last_heal_at": q.LastHealAt,
		"differs_since": q.DiffersSince, "outbox": q.Outbox, "rejected": q.Rejected, "parked": q.Parked,
		"storage_used": q.StorageUsed, "storage_quota": q.StorageQuota, "persisted": q.Persisted,
	}, dbx.HashExp{"id": id}).WithContext(ctx).Execute()
	return err
}
