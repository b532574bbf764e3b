package store

import (
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// worldRows bounds what a ruleWorld remembers.
const worldRows = 100_000

// RuleWorld answers what rules ask of other rows, from the open transaction.
// What was read once is kept: who writes meanwhile says so (forget, wrote). The
// first error is kept in err, for the caller to look at after judging.
type RuleWorld struct {
	db      dbx.Builder
	today   day.Day
	rows    map[string]map[string]record.Row // nil: not there
	by      map[[3]string]record.Row
	others  map[[3]string][]other
	self    Key // the row that is judged
	rosters map[string]map[string]bool
	size    int
	Err     error
}

// NewRuleWorld is the world as a transaction sees it.
func NewRuleWorld(db dbx.Builder, today day.Day) *RuleWorld {
	w := &RuleWorld{db: db, today: today}
	w.forget()
	return w
}

func (w *RuleWorld) forget() {
	w.rows, w.by, w.rosters, w.size = map[string]map[string]record.Row{}, map[[3]string]record.Row{}, map[string]map[string]bool{}, 0
	w.others = map[[3]string][]other{}
}

// Today implements record.World.
func (w *RuleWorld) Today() day.Day { return w.today }

// Row implements record.World.
func (w *RuleWorld) Row(collection, id string) (record.Row, bool) {
	r, known := w.rows[collection][id]
	if !known {
		w.load(collection, []string{id})
		r = w.rows[collection][id]
	}
	return r, r != nil
}

// load reads rows by id, those that are not known yet.
func (w *RuleWorld) load(collection string, ids []string) {
	if w.rows[collection] == nil {
		w.rows[collection] = map[string]record.Row{}
	}
	known := w.rows[collection]
	ids = Unknown(known, ids)
	if len(ids) == 0 || w.Err != nil {
		return
	}
	for _, id := range ids {
		known[id] = nil
	}
	w.size += len(ids)
	w.read(collection, "id", ids, func(id, _ string, r record.Row) { known[id] = r })
}

// read reads what rules may know of rows whose field has one of these values.
func (w *RuleWorld) read(collection, field string, values []string, keep func(value, id string, r record.Row)) {
	fields := readable(collection)
	columns := make([]string, len(fields)+2)
	columns[0], columns[1] = "CAST([["+field+"]] AS TEXT)", "id"
	for i, f := range fields {
		columns[i+2] = "CAST([[" + f.Name + "]] AS TEXT)"
	}
	rows, err := w.db.NewQuery(`SELECT ` + strings.Join(columns, ", ") + ` FROM {{` + collection + `}}
		WHERE [[` + field + `]] IN (SELECT value FROM json_each({:v}))`).Bind(dbx.Params{"v": sqlite.JSONList(values)}).Rows()
	if err != nil {
		w.Err = err
		return
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		raw := make([]*string, len(columns))
		dest := make([]any, len(columns))
		for i := range raw {
			dest[i] = &raw[i]
		}
		if err := rows.Scan(dest...); err != nil {
			w.Err = err
			return
		}
		r := make(record.Row, len(fields))
		for i, f := range fields {
			r[f.Name], _ = DecodeField(f, orBlank(raw[i+2])) // what is unreadable is nothing
		}
		keep(orBlank(raw[0]), orBlank(raw[1]), r)
	}
	if err := rows.Err(); err != nil {
		w.Err = err
	}
}

func orBlank(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func readable(collection string) []replication.Field {
	c := replication.Find(collection)
	if c == nil {
		return nil
	}
	var out []replication.Field
	for _, name := range records.Read(collection) {
		for _, f := range c.Fields {
			if f.Name == name {
				out = append(out, f)
			}
		}
	}
	return out
}

// By implements record.World.
func (w *RuleWorld) By(collection, field, value string) (record.Row, bool) {
	k := [3]string{collection, field, value}
	r, known := w.by[k]
	if !known {
		w.by[k] = nil
		w.read(collection, field, []string{value}, func(_, _ string, found record.Row) { w.by[k] = found })
		r = w.by[k]
	}
	return r, r != nil
}

// loadBy reads rows by another field than their id.
func (w *RuleWorld) loadBy(collection, field string, values []string) {
	var asked []string
	for _, v := range values {
		k := [3]string{collection, field, v}
		if _, known := w.by[k]; !known {
			w.by[k] = nil
			asked = append(asked, v)
		}
	}
	if len(asked) > 0 {
		w.read(collection, field, asked, func(v, _ string, r record.Row) { w.by[[3]string{collection, field, v}] = r })
	}
}

// Newest implements record.World. It is asked of few rows, rarely, and not kept.
func (w *RuleWorld) Newest(collection, field string, value int64, of string) string {
	found, err := sqlite.Column(w.db, `SELECT coalesce(max([[`+of+`]]), '') FROM {{`+collection+`}} WHERE [[`+field+`]] = {:v}`, dbx.Params{"v": value})
	if err != nil {
		w.Err = err
	}
	return strings.Join(found, "")
}

// other is a row that shares something with the one that is judged.
type other struct {
	id  string
	row record.Row
}

// Others implements record.World.
func (w *RuleWorld) Others(collection, field, value string) []record.Row {
	k := [3]string{collection, field, value}
	all, known := w.others[k]
	if !known && w.Err == nil {
		w.read(collection, field, []string{value}, func(_, id string, r record.Row) { all = append(all, other{id, r}) })
		w.others[k] = all
		w.size += len(all)
	}
	out := make([]record.Row, 0, len(all))
	for _, o := range all {
		if w.self != (Key{collection, o.id}) {
			out = append(out, o.row)
		}
	}
	return out
}

// Judge is Type.Judge of this row.
func (w *RuleWorld) Judge(t *record.Type, id string, r record.Row) []record.Finding {
	w.self = Key{t.Name, id}
	return t.Judge(r, w)
}

// Roster implements record.World.
func (w *RuleWorld) Roster(intervention string) map[string]bool {
	roster, known := w.rosters[intervention]
	if known {
		return roster
	}
	ids, err := sqlite.Column(w.db, `SELECT id FROM participants WHERE intervention = {:i}`, dbx.Params{"i": intervention})
	if err != nil {
		w.Err = err
	}
	roster = make(map[string]bool, len(ids))
	for _, id := range ids {
		roster[id] = true
	}
	w.rosters[intervention] = roster
	w.size += len(ids)
	return roster
}

// Wrote keeps up with a row that is written, or will be.
func (w *RuleWorld) Wrote(collection, id string, fields record.Row) {
	for k := range w.others {
		if k[0] == collection {
			delete(w.others, k)
		}
	}
	if collection == "participants" {
		clear(w.rosters)
	}
	if w.rows[collection] == nil {
		w.rows[collection] = map[string]record.Row{}
	}
	if fields == nil {
		delete(w.rows[collection], id)
		return
	}
	r := record.Row{}
	for _, name := range records.Read(collection) {
		r[name] = fields[name]
	}
	w.rows[collection][id] = r
}

// Prepare reads at once what rules will ask about rows of a kind.
func (w *RuleWorld) Prepare(t *record.Type, rows []record.Row) {
	if w.size > worldRows {
		w.forget()
	}
	for _, f := range t.Fields {
		if f.Ref == "" {
			continue
		}
		ids := make([]string, 0, len(rows))
		for _, r := range rows {
			if id := r.Text(f.Name); id != "" {
				ids = append(ids, id)
			}
		}
		w.load(f.Ref, ids)
	}
	if t.Name == "visits" {
		works := make([]string, len(rows))
		for i, r := range rows {
			works[i] = r.Text("intervention")
		}
		w.loadBy("convenios", "intervention", works)
	}
}

// Unknown are the keys that m does not have yet, each once.
func Unknown[K comparable, V any](m map[K]V, keys []K) []K {
	var out []K
	seen := make(map[K]bool, len(keys))
	for _, k := range keys {
		if _, known := m[k]; !known && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
