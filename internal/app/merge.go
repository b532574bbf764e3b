package app

import (
	"maps"
	"slices"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/replication"
)

// RecordState is what the ledger knows of a record. Of one that is gone, Data is what it
// said at last.
type RecordState struct {
	Known     bool // it is there, or once was
	Gone      bool
	Rev       int64
	Maker     string // who made it, "" if nobody is known to have
	FieldRevs replication.FieldRevs
	Data      replication.Payload
}

// Hand is who brought something about, when by the server's clock.
type Hand struct {
	User, Name string
	At         string
}

// Note is an entry of the audit trail.
type Note struct {
	Actor, Action, Collection, Record, Device string
	Detail                                    any
}

// change updates or deletes a record that is there, or once was.
func (j *judge) change(m Mutation, t *record.Type, fields map[string]any) (*Outcome, error) {
	row, err := j.tx.Row(m.Collection, m.Record)
	if err == nil && !row.Known {
		row, err = j.redirect(&m, t)
	}
	if err != nil {
		return nil, err
	}
	if last := j.last[m.Collection+"/"+m.Record]; last != nil && last.Rev == 0 {
		last.Rev = row.Rev // what that one led to, before this one changes it
	}
	if j.bases, err = j.basesOf(m, row); err != nil {
		return nil, err
	}
	j.bases.Saw = m.Saw
	if !row.Known || row.Gone && row.Data == nil {
		return verdict(j.fate(t.Op(m.Op).By, m.Collection, m.Record, fault.New(fault.RecordNotFound, "record")))
	}
	if err := j.mayChange(m, t, row); err != nil {
		return verdict(err)
	}
	switch {
	case m.Op == "delete":
		return j.remove(m, t, row)
	case row.Gone:
		lost := replication.AllLost(m.Collection, fields, j.bases)
		if len(lost) == 0 {
			return &Outcome{Status: Applied, Rev: row.Rev}, nil
		}
		return j.conflict(m, row, ConflictEditDeleted, lost, "", row.Rev)
	case m.Collection == "rendiciones":
		return j.present(fields, row)
	case m.Collection == documents:
		return j.withdraw(m, fields, row)
	}
	return j.update(m, t, fields, row)
}

// redirect: what builds on a mutation that was merged into the record which has the key
// is about that record too.
func (j *judge) redirect(m *Mutation, t *record.Type) (RecordState, error) {
	if len(t.Key) == 0 || m.Prev == "" {
		return RecordState{}, nil
	}
	var of Mutation
	if i, here := j.byID[m.Prev]; here {
		of = j.fresh[i].Mutation
	} else {
		prev, err := look(j.tx, OfStored, "", m.Prev)
		if err != nil || prev == nil || prev.User != j.actor.User {
			return RecordState{}, err
		}
		of = Mutation{Collection: prev.Collection, Record: prev.Record}
	}
	if of.Collection != m.Collection || of.Record == m.Record {
		return RecordState{}, nil
	}
	m.Record, j.record = of.Record, of.Record
	return j.tx.Row(m.Collection, m.Record)
}

// mayChange: who has the right, in the relation that the operation asks for. What a
// record belongs to says whose it is, unless that is who made the record itself; where
// it is gone, he as well.
func (j *judge) mayChange(m Mutation, t *record.Type, row RecordState) error {
	by, work, maker, named := t.Op(m.Op).By, row.Data.Text("intervention"), row.Maker, "record"
	if t.Parent != "" {
		p, err := look(j.tx, OfParent, t.ParentType(), row.Data.Text(t.Parent))
		if err != nil {
			return err
		}
		if p != nil {
			work = p.Work
		}
		if by.Relation != record.Made {
			if named = t.Parent; p != nil {
				maker = p.Maker
			}
		}
	}
	if (by.Relation == record.Made || by.Relation == record.MadeParent) && !j.made(maker) {
		return fault.New(fault.OutOfScope, named)
	}
	return j.inScope(by, work)
}

// basesOf says what the device knew of each field when it made the change.
func (j *judge) basesOf(m Mutation, row RecordState) (replication.Bases, error) {
	if i, here := j.byID[m.Prev]; here {
		if d := j.fresh[i]; d.Mutation.Collection == m.Collection && d.Mutation.Record == m.Record {
			return d.After(), nil
		}
	}
	if m.Prev != "" {
		bases, known, err := j.tx.basesAfter(j.actor.User, m)
		if known || err != nil || m.BaseRev == nil {
			return bases, err
		}
	}
	base := *m.BaseRev
	if base > row.Rev || base < 0 {
		base = 0 // of a history that is lost: nothing is known of it
	}
	return replication.Bases{Default: base}, nil
}

func (j *judge) update(m Mutation, t *record.Type, fields map[string]any, row RecordState) (*Outcome, error) {
	merged := replication.Merge(m.Collection, fields, j.bases, row.Data, row.FieldRevs)
	now := record.Row(maps.Clone(row.Data))
	maps.Copy(now, merged.Apply)
	if err := t.Constrain(now, merged.Apply, j.tx); err != nil {
		return verdict(err)
	}
	if lacks := t.Lacks(m.Op, now, merged.Apply, record.Context{Today: j.today, Form: m.Form}); len(lacks) > 0 {
		return reject("", lacks...), nil
	}
	if len(merged.Apply) > 0 {
		w := Write{Op: "update", Collection: m.Collection, Record: m.Record, Fields: merged.Apply}
		if err := j.tx.change(w, record.Row(row.Data), j.actor, j.now); err != nil {
			return verdict(err)
		}
	}
	j.won = merged.Won
	o := &Outcome{Status: Applied}
	if len(merged.Lost) > 0 {
		field, rev := newest(m.Collection, merged.Lost, row.FieldRevs)
		var err error
		if o, err = j.conflict(m, row, ConflictEdit, merged.Lost, field, rev); err != nil {
			return nil, err
		}
	}
	o.Rev = 0
	if len(merged.Apply) == 0 {
		o.Rev = row.Rev
	}
	return o, nil
}

// newest is the field among those lost, or of their units, that changed last.
func newest(collection string, lost []replication.Lost, revs replication.FieldRevs) (field string, rev int64) {
	for _, l := range lost {
		for _, f := range replication.UnitOf(collection, l.Field) {
			if revs[f] > rev {
				field, rev = f, revs[f]
			}
		}
	}
	return field, rev
}

// remove deletes a record, unless somebody changed it past what the device knew. That the
// server keeps the bytes of a file by now is nobody's change.
func (j *judge) remove(m Mutation, t *record.Type, row RecordState) (*Outcome, error) {
	if row.Gone {
		return &Outcome{Status: Applied, Rev: row.Rev}, nil
	}
	if t.Shut.Of(record.Row(row.Data), record.Row(row.Data)) != nil {
		return verdict(fault.New(t.Shut.Code, "record"))
	}
	if m.Collection == movements && row.Data.Text("state") != registered {
		return verdict(fault.New(fault.MovementDecided, "record"))
	}
	edited := replication.Edited(j.bases, row.Data, row.FieldRevs)
	if t.Files != nil {
		edited = slices.DeleteFunc(edited, func(f string) bool { return slices.Contains(record.Kept, f) })
	}
	if len(edited) > 0 {
		lost := make([]replication.Lost, len(edited))
		for i, f := range edited {
			lost[i] = replication.Lost{Field: f, Theirs: row.Data[f]}
		}
		field, rev := newest(m.Collection, lost, row.FieldRevs)
		return j.conflict(m, row, ConflictDeleteEdited, lost, field, rev)
	}
	if err := j.tx.delete(m.Collection, m.Record); err != nil {
		return verdict(err)
	}
	return &Outcome{Status: Applied}, j.tx.Note(Note{
		Actor: j.actor.User, Action: "delete", Collection: m.Collection, Record: m.Record, Device: j.device,
		Detail: map[string]any{"before": row.Data, "mutation": m.ID},
	})
}

// conflict keeps the values that lost, with whose stand, and answers the outcome.
// What the same person loses again of the same unit joins his open conflict: two
// would let an older value of his be restored over a newer one.
func (j *judge) conflict(m Mutation, row RecordState, kind string, lost []replication.Lost, field string, rev int64) (*Outcome, error) {
	other, err := j.handOf(m, field, rev)
	if err != nil {
		return nil, err
	}
	intervention := row.Data.Text("intervention")
	work, _, err := j.tx.work(intervention)
	if err != nil {
		return nil, err
	}
	c := Conflict{
		ID: replication.DerivedID("conflict", m.ID), Kind: kind, Collection: m.Collection, Record: m.Record,
		Intervention: intervention, Label: work.Name, Values: slices.Clone(lost), Rev: row.Rev, Mutation: m.ID,
		Author: j.actor.User, AuthorName: j.actor.Name, AuthorAt: m.At, Other: other.User, OtherName: other.Name, OtherAt: other.At,
		Rule: RuleFirstStays, State: ConflictOpen,
	}
	earlier, err := j.tx.OpenConflicts(j.actor.User, m.Collection, m.Record)
	if err != nil {
		return nil, err
	}
	op := "create"
	if i := slices.IndexFunc(earlier, c.continues); i >= 0 {
		op, c = "update", c.joined(earlier[i], row)
	}
	if err := j.tx.Apply(Write{Op: op, Collection: "conflicts", Record: c.ID, Fields: c.fields()}); err != nil {
		return nil, err
	}
	o := &Outcome{Status: Applied, Rev: row.Rev, Conflict: c.ID}
	for _, l := range lost {
		o.Lost = append(o.Lost, l.Field)
	}
	return o, nil
}

// handOf finds whose value stands; it may be the same person's, of this batch.
func (j *judge) handOf(m Mutation, field string, rev int64) (Hand, error) {
	for _, d := range j.fresh {
		same := d.Mutation.Collection == m.Collection && d.Mutation.Record == m.Record && d.Outcome.Status == Applied && d.Outcome.Rev == rev
		if same && (slices.Contains(d.Won, field) || field == "" && d.Mutation.Op == "delete") {
			return Hand{User: j.actor.User, Name: j.actor.Name, At: j.now.UTC().Format(stamp)}, nil
		}
	}
	return j.tx.HandOf(m.Collection, m.Record, field, rev)
}

// stamp is an instant as conflicts and reviews keep it.
const stamp = "2006-01-02T15:04:05.000Z"

// settle decides a conflict by one of the two people it is about.
func (j *judge) settle(m Mutation, fields map[string]any) (*Outcome, error) {
	c, found, err := j.tx.Conflict(m.Record)
	if err != nil {
		return nil, err
	}
	if !found || c.Author != j.actor.User && c.Other != j.actor.User {
		return verdict(fault.New(fault.RecordNotFound, "record"))
	}
	if j.revoked && !j.reviewing {
		return verdict(fault.New(fault.DeviceRevoked, "device"))
	}
	resolution, _ := fields["resolution"].(string)
	shown, err := j.tx.Row("conflicts", c.ID)
	if err != nil {
		return nil, err
	}
	bases, err := j.basesOf(m, shown)
	if err != nil {
		return nil, err
	}
	if c.State == ConflictOpen && len(replication.Edited(bases, shown.Data, shown.FieldRevs)) > 0 {
		return verdict(fault.New(fault.ConflictMoved, "record").With("name", c.AuthorName))
	}
	return judged(&Outcome{Status: Applied}, settlement{
		tx: j.tx, by: j.actor, device: j.device, now: j.now,
		hand: func(field string, rev int64) (Hand, error) {
			return j.handOf(Mutation{Collection: c.Collection, Record: c.Record}, field, rev)
		},
	}.settle(c, resolution))
}
