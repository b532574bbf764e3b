package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app/imports"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
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
func (s *Archive) Undo(ctx context.Context, a actor.Actor, b imports.Batch) ([]imports.Refusal, error) {
	u := &undo{id: b.ID}
	var refusals []imports.Refusal
	err := s.engine.InTransaction(ctx, s.app, func(ctx context.Context, tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		if r.GetString("state") != imports.Applied {
			return fault.New(fault.ImportState, "")
		}
		if refusals, err = u.back(ctx, s.engine, tx, 0); err != nil {
			return err
		}
		r.Set("step", 0)
		r.Set("done", 0)
		if err := s.undone(tx, a, b, r); err != nil {
			return err
		}
		return tx.SaveWithContext(ctx, r)
	})
	refusals, _, err = u.refused(refusals, err, 0)
	return refusals, err
}

// back takes back what was written from a step on, or says why not.
func (u *undo) back(ctx context.Context, e *store.Engine, tx core.App, step int) ([]imports.Refusal, error) {
	u.app, u.db, u.step = tx, tx.NonconcurrentDB(), step
	if err := u.load(step, math.MaxInt32); err != nil {
		return nil, err
	}
	refusals, err := u.check()
	if err != nil {
		return nil, err
	}
	if len(refusals) > 0 {
		return refusals, errRefused
	}
	w := newWriter(ctx, tx, e)
	defer w.sql.Close()
	if err := u.restore(w); err != nil {
		return nil, err
	}
	_, err = u.db.NewQuery(`DELETE FROM import_changes WHERE import = {:i} AND step >= {:s}`).Bind(dbx.Params{"i": u.id, "s": step}).Execute()
	return nil, err
}

// refused tells rows that cannot go back from what went wrong.
func (u *undo) refused(refusals []imports.Refusal, err error, left int) ([]imports.Refusal, int, error) {
	if err == errRefused { //nolint:errorlint // this very value, from above
		return refusals, left, nil
	}
	if one := u.broken(err); one != nil {
		return one, left, nil
	}
	return nil, left, err
}

// broken is the row of the import that the drain refused to bring back, or nil.
func (u *undo) broken(err error) []imports.Refusal {
	var r *store.Refusal
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

// undo is an import being taken back, or some steps of it.
type undo struct {
	app     core.App
	db      dbx.Builder
	id      string
	step    int // what was written from this step on is gone, or goes with it
	rows    []kept
	created map[string]map[string]*kept // collection -> record
	waiting map[string]bool             // ids in work that waits for review; nil until asked for
}

// ChangesOfSteps are the last first. n grows with step; but ordered by n alone,
// SQLite reads all that the import changed to find a few steps of it.
const ChangesOfSteps = `SELECT n, row, collection, record, created, before, after FROM import_changes
	WHERE import = {:i} AND step >= {:from} AND step < {:to} ORDER BY step DESC, n DESC`

func (u *undo) load(from, to int) error {
	err := u.db.NewQuery(ChangesOfSteps).
		Bind(dbx.Params{"i": u.id, "from": from, "to": to}).All(&u.rows)
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
	now := map[string]map[string]store.Image{}
	for collection, some := range ids {
		var err error
		if now[collection], err = store.Images(u.db, collection, some); err != nil {
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

func (k *kept) differs(is store.Image) ([]string, error) {
	var after store.Image
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
		if v, has := is[name]; has && v != after[name] && !store.Respelled(k.Collection, name, after[name], v) {
			fields = append(fields, imports.ColumnLabel(name))
		}
	}
	sort.Strings(fields)
	return fields, nil
}

// usesOf answers which rows that stay refer to the created ones: record -> what.
func (u *undo) usesOf(collection string, records map[string]*kept) (map[string][]string, error) {
	out := map[string][]string{}
	c, err := u.app.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return nil, err
	}
	references, err := u.app.FindCachedCollectionReferences(c)
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
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(records)), sqlite.Chunk) {
		var rows []struct {
			To string `db:"target"`
			N  int    `db:"n"`
		}
		if err := u.db.Select("[["+field+"]] AS target", "count(*) AS n").From(from + " t").
			Where(dbx.In(field, sqlite.Anys(ids)...)).AndWhere(dbx.NewExp(u.stays("'"+from+"'", "t.id"), u.params())).GroupBy(field).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			counts[r.To] += r.N
		}
	}
	for id, n := range counts {
		out[id] = append(out[id], fmt.Sprintf("%s: %d", imports.CollectionLabel(from), n))
	}
	return nil
}

// stays is a condition: the row is not one that goes too.
func (u *undo) stays(collection, id string) string {
	return `NOT EXISTS (SELECT 1 FROM import_changes x WHERE x.collection = ` + collection + ` AND x.record = ` + id +
		` AND x.import = {:import} AND x.created AND x.step >= {:step})`
}

func (u *undo) params() dbx.Params { return dbx.Params{"import": u.id, "step": u.step} }

var recordID = regexp.MustCompile(`[a-z0-9]{15}`)

// unbound finds uses that are no relations: marks of daily sheets, the year of an
// exercise, and work that waits for review.
func (u *undo) unbound(out map[string][]string, collection string, records map[string]*kept) error {
	queries := map[string]string{
		"participants": `SELECT j.key FROM attendance_sheets a, json_each(CASE WHEN json_valid(a.marks) THEN a.marks ELSE '{}' END) j
			WHERE a.intervention IN (SELECT intervention FROM participants WHERE id IN (SELECT value FROM json_each({:ids})))
			AND j.key IN (SELECT value FROM json_each({:ids}))`,
		"exercises": `SELECT e.id FROM exercises e JOIN aos a ON a.exercise = e.year
			WHERE e.id IN (SELECT value FROM json_each({:ids})) AND ` + u.stays("'aos'", "a.id") + `
			UNION SELECT e.id FROM exercises e JOIN opening_balances b ON b.exercise = e.year WHERE e.id IN (SELECT value FROM json_each({:ids}))`,
	}
	labels := map[string]string{"participants": imports.CollectionLabel("attendance_sheets"), "exercises": imports.CollectionLabel("aos")}
	if q, has := queries[collection]; has {
		params := dbx.Params{"ids": sqlite.JSONList(slices.Sorted(maps.Keys(records)))}
		if collection == "exercises" {
			params["import"], params["step"] = u.id, u.step
		}
		found, err := sqlite.Column(u.db, q, params)
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
	if u.waiting == nil {
		bodies, err := sqlite.Column(u.db, `SELECT coalesce(body, '') FROM sync_mutations WHERE status = 'parked'`, nil)
		if err != nil {
			return err
		}
		u.waiting = map[string]bool{}
		for _, body := range bodies {
			for _, id := range recordID.FindAllString(body, -1) {
				u.waiting[id] = true
			}
		}
	}
	for id := range records {
		if u.waiting[id] {
			out[id] = append(out[id], imports.CollectionLabel("sync_mutations"))
		}
	}
	return nil
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
