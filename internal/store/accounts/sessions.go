package accounts

import (
	"context"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
	"chaski/internal/session"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// Sessions knows which devices a session has been used on. Whether it may go on is
// derived from their state each time, never stored: so no path that changes a
// device can forget it, and a device that is back in use has its access back.
type Sessions struct{ app core.App }

// NewSessions answers from an app's data.
func NewSessions(a core.App) *Sessions { return &Sessions{a} }

// outOfUse are the devices that may not read, in SQL.
const outOfUse = `state NOT IN ('', 'activo')`

// Check is nil for a session that may go on. One is unsure that nobody can lay to a
// device, where one of the person's that is out of use may be it: it must first name
// one that is known. That is a token from before sessions had names, and one that
// began in what a restore lost. Who holds no replica never names a device: his
// sessions are closed instead.
func (s *Sessions) Check(user string, role actor.Role, here actor.Session) (unsure bool, err error) {
	bound, err := s.stands(here.ID)
	if err != nil || bound || !role.May(actor.HoldReplica) {
		return false, err
	}
	if session.Unnamed(here.ID) { // those of phones that were heard of since are known
		return s.any(outOfUse+` AND NOT EXISTS (SELECT 1 FROM session_devices s WHERE s.device = devices.id)`, user)
	}
	var known bool
	err = s.app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM session_devices WHERE session = {:s})`).
		Bind(dbx.Params{"s": here.ID}).Row(&known)
	if err != nil || known {
		return false, err
	}
	return s.any(outOfUse, user)
}

// noDevice stands for the device in the row that a session begins with.
const noDevice = ""

// Begun notes a sign-in: from then on its session is known, whether or not it names
// a device. A sign-in does not fail on it: it is only trusted less.
func (s *Sessions) Begun(now actor.Session) {
	ctx, cancel := context.WithTimeout(context.Background(), contactPatience)
	defer cancel()
	if err := bindSession(ctx, s.app.NonconcurrentDB(), now, noDevice); err != nil {
		s.app.Logger().Warn("begin of a session not noted", "error", err)
	}
}

// Lost says whether any device of a person is out of use.
func (s *Sessions) Lost(user string) (bool, error) { return s.any(outOfUse, user) }

func (s *Sessions) any(where, user string) (bool, error) {
	var found bool
	err := s.app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM devices WHERE user = {:u} AND ` + where + `)`).
		Bind(dbx.Params{"u": user}).Row(&found)
	return found, err
}

// stands is nil for a session that may go on. Otherwise DeviceWiped, if all the
// devices it was used on are to be wiped, or DeviceRevoked.
func (s *Sessions) stands(id string) (bound bool, err error) {
	states, err := sqlite.Column(s.app.ConcurrentDB(), `SELECT d.state FROM session_devices s JOIN devices d ON d.id = s.device
		WHERE s.session = {:s} ORDER BY d.state`, dbx.Params{"s": id})
	if err != nil {
		return false, err
	}
	var ended error
	wiped := true
	for _, state := range states {
		f := device.State(state).Stands()
		if f != nil {
			ended = f
		}
		wiped = wiped && f != nil && fault.Of(f).Code == fault.DeviceWiped
	}
	if ended != nil && !wiped {
		ended = fault.New(fault.DeviceRevoked, "")
	}
	return len(states) > 0, ended
}

// Ended are the sessions that may not go on.
func (s *Sessions) Ended() (map[string]bool, error) {
	ids, err := sqlite.Column(s.app.ConcurrentDB(), `SELECT DISTINCT s.session FROM devices d JOIN session_devices s ON s.device = d.id
		WHERE d.`+outOfUse, dbx.Params{})
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// Renewed notes how long the tokens of a session are good for now.
func (s *Sessions) Renewed(now actor.Session) error {
	_, err := s.app.NonconcurrentDB().NewQuery(`UPDATE session_devices SET expires = {:e} WHERE session = {:s} AND expires < {:e}`).
		Bind(dbx.Params{"s": now.ID, "e": store.FormatStamp(now.Expires)}).Execute()
	return err
}

// Forget drops what is known of sessions whose last token has run out, but for those
// of devices out of use: see Check.
func (s *Sessions) Forget(now time.Time) error {
	_, err := s.app.NonconcurrentDB().NewQuery(`DELETE FROM session_devices WHERE expires < {:now}
		AND device NOT IN (SELECT id FROM devices WHERE ` + outOfUse + `)`).
		Bind(dbx.Params{"now": store.FormatStamp(now)}).Execute()
	return err
}

// bindSession notes that a session is used on a device.
func bindSession(ctx context.Context, db dbx.Builder, s actor.Session, device string) error {
	_, err := db.NewQuery(`INSERT INTO session_devices (session, device, expires) VALUES ({:s}, {:d}, {:e}) ON CONFLICT DO NOTHING`).
		Bind(dbx.Params{"s": s.ID, "d": device, "e": store.FormatStamp(s.Expires)}).WithContext(ctx).Execute()
	return err
}

// contact is what a request finds that names a device of the actor.
type contact struct {
	state device.State
	known bool // a device of his
	bound bool // this session was used on it before
}

// contactPatience is how long noting a session's first contact waits for a writer.
const contactPatience = time.Second

// meet looks a device up, and notes that this session is used on it. An ended
// session meets no device that it did not know.
func (r *Accounts) meet(a actor.Actor, id string) (contact, error) {
	var rows []struct {
		State string `db:"state"`
		Bound bool   `db:"bound"`
	}
	err := r.app.ConcurrentDB().NewQuery(`SELECT state, EXISTS (SELECT 1 FROM session_devices WHERE session = {:s} AND device = {:d}) AS bound
		FROM devices WHERE id = {:d} AND user = {:u}`).Bind(dbx.Params{"s": a.Session.ID, "d": id, "u": a.User}).All(&rows)
	if err != nil || len(rows) == 0 {
		return contact{}, err
	}
	c := contact{device.State(rows[0].State), true, rows[0].Bound}
	if c.bound || a.Session.ID == "" || a.Session.Ended {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), contactPatience)
	defer cancel()
	if err := bindSession(ctx, r.app.NonconcurrentDB(), a.Session, id); err != nil {
		// Whoever writes for so long holds up no pull: it is noted with the next one.
		r.app.Logger().Warn("session not bound to its device", "device", id, "error", err)
	}
	return c, nil
}

// MaySync implements app.Accounts.
func (r *Accounts) MaySync(a actor.Actor, id string) error {
	c, err := r.meet(a, id)
	switch {
	case err != nil:
		return err
	case !c.known && !a.Session.Ended:
		return fault.New(fault.DeviceUnknown, "device")
	}
	if err := c.state.Stands(); err != nil || !a.Session.Ended {
		return err
	}
	return fault.New(fault.DeviceRevoked, "device")
}

// MayPush implements app.Accounts.
func (r *Accounts) MayPush(a actor.Actor, id string) error {
	c, err := r.meet(a, id)
	if err == nil && a.Session.Ended && !c.bound {
		return fault.New(fault.DeviceRevoked, "device")
	}
	return err
}
