package store

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// unreadableField is a field of a row that nothing can hold.
type unreadableField struct {
	field string
	cause error
}

func (u *unreadableField) Error() string { return u.field + ": " + u.cause.Error() }
func (u *unreadableField) Unwrap() error { return u.cause }

// unreadableRow is a row with such a field, and the fields that can be read.
type unreadableRow struct {
	why    error
	partly replication.Payload
}

func unreadable(t *record.Type, err error) []record.Finding {
	var u *unreadableField
	if !errors.As(err, &u) {
		return nil
	}
	f := t.Field(u.field)
	return []record.Finding{{Fault: fault.New(fault.InvalidValue, u.field), Fields: []string{u.field}, Counts: f != nil && f.Counts}}
}

// rules judges what changed. A row of own that breaks a rule by what it changed
// ends the transaction (of a push it never does: each mutation was judged before
// it was written). What came by other ways stays, and is kept in row_problems.
func (d *drain) rules(keys []Key, changes []change, own map[Key]bool) error {
	i, err := newInspector(d.engine, d.db, d.sql, func(k Key, p replication.Payload) { d.flipped = append(d.flipped, change{key: k, now: p}) })
	if err != nil {
		return err
	}
	if err := d.restored(i, keys, changes); err != nil {
		return err
	}
	for _, some := range byKind(changes) {
		if err := d.judge(i, some, own); err != nil {
			return err
		}
	}
	if err := d.unread(i, own); err != nil {
		return err
	}
	if err := d.askAgain(i, changes); err != nil {
		return err
	}
	return d.due(i)
}

// byKind are changes side by side that are of one kind, so many at a time.
func byKind(changes []change) [][]change {
	var out [][]change
	for from := 0; from < len(changes); {
		to := from
		for to < len(changes) && to-from < sqlite.Chunk && changes[to].key.Collection == changes[from].key.Collection {
			to++
		}
		out = append(out, changes[from:to])
		from = to
	}
	return out
}

func (d *drain) judge(i *inspector, changes []change, own map[Key]bool) error {
	t := records.Find(changes[0].key.Collection)
	if t == nil {
		return nil
	}
	ids, rows := make([]string, len(changes)), make([]record.Row, len(changes))
	for n, ch := range changes {
		ids[n], rows[n] = ch.key.Record, record.Row(ch.now)
	}
	was, err := i.known(t.Name, ids)
	if err != nil {
		return err
	}
	found, err := i.judge(t, ids, rows)
	if err != nil {
		return err
	}
	for n, ch := range changes {
		if own[ch.key] && !d.Lenient {
			if err := d.refuse(i, ch, found[n]); err != nil {
				return err
			}
		}
		if err := i.keep(ch.key, ch.now, was[ch.key.Record], found[n]); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) refuse(i *inspector, ch change, found []record.Finding) error {
	var f *fault.Fault
	if ch.now == nil || ch.old != nil && replication.Changed(ch.old, ch.now)["month"] {
		f = mayGo(ch.key, ch.old, i.world)
	}
	if f == nil && ch.now != nil {
		f = Refuses(ch.old, ch.now, found)
	}
	if i.world.Err != nil {
		return i.world.Err
	}
	if f == nil {
		return nil
	}
	return &Refusal{Fault: f, Key: ch.key, say: d.engine.Say}
}

// unread keeps that rows cannot be read. One of own whose field could be read before
// ends the transaction.
func (d *drain) unread(i *inspector, own map[Key]bool) error {
	for _, k := range sortedSources(d.unreadable) {
		was, err := i.known(k.Collection, []string{k.Record})
		if err != nil {
			return err
		}
		var u *unreadableField
		if own[k] && !d.Lenient && errors.As(d.unreadable[k].why, &u) &&
			!slices.ContainsFunc(was[k.Record], func(p Problem) bool { return p.Field == u.field }) {
			return &Refusal{Fault: fault.New(fault.InvalidValue, u.field), Key: k, say: d.engine.Say}
		}
		t := records.Find(k.Collection)
		if t == nil { // of the ledger itself: verify names it
			continue
		}
		if err := i.unread(t, k.Record, d.unreadable[k], was[k.Record]); err != nil {
			return err
		}
	}
	return nil
}

// restored judges the rows with problems that were written and say now what is
// remembered of them: one that could not be read meanwhile was never remembered
// so. Whatever they said meanwhile, figures are told of where it was.
func (d *drain) restored(i *inspector, keys []Key, changes []change) error {
	if i.none {
		return nil
	}
	changed := make(map[Key]bool, len(changes))
	for _, ch := range changes {
		changed[ch.key] = true
	}
	asked := map[string][]string{}
	for _, k := range keys {
		if _, bad := d.unreadable[k]; !bad && records.Find(k.Collection) != nil {
			asked[k.Collection] = append(asked[k.Collection], k.Record)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(asked)) {
		var again []string
		for some := range slices.Chunk(asked[kind], sqlite.Chunk) {
			was, err := i.known(kind, some)
			if err != nil {
				return err
			}
			for _, id := range slices.Sorted(maps.Keys(was)) {
				for _, p := range was[id] {
					if p.Intervention != "" {
						d.affected.works[p.Intervention] = true
					}
				}
				if !changed[Key{kind, id}] {
					again = append(again, id)
				}
			}
		}
		if err := d.restore(i, kind, again); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) restore(i *inspector, kind string, ids []string) error {
	if err := i.again(records.Find(kind), ids); err != nil {
		return err
	}
	for some := range slices.Chunk(ids, sqlite.Chunk) {
		kept, err := syncRows(d.db, kind, some)
		if err != nil {
			return err
		}
		for _, id := range some {
			if now := DecodePayload(kept[id].Payload); now != nil {
				d.flipped = append(d.flipped, change{key: Key{kind, id}, now: now})
			}
		}
	}
	return nil
}

// askAgain judges the rows whose rules read those that changed.
func (d *drain) askAgain(i *inspector, changes []change) error {
	asked := map[string]map[string]bool{} // kind -> ids
	ask := func(kind string, ids []string) {
		for _, id := range ids {
			if asked[kind] == nil {
				asked[kind] = map[string]bool{}
			}
			asked[kind][id] = true
		}
	}
	var fresh []string
	once := map[[2]string]bool{}
	for _, ch := range changes {
		if ch.old == nil {
			fresh = append(fresh, ch.key.Collection+"/"+ch.key.Record)
		} else if err := d.namedBy(ch, ask); err != nil {
			return err
		}
		if err := d.neighbours(i, ch, once, ask); err != nil {
			return err
		}
	}
	if err := d.missed(i, fresh, ask); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(asked)) {
		if err := i.again(records.Find(kind), slices.Sorted(maps.Keys(asked[kind]))); err != nil {
			return err
		}
	}
	return nil
}

// missed asks for the rows that named new ones before they were there.
func (d *drain) missed(i *inspector, fresh []string, ask func(string, []string)) error {
	if i.none {
		return nil
	}
	for some := range slices.Chunk(fresh, sqlite.Chunk) {
		var rows []struct {
			Collection string `db:"collection"`
			Record     string `db:"record"`
		}
		if err := d.db.NewQuery(`SELECT collection, record FROM row_problems WHERE missing <> '' AND missing IN (SELECT value FROM json_each({:m}))`).
			Bind(dbx.Params{"m": sqlite.JSONList(some)}).All(&rows); err != nil {
			return err
		}
		for _, r := range rows {
			ask(r.Collection, []string{r.Record})
		}
	}
	return nil
}

// namedBy asks for the rows that name one that changed in what their rules read,
// or that is gone.
func (d *drain) namedBy(ch change, ask func(string, []string)) error {
	changed := replication.Changed(ch.old, ch.now)
	if ch.now != nil && !slices.ContainsFunc(records.Read(ch.key.Collection), func(f string) bool { return changed[f] }) {
		return nil
	}
	for _, dep := range records.DependentsOf(ch.key.Collection) {
		if ch.now != nil && !dep.Reads {
			continue
		}
		ids, err := sqlite.Column(d.db, `SELECT id FROM {{`+dep.Type.Name+`}} WHERE [[`+dep.Field+`]] = {:id}`, dbx.Params{"id": ch.key.Record})
		if err != nil {
			return err
		}
		ask(dep.Type.Name, ids)
	}
	return nil
}

// neighbours asks for the rows whose rules read a changed row by something else
// than its id, each once.
func (d *drain) neighbours(i *inspector, ch change, once map[[2]string]bool, ask func(string, []string)) error {
	for _, p := range []replication.Payload{ch.old, ch.now} {
		if p == nil {
			continue
		}
		var kind, sql, and string
		of := p.Text("intervention")
		switch ch.key.Collection {
		case "month_closes":
			kind, sql, of = "month_closes", `SELECT id FROM month_closes WHERE month = {:of}`, string(day.Month(p.Text("month")).Next())
		case "opening_balances":
			year, _ := record.Whole(p["exercise"])
			kind, sql, of = "month_closes", `SELECT id FROM month_closes WHERE substr(month, 1, 4) = {:of}`, strconv.FormatInt(year, 10)
		case "insurance_policies":
			kind, sql = "insurance_policies", `SELECT id FROM insurance_policies WHERE intervention = {:of}`
		case "transfers":
			kind, sql, of, and = "transfers", `SELECT id FROM transfers WHERE convenio = {:of} AND resolution = {:and}`, p.Text("convenio"), p.Text("resolution")
		case "budget_execution":
			kind, sql, of, and = "budget_execution", `SELECT id FROM budget_execution WHERE ao = {:of} AND month = {:and}`, p.Text("ao"), p.Text("month")
		case "convenios":
			kind, sql = "visits", `SELECT id FROM visits WHERE intervention = {:of}`
		case "participants":
			stays := ch.old != nil && ch.now != nil && ch.old.Text("intervention") == ch.now.Text("intervention")
			if stays || ch.old == nil && i.none {
				continue
			}
			kind, sql = "attendance_sheets", `SELECT id FROM attendance_sheets WHERE intervention = {:of}`
		default:
			return nil
		}
		if once[[2]string{ch.key.Collection, of + and}] {
			continue
		}
		once[[2]string{ch.key.Collection, of + and}] = true
		params := dbx.Params{"of": of}
		if and != "" {
			params["and"] = and
		}
		ids, err := sqlite.Column(d.db, sql, params)
		if err != nil {
			return err
		}
		ask(kind, ids)
	}
	return nil
}

// due judges again what time has mended: what was in the future.
func (d *drain) due(i *inspector) error {
	if i.none {
		return nil
	}
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
	}
	if err := d.db.NewQuery(`SELECT DISTINCT collection, record FROM row_problems WHERE until <> '' AND until <= {:d}`).
		Bind(dbx.Params{"d": string(d.engine.Today())}).All(&rows); err != nil {
		return err
	}
	ids := map[string][]string{}
	for _, r := range rows {
		ids[r.Collection] = append(ids[r.Collection], r.Record)
	}
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		if err := i.again(records.Find(kind), ids[kind]); err != nil {
			return err
		}
	}
	return nil
}

// mended says whether time has mended what rules said of some row.
func (e *Engine) mended(db dbx.Builder) (bool, error) {
	var due bool
	err := db.NewQuery(`SELECT EXISTS (SELECT 1 FROM row_problems WHERE until <> '' AND until <= {:d})`).
		Bind(dbx.Params{"d": string(e.Today())}).Row(&due)
	return due, err
}
