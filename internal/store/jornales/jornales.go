// Package jornales reads and decides the disputed days.
package jornales

import (
	"context"
	"encoding/json"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/store"
)

// Book implements app.DisputedBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New reads and decides the disputed days.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

// AuditDecided is the action of who decided about a disputed day.
const AuditDecided = "jornal.decided"

// markRow is a mark with the day it is of.
type markRow struct {
	app.DisputedMark
	DNI, Day, Person             string
	Decision                     int64
	Reason, DecidedAt, DecidedBy string
}

// Days implements app.DisputedBook.
func (b *Book) Days(q app.DisputedQuery) ([]app.DisputedDay, int64, error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return nil, 0, err
	}
	db, params := b.app.ConcurrentDB(), dbx.Params{"ut": q.UT, "decided": q.Decided}
	const wanted = `SELECT DISTINCT o.person, o.day FROM progress_disputed o
		WHERE (o.decision > 0) = {:decided} AND ({:ut} = '' OR o.intervention IN (SELECT id FROM interventions WHERE ut = {:ut}))`
	var total int64
	if err := db.NewQuery(`SELECT count(*) FROM (` + wanted + `)`).Bind(params).Row(&total); err != nil {
		return nil, 0, err
	}
	params["n"], params["o"] = q.Limit, q.Offset
	out, err := days(db, `SELECT person, day FROM (`+wanted+`) ORDER BY day, person LIMIT {:n} OFFSET {:o}`, params)
	return out, total, err
}

// days are those that a query names, the oldest first.
func days(db dbx.Builder, named string, params dbx.Params) ([]app.DisputedDay, error) {
	var rows []markRow
	err := db.NewQuery(`SELECT o.person AS dni, o.day, o.source, o.record, o.participant, o.mark, o.intervention, o.decision, coalesce(l.rev, 0) AS rev,
			coalesce(p.given_names || ' ' || p.surnames, '') AS person, coalesce(k.number, 0) AS cupo, i.name, i.ut, t.name AS ut_name, coalesce(c.code, '') AS convenio,
			coalesce(m.visit, '') AS visit, coalesce(u.name, w.name, '') AS by,
			coalesce(j.source || j.record || j.participant = o.source || o.record || o.participant, 0) AS holds,
			coalesce(j.reason, '') AS reason, coalesce(j.decided_at, '') AS decided_at, coalesce(a.name, '') AS decided_by
		FROM (` + named + `) d JOIN progress_disputed o ON o.person = d.person AND o.day = d.day
		JOIN interventions i ON i.id = o.intervention JOIN uts t ON t.id = i.ut LEFT JOIN convenios c ON c.intervention = i.id
		LEFT JOIN participants p ON p.id = o.participant LEFT JOIN cupos k ON k.id = p.cupo
		LEFT JOIN sync_rows l ON l.collection = o.source AND l.record = o.record
		LEFT JOIN visit_marks m ON o.source = 'visit_marks' AND m.id = o.record LEFT JOIN visits v ON v.id = m.visit LEFT JOIN users u ON u.id = v.supervisor
		LEFT JOIN attendance_sheets s ON o.source = 'attendance_sheets' AND s.id = o.record LEFT JOIN users w ON w.id = s.validated_by
		LEFT JOIN jornal_decisions j ON j.n = o.decision LEFT JOIN users a ON a.id = j.decided_by
		ORDER BY o.day, o.person, o.source DESC, o.record, o.participant`).Bind(params).All(&rows)
	var out []app.DisputedDay
	for _, r := range rows {
		if n := len(out) - 1; n < 0 || out[n].DNI != r.DNI || out[n].Day != r.Day {
			out = append(out, app.DisputedDay{
				Row: r.Participant, Day: r.Day, Person: r.Person, DNI: r.DNI, Reason: r.Reason, DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt,
			})
		}
		d := &out[len(out)-1]
		d.Marks = append(d.Marks, r.DisputedMark)
	}
	return out, err
}

// Change implements app.DisputedBook.
func (b *Book) Change(ctx context.Context, fn func(app.DisputedDesk) error) error {
	if err := b.engine.CatchUp(b.app); err != nil {
		return err
	}
	return b.engine.InTransaction(ctx, b.app, func(_ context.Context, tx core.App) error { return fn(&desk{b.engine, tx}) })
}

type desk struct {
	engine *store.Engine
	app    core.App
}

// Day implements app.DisputedDesk.
func (d *desk) Day(row, day string) (app.DisputedDay, bool, error) {
	found, err := days(d.app.NonconcurrentDB(), `SELECT DISTINCT person, day FROM progress_disputed WHERE participant = {:row} AND day = {:day}`,
		dbx.Params{"row": row, "day": day})
	if err != nil || len(found) == 0 {
		return app.DisputedDay{}, false, err
	}
	return found[0], true, nil
}

// Decide implements app.DisputedDesk. The works of the day are counted anew before the
// transaction ends.
func (d *desk) Decide(by actor.Actor, day app.DisputedDay, holds app.DisputedMark, reason string) error {
	evidence := make([]store.Weighed, len(day.Marks))
	for i, m := range day.Marks {
		evidence[i] = store.Weighed{Source: m.Source, Record: m.Record, Participant: m.Participant, Mark: m.Mark, Rev: m.Rev}
	}
	raw, err := json.Marshal(evidence)
	if err != nil {
		return err
	}
	now := d.engine.Now()
	if _, err := d.app.NonconcurrentDB().Insert("jornal_decisions", dbx.Params{
		"person": day.DNI, "day": day.Day, "source": holds.Source, "record": holds.Record, "participant": holds.Participant,
		"evidence": string(raw), "reason": reason, "decided_by": by.User, "decided_at": store.FormatStamp(now),
	}).Execute(); err != nil {
		return err
	}
	return store.WriteAudit(d.app, store.Audit{
		Actor: by.User, Action: AuditDecided, Key: store.Key{Collection: "participants", Record: day.Row}, At: now,
		Detail: map[string]any{"day": day.Day, "source": holds.Source, "record": holds.Record, "participant": holds.Participant, "mark": holds.Mark, "evidence": evidence, "reason": reason},
	})
}
