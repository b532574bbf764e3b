package store

import (
	"encoding/json"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/replication"
)

// Permits judges a record that somebody is about to save by REST or in the
// dashboard, so that he reads our sentence before PocketBase's own validators
// answer in theirs. The drain asks the same again, of what was written.
func (e *Engine) Permits(pb core.App, r *core.Record) error {
	t, c := records.Find(r.Collection().Name), replication.Find(r.Collection().Name)
	if t == nil || c == nil {
		return nil
	}
	w := NewRuleWorld(pb.ConcurrentDB(), e.Today())
	now, old := payloadOf(c, r), replication.Payload(nil)
	if !r.IsNew() {
		old = payloadOf(c, r.Original())
	}
	f := Refuses(old, now, w.Judge(t, r.Id, record.Row(now)))
	if w.Err != nil {
		return w.Err
	}
	if f == nil {
		return nil
	}
	return &Refusal{Fault: f, Key: Key{c.Name, r.Id}, say: e.Say}
}

// payloadOf is what would be remembered of a record. What cannot be read is left
// for PocketBase to refuse.
func payloadOf(c *replication.Collection, r *core.Record) replication.Payload {
	out := make(replication.Payload, len(c.Fields))
	for _, f := range c.Fields {
		switch f.Kind {
		case replication.Int:
			n := r.GetFloat(f.Name)
			if out[f.Name] = any(n); n == float64(int64(n)) {
				out[f.Name] = int64(n)
			}
		case replication.Bool:
			out[f.Name] = r.GetBool(f.Name)
		case replication.JSON:
			d := json.NewDecoder(strings.NewReader(r.GetString(f.Name)))
			d.UseNumber()
			var v any
			if d.Decode(&v) == nil {
				out[f.Name] = v
			}
		case replication.Instant:
			out[f.Name] = strings.Replace(r.GetString(f.Name), " ", "T", 1)
		case replication.Text:
			out[f.Name] = r.GetString(f.Name)
		}
	}
	return out
}
