package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/replication"
)

// MaxMutations is how many mutations one push may carry.
const MaxMutations = 1000

// The outcomes a mutation may have.
const (
	Applied  = "applied"
	Rejected = "rejected"
	Parked   = "parked"
)

// Outcome is what became of a mutation; it is stored and answered for ever.
type Outcome struct {
	ID      string         `json:"-"`
	Status  string         `json:"status"`
	Seq     int64          `json:"seq,omitempty"`
	Rev     int64          `json:"rev,omitempty"`
	Receipt string         `json:"receipt,omitempty"`
	Errors  []*fault.Fault `json:"errors,omitempty"`
	// Lost are the fields whose values went to a conflict instead of the record.
	Lost     []string `json:"lost,omitempty"`
	Conflict string   `json:"conflict,omitempty"` // its record
	// Reviewed: it waited parked until somebody decided.
	Reviewed bool `json:"reviewed,omitempty"`
}

// PushResult answers a batch, in its order.
type PushResult struct {
	Outcomes   []Outcome
	DurableSeq int64
	ServerTime time.Time
}

// Decision is a fresh mutation with what was decided about it.
type Decision struct {
	Mutation Mutation
	Hash     string
	Body     json.RawMessage
	Outcome  *Outcome
	// Bases is what the mutation was made on, Won what it wrote or found written:
	// what a successor is based on follows from them and from its rev.
	Bases replication.Bases
	Won   []string
}

// After are the bases of the mutation's successor.
func (d Decision) After() replication.Bases {
	switch {
	case d.Outcome.Status != Applied:
		return d.Bases
	case d.Mutation.Op == "create" && d.Outcome.Conflict == "":
		return replication.Bases{Default: d.Outcome.Rev}
	}
	return d.Bases.After(d.Won, d.Outcome.Rev)
}

// Work is what a rule must know of an intervention.
type Work struct {
	ID, UT       string
	Name, UTName string
	Starts, Ends day.Day
	ConvenioCode string
}

// Tenure says how a supervisor relates to an intervention.
type Tenure int

// The tenures.
const (
	Never Tenure = iota // never assigned to him
	Ended               // assigned once, no longer
	Now                 // assigned today
)

// Parent is what a rule must know of a record that others belong to. Unmade: it is
// only planned, so that nothing hangs on it yet.
type Parent struct {
	Work, Maker string
	Unmade      bool
	Headcount   int64 // of a visit
}

// Write is one change of a record: create, update or delete. Maker is who made a
// new one.
type Write struct {
	Op, Collection, Record string
	Fields                 map[string]any
	Maker                  string
}

// Outbound is the port of a push: one transaction over the ledger.
type Outbound interface {
	// Load reads what is asked for, many at a time, and answers all that is known.
	Load(Ask) (Facts, error)
	// Row is what the ledger knows of a record, with all writes so far: each write
	// moves its revisions, so that it is no fact that lasts.
	Row(collection, record string) (RecordState, error)
	// HandOf is who brought a record's field to a revision; field "" for the
	// whole record, zero if unknown. It is asked of conflicts alone.
	HandOf(collection, record, field string, rev int64) (Hand, error)
	// Apply writes or deletes a record; a fault leaves no trace of it.
	Apply(w Write) error
	// Render opens the rendiciones in this transaction: all that fn writes, or nothing.
	Render(fn func(RendicionDesk) error) error
	// Move opens the rosters in this transaction: all that fn writes, or nothing.
	Move(fn func(RosterDesk) error) error
	// Note adds to the audit trail.
	Note(Note) error
	// Conflict is one of the kept conflicts.
	Conflict(id string) (Conflict, bool, error)
	// OpenConflicts are those of a person about a record that nobody settled.
	OpenConflicts(author, collection, record string) ([]Conflict, error)
	// Parked are all mutations that wait for review, in the order received.
	Parked() ([]ParkedMutation, error)
	// Waiting are a person's stored mutations that were refused because one of these
	// records was not there, and that he has not corrected since, in the order of their
	// counters.
	Waiting(user string, came []Came) ([]ParkedMutation, error)
	// Review replaces the outcomes of parked mutations, or of those that waited for
	// a record, by those decided, once.
	Review(Review, []Decision) error
	// Finish hands over the decisions of the batch. Their seq, receipt and open revs
	// are filled in, and they are stored, before Commits answers.
	Finish(user, device string, decisions []Decision)
}

// Commits opens the transaction of a push, which others may share: fn may run
// again, if one of them has to be undone. It answers the newest durable sequence
// number once all is on the disk.
type Commits interface {
	Push(ctx context.Context, fn func(Outbound) error) (durable int64, err error)
}

// Pusher is the use case of a push.
type Pusher struct {
	Commits Commits
	Now     func() time.Time
	Say     Sayer
}

// Push judges each mutation by itself: one bad record never blocks the others.
// An error means that nothing was stored.
func (p *Pusher) Push(ctx context.Context, a actor.Actor, device string, bodies []json.RawMessage) (PushResult, error) {
	if len(bodies) > MaxMutations {
		return PushResult{}, fault.New(fault.BodyTooLarge, "mutations").With("max", fmt.Sprint(MaxMutations))
	}
	now := p.Now()
	read := make([]reading, len(bodies)) // before it waits for its turn to write
	for i, raw := range bodies {
		read[i].mutation, read[i].bad = decodeMutation(raw)
	}
	var outcomes []*Outcome
	durable, err := p.Commits.Push(ctx, func(o Outbound) error {
		tx := &batch{Outbound: o}
		here, err := look(tx, OfDevice, a.User, device)
		if err != nil || here == nil {
			return orFault(err, fault.New(fault.DeviceUnknown, "device"))
		}
		j := newJudge(tx, a, device, now)
		j.revoked = here.Revoked || a.Session.Ended
		if outcomes, err = j.all(read); err != nil {
			return err
		}
		tx.Finish(a.User, device, j.fresh)
		late, err := p.late(tx, j)
		for _, d := range late { // sent again in this batch: it is answered as it is now
			for i, o := range outcomes {
				if o.ID == d.Mutation.ID && o.waits() {
					outcomes[i] = d.Outcome
				}
			}
		}
		return err
	})
	if err != nil {
		return PushResult{}, err
	}
	result := PushResult{Outcomes: make([]Outcome, len(outcomes)), DurableSeq: durable, ServerTime: now}
	for i, o := range outcomes {
		result.Outcomes[i] = *o
	}
	return result, nil
}

// judge decides the mutations of one batch in order.
type judge struct {
	tx      *batch
	actor   actor.Actor
	device  string
	revoked bool
	now     time.Time
	today   day.Day
	fresh   []Decision
	byID    map[string]int // place in fresh
	counted map[int64]bool
	status  map[string]string   // collection/record -> status, within this batch
	last    map[string]*Outcome // collection/record -> its newest applied outcome in this batch
	// reviewing: a coordinator accepted what was parked, and answers for its scope.
	reviewing bool
	final     bool              // what is missing is not awaited any more
	bases     replication.Bases // of the mutation being decided
	won       []string
	record    string // which it is about after all, where another has its key; else ""
}

func newJudge(tx *batch, a actor.Actor, device string, now time.Time) *judge {
	return &judge{
		tx: tx, actor: a, device: device, now: now, today: day.Of(now), byID: map[string]int{}, counted: map[int64]bool{},
		status: map[string]string{}, last: map[string]*Outcome{},
	}
}

func reject(id string, faults ...*fault.Fault) *Outcome {
	return &Outcome{ID: id, Status: Rejected, Errors: faults}
}

// reading is a mutation as it was sent, or why it is none.
type reading struct {
	mutation Mutation
	bad      *fault.Fault
}

// all answers the outcomes of a batch, in its order. What came before the record it
// hangs on is judged again once that is there; what comes later than the batch, see late.
func (j *judge) all(read []reading) ([]*Outcome, error) {
	if err := j.tx.expect(j.device, read); err != nil {
		return nil, err
	}
	out := make([]*Outcome, len(read))
	for again := true; again; {
		again = false
		for i, r := range read {
			if out[i] != nil && !out[i].early() {
				continue
			}
			var err error
			if out[i], err = j.one(r.mutation, r.bad); err != nil {
				return nil, err
			}
			again = again || out[i].Status != Rejected
		}
		if !again && !j.final { // what is missing does not come with this batch: so it is decided
			j.final, again = true, true
		}
		again = again && slices.ContainsFunc(out, (*Outcome).early)
	}
	return out, nil
}

// one answers the outcome of a mutation; an error is the server's own.
func (j *judge) one(m Mutation, bad *fault.Fault) (*Outcome, error) {
	if bad != nil {
		return reject(m.ID, bad), nil
	}
	if old, err := look(j.tx, OfStored, "", m.ID); err != nil {
		return nil, err
	} else if old != nil {
		if old.Hash != m.hash {
			return reject(m.ID, fault.New(fault.MutationIDReused, "id")), nil
		}
		answer := old.Outcome
		answer.ID = m.ID
		return &answer, nil
	}
	if i, twice := j.byID[m.ID]; twice { // in one batch
		if j.fresh[i].Hash != m.hash {
			return reject(m.ID, fault.New(fault.MutationIDReused, "id")), nil
		}
		return j.fresh[i].Outcome, nil
	}
	if j.counted[m.Counter] {
		return reject(m.ID, fault.New(fault.DeviceCounterReused, "counter")), nil
	}
	if taken, err := look(j.tx, OfCounter, j.device, counterText(m)); err != nil || taken {
		return reject(m.ID, fault.New(fault.DeviceCounterReused, "counter")), err
	}
	return j.fates(m)
}

// fates decides a mutation and remembers what became of it.
func (j *judge) fates(m Mutation) (*Outcome, error) {
	j.bases, j.won, j.record = replication.Bases{}, nil, ""
	o, err := j.decide(m)
	if err != nil {
		return nil, err
	}
	o.ID = m.ID
	if o.early() && !j.final {
		return o, nil
	}
	if j.record != "" {
		m.Record = j.record
	}
	j.byID[m.ID], j.counted[m.Counter] = len(j.fresh), true
	j.fresh = append(j.fresh, Decision{Mutation: m, Hash: m.hash, Body: m.raw, Outcome: o, Bases: j.bases, Won: j.won})
	if key := m.Collection + "/" + m.Record; j.status[key] != Parked && !o.waits() { // what hangs on it waits too
		j.status[key] = o.Status
	}
	if o.Status == Applied {
		j.last[m.Collection+"/"+m.Record] = o
	}
	return o, nil
}

// refused are several faults at once.
type refused []*fault.Fault

func (r refused) Error() string { return r[0].Error() }

// verdict turns a fault into an outcome: some faults park, the rest reject.
func verdict(err error) (*Outcome, error) {
	var all refused
	if errors.As(err, &all) {
		return reject("", all...), nil
	}
	f := fault.Of(err)
	if f.Ours() {
		return nil, err
	}
	switch f.Code {
	case fault.AssignmentEnded, fault.NeverAssigned, fault.ParentParked, fault.DeviceRevoked:
		return &Outcome{Status: Parked, Errors: []*fault.Fault{f}}, nil
	}
	return reject("", f), nil
}
