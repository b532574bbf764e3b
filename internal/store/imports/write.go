package imports

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/app/imports"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// writer writes many rows in the transaction of an import. PocketBase's fields
// check and encode every row, as for a single one; what would cost queries for
// each row (that relations exist, that nothing cascades) is asked once for all
// by allThere, and the rows go through prepared statements past the record hooks.
// Rows of accounts are few and go through PocketBase whole.
type writer struct {
	ctx     context.Context
	tx      core.App
	db      dbx.Builder
	sql     *sqlite.Statements
	engine  *store.Engine
	now     types.DateTime
	forms   map[string]*form
	targets map[string]map[string]bool // collection -> ids that rows refer to
}

// form is what a collection asks of its rows.
type form struct {
	*core.Collection
	plain     bool // no accounts, no files: only columns
	relations []*core.RelationField
	others    []core.Field
	stamps    []*core.AutodateField
}

func newWriter(ctx context.Context, tx core.App, e *store.Engine) *writer {
	db := tx.NonconcurrentDB()
	now, _ := types.ParseDateTime(e.Now()) // a time always parses
	return &writer{
		ctx: ctx, tx: tx, db: db, sql: sqlite.Prepare(db), engine: e, now: now,
		forms: map[string]*form{}, targets: map[string]map[string]bool{},
	}
}

func (w *writer) form(collection string) (*form, error) {
	if f := w.forms[collection]; f != nil {
		return f, nil
	}
	c, err := w.tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	f := &form{Collection: c, plain: c.IsBase()}
	for _, field := range c.Fields {
		switch field := field.(type) {
		case *core.RelationField:
			f.relations = append(f.relations, field)
		case *core.AutodateField:
			f.stamps = append(f.stamps, field)
		case *core.FileField, *core.PasswordField:
			f.plain = false
		default:
			f.others = append(f.others, field)
		}
	}
	w.forms[collection] = f
	return f, nil
}

// write carries out a plan, in its order, and tells how many rows are done.
func (w *writer) write(writes []imports.Write, tick func(done int)) error {
	existing, err := w.existing(writes)
	if err != nil {
		return err
	}
	for n, op := range writes {
		if err := w.one(op, existing[store.Key{op.Collection, op.ID}]); err != nil {
			return fmt.Errorf("row %d, %s %s: %w", op.Row, op.Collection, op.ID, err)
		}
		tick(n + 1)
	}
	return w.allThere()
}

// existing reads the rows that a plan changes.
func (w *writer) existing(writes []imports.Write) (map[store.Key]*core.Record, error) {
	ids := map[string][]string{}
	for _, op := range writes {
		if !op.New {
			ids[op.Collection] = append(ids[op.Collection], op.ID)
		}
	}
	return w.records(ids)
}

func (w *writer) records(ids map[string][]string) (map[store.Key]*core.Record, error) {
	out := map[store.Key]*core.Record{}
	for collection, all := range ids {
		for some := range slices.Chunk(all, sqlite.Chunk) {
			rows, err := w.tx.FindRecordsByIds(collection, some)
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				out[store.Key{collection, r.Id}] = r
			}
		}
	}
	return out, nil
}

func (w *writer) one(op imports.Write, r *core.Record) error {
	f, err := w.form(op.Collection)
	if err != nil {
		return err
	}
	switch {
	case op.New:
		r = core.NewRecord(f.Collection)
		r.Id = op.ID
	case r == nil:
		return fmt.Errorf("the row is gone")
	}
	for name, value := range op.Fields {
		if name != "id" {
			r.Set(name, value)
		}
	}
	if f.plain {
		return w.put(f, r)
	}
	if op.New && f.IsAuth() {
		r.SetRandomPassword() // nobody knows it: an invitation is the way in
		r.Set("invited_at", w.engine.Now())
	}
	return w.tx.SaveWithContext(w.ctx, r)
}

// put writes a row of a plain form, new or with all its columns as PocketBase
// does.
func (w *writer) put(f *form, r *core.Record) error {
	isNew := r.IsNew()
	for _, s := range f.stamps {
		if isNew && s.OnCreate || !isNew && s.OnUpdate {
			r.SetRaw(s.Name, w.now)
		}
	}
	for _, field := range f.others {
		if err := field.ValidateValue(w.ctx, w.tx, r); err != nil {
			return fmt.Errorf("%s: %w", field.GetName(), err)
		}
	}
	if err := w.refer(f, r); err != nil {
		return err
	}
	row, err := r.DBExport(w.tx)
	if err != nil {
		return err
	}
	w.engine.Own(w.tx, store.Key{f.Name, r.Id})
	return w.sql.Exec(f.statement(isNew, row), row)
}

// statement has one placeholder for each column, named as the column is. FAIL,
// because the first error undoes the whole transaction: with ABORT, SQLite would
// copy every page that a statement with triggers touches, to undo that alone.
func (f *form) statement(isNew bool, row map[string]any) string {
	names := slices.Sorted(maps.Keys(row))
	columns, values, sets := make([]string, len(names)), make([]string, len(names)), make([]string, 0, len(names))
	for i, name := range names {
		columns[i], values[i] = "[["+name+"]]", "{:"+name+"}"
		if name != core.FieldNameId {
			sets = append(sets, columns[i]+" = "+values[i])
		}
	}
	if isNew {
		return "INSERT OR FAIL INTO {{" + f.Name + "}} (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
	}
	return "UPDATE OR FAIL {{" + f.Name + "}} SET " + strings.Join(sets, ", ") + " WHERE [[id]] = {:id}"
}

// refer checks the form of a row's relations and remembers what must exist.
func (w *writer) refer(f *form, r *core.Record) error {
	for _, field := range f.relations {
		ids := r.GetStringSlice(field.Name)
		if len(ids) == 0 && field.Required || len(ids) < field.MinSelect || len(ids) > max(field.MaxSelect, 1) {
			return fmt.Errorf("%s: %d records", field.Name, len(ids))
		}
		if len(ids) > 0 && w.targets[field.CollectionId] == nil {
			w.targets[field.CollectionId] = map[string]bool{}
		}
		for _, id := range ids {
			w.targets[field.CollectionId][id] = true
		}
	}
	return nil
}

// allThere says that every row that was referred to exists.
func (w *writer) allThere() error {
	for _, collection := range slices.Sorted(maps.Keys(w.targets)) {
		c, err := w.tx.FindCachedCollectionByNameOrId(collection)
		if err != nil {
			return err
		}
		missing, err := sqlite.Column(w.db, `SELECT value FROM json_each({:ids}) WHERE value NOT IN (SELECT id FROM {{`+c.Name+`}}) LIMIT 5`,
			dbx.Params{"ids": sqlite.JSONList(slices.Sorted(maps.Keys(w.targets[collection])))})
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return fmt.Errorf("no such rows in %s: %s", c.Name, strings.Join(missing, ", "))
		}
	}
	return nil
}

// remove deletes rows, by collection, that nothing else refers to; the caller
// made sure of that. Accounts go last, and through PocketBase.
func (w *writer) remove(rows map[string][]string) error {
	var accounts []*core.Record
	for _, collection := range slices.Sorted(maps.Keys(rows)) {
		f, err := w.form(collection)
		if err != nil {
			return err
		}
		if !f.plain {
			some, err := w.tx.FindRecordsByIds(f.Collection, rows[collection])
			if err != nil {
				return err
			}
			accounts = append(accounts, some...)
			continue
		}
		for _, id := range rows[collection] {
			w.engine.Own(w.tx, store.Key{collection, id})
		}
		if _, err := w.db.NewQuery(`DELETE FROM {{` + f.Name + `}} WHERE [[id]] IN (SELECT value FROM json_each({:ids}))`).
			Bind(dbx.Params{"ids": sqlite.JSONList(rows[collection])}).Execute(); err != nil {
			return err
		}
	}
	for _, r := range accounts {
		if err := w.tx.DeleteWithContext(w.ctx, r); err != nil {
			return fmt.Errorf("%s %s: %w", r.Collection().Name, r.Id, err)
		}
	}
	return nil
}
