package accounts

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

type personRow struct {
	app.Person
	Active                                       bool
	InvitedAt, JoinedAt, LockedUntil, LastSeenAt string
}

const peopleFrom = ` FROM users u LEFT JOIN uts t ON t.id = u.ut LEFT JOIN entities e ON e.id = u.entity`

const personColumns = `SELECT u.id, u.name, u.email, u.role, u.ut, coalesce(t.name, '') AS utname, u.entity,
	coalesce(e.name, '') AS entity_name, u.active, u.demo, u.invited_at, u.joined_at,
	coalesce((SELECT max(g.locked_until) FROM signin_guard g WHERE g.account = 'users:' || u.email), '') AS locked_until,
	coalesce((SELECT max(d.last_seen_at) FROM devices d WHERE d.user = u.id), '') AS last_seen_at` + peopleFrom

func instantOf(pb string) app.Instant { return app.Instant{Time: store.ParsePB(pb)} }

func (r personRow) person(now time.Time) app.Person {
	p := r.Person
	p.State = app.PersonActive
	p.InvitedAt, p.JoinedAt, p.LastSeenAt = instantOf(r.InvitedAt), instantOf(r.JoinedAt), instantOf(r.LastSeenAt)
	if until := store.ParseStamp(r.LockedUntil); until.After(now) {
		p.LockedUntil = app.Instant{Time: until}
	}
	switch {
	case !r.Active:
		p.State = app.PersonInactive
	case !p.InvitedAt.IsZero() && p.JoinedAt.IsZero():
		p.State = app.PersonInvited
	}
	return p
}

// stateSQL is the rule of person() as a condition.
var stateSQL = map[app.PersonState]string{
	app.PersonInactive: `NOT u.active`,
	app.PersonInvited:  `u.active AND u.invited_at <> '' AND u.joined_at = ''`,
	app.PersonActive:   `u.active AND (u.invited_at = '' OR u.joined_at <> '')`,
}

// scopeOf is the condition of whose accounts the actor sees.
func scopeOf(a actor.Actor, params dbx.Params) (string, error) {
	switch {
	case a.Role.May(actor.ManagePeople):
		return "1 = 1", nil
	case a.Role.May(actor.SeeOwnUnitPeople) && a.UT != "":
		params["own"] = a.UT
		return "u.ut = {:own}", nil
	}
	return "", fault.New(fault.Forbidden, "")
}

// List implements app.People.
func (p *People) List(a actor.Actor, q app.PeopleQuery) ([]app.Person, int64, error) {
	params := dbx.Params{}
	scope, err := scopeOf(a, params)
	if err != nil {
		return nil, 0, err
	}
	where := []string{scope}
	if q.Text != "" {
		params["text"] = sqlite.LikePattern(q.Text)
		where = append(where, `(u.name LIKE {:text} ESCAPE '\' OR u.email LIKE {:text} ESCAPE '\' OR e.name LIKE {:text} ESCAPE '\')`)
	}
	if q.Role != "" {
		params["role"] = string(q.Role)
		where = append(where, `u.role = {:role}`)
	}
	if q.UT != "" {
		params["ut"] = q.UT
		where = append(where, `u.ut = {:ut}`)
	}
	if q.State != "" {
		state, known := stateSQL[q.State]
		if !known {
			return nil, 0, fault.New(fault.Malformed, "state")
		}
		where = append(where, state)
	}
	condition := ` WHERE ` + strings.Join(where, " AND ")
	db := p.app.ConcurrentDB()
	var total int64
	if err = db.NewQuery(`SELECT count(*)` + peopleFrom + condition).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	var rows []personRow
	err = db.NewQuery(personColumns + condition + fmt.Sprintf(` ORDER BY u.name COLLATE NOCASE, u.id LIMIT %d OFFSET %d`, q.Limit, q.Offset)).
		Bind(params).All(&rows)
	people := make([]app.Person, len(rows))
	for i, r := range rows {
		people[i] = r.person(p.engine.Now())
	}
	return people, total, err
}

// one is an account by its id, whoever asks.
func (p *People) one(id string) (app.Person, error) {
	var rows []personRow
	err := p.app.ConcurrentDB().NewQuery(personColumns + ` WHERE u.id = {:id}`).Bind(dbx.Params{"id": id}).All(&rows)
	if err == nil && len(rows) == 0 {
		err = fault.New(fault.NotFound, "")
	}
	if err != nil {
		return app.Person{}, err
	}
	return rows[0].person(p.engine.Now()), nil
}

// Person implements app.People.
func (p *People) Person(a actor.Actor, id string) (app.PersonDetail, error) {
	params := dbx.Params{"id": id}
	scope, err := scopeOf(a, params)
	if err != nil {
		return app.PersonDetail{}, err
	}
	db := p.app.ConcurrentDB()
	var seen int
	if err = db.NewQuery(`SELECT count(*)` + peopleFrom + ` WHERE u.id = {:id} AND ` + scope).Bind(params).Row(&seen); err != nil {
		return app.PersonDetail{}, err
	}
	if seen == 0 {
		return app.PersonDetail{}, fault.New(fault.NotFound, "")
	}
	d := app.PersonDetail{}
	if d.Person, err = p.one(id); err != nil {
		return d, err
	}
	if d.Devices, err = p.devices(id); err != nil {
		return d, err
	}
	if err = db.NewQuery(`SELECT count(DISTINCT intervention) FROM assignments WHERE user = {:id} AND from_on <= {:d} AND (to_on = '' OR to_on >= {:d})`).
		Bind(dbx.Params{"id": id, "d": string(p.engine.Today())}).Row(&d.Assignments); err != nil {
		return d, err
	}
	d.History, err = p.history(id)
	return d, err
}

func (p *People) devices(user string) ([]app.PersonDevice, error) {
	return readDevices(p.app.ConcurrentDB(), `user = {:user} ORDER BY last_seen_at DESC LIMIT 20`, dbx.Params{"user": user})
}

// historyLength bounds what a page shows; the audit keeps all.
const historyLength = 50

// told are the fields whose change is shown.
var told = []string{"name", "email", "role", "ut", "entity", "active"}

func (p *People) history(user string) ([]app.PersonChange, error) {
	var rows []struct{ Created, Actor, Action, Detail, Device string }
	err := p.app.ConcurrentDB().NewQuery(`SELECT a.created, a.action, a.detail, coalesce(u.name, a.actor) AS actor, coalesce(nullif(d.name, ''), d.platform, '') AS device
		FROM audit a LEFT JOIN users u ON u.id = a.actor LEFT JOIN devices d ON a.collection = 'devices' AND d.id = a.record
		WHERE a.collection = 'users' AND a.record = {:id} OR a.collection = 'devices' AND a.record IN (SELECT id FROM devices WHERE user = {:id})
			AND a.action IN ('revoke', 'restore', 'wipe', 'wiped')
		ORDER BY a.created DESC, a.rowid DESC LIMIT {:n}`).
		Bind(dbx.Params{"id": user, "n": historyLength}).All(&rows)
	out := make([]app.PersonChange, len(rows))
	for i, r := range rows {
		out[i] = app.PersonChange{At: instantOf(r.Created), Actor: r.Actor, Action: r.Action, Device: r.Device}
		out[i].Before, out[i].After, out[i].Reason = p.difference(r.Detail)
	}
	return out, err
}

// difference are the told fields that differ between before and after, with the
// names of units and entities, and the reason given.
func (p *People) difference(detail string) (before, after map[string]string, reason string) {
	var d struct {
		Before, After map[string]any
		Reason        string
	}
	_ = json.Unmarshal([]byte(detail), &d) // what is not of that form tells nothing
	before, after = map[string]string{}, map[string]string{}
	if d.After == nil {
		return before, after, d.Reason
	}
	for _, f := range told {
		was, is := p.shown(f, d.Before[f]), p.shown(f, d.After[f])
		if was != is {
			before[f], after[f] = was, is
		}
	}
	return before, after, d.Reason
}

var namedBy = map[string]string{"ut": "uts", "entity": "entities"}

func (p *People) shown(field string, value any) string {
	if value == nil {
		return ""
	}
	s := fmt.Sprint(value)
	if table, ok := namedBy[field]; ok && s != "" {
		if names, err := sqlite.Column(p.app.ConcurrentDB(), `SELECT name FROM `+table+` WHERE id = {:id}`, dbx.Params{"id": s}); err == nil && len(names) == 1 {
			return names[0]
		}
	}
	return s
}

// UTs implements app.People.
func (p *People) UTs(a actor.Actor) ([]app.Option, error) {
	if !a.Role.May(actor.ManagePeople) && !a.Role.May(actor.SeeOwnUnitPeople) && !a.Role.May(actor.ReadPersonal) {
		return nil, fault.New(fault.Forbidden, "")
	}
	var out []app.Option
	err := p.app.ConcurrentDB().NewQuery(`SELECT id, code, name FROM uts ORDER BY code`).All(&out)
	return out, err
}

// entityOptions bounds a search.
const entityOptions = 30

// Entities implements app.People.
func (p *People) Entities(a actor.Actor, text string) ([]app.Option, error) {
	if err := mayManage(a); err != nil {
		return nil, err
	}
	var out []app.Option
	err := p.app.ConcurrentDB().NewQuery(`SELECT id, ruc AS code, name FROM entities
		WHERE name LIKE {:t} ESCAPE '\' OR ruc LIKE {:t} ESCAPE '\' ORDER BY name LIMIT {:n}`).
		Bind(dbx.Params{"t": sqlite.LikePattern(text), "n": entityOptions}).All(&out)
	return out, err
}
