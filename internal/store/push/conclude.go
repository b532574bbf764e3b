package push

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

// judged are the pushes of a commit that are decided, and whose outcomes are not
// stored yet: they share one drain. Who asks for what one of them decided concludes
// them first, so that each is judged as if the others had been committed before.
type judged struct {
	pushes   []judgedPush
	ids      map[string]bool // of their mutations
	counters map[counterKey]bool
	records  map[store.Key]bool
	awaited  map[app.Came]bool // records that some of them wait for
}

type judgedPush struct {
	user, device string
	decisions    []app.Decision
}

// Finish implements app.Outbound.
func (o *outbound) Finish(user, device string, decisions []app.Decision) {
	if len(decisions) == 0 {
		return
	}
	o.writes++
	j := &o.judged
	if j.ids == nil {
		*j = judged{ids: map[string]bool{}, counters: map[counterKey]bool{}, records: map[store.Key]bool{}, awaited: map[app.Came]bool{}}
	}
	j.pushes = append(j.pushes, judgedPush{user, device, decisions})
	for _, d := range decisions {
		counter, record := counterKey{device, strconv.FormatInt(d.Mutation.Counter, 10)}, store.Key{d.Mutation.Collection, d.Mutation.Record}
		j.ids[d.Mutation.ID], j.counters[counter], j.records[record] = true, true, true
		j.awaited[d.Awaits()] = true
		o.facts.Decided(device, d)
	}
}

// concludeIf concludes the pushes judged so far if one of them decided something among
// the keys.
func concludeIf[K comparable](o *outbound, decided map[K]bool, keys []K) error {
	if slices.ContainsFunc(keys, func(k K) bool { return decided[k] }) {
		return o.conclude()
	}
	return nil
}

// conclude brings the ledger up to date with what this transaction wrote, and
// stores the outcomes of the pushes judged so far.
func (o *outbound) conclude() error {
	pushes := o.judged.pushes
	o.judged = judged{}
	if err := o.receipts(pushes...); err != nil {
		return err
	}
	return o.keep(pushes)
}

// receipts closes a commit for each of these pushes, and says so in the outcomes:
// its sequence number, receipts, and the revs that were open. None of them: the
// ledger is brought up to date.
func (o *outbound) receipts(pushes ...judgedPush) error {
	if err := o.flush(); err != nil {
		return err
	}
	moved, err := o.engine.Drain(o.tx, o.own, len(pushes), store.Manner{Lenient: true})
	if err != nil {
		return err
	}
	o.moved = append(o.moved, moved)
	if len(pushes) == 0 {
		return nil
	}
	var node string
	var epoch int64
	if err := o.db.NewQuery(`SELECT node, epoch FROM sync_clock`).Row(&node, &epoch); err != nil {
		return err
	}
	revs, err := o.openRevs(pushes)
	if err != nil {
		return err
	}
	for n, p := range pushes {
		seq := moved.Seq - int64(len(pushes)-1-n)
		for _, d := range p.decisions {
			d.Outcome.Seq = seq
			d.Outcome.Receipt = fmt.Sprintf("%s-%d-%d-%d", node, epoch, seq, d.Mutation.Counter)
			if revOpen(d) {
				d.Outcome.Rev = revs[store.Key{d.Mutation.Collection, d.Mutation.Record}]
			}
		}
	}
	return nil
}

// openRevs are the revs of records whose outcomes do not say theirs yet.
func (o *outbound) openRevs(pushes []judgedPush) (map[store.Key]int64, error) {
	open := map[string][]string{}
	for _, p := range pushes {
		for _, d := range p.decisions {
			if revOpen(d) {
				open[d.Mutation.Collection] = append(open[d.Mutation.Collection], d.Mutation.Record)
			}
		}
	}
	out := map[store.Key]int64{}
	for _, collection := range slices.Sorted(maps.Keys(open)) {
		var rows []struct {
			Record string `db:"record"`
			Rev    int64  `db:"rev"`
		}
		if err := o.rows(&rows, `SELECT record, rev FROM sync_rows WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids}))`,
			dbx.Params{"c": collection, "ids": sqlite.JSONList(open[collection])}); err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[store.Key{collection, r.Record}] = r.Rev
		}
	}
	return out, nil
}

// revOpen: it took effect, at a revision that only the drain gives.
func revOpen(d app.Decision) bool { return d.Outcome.Status == app.Applied && d.Outcome.Rev == 0 }

var mutationColumns = []string{
	"id", "device", "counter", "user", "collection", "record", "hash", "status", "outcome", "body", "seq", "at", "form", "schema", "received_at", "bases",
}

// keep stores the outcomes beside their effects, with what the device's clock
// said as evidence. The body of a change, and of what had no effect, is kept
// too: a person may still need it.
func (o *outbound) keep(pushes []judgedPush) error {
	rows, received := sqlite.NewInserter(o.sql, "sync_mutations", mutationColumns, ""), o.engine.Stamp()
	for _, p := range pushes {
		for _, d := range p.decisions {
			outcome, bases, err := encodeOutcome(d)
			if err != nil {
				return err
			}
			var body any
			if d.Outcome.Status != app.Applied || d.Mutation.Op != "create" {
				body = string(d.Body)
			}
			m := d.Mutation
			if err := rows.Add(m.ID, p.device, m.Counter, p.user, m.Collection, m.Record, d.Hash, d.Outcome.Status, outcome, body,
				d.Outcome.Seq, m.At, m.Form, m.Schema, received, bases); err != nil {
				return err
			}
		}
	}
	return rows.Flush()
}

// encodeOutcome writes an outcome and what a successor is based on. Of a create
// that follows from the outcome's rev, unless it lost against a record that was there.
func encodeOutcome(d app.Decision) (outcome, bases string, err error) {
	raw, err := json.Marshal(d.Outcome)
	if err != nil || d.Mutation.Op == "create" && d.Outcome.Conflict == "" {
		return string(raw), "", err
	}
	after, err := json.Marshal(d.After())
	return string(raw), string(after), err
}
