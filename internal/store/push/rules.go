package push

import (
	"encoding/json"

	"chaski/internal/app"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
	"chaski/internal/store"
)

// permits judges one record before a mutation writes it, so that the mutation
// alone is rejected. The drain asks the same of the batch, and must never be the
// first to find anything: there it is too late to refuse one of many.
func (o *outbound) permits(w app.Write) error {
	t, c := records.Find(w.Collection), replication.Find(w.Collection)
	if t == nil || c == nil || w.Op == "delete" {
		return nil
	}
	now, old := make(replication.Payload, len(c.Fields)), replication.Payload(nil)
	if w.Op != "create" {
		if err := o.flush(); err != nil {
			return err
		}
		rows, err := store.LoadPayloads(o.db, c, []string{w.Record})
		if err != nil {
			return err
		}
		old = rows.Now[w.Record]
		for name, v := range old {
			now[name] = v
		}
	}
	for name, v := range w.Fields {
		now[name] = plain(v)
	}
	f := store.Refuses(old, now, o.world.Judge(t, w.Record, record.Row(now)))
	if o.world.Err != nil {
		return o.world.Err
	}
	if f != nil {
		return f
	}
	return nil
}

// plain is a value as it will be read from the table.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]string:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = x
		}
		return out
	case nil, string, int64, bool, map[string]any:
		return v
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}
