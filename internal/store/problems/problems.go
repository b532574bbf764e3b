// Package problems lists rows that break a rule or were changed past the application,
// until somebody corrects them or answers for them.
package problems

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// book implements app.ProblemBook over row_problems.
type book struct {
	engine *store.Engine
	app    core.App
}

// New is the list of rows that break rules.
func New(e *store.Engine, a core.App) app.ProblemBook { return &book{e, a} }

const problemScope = ` FROM row_problems p LEFT JOIN interventions i ON i.id = p.intervention LEFT JOIN uts u ON u.id = i.ut
	WHERE ({:ut} = '' OR i.ut = {:ut})`

// List implements app.ProblemBook.
func (b *book) List(q app.ProblemQuery) (app.ProblemList, error) {
	var out app.ProblemList
	if err := b.engine.CatchUp(b.app); err != nil {
		return out, err
	}
	db := b.app.ConcurrentDB()
	if err := db.NewQuery(`SELECT p.collection, count(DISTINCT p.record) AS rows` + problemScope + ` GROUP BY p.collection ORDER BY p.collection`).
		Bind(dbx.Params{"ut": q.UT}).All(&out.Kinds); err != nil {
		return out, err
	}
	if err := db.NewQuery(`SELECT count(*) FROM (SELECT DISTINCT p.collection, p.record` + problemScope + ` AND p.counts = 1)`).
		Bind(dbx.Params{"ut": q.UT}).Row(&out.Uncounted); err != nil {
		return out, err
	}
	for _, k := range out.Kinds {
		if q.Collection == "" || q.Collection == k.Collection {
			out.Total += k.Rows
		}
	}
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Work       string `db:"work"`
		UTName     string `db:"ut_name"`
	}
	if err := db.NewQuery(`SELECT p.collection, p.record, coalesce(max(i.name), '') AS work, coalesce(max(u.name), '') AS ut_name` + problemScope +
		` AND ({:c} = '' OR p.collection = {:c}) GROUP BY p.collection, p.record ORDER BY min(p.since) DESC, p.collection, p.record LIMIT {:n} OFFSET {:o}`).
		Bind(dbx.Params{"ut": q.UT, "c": q.Collection, "n": q.Limit, "o": q.Offset}).All(&rows); err != nil {
		return out, err
	}
	for _, r := range rows {
		row := app.ProblemRow{Collection: r.Collection, Record: r.Record, Work: r.Work, UTName: r.UTName}
		if err := describe(db, &row, q.UT); err != nil {
			return out, err
		}
		for i, f := range row.Fields {
			row.Fields[i].Value = app.MaskedValue(f.Field, f.Value)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// central are fields that only who sees every unit corrects: to whom a row
// belongs, and what has routes of its own that say who may and when.
var central = map[string]bool{"intervention": true, "ut": true, "state": true}

// describe reads the problems of a row, and the fields they are about that may be
// corrected by who is bounded to a unit, or by anybody.
func describe(db dbx.Builder, row *app.ProblemRow, ut string) error {
	var found []store.Problem
	if err := db.NewQuery(`SELECT ` + store.ProblemColumns + ` FROM row_problems WHERE collection = {:c} AND record = {:r} ORDER BY field`).
		Bind(dbx.Params{"c": row.Collection, "r": row.Record}).All(&found); err != nil {
		return err
	}
	about := map[string]bool{}
	for _, p := range found {
		f := fault.New(fault.Code(p.Code), p.Field)
		var fields []string
		if err := errors.Join(json.Unmarshal([]byte(p.Args), &f.Args), json.Unmarshal([]byte(p.Fields), &fields)); err != nil {
			return err
		}
		about[p.Field] = true
		for _, name := range fields {
			about[name] = true
		}
		row.Problems = append(row.Problems, app.RowProblem{Fault: f, Since: p.Since, Counts: p.Counts})
	}
	values, err := asStored(db, row.Collection, row.Record)
	if err != nil {
		return err
	}
	if row.Which, err = which(db, values); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(about)) {
		if ut != "" && central[name] {
			continue
		}
		field := app.ProblemField{Field: name, Value: values[name], Form: record.FormText}
		if f := records.Find(row.Collection).Field(name); f != nil {
			field.Must = f.Must
			field.Form, field.Choices = f.Form()
		}
		if row.Collection == "attendance_sheets" && name == "marks" {
			if err := wrongMarks(db, values, &field); err != nil {
				return err
			}
		}
		row.Fields = append(row.Fields, field)
	}
	dni, _ := values["dni"].(string)
	if participant, ok := values["participant"].(string); ok && dni == "" {
		found, err := sqlite.Column(db, `SELECT dni FROM participants WHERE id = {:id}`, dbx.Params{"id": participant})
		if err != nil {
			return err
		}
		dni = strings.Join(found, "")
	}
	row.Person = identity.Mask(dni)
	return nil
}

// asStored is a row as far as it can be read; what cannot is text.
func asStored(db dbx.Builder, collection, record string) (map[string]any, error) {
	c := replication.Find(collection)
	if c == nil {
		return nil, fault.New(fault.NotFound, "")
	}
	im, err := store.Images(db, collection, []string{record})
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for _, f := range c.Fields {
		v, err := store.DecodeField(f, im[record][f.Name])
		if err != nil {
			v = im[record][f.Name]
		}
		out[f.Name] = v
	}
	return out, nil
}

// Correct implements app.ProblemBook.
func (b *book) Correct(ctx context.Context, c app.Correction) error {
	err := b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		row := app.ProblemRow{Collection: c.Collection, Record: c.Record}
		var there int
		if err := tx.NonconcurrentDB().NewQuery(`SELECT count(*)` + problemScope + ` AND p.collection = {:c} AND p.record = {:r}`).
			Bind(dbx.Params{"ut": c.UT, "c": c.Collection, "r": c.Record}).Row(&there); err != nil {
			return err
		}
		if there == 0 {
			return fault.New(fault.NotFound, "")
		}
		if err := describe(tx.NonconcurrentDB(), &row, c.UT); err != nil {
			return err
		}
		stands, err := c.Stands(row)
		if err != nil {
			return err
		}
		r, err := tx.FindRecordById(c.Collection, c.Record)
		if err != nil {
			return err
		}
		for name, v := range c.Fields {
			r.Set(name, v)
		}
		store.Spell(r)
		one, err := united(tx, r)
		if err != nil {
			return err
		}
		if !one {
			if err := tx.SaveWithContext(ctx, r); err != nil {
				return store.ShapeFault(err)
			}
		}
		work := r.GetString("intervention")
		if c.Collection == "interventions" {
			work = r.Id
		}
		units, err := sqlite.Column(tx.NonconcurrentDB(), `SELECT ut FROM interventions WHERE id = {:id}`, dbx.Params{"id": work})
		if err != nil {
			return err
		}
		if err := c.Within(strings.Join(units, "")); err != nil {
			return err
		}
		return store.WriteAudit(tx, store.Audit{
			Actor: c.Actor, Action: store.AuditCorrected, Key: store.Key{c.Collection, c.Record}, At: b.engine.Now(),
			Detail: map[string]any{"reason": c.Reason, "before": stands, "after": c.Fields, "united": one},
		})
	})
	return err
}

// united makes the transfers of a resolution those of the one that has the number
// it is corrected to, and takes the first away: two spellings of one. It answers
// whether there was one. A convenio that has a transfer under both is refused by
// the rule of transfers, for somebody to annul one of them first.
func united(tx core.App, r *core.Record) (bool, error) {
	if r.Collection().Name != "resolutions" {
		return false, nil
	}
	twins, err := tx.FindAllRecords("resolutions", dbx.HashExp{"number": r.GetString("number")}, dbx.Not(dbx.HashExp{"id": r.Id}))
	if err != nil || len(twins) == 0 {
		return false, err
	}
	transfers, err := tx.FindAllRecords("transfers", dbx.HashExp{"resolution": r.Id})
	if err != nil {
		return false, err
	}
	for _, t := range transfers {
		t.Set("resolution", twins[0].Id)
		if err := tx.Save(t); err != nil {
			return false, store.ShapeFault(err)
		}
	}
	return true, tx.Delete(r)
}
