package app

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/records"
)

// ParkedMutation is a mutation that waits for review, with what it is about.
type ParkedMutation struct {
	Mutation             Mutation
	Hash                 string
	User, UserName       string
	Device, DeviceName   string
	Why                  fault.Code
	ReceivedAt           time.Time
	Root                 string // "collection/record" of what it hangs on at last, or itself
	Intervention         Work
	Visit                string // that is a visit; "" for none
	VisitThere           bool   // the visit is not parked: it is there
	VisitedOn, VisitNote string
	VisitKind            string
	Headcount            int64
}

// NewParked reads a stored mutation.
func NewParked(raw json.RawMessage) (ParkedMutation, error) {
	m, bad := decodeMutation(raw)
	if bad != nil {
		return ParkedMutation{}, bad // it was decoded when it came
	}
	return ParkedMutation{Mutation: m}, nil
}

// group is what is decided together: all of one person about one record, and what
// hangs on that.
func (p ParkedMutation) group() string { return p.User + "/" + p.Root }

// ParkedGroup is what waits for one decision, in the order received.
type ParkedGroup []ParkedMutation

// Why the group waits: what its first mutation was told.
func (g ParkedGroup) Why() fault.Code { return g[0].Why }

// Work is the intervention the group is about.
func (g ParkedGroup) Work() Work { return g[0].Intervention }

func groupsOf(all []ParkedMutation) []ParkedGroup {
	var out []ParkedGroup
	at := map[string]int{}
	for _, p := range all {
		i, seen := at[p.group()]
		if !seen {
			i = len(out)
			at[p.group()] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], p)
	}
	return out
}

// Parked lists what waits within the actor's reach, oldest first. It names nobody
// but the authors.
func (r *Reviewer) Parked(a actor.Actor) ([]ParkedGroup, error) {
	ut, err := reach(a, actor.ReviewParked)
	if err != nil {
		return nil, err
	}
	all, err := r.Book.Parked()
	if err != nil {
		return nil, err
	}
	var out []ParkedGroup
	for _, g := range groupsOf(all) {
		if ut == "" || g.Work().UT == ut {
			out = append(out, g)
		}
	}
	return out, nil
}

// Review is who decided about parked work, and why; nobody where a record came that
// was waited for.
type Review struct {
	Was        string // the status that is replaced
	By, ByName string
	Accept     bool
	Reason     string
	At         string
	// Problems are an outcome's faults as a replicated row carries them.
	Problems func([]*fault.Fault) json.RawMessage
}

// MinReason is how many characters say why parked work is not accepted.
const MinReason = 10

// Reviewed says what became of a group.
type Reviewed struct {
	Applied, Rejected int
	// Refused are the records that a rule did not admit though the group was accepted.
	Refused []Refused
}

// Refused is a record with what was said against it. Name says what it is: of a
// mark the person, else what was written.
type Refused struct {
	Collection, Record, Op, Name string
	Faults                       []*fault.Fault
}

// Decide accepts or rejects the whole group a parked mutation belongs to, in one
// transaction. What is accepted is judged by the rules as its author's own work;
// a rule may still refuse single records of it.
func (r *Reviewer) Decide(ctx context.Context, a actor.Actor, mutation string, accept bool, reason string) (Reviewed, error) {
	var out Reviewed
	ut, err := reach(a, actor.ReviewParked)
	if err != nil {
		return out, err
	}
	reason = strings.TrimSpace(reason)
	if !accept && utf8.RuneCountInString(reason) < MinReason {
		return out, fault.New(fault.TooShort, "reason").With("min", "10")
	}
	now := r.Now()
	review := Review{Was: Parked, By: a.User, ByName: a.Name, Accept: accept, Reason: reason, At: now.UTC().Format(stamp), Problems: r.Say.problems}
	_, err = r.Commits.Push(ctx, func(o Outbound) error {
		tx := &batch{Outbound: o}
		group, err := parkedGroup(tx, mutation)
		if err != nil {
			return err
		}
		if ut != "" && group.Work().UT != ut {
			return fault.New(fault.NotFound, "")
		}
		decisions, err := reviewed(tx, group, review, now)
		if err != nil {
			return err
		}
		out = Reviewed{}
		for _, d := range decisions {
			if d.Outcome.Status == Applied {
				out.Applied++
				continue
			}
			out.Rejected++
			if accept {
				refused, err := r.refused(d)
				if err != nil {
					return err
				}
				out.Refused = append(out.Refused, refused)
			}
		}
		if err := tx.Review(review, decisions); err != nil {
			return err
		}
		return noteReview(tx, review, group, out)
	})
	return out, err
}

func (r *Reviewer) refused(d Decision) (Refused, error) {
	m, t := d.Mutation, records.Find(d.Mutation.Collection)
	out := Refused{Collection: m.Collection, Record: m.Record, Op: m.Op, Faults: d.Outcome.Errors}
	for _, name := range t.Title {
		word, _ := m.Fields[name].(string)
		if t.Field(name).Ref == "participants" {
			var err error
			if word, err = r.Book.ParticipantName(word); err != nil {
				return out, err
			}
		}
		out.Name = strings.TrimSpace(out.Name + " " + word)
	}
	return out, nil
}

func noteReview(tx *batch, by Review, group ParkedGroup, out Reviewed) error {
	action := "reject_parked"
	if by.Accept {
		action = "accept_parked"
	}
	ids := make([]string, len(group))
	for i, p := range group {
		ids[i] = p.Mutation.ID
	}
	first := group[0]
	return tx.Note(Note{
		Actor: by.By, Action: action, Collection: first.Mutation.Collection, Record: first.Mutation.Record, Device: first.Device,
		Detail: map[string]any{
			"author": first.User, "why": first.Why, "reason": by.Reason, "mutations": ids, "applied": out.Applied, "rejected": out.Rejected,
		},
	})
}

// parkedGroup finds the group a mutation waits in.
func parkedGroup(tx *batch, mutation string) (ParkedGroup, error) {
	all, err := tx.Parked()
	if err != nil {
		return nil, err
	}
	for _, g := range groupsOf(all) {
		for _, p := range g {
			if p.Mutation.ID == mutation {
				return g, nil
			}
		}
	}
	if decided, err := look(tx, OfStored, "", mutation); err != nil || decided != nil {
		return nil, orFault(err, fault.New(fault.ParkedDecided, ""))
	}
	return nil, fault.New(fault.NotFound, "")
}

// reviewed decides each mutation of a group.
func reviewed(tx *batch, group ParkedGroup, review Review, now time.Time) ([]Decision, error) {
	author := actor.Actor{User: group[0].User, Name: group[0].UserName} // for what he may do, who decides answers
	j := newJudge(tx, author, "", now)
	j.reviewing, j.final = true, true
	for _, p := range group {
		m := p.Mutation
		m.hash, m.received, j.device = p.Hash, p.ReceivedAt, p.Device
		if !review.Accept {
			o := reject(m.ID, fault.New(fault.ReviewRejected, "record").With("reason", review.Reason))
			j.fresh = append(j.fresh, Decision{Mutation: m, Hash: m.hash, Body: m.raw, Outcome: o})
			continue
		}
		o, err := j.fates(m)
		if err != nil {
			return nil, err
		}
		if o.Status == Parked { // it hangs on what waits elsewhere: then this decides it
			o.Status = Rejected
		}
	}
	for _, d := range j.fresh {
		d.Outcome.Reviewed = true
	}
	return j.fresh, nil
}
