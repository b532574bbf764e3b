package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// kept is one row of import_changes.
type kept struct {
	N          int64  `db:"n"`
	Row        int    `db:"row"`
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Created    bool   `db:"created"`
	Before     string `db:"before"`
	After      string `db:"after"`
}

// errRefused rolls an undo back; the refusals say why.
var errRefused = fault.New(fault.ImportUndoRefused, "")

// Undo implements imports.Archive. What a row was may break a rule by now: then
// the drain refuses it, and the row is named as others that cannot go back.
func (s *Imports) Undo(ctx context.Context, a actor.Actor, b imports.Batch) ([]imports.Refusal, error) {
	var refusals []imports.Refusal
	u := &undo{}
	err := s.engine.InTransaction(ctx, s.app, func(ctx context.Context, tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != imports.Applied {
			return fault.New(fault.ImportState, "")
		}
		u.tx, u.db = tx, tx.NonconcurrentDB()
		if err := u.load(b.ID); err != nil {
			return err
		}
		if refusals, err = u.check(); err != nil {
			return err
		}
		if len(refusals) > 0 {
			return errRefused
		}
		w := newWriter(ctx, tx, s.engine)
		defer w.sql.close()
		if err := u.restore(w); err != nil {
			return err
		}
		r.Set("state", imports.Undone)
		r.Set("undone_at", s.engine.Now())
		r.Set("undone_by", a.Name)
		if err := tx.SaveWithContext(ctx, r); err != nil {
			return err
		}
		return WriteAudit(tx, Audit{
			Actor: a.User, Action: "import_undo", Key: Key{Collection: "imports", Record: b.ID}, At: s.engine.Now(),
			Detail: importDetail(b, b.Counts, len(u.rows)),
		})
	})
	if err == errRefused { //nolint:errorlint // this very value, from above
		return refusals, nil
	}
	if one := u.broken(err); one != nil {
		return one, nil
	}
	return nil, err
}

// broken is the row of the import that the drain refused to bring back, or nil.
func (u *undo) broken(err error) []imports.Refusal {
	var r *Refusal
	if !errors.As(err, &r) {
		return nil
	}
	for i := range u.rows {
		if k := &u.rows[i]; k.Collection == r.Key.Collection && k.Record == r.Key.Record {
			return []imports.Refusal{{Row: k.Row, What: nameOfImage(k), Reason: r.Fault}}
		}
	}
	return nil
}

// undo is one import being taken back.
type undo struct {
	tx      core.App
	db      dbx.Builder
	rows    []kept
	created map[string]map[string]*kept // collection -> record
}

func (u *undo) load(id string) error {
	err := u.db.NewQuery(`SELECT n, row, collection, record, created, before, after FROM import_changes WHERE import = {:i} ORDER BY n DESC`).
		Bind(dbx.Params{"i": id}).All(&u.rows)
	u.created = map[string]map[string]*kept{}
	for i := range u.rows {
		k := &u.rows[i]
		if !k.Created {
			continue
		}
		if u.created[k.Collection] == nil {
			u.created[k.Collection] = map[string]*kept{}
		}
		u.created[k.Collection][k.Record] = k
	}
	return err
}

// check answers every row that cannot go back, each once.
func (u *undo) check() ([]imports.Refusal, error) {
	why := map[*kept]*fault.Fault{}
	if err := u.edited(why); err != nil {
		return nil, err
	}
	for collection, records := range u.created {
		uses, err := u.usesOf(collection, records)
		if err != nil {
			return nil, err
		}
		for id, what := range uses {
			if k := records[id]; why[k] == nil {
				why[k] = fault.New(fault.ImportUndoUsed, "").With("what", strings.Join(what, ", "))
			}
		}
	}
	out := make([]imports.Refusal, 0, len(why))
	for k, f := range why {
		out = append(out, imports.Refusal{Row: k.Row, What: nameOfImage(k), Reason: f})
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Row < out[j].Row || out[i].Row == out[j].Row && out[i].What < out[j].What
	})
	return out, nil
}

// edited finds rows that are not as the import left them: all of a row it
// created, the fields it changed of another.
func (u *undo) edited(why map[*kept]*fault.Fault) error {
	ids := map[string][]string{}
	for _, k := range u.rows {
		ids[k.Collection] = append(ids[k.Collection], k.Record)
	}
	now := map[string]map[string]image{}
	for collection, some := range ids {
		var err error
		if now[collection], err = images(u.db, collection, some); err != nil {
			return err
		}
	}
	for i := range u.rows {
		k := &u.rows[i]
		is, here := now[k.Collection][k.Record]
		if !here {
			why[k] = fault.New(fault.ImportUndoGone, "")
			continue
		}
		fields, err := k.differs(is)
		if err != nil {
			return err
		}
		if len(fields) > 0 {
			why[k] = fault.New(fault.ImportUndoEdited, "").With("fields", strings.Join(fields, ", "))
		}
	}
	return nil
}

func (k *kept) differs(is image) ([]string, error) {
	var after image
	if err := json.Unmarshal([]byte(k.After), &after); err != nil {
		return nil, err
	}
	look := map[string]bool{}
	if k.Created {
		for name := range after {
			look[name] = true
		}
	} else {
		var before map[string]any
		if err := json.Unmarshal([]byte(k.Before), &before); err != nil {
			return nil, err
		}
		for name := range before {
			look[name] = true
		}
	}
	var fields []string
	for name := range look {
		if v, has := is[name]; has && v != after[name] {
			fields = append(fields, imports.ColumnLabel(name))
		}
	}
	sort.Strings(fields)
	return fields, nil
}

// usesOf answers which rows that stay refer to the created ones: record -> what.
func (u *undo) usesOf(collection string, records map[string]*kept) (map[string][]string, error) {
	out := map[string][]string{}
	c, err := u.tx.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	references, err := u.tx.FindCachedCollectionReferences(c)
	if err != nil {
		return nil, err
	}
	for from, fields := range references {
		for _, f := range fields {
			if err := u.referring(out, records, from.Name, f.GetName()); err != nil {
				return nil, err
			}
		}
	}
	return out, u.unbound(out, collection, records)
}

// referring counts rows of a relation field that point at the created records.
func (u *undo) referring(out map[string][]string, records map[string]*kept, from, field string) error {
	counts := map[string]int{}
	ids := sortedKeys(records)
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		var rows []struct {
			ID string `db:"id"`
			To string `db:"target"`
		}
		err := u.db.Select("id", "[["+field+"]] AS target").From(from).Where(dbx.In(field, anys(ids[:n])...)).All(&rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if u.created[from][r.ID] == nil {
				counts[r.To]++
			}
		}
		ids = ids[n:]
	}
	for id, n := range counts {
		out[id] = append(out[id], fmt.Sprintf("%s: %d", imports.CollectionLabel(from), n))
	}
	return nil
}

var recordID = regexp.MustCompile(`[a-z0-9]{15}`)

// unbound finds uses that are no relations: marks of daily sheets, the year of an
// exercise, and work that waits for review.
func (u *undo) unbound(out map[string][]string, collection string, records map[string]*kept) error {
	queries := map[string]string{
		"participants": `SELECT j.key FROM attendance_sheets a, json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) j
			WHERE a.intervention IN (SELECT intervention FROM participants WHERE id IN (SELECT value FROM json_each({:ids})))
			AND j.key IN (SELECT value FROM json_each({:ids}))`,
		"exercises": `SELECT e.id FROM exercises e JOIN aos a ON a.exercise = e.year
			WHERE e.id IN (SELECT value FROM json_each({:ids})) AND a.id NOT IN (SELECT value FROM json_each({:aos}))
			UNION SELECT e.id FROM exercises e JOIN opening_balances b ON b.exercise = e.year WHERE e.id IN (SELECT value FROM json_each({:ids}))`,
	}
	labels := map[string]string{"participants": imports.CollectionLabel("attendance_sheets"), "exercises": imports.CollectionLabel("aos")}
	if q, has := queries[collection]; has {
		params := dbx.Params{"ids": jsonList(sortedKeys(records))}
		if collection == "exercises" {
			params["aos"] = jsonList(sortedKeys(u.created["aos"]))
		}
		found, err := column(u.db, q, params)
		if err != nil {
			return err
		}
		counts := map[string]int{}
		for _, id := range found {
			counts[id]++
		}
		for id, n := range counts {
			out[id] = append(out[id], fmt.Sprintf("%s: %d", labels[collection], n))
		}
	}
	return u.parked(out, records)
}

func (u *undo) parked(out map[string][]string, records map[string]*kept) error {
	bodies, err := column(u.db, `SELECT coalesce(body, '') FROM sync_mutations WHERE status = 'parked'`, nil)
	seen := map[string]bool{}
	for _, body := range bodies {
		for _, id := range recordID.FindAllString(body, -1) {
			if records[id] != nil && !seen[id] {
				seen[id] = true
				out[id] = append(out[id], imports.CollectionLabel("sync_mutations"))
			}
		}
	}
	return err
}

// restore gives changed fields back and deletes created rows, last first.
func (u *undo) restore(w *writer) error {
	var back []imports.Write
	for _, k := range u.rows {
		if k.Created {
			continue
		}
		op := imports.Write{Collection: k.Collection, ID: k.Record, Row: k.Row}
		if err := json.Unmarshal([]byte(k.Before), &op.Fields); err != nil {
			return err
		}
		back = append(back, op)
	}
	if err := w.write(back, func(int) {}); err != nil {
		return err
	}
	gone := map[string][]string{}
	for _, k := range u.rows {
		if k.Created {
			gone[k.Collection] = append(gone[k.Collection], k.Record)
		}
	}
	return w.remove(gone)
}

func nameOfImage(k *kept) string {
	var after map[string]any
	if json.Unmarshal([]byte(k.After), &after) != nil {
		return k.Record
	}
	return imports.CollectionLabel(k.Collection) + " " + imports.NameOf(after)
}
