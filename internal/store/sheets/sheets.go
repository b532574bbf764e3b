// Package sheets reads and decides the daily sheets.
package sheets

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/attendance"
	"chaski/internal/store"
)

// Book implements app.SheetBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New reads and decides the daily sheets.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

const sheetColumns = `SELECT s.id, s.intervention, i.name, i.ut, coalesce(c.code, '') AS convenio, s.day, s.state, s.state_reason AS reason,
	CAST(s.headcount AS INTEGER) AS headcount, coalesce(u.name, '') AS validated_by, replace(s.validated_at, ' ', 'T') AS validated_at, coalesce(l.rev, 0) AS revision,
	(SELECT count(*) FROM json_each(CASE WHEN json_valid(s.marks) THEN s.marks ELSE '{}' END) WHERE value = 'presente') AS present,
	(SELECT count(*) FROM json_each(CASE WHEN json_valid(s.marks) THEN s.marks ELSE '{}' END) WHERE value = 'ausente') AS absent
	FROM attendance_sheets s JOIN interventions i ON i.id = s.intervention LEFT JOIN convenios c ON c.intervention = i.id
	LEFT JOIN users u ON u.id = s.validated_by LEFT JOIN sync_rows l ON l.collection = 'attendance_sheets' AND l.record = s.id `

// Sheets implements app.SheetBook.
func (b *Book) Sheets(ut string, state attendance.State, limit, offset int) ([]app.Sheet, int64, error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return nil, 0, err
	}
	db, params := b.app.ConcurrentDB(), dbx.Params{"ut": ut, "s": string(state), "n": limit, "o": offset}
	const where = `WHERE i.ut = {:ut} AND s.state = {:s} `
	var out []app.Sheet
	if err := db.NewQuery(sheetColumns + where + `ORDER BY s.day, s.id LIMIT {:n} OFFSET {:o}`).Bind(params).All(&out); err != nil {
		return nil, 0, err
	}
	var total int64
	err := db.NewQuery(`SELECT count(*) FROM attendance_sheets s JOIN interventions i ON i.id = s.intervention ` + where).
		Bind(dbx.Params{"ut": ut, "s": string(state)}).Row(&total)
	return out, total, err
}

// Change implements app.SheetBook.
func (b *Book) Change(ctx context.Context, fn func(app.SheetDesk) error) error {
	if err := b.engine.CatchUp(b.app); err != nil {
		return err
	}
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		return fn(&sheetDesk{engine: b.engine, app: tx, ctx: ctx})
	})
}

type sheetDesk struct {
	engine *store.Engine
	app    core.App
	ctx    context.Context
}

// Sheet implements app.SheetDesk.
func (d *sheetDesk) Sheet(id string) (app.Sheet, bool, error) {
	var rows []app.Sheet
	err := d.app.NonconcurrentDB().NewQuery(sheetColumns + `WHERE s.id = {:id}`).Bind(dbx.Params{"id": id}).All(&rows)
	if err != nil || len(rows) == 0 {
		return app.Sheet{}, false, err
	}
	return rows[0], true, nil
}

// signerKey carries who validates by a write.
type signerKey struct{}

// Turn implements app.SheetDesk.
func (d *sheetDesk) Turn(id string, to attendance.State, reason, signer string) error {
	r, err := d.app.FindRecordById("attendance_sheets", id)
	if err != nil {
		return err
	}
	r.Set("state", string(to))
	r.Set("state_reason", strings.TrimSpace(reason))
	return d.app.SaveWithContext(context.WithValue(d.ctx, signerKey{}, signer), r)
}

// Audit implements app.SheetDesk.
func (d *sheetDesk) Audit(actor, action, sheet string, detail any) error {
	return store.WriteAudit(d.app, store.Audit{Actor: actor, Action: action, Key: store.Key{"attendance_sheets", sheet}, Detail: detail, At: d.engine.Now()})
}

// Judge holds every write of a stored sheet against the rule of its
// validation, whatever path it came by. It is asked in the transaction of the
// write: what is stored by now may be more than the writer had read.
func Judge(ctx context.Context, e *store.Engine, tx core.App, r *core.Record) error {
	stored, err := tx.FindRecordById("attendance_sheets", r.Id)
	if err != nil {
		return err
	}
	signer, _ := ctx.Value(signerKey{}).(string)
	now, f := attendance.Written(sheetOf(stored), sheetOf(r.Original()), sheetOf(r), signer)
	if f != nil {
		return f
	}
	r.Set("state", string(now.State))
	r.Set("state_reason", now.Reason)
	r.Set("validated_by", now.ValidatedBy)
	switch {
	case signer != "":
		r.Set("validated_at", e.Now())
	case now.State != attendance.Validated:
		r.Set("validated_at", "")
	case r.GetString("validated_at") == r.Original().GetString("validated_at"):
		r.Set("validated_at", stored.Get("validated_at"))
	}
	return nil
}

func sheetOf(r *core.Record) attendance.Sheet {
	return attendance.Sheet{
		State: attendance.State(r.GetString("state")), Reason: r.GetString("state_reason"), ValidatedBy: r.GetString("validated_by"),
		Content: fmt.Sprint(r.GetString("intervention"), " ", r.GetString("day"), " ", r.GetInt("headcount"), " ", sorted(r, "marks"), " ", sorted(r, "reasons")),
	}
}

// sorted writes an object in one order, so that what is equal are equal texts; nothing
// in it, null and no value are one.
func sorted(r *core.Record, field string) string {
	var value any
	raw := []byte(r.GetString(field))
	if len(raw) > 0 && json.Unmarshal(raw, &value) != nil {
		return string(raw)
	}
	if object, is := value.(map[string]any); value == nil || value == "" || is && len(object) == 0 {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return string(raw)
	}
	return string(text)
}
