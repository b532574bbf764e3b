package accounts

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

func readDevices(db dbx.Builder, where string, params dbx.Params) ([]app.PersonDevice, error) {
	var rows []struct {
		app.PersonDevice
		LastSeenAt string
	}
	err := db.NewQuery(`SELECT id, name, platform, CASE state WHEN '' THEN 'activo' ELSE state END AS state, last_seen_at,
		CAST(outbox AS INTEGER) AS outbox, oldest_pending_at, differs_since FROM devices WHERE ` + where).Bind(params).All(&rows)
	out := make([]app.PersonDevice, len(rows))
	for i, r := range rows {
		out[i] = r.PersonDevice
		out[i].LastSeenAt = instantOf(r.LastSeenAt)
	}
	return out, err
}

// OrderDevice implements app.People.
func (p *People) OrderDevice(a actor.Actor, person, id string, o app.DeviceOrder) (app.PersonDevice, error) {
	if !a.Role.May(actor.ManagePeople) {
		return app.PersonDevice{}, fault.New(fault.Forbidden, "")
	}
	o.Reason = strings.TrimSpace(o.Reason)
	if utf8.RuneCountInString(o.Reason) < device.MinReason {
		return app.PersonDevice{}, fault.New(fault.TooShort, "reason").With("min", fmt.Sprint(device.MinReason))
	}
	var out app.PersonDevice
	err := p.app.RunInTransaction(func(tx core.App) error {
		found, err := readDevices(tx.NonconcurrentDB(), `id = {:id} AND user = {:user}`, dbx.Params{"id": id, "user": person})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "device")
		}
		was := found[0]
		out = was
		if out.State, err = was.State.After(o.Order); err != nil {
			return err
		}
		if o.Order == device.Wipe && (o.Unsent == nil || *o.Unsent != was.Outbox) {
			return fault.New(fault.DeviceReported, "unsent").With("unsent", fmt.Sprint(was.Outbox))
		}
		return p.turn(tx, a.User, string(o.Order), was, out.State, o.Reason)
	})
	return out, err
}

// turn changes the state of a device and keeps who did it, why, and what the
// device had last reported.
func (p *People) turn(tx core.App, who, action string, was app.PersonDevice, to device.State, reason string) error {
	if _, err := tx.NonconcurrentDB().Update("devices", dbx.Params{"state": string(to)}, dbx.HashExp{"id": was.ID}).Execute(); err != nil {
		return err
	}
	return store.WriteAudit(tx, store.Audit{
		Actor: who, Action: action, Key: store.Key{"devices", was.ID}, Device: was.ID, At: p.engine.Now(),
		Detail: map[string]any{
			"before": map[string]any{"state": was.State}, "after": map[string]any{"state": to}, "reason": reason,
			"unsent": was.Outbox, "oldest_pending_at": was.OldestPendingAt, "last_seen_at": was.LastSeenAt.Time,
		},
	})
}

// DeviceWiped implements app.People. It may be said twice: the first answer may
// be lost.
func (p *People) DeviceWiped(id, install string) error {
	return p.app.RunInTransaction(func(tx core.App) error {
		found, err := readDevices(tx.NonconcurrentDB(), `id = {:id} AND install = {:install} AND state IN ('por_borrar', 'borrado')`,
			dbx.Params{"id": id, "install": install})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "device")
		}
		if found[0].State == device.Wiped {
			return nil
		}
		return p.turn(tx, "", "wiped", found[0], device.Wiped, "")
	})
}
