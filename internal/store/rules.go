package store

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"
	validation "github.com/pocketbase/ozzo-validation/v4"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// Refusal is a write that breaks a rule of its record. For programs it is a
// fault, for PocketBase's REST and dashboard an error of the field.
type Refusal struct {
	*fault.Fault
	Key Key
	say func(*fault.Fault) string
}

func (r *Refusal) Error() string {
	return r.Key.Collection + "/" + r.Key.Record + ": " + r.Fault.Error()
}

// Unwrap is the fault, and what PocketBase shows at the field.
func (r *Refusal) Unwrap() []error {
	message := string(r.Code)
	if r.say != nil {
		message = r.say(r.Fault)
	}
	return []error{r.Fault, validation.Errors{r.Field: validation.NewError(string(r.Code), message)}}
}

// Problem is a row of row_problems.
type Problem struct {
	Collection   string `db:"collection"`
	Record       string `db:"record"`
	Field        string `db:"field"`
	Code         string `db:"code"`
	Args         string `db:"args"`
	Fields       string `db:"fields"`
	Counts       bool   `db:"counts"`
	Until        string `db:"until"`
	Missing      string `db:"missing"`
	Intervention string `db:"intervention"`
	Since        string `db:"since"`
}

// ProblemColumns are those that a problem is read from.
const ProblemColumns = `collection, record, field, code, args, fields, counts, until, missing, intervention, since`

// sound leaves out rows that break a rule that matters for counting. alias is of
// the collection's table in the query.
func sound(alias, collection string) string {
	return ` NOT EXISTS (SELECT 1 FROM row_problems WHERE collection = '` + collection + `' AND record = ` + alias + `.id AND counts = 1)`
}

// inspector judges rows and keeps row_problems.
type inspector struct {
	db    dbx.Builder
	sql   *sqlite.Statements
	world *RuleWorld
	stamp string
	none  bool // there is no problem of any row
	// flipped is told of a row that counts now, or no longer.
	flipped func(Key, replication.Payload)
}

func newInspector(e *Engine, db dbx.Builder, sql *sqlite.Statements, flipped func(Key, replication.Payload)) (*inspector, error) {
	i := &inspector{db: db, sql: sql, world: NewRuleWorld(db, e.Today()), stamp: e.Stamp(), flipped: flipped}
	var any bool
	err := db.NewQuery(`SELECT EXISTS (SELECT 1 FROM row_problems)`).Row(&any)
	i.none = !any
	return i, err
}

// known are the problems of rows so far.
func (i *inspector) known(collection string, ids []string) (map[string][]Problem, error) {
	out := map[string][]Problem{}
	if i.none {
		return out, nil
	}
	var rows []Problem
	err := i.db.NewQuery(`SELECT ` + ProblemColumns + ` FROM row_problems WHERE collection = {:c}
		AND record IN (SELECT value FROM json_each({:ids}))`).Bind(dbx.Params{"c": collection, "ids": sqlite.JSONList(ids)}).All(&rows)
	for _, p := range rows {
		out[p.Record] = append(out[p.Record], p)
	}
	return out, err
}

// keep makes row_problems say what was found of a row, and nothing else.
func (i *inspector) keep(k Key, row replication.Payload, was []Problem, found []record.Finding) error {
	counted, counts := i.counted(was), true
	for _, f := range found {
		counts = counts && !f.Counts
		p, err := i.problemOf(k, row, f)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(was, func(old Problem) bool { return old.Field == p.Field })
		if at >= 0 {
			p.Since = was[at].Since
			same := was[at] == p
			was = slices.Delete(slices.Clone(was), at, at+1)
			if same {
				continue
			}
		}
		if err := i.sql.Exec(`INSERT OR REPLACE INTO row_problems (`+ProblemColumns+`)
			VALUES ({:c}, {:r}, {:f}, {:code}, {:a}, {:fs}, {:n}, {:u}, {:m}, {:i}, {:s})`, dbx.Params{
			"c": p.Collection, "r": p.Record, "f": p.Field, "code": p.Code, "a": p.Args, "fs": p.Fields, "n": p.Counts, "u": p.Until,
			"m": p.Missing, "i": p.Intervention, "s": p.Since,
		}); err != nil {
			return err
		}
		i.none = false
	}
	for _, p := range was {
		if err := i.sql.Exec(`DELETE FROM row_problems WHERE collection = {:c} AND record = {:r} AND field = {:f}`,
			dbx.Params{"c": p.Collection, "r": p.Record, "f": p.Field}); err != nil {
			return err
		}
	}
	if counted != counts && i.flipped != nil && row != nil {
		i.flipped(k, row)
	}
	return nil
}

// counted says whether a row with these problems adds to figures.
func (i *inspector) counted(was []Problem) bool {
	return !slices.ContainsFunc(was, func(p Problem) bool { return p.Counts })
}

func (i *inspector) problemOf(k Key, row replication.Payload, f record.Finding) (Problem, error) {
	args, err := json.Marshal(f.Fault.Args)
	if err != nil {
		return Problem{}, err
	}
	work := row.Text("intervention")
	if k.Collection == "interventions" {
		work = k.Record
	}
	return Problem{
		Collection: k.Collection, Record: k.Record, Field: f.Fault.Field, Code: string(f.Fault.Code), Args: string(args), Fields: sqlite.JSONList(f.Fields),
		Counts: f.Counts, Until: string(f.Until), Missing: f.Missing, Intervention: work, Since: i.stamp,
	}, nil
}

// judge answers what is wrong with rows of one kind, in their order.
func (i *inspector) judge(t *record.Type, ids []string, rows []record.Row) ([][]record.Finding, error) {
	i.world.Prepare(t, rows)
	out := make([][]record.Finding, len(rows))
	for n, r := range rows {
		if r != nil {
			out[n] = i.world.Judge(t, ids[n], r)
		}
	}
	return out, i.world.Err
}

// again judges rows that did not change by themselves.
func (i *inspector) again(t *record.Type, ids []string) error {
	c := replication.Find(t.Name)
	for some := range slices.Chunk(ids, sqlite.Chunk) {
		loaded, err := LoadPayloads(i.db, c, some)
		if err != nil {
			return err
		}
		if err := i.payloads(t, some, loaded); err != nil {
			return err
		}
	}
	return nil
}

// payloads judges rows that were read and keeps what was found.
func (i *inspector) payloads(t *record.Type, ids []string, loaded Loaded) error {
	was, err := i.known(t.Name, ids)
	if err != nil {
		return err
	}
	rows := make([]record.Row, len(ids))
	for n, id := range ids {
		rows[n] = record.Row(loaded.Now[id])
	}
	found, err := i.judge(t, ids, rows)
	if err != nil {
		return err
	}
	for n, id := range ids {
		if bad := loaded.unreadable[id]; bad != nil {
			if err := i.unread(t, id, unreadableRow{bad, loaded.partly[id]}, was[id]); err != nil {
				return err
			}
			continue
		}
		if err := i.keep(Key{t.Name, id}, loaded.Now[id], was[id], found[n]); err != nil {
			return err
		}
	}
	return nil
}

// unread keeps that a row cannot be read. Figures read the tables: they are told
// of where it was, as remembered, and of where it is, as far as can be read.
func (i *inspector) unread(t *record.Type, id string, row unreadableRow, was []Problem) error {
	k := Key{t.Name, id}
	kept, err := FindSyncRow(i.db, k)
	if err != nil {
		return err
	}
	last := DecodePayload(kept.Payload)
	now := make(replication.Payload, len(row.partly))
	maps.Copy(now, last)
	maps.Copy(now, row.partly)
	if err := i.keep(k, now, was, unreadable(t, row.why)); err != nil {
		return err
	}
	if i.flipped == nil {
		return nil
	}
	if last != nil {
		i.flipped(k, last)
	}
	i.flipped(k, now)
	return nil
}

// Refuses is why a row that was written on purpose may not stay: the first rule
// it breaks that is about a field it changed. What an older slip in another
// field breaks does not refuse, and stays listed.
func Refuses(old, now replication.Payload, found []record.Finding) *fault.Fault {
	if len(found) == 0 {
		return nil
	}
	if old == nil {
		return found[0].Fault
	}
	changed := replication.Changed(old, now)
	for _, f := range found {
		if f.Touches(changed) {
			return f.Fault
		}
	}
	return nil
}

// mayGo is why a row that is deleted on purpose has to stay.
func mayGo(k Key, old replication.Payload, w record.World) *fault.Fault {
	t := records.Find(k.Collection)
	if t == nil || t.Remove == nil || old == nil {
		return nil
	}
	return t.Remove(record.Row(old), w)
}
