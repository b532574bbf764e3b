package app

import (
	"slices"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/roster"
	"chaski/internal/records"
)

// waits: what the mutation hangs on, or changes, was not there. It is judged again
// when that comes.
func (o *Outcome) waits() bool {
	return o.Status == Rejected && len(o.Errors) == 1 &&
		(o.Errors[0].Code == fault.ParentNotFound || o.Errors[0].Code == fault.RecordNotFound)
}

// early: it waits, and was not answered yet. Later in the batch it may be judged
// otherwise; what is answered is stored, and changes with a row of mutation_reviews
// alone: of two copies of a request under way one would be told otherwise than the other.
func (o *Outcome) early() bool { return o.waits() && o.Seq == 0 }

// Came is a record that was not there, or that is there now.
type Came struct{ Collection, Record string }

// Awaits is the record that a refused mutation waits for; none where it waits for none.
func (d Decision) Awaits() Came {
	if !d.Outcome.waits() {
		return Came{}
	}
	return awaited(d.Mutation, d.Outcome.Errors[0].Code)
}

// Awaits is the record whose want it was refused for.
func (p ParkedMutation) Awaits() Came { return awaited(p.Mutation, p.Why) }

func awaited(m Mutation, why fault.Code) Came {
	if why == fault.RecordNotFound {
		return Came{m.Collection, m.Record}
	}
	if m.Collection == movements { // it is about whom another one brings, under its own id
		return Came{movements, roster.Read(record.Row(m.Fields).Text).Leaver}
	}
	t := records.Find(m.Collection)
	parent, _ := m.Fields[t.Parent].(string)
	return Came{t.ParentType(), parent}
}

// late judges again what this person had sent before the records came that his batch
// made, and what was waiting for those in turn. What has effect now, or waits for review
// with its parent, gets that outcome, once, and his devices are told; what a rule does
// not admit stays refused as it was.
func (p *Pusher) late(tx *batch, j *judge) ([]Decision, error) {
	again := newJudge(tx, j.actor, "", j.now)
	again.final = true
	for came := cameBy(j.fresh); len(came) > 0; {
		waiting, err := tx.Waiting(j.actor.User, came)
		if err != nil {
			return nil, err
		}
		before := len(again.fresh)
		for _, w := range lastWords(waiting) {
			if err := again.anew(w); err != nil {
				return nil, err
			}
		}
		came = cameBy(again.fresh[before:])
	}
	told := slices.DeleteFunc(again.fresh, func(d Decision) bool { return d.Outcome.Status == Rejected })
	if len(told) == 0 {
		return nil, nil
	}
	return told, tx.Review(Review{Was: Rejected, At: j.now.UTC().Format(stamp), Problems: p.Say.problems}, told)
}

// anew judges a stored mutation, as sent by its own device.
func (j *judge) anew(w ParkedMutation) error {
	m := w.Mutation
	m.hash, m.received, j.device = w.Hash, w.ReceivedAt, w.Device
	its, err := look(j.tx, OfDevice, w.User, w.Device)
	if err != nil {
		return err
	}
	j.revoked = its != nil && its.Revoked
	_, err = j.fates(m)
	return err
}

// cameBy are the records that mutations made, or will if a reviewer accepts them.
func cameBy(decisions []Decision) []Came {
	var out []Came
	for _, d := range decisions {
		if d.Mutation.Op == "create" && d.Outcome.Status != Rejected {
			out = append(out, Came{d.Mutation.Collection, d.Mutation.Record})
		}
	}
	return out
}

// lastWords keeps of each record the newest mutation, with those that it builds on: an
// older one was corrected by it. In the order of their counters, as they came.
func lastWords(waiting []ParkedMutation) []ParkedMutation {
	next := map[Came]string{} // by record: whom the newest, or one it builds on, names
	var out []ParkedMutation
	for _, w := range slices.Backward(waiting) {
		m := w.Mutation
		key := Came{m.Collection, m.Record}
		if prev, seen := next[key]; seen && prev != m.ID {
			continue
		}
		next[key] = m.Prev
		out = append(out, w)
	}
	slices.Reverse(out)
	return out
}
