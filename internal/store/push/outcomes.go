package push

import (
	"encoding/json"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/store"
	"chaski/internal/store/sqlite"
)

type storedOutcome struct {
	ID      string `db:"id"`
	Hash    string `db:"hash"`
	Outcome string `db:"outcome"`
}

func (o *outbound) loadStored(ids []string) error {
	ids = store.Unknown(o.facts.stored, ids)
	if len(ids) == 0 {
		return nil
	}
	if err := concludeIf(o, o.judged.ids, ids); err != nil {
		return err
	}
	var rows []*storedOutcome
	err := o.rows(&rows, `SELECT id, hash, outcome FROM sync_mutations WHERE id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"ids": sqlite.JSONList(ids)})
	for _, id := range ids {
		o.facts.stored[id] = nil
	}
	for _, r := range rows {
		o.facts.stored[r.ID] = r
	}
	return err
}

// Stored implements app.Outbound.
func (o *outbound) Stored(id string) (app.Outcome, string, bool, error) {
	var out app.Outcome
	if err := o.loadStored([]string{id}); err != nil {
		return out, "", false, err
	}
	row := o.facts.stored[id]
	if row == nil {
		return out, "", false, nil
	}
	return out, row.Hash, true, json.Unmarshal([]byte(row.Outcome), &out)
}

// counterKey is a number that a device gave to a mutation.
type counterKey struct {
	device  string
	counter int64
}

// loadCounters asks about one device.
func (o *outbound) loadCounters(asked []counterKey) error {
	asked = store.Unknown(o.facts.counters, asked)
	if len(asked) == 0 {
		return nil
	}
	if err := concludeIf(o, o.judged.counters, asked); err != nil {
		return err
	}
	numbers := make([]int64, len(asked))
	for i, k := range asked {
		numbers[i] = k.counter
		o.facts.counters[k] = false
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	device := asked[0].device
	var taken []int64
	err = o.db.NewQuery(`SELECT counter FROM sync_mutations WHERE device = {:d} AND counter IN (SELECT value FROM json_each({:list}))`).
		Bind(dbx.Params{"d": device, "list": string(list)}).Column(&taken)
	for _, c := range taken {
		o.facts.counters[counterKey{device, c}] = true
	}
	return err
}

// CounterTaken implements app.Outbound.
func (o *outbound) CounterTaken(device string, counter int64) (bool, error) {
	k := counterKey{device, counter}
	err := o.loadCounters([]counterKey{k})
	return o.facts.counters[k], err
}

// fate is what became of a person's mutation of a record.
type fate struct {
	Record string `db:"record"`
	User   string `db:"user"`
	Status string `db:"status"`
	Waits  bool   `db:"waits"`
}

func (o *outbound) loadFates(collection string, records []string) error {
	var asked []store.Key
	for _, r := range records {
		asked = append(asked, store.Key{collection, r})
	}
	asked = store.Unknown(o.facts.fates, asked)
	if len(asked) == 0 {
		return nil
	}
	if err := concludeIf(o, o.judged.records, asked); err != nil {
		return err
	}
	ids := make([]string, len(asked))
	for i, k := range asked {
		ids[i] = k.Record
		o.facts.fates[k] = nil
	}
	var rows []fate
	err := o.rows(&rows, `SELECT record, user, status, `+waits+` AS waits FROM sync_mutations WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids}))
		ORDER BY status = 'parked' DESC, seq DESC, counter DESC`, dbx.Params{"c": collection, "ids": sqlite.JSONList(ids)})
	for _, r := range rows {
		k := store.Key{collection, r.Record}
		o.facts.fates[k] = append(o.facts.fates[k], r)
	}
	return err
}

// ParkedFor implements app.Outbound.
func (o *outbound) ParkedFor(collection, record string) (bool, error) {
	err := o.loadFates(collection, []string{record})
	fates := o.facts.fates[store.Key{collection, record}]
	return len(fates) > 0 && fates[0].Status == app.Parked, err
}

// FateOf implements app.Outbound.
func (o *outbound) FateOf(user, collection, record string) (string, error) {
	err := o.loadFates(collection, []string{record})
	for _, f := range o.facts.fates[store.Key{collection, record}] {
		if f.User == user && f.Waits {
			return "", err
		} else if f.User == user {
			return f.Status, err
		}
	}
	return "", err
}
