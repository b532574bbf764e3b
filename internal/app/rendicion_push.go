package app

import (
	"slices"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
	"chaski/internal/records"
)

// documents are the kind of record of a rendición whose rows are files.
const documents = "rendicion_documents"

// rendered are the kinds of record of a rendición that devices change: why one may not
// be, as the rendición stands.
var rendered = map[string]func(x *Rendicion, w Write, row record.Row) *fault.Fault{
	"rendicion_lines": func(x *Rendicion, w Write, row record.Row) *fault.Fault {
		line := rendicion.Line(row.Text("kind"))
		amount, _ := record.Whole(w.Fields["amount"])
		if rendicion.CheckAmount(line, soles(amount)) != nil {
			return fault.New(fault.InvalidValue, "amount")
		}
		return x.lineClosed(line, "amount")
	},
	"rendicion_observations": func(x *Rendicion, w Write, _ record.Row) *fault.Fault {
		i := slices.IndexFunc(x.Observations, func(o RendicionObservation) bool { return o.ID == w.Record })
		if i < 0 {
			return fault.New(fault.RecordNotFound, "record")
		}
		return x.answerClosed(x.Observations[i], "answer")
	},
}

// change writes what is new of a record that is there, unless it is shut as it stands. Of
// a rendición only what is open now, whoever asks: what was presented stays as it was
// presented.
func (b *batch) change(w Write, row record.Row, by actor.Actor, now time.Time) error {
	if f := records.Find(w.Collection).Shut.Of(row, w.Fields); f != nil {
		return f
	}
	closed := rendered[w.Collection]
	if closed == nil {
		return b.Apply(w)
	}
	return b.Render(func(d RendicionDesk) error {
		x, err := rendicionIn(d, by, row.Text("intervention"), now)
		if err != nil {
			return err
		}
		if f := closed(&x, w, row); f != nil {
			return f
		}
		if err := b.Apply(w); err != nil {
			return err
		}
		return d.Touch(x.ID)
	})
}

// delete takes a record away; of a movement with what it did.
func (b *batch) delete(collection, id string) error {
	w := Write{Op: "delete", Collection: collection, Record: id}
	if collection != movements {
		return b.Apply(w)
	}
	return b.Move(func(d RosterDesk) error { return undo(d, w) })
}

// create writes a new record: a document only where the rendición takes one, as it
// stands, a movement with what it does to the roster.
func (b *batch) create(w Write, by actor.Actor, now time.Time) error {
	switch w.Collection {
	case documents:
	case movements:
		return b.Move(func(d RosterDesk) error { return take(d, w) })
	default:
		return b.Apply(w)
	}
	row := record.Row(w.Fields)
	sent := row.Text("name")
	name := rendicion.CleanName(sent)
	if name == "" {
		return fault.New(fault.FileNameRefused, "name")
	}
	row["name"], row["uploaded_at"], row["uploaded_by"] = name, row["received_at"], by.User
	if name != sent {
		row["sent_name"] = sent
	}
	return b.Render(func(d RendicionDesk) error {
		x, err := rendicionIn(d, by, row.Text("intervention"), now)
		if err != nil {
			return err
		}
		return addTo(d, b, by, &x, w)
	})
}

// addTo adds a document to a rendición that takes it. It is written last: what was
// gathered to be written no fault takes back.
func addTo(d RendicionDesk, b *batch, by actor.Actor, x *Rendicion, w Write) error {
	row := record.Row(w.Fields)
	kind, replaces := rendicion.Document(row.Text("kind")), row.Text("replaces")
	if f := x.mayAdd(addition{kind, replaces, row.Text("sha256")}); f != nil {
		return f
	}
	if replaces != "" {
		if err := d.Supersede(replaces, w.Record); err != nil {
			return err
		}
	}
	if err := d.Touch(x.ID); err != nil {
		return err
	}
	if err := d.Audit(by.User, "rendicion.document", x.Work.ID, map[string]any{
		"document": w.Record, "kind": kind, "name": row["name"], "sha256": row["sha256"], "replaces": replaces, "sent_name": row.Text("sent_name"),
	}); err != nil {
		return err
	}
	return b.Apply(w)
}

// withdraw takes a document back that was never presented: all that a device may change
// of one.
func (j *judge) withdraw(m Mutation, clean record.Row, row RecordState) (*Outcome, error) {
	if clean.Text("superseded_by") != m.Record {
		return verdict(fault.New(fault.InvalidValue, "superseded_by"))
	}
	o := &Outcome{Status: Applied}
	if row.Data.Text("superseded_by") == m.Record {
		o.Rev = row.Rev // taken back already
		return o, nil
	}
	j.won = []string{"superseded_by"}
	return judged(o, j.tx.Render(func(d RendicionDesk) error {
		x, err := rendicionIn(d, j.actor, row.Data.Text("intervention"), j.now)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(x.Documents, func(f RendicionDocument) bool { return f.ID == m.Record })
		if i < 0 {
			return fault.New(fault.RecordNotFound, "record")
		}
		if f := x.mayWithdraw(x.Documents[i]); f != nil {
			return f
		}
		return takeBack(d, j.actor, &x, x.Documents[i])
	}))
}

// rendicionIn is the rendición of a work, whoever asks: who may was judged before.
func rendicionIn(d RendicionDesk, a actor.Actor, intervention string, now time.Time) (Rendicion, error) {
	u := &rendiciones{now: func() time.Time { return now }}
	x, found, err := d.Rendicion(intervention)
	if err != nil || !found {
		return x, orFault(err, fault.New(fault.RecordNotFound, "record"))
	}
	return u.whole(d, a, x)
}

// present is a rendición handed in from a device: by the rules that hold now, with
// what the same batch stated before, and only as its author saw it.
func (j *judge) present(clean record.Row, row RecordState) (*Outcome, error) {
	seen, _ := rendicion.SeenOf(clean["presents"]) // its form was judged
	o := &Outcome{Status: Applied}
	err := j.tx.Render(func(d RendicionDesk) error {
		x, err := rendicionIn(d, j.actor, row.Data.Text("intervention"), j.now)
		if err != nil {
			return err
		}
		to := rendicion.State(clean.Text("state"))
		if x.State == to && x.LastSeen.Same(seen) {
			o.Rev = row.Rev // presented already, by himself or by somebody who saw the same
			return nil
		}
		next, faults := rendicion.Submit(x.submission())
		if !x.editable() || next != to {
			return fault.New(fault.RendicionClosed, "state")
		}
		if f := differs(x.seen(), seen); f != nil {
			return f
		}
		if len(faults) > 0 {
			return refused(faults)
		}
		j.won = []string{"state"}
		return handIn(d, j.actor, &x, next, j.now)
	})
	return judged(o, err)
}

// seen is what is presented if it is presented now.
func (x *Rendicion) seen() rendicion.Seen {
	s := rendicion.Seen{Lines: x.Amounts, Documents: []string{}, Answers: map[string]string{}}
	for _, d := range x.inForce() {
		s.Documents = append(s.Documents, d.ID)
	}
	slices.Sort(s.Documents)
	for _, o := range x.Observations {
		if o.State == rendicion.ObservationOpen && o.Answer != "" {
			s.Answers[o.ID] = o.Answer
		}
	}
	return s
}

// differs is the fault of an account that is not the one its author saw: at the first
// line that is another, or as a whole.
func differs(now, saw rendicion.Seen) *fault.Fault {
	for _, l := range rendicion.Lines {
		if now.Lines[l] != saw.Lines[l] {
			return lineChanged("presents", l, saw.Lines[l], now.Lines[l])
		}
	}
	if !now.Same(saw) {
		return fault.New(fault.Conflict, "presents")
	}
	return nil
}
