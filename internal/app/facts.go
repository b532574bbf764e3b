package app

import (
	"strconv"

	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/domain/roster"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
	"chaski/internal/replication"
)

// Facts is what the pushes of a commit have read and written so far. They hold the
// write lock, so that what was read once holds until its end; what they write
// themselves is kept up with by Wrote and Decided. The transaction owns them.
type Facts map[FactsOf]map[string]any

// FactsOf are facts of a kind; In says of which collection, person or the like.
type FactsOf struct{ Kind, In string }

// Fact names one of them.
type Fact struct {
	FactsOf
	ID string
}

// Kind is a kind of facts that are all a V; its zero value where there is nothing.
type Kind[V any] string

// The kinds.
const (
	OfDevice    Kind[*DeviceStanding]   = "device"    // in: the person
	OfStored    Kind[*Stored]           = "stored"    // by mutation
	OfCounter   Kind[bool]              = "counter"   // in: the device; it gave that number already
	OfFates     Kind[[]Fate]            = "fates"     // of a record, in its collection: what waits for review first, then the newest
	OfWork      Kind[*Work]             = "work"      // by intervention
	OfTenures   Kind[map[string]Tenure] = "tenures"   // in: the person; by day: of each work he was ever assigned until then
	OfExecution Kind[Tenure]            = "execution" // in: the entity; Ended: the work is, for good
	OfParent    Kind[*Parent]           = "parent"    // of a record that others belong to, in its collection
	OfRoster    Kind[string]            = "roster"    // by participant: whose work
	OfTaken     Kind[map[string]bool]   = "taken"     // in: see takenIn; by the row that is shared
	OfPresent   Kind[int64]             = "present"   // by visit: how many are marked so
	OfChecklist Kind[bool]              = "checklist" // in: its key; by version
	OfThere     Kind[bool]              = "there"     // a record exists, in its collection
	OfKeyed     Kind[string]            = "keyed"     // in: a collection; by key (record.Type.KeyOf): the record that has it
	OfBytes     Kind[[]Bytes]           = "bytes"     // brought for a record whose row is a file, in its collection
)

// DeviceStanding is how a device of a person stands.
type DeviceStanding struct{ Revoked bool }

// Stored is an earlier mutation with its outcome, and what its successor is based on.
type Stored struct {
	Outcome                        Outcome
	Hash, User, Collection, Record string
	After                          replication.Bases
}

// Fate is what became of a person's mutation of a record. Waits: for another record.
type Fate struct {
	User, Status string
	Waits        bool
}

// Bytes are what somebody brought for a record; Refusal: why they are not kept.
type Bytes struct{ Owner, SHA256, Refusal string }

// takenIn names what the records of one row say in a field that each may say once.
func takenIn(collection string, c record.Constraint) string { return collection + "." + c.Field }

// Of names a fact of this kind.
func (k Kind[V]) Of(in, id string) Fact { return Fact{FactsOf{string(k), in}, id} }

// Learn keeps a fact.
func Learn[V any](f Facts, k Kind[V], in, id string, v V) {
	of := FactsOf{string(k), in}
	if f[of] == nil {
		f[of] = map[string]any{}
	}
	f[of][id] = v
}

// known is a fact, if it is known.
func known[V any](f Facts, k Kind[V], in, id string) (v V, ok bool) {
	fact, ok := f[FactsOf{string(k), in}][id]
	v, _ = fact.(V)
	return v, ok
}

func (f Facts) forget(of Fact) { delete(f[of.FactsOf], of.ID) }

// Wrote keeps up with what a push writes.
func (f Facts) Wrote(w Write) {
	Learn(f, OfThere, w.Collection, w.Record, w.Op != "delete")
	if w.Collection == participants {
		f.forget(OfRoster.Of("", w.Record))
	}
	t := records.Find(w.Collection)
	if w.Op != "create" { // read again
		delete(f, OfKeyed.Of(w.Collection, "").FactsOf)
		f.forget(OfParent.Of(w.Collection, w.Record))
		for _, c := range t.Constraints {
			delete(f, OfTaken.Of(takenIn(w.Collection, c), "").FactsOf)
		}
		return
	}
	row := record.Row(w.Fields)
	if key := t.KeyOf(row); key != "" {
		Learn(f, OfKeyed, w.Collection, key, w.Record)
	}
	if len(records.Children(w.Collection)) > 0 {
		headcount, _ := row["headcount"].(int64)
		hidden := t.Hidden()
		Learn(f, OfParent, w.Collection, w.Record, &Parent{
			Work: row.Text("intervention"), Maker: w.Maker, Headcount: headcount,
			Unmade: hidden.Field != "" && row.Text(hidden.Field) == hidden.Value,
		})
	}
	for _, c := range t.Constraints {
		if taken, _ := known(f, OfTaken, takenIn(w.Collection, c), row.Text(c.In)); taken != nil {
			taken[row.Text(c.Field)] = true
		}
	}
	if n, asked := known(f, OfPresent, "", row.Text("visit")); asked && w.Collection == "visit_marks" && row["mark"] == visit.Present {
		Learn(f, OfPresent, "", row.Text("visit"), n+1)
	}
}

// Decided forgets what was known of a device's mutation and of its record's fate.
func (f Facts) Decided(device string, d Decision) {
	f.forget(OfStored.Of("", d.Mutation.ID))
	f.forget(OfFates.Of(d.Mutation.Collection, d.Mutation.Record))
	f.forget(OfCounter.Of(device, counterText(d.Mutation)))
}

func counterText(m Mutation) string { return strconv.FormatInt(m.Counter, 10) }

// Ask names facts to read, those that are not known yet, and records about to be made,
// by collection: what rules will ask about them is read with them.
type Ask struct {
	Facts []Fact
	Made  map[string][]record.Row
}

// batch is the transaction of a push, with what is known in it.
type batch struct {
	Outbound
	facts Facts
}

// expect reads what a batch will ask for, many at a time.
func (b *batch) expect(device string, read []reading) error {
	var facts, then []Fact // then: with the works of the parents that are found
	var parents []Fact
	made := map[string][]record.Row{}
	for _, r := range read {
		if r.bad != nil {
			continue
		}
		m, row := r.mutation, record.Row(r.mutation.Fields)
		facts = append(facts, OfStored.Of("", m.ID), OfCounter.Of(device, counterText(m)))
		if m.Op != "create" || !records.Made(m.Collection) {
			continue
		}
		t := records.Find(m.Collection)
		made[t.Name] = append(made[t.Name], row)
		then = append(then, OfThere.Of(t.Name, m.Record), OfFates.Of(t.Name, m.Record))
		if t.Parent == "" {
			then = append(then, OfWork.Of("", row.Text("intervention")))
		} else {
			parents = append(parents, OfParent.Of(t.ParentType(), row.Text(t.Parent)))
		}
		if key := t.KeyOf(row); key != "" {
			facts = append(facts, OfKeyed.Of(t.Name, key))
		}
		for _, c := range t.Constraints {
			switch c.Rule {
			case record.BelongsTo:
				facts = append(facts, OfRoster.Of("", row.Text(c.Field)))
			case record.UniqueIn, record.AtMostOf:
				then = append(then, OfTaken.Of(takenIn(t.Name, c), row.Text(c.In)))
			}
		}
		if t.Name == movements {
			facts = append(facts, OfRoster.Of("", roster.Read(row.Text).Leaver))
		}
		if t.Files != nil {
			then = append(then, OfBytes.Of(t.Name, m.Record))
		}
		if t.Name == "visit_marks" {
			facts = append(facts, OfPresent.Of("", row.Text("visit")))
		}
	}
	var err error
	if b.facts, err = b.Load(Ask{Facts: append(facts, parents...)}); err != nil {
		return err
	}
	for _, p := range parents {
		if parent, _ := known(b.facts, OfParent, p.In, p.ID); parent != nil {
			then = append(then, OfWork.Of("", parent.Work))
		}
	}
	_, err = b.Load(Ask{then, made})
	return err
}

// look answers a fact, and reads it where nobody expected it.
func look[V any](b *batch, k Kind[V], in, id string) (v V, err error) {
	v, ok := known(b.facts, k, in, id)
	if !ok {
		b.facts, err = b.Load(Ask{Facts: []Fact{k.Of(in, id)}})
		v, _ = known(b.facts, k, in, id)
	}
	return v, err
}

// work answers an intervention; none where it is unknown.
func (b *batch) work(intervention string) (w Work, found bool, err error) {
	p, err := look(b, OfWork, "", intervention)
	if p != nil {
		w = *p
	}
	return w, p != nil, err
}

func (b *batch) tenure(user, intervention string, today day.Day) (Tenure, error) {
	all, err := look(b, OfTenures, user, string(today))
	return all[intervention], err
}

// parkedFor says whether somebody's mutation of a record waits for review.
func (b *batch) parkedFor(collection, id string) (bool, error) {
	fates, err := look(b, OfFates, collection, id)
	return len(fates) > 0 && fates[0].Status == Parked, err
}

// fateOf is what became of a person's mutations of a record: parked if one waits for
// review, else the status of the newest; "" if there is none, or if it waits for
// another record.
func (b *batch) fateOf(user, collection, id string) (string, error) {
	fates, err := look(b, OfFates, collection, id)
	for _, f := range fates {
		if f.User == user && f.Waits {
			return "", err
		} else if f.User == user {
			return f.Status, err
		}
	}
	return "", err
}

// basesAfter are what a person's earlier mutation of a record leaves to its successor,
// if it is known.
func (b *batch) basesAfter(user string, m Mutation) (bases replication.Bases, found bool, err error) {
	prev, err := look(b, OfStored, "", m.Prev)
	if prev == nil || prev.User != user || prev.Collection != m.Collection || prev.Record != m.Record {
		return bases, false, err
	}
	return prev.After, true, err
}

// InRoster implements record.Around.
func (b *batch) InRoster(participant, intervention string) (bool, error) {
	work, err := look(b, OfRoster, "", participant)
	return intervention != "" && work == intervention, err
}

// Taken implements record.Around.
func (b *batch) Taken(collection string, c record.Constraint, of, value string) (bool, error) {
	taken, err := look(b, OfTaken, takenIn(collection, c), of)
	return taken[value], err
}

// Among implements record.Around: each says something else in the field.
func (b *batch) Among(collection string, c record.Constraint, of string) (int64, error) {
	taken, err := look(b, OfTaken, takenIn(collection, c), of)
	return int64(len(taken)), err
}
