package app

import (
	"context"
	"encoding/json"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/visit"
	"chaski/internal/replication"
)

// The kinds, states and the one rule of conflicts.
const (
	ConflictEdit         = "edit"          // both changed a field
	ConflictDeleteEdited = "delete_edited" // he deleted what another had changed
	ConflictEditDeleted  = "edit_deleted"  // he changed what another had deleted

	ConflictOpen    = "abierto"
	ConflictSettled = "resuelto"

	// RuleFirstStays: what reached the server first stays until somebody settles it.
	RuleFirstStays = "first_stays"
)

// Conflict keeps the values that lost against what stands in a record.
type Conflict struct {
	ID, Kind, Collection, Record string
	Intervention, Label          string // Label: the intervention's name
	UT                           string // of the intervention
	Values                       []replication.Lost
	Mutation                     string
	Author, AuthorName, AuthorAt string // who lost; by his device's clock
	Other, OtherName, OtherAt    string // whose value stands, if known; by the server's clock
	Rule, State, Resolution      string
	ResolvedBy, ResolvedByName   string
	ResolvedAt                   string
}

func (c Conflict) fields() map[string]any {
	return map[string]any{
		"kind": c.Kind, "collection": c.Collection, "record": c.Record, "intervention": c.Intervention, "label": c.Label,
		"values": c.Values, "mutation": c.Mutation, "author": c.Author, "author_name": c.AuthorName, "author_at": c.AuthorAt,
		"other": c.Other, "other_name": c.OtherName, "other_at": c.OtherAt, "rule": c.Rule, "state": c.State,
	}
}

// settle writes the decision, and with it the values that lost if they are to
// stand after all: an ordinary change, by who decided.
func settle(tx Outbound, c Conflict, resolution string, by actor.Actor, device string, now time.Time) error {
	if c.State != ConflictOpen {
		return fault.New(fault.ConflictSettled, "record").With("name", c.ResolvedByName)
	}
	row, err := tx.Row(c.Collection, c.Record)
	if err != nil {
		return err
	}
	if resolution == visit.ResolveAuthor {
		if err := restore(tx, c, row); err != nil {
			return err
		}
	}
	if err := tx.Apply("update", "conflicts", c.ID, map[string]any{
		"state": ConflictSettled, "resolution": resolution, "resolved_by": by.User, "resolved_by_name": by.Name,
		"resolved_at": now.UTC().Format(stamp),
	}); err != nil {
		return err
	}
	return tx.Note(Note{
		Actor: by.User, Action: "settle_conflict", Collection: c.Collection, Record: c.Record, Device: device,
		Detail: map[string]any{"conflict": c.ID, "resolution": resolution, "values": c.Values, "before": row.Data},
	})
}

// lostValues are the values a conflict kept, by field.
func lostValues(c Conflict) map[string]any {
	out := make(map[string]any, len(c.Values))
	for _, l := range c.Values {
		out[l.Field] = l.Mine
	}
	return out
}

// restore writes the values that lost, after all: into the record, or with it if
// it is gone.
func restore(tx Outbound, c Conflict, row RecordState) error {
	switch {
	case c.Kind == ConflictDeleteEdited && row.Gone:
		return nil
	case c.Kind == ConflictDeleteEdited:
		return tx.Apply("delete", c.Collection, c.Record, nil)
	}
	values := lostValues(c)
	if err := stillUnlisted(tx, c, row, values); err != nil {
		return err
	}
	if !row.Gone {
		return tx.Apply("update", c.Collection, c.Record, values)
	}
	if _, found, err := tx.Visit(row.Data.Text("visit")); err != nil || !found {
		return orFault(err, fault.New(fault.ParentNotFound, "visit"))
	}
	whole := map[string]any{}
	for f, v := range row.Data {
		whole[f] = v
	}
	for f, v := range values {
		whole[f] = v
	}
	return tx.Apply("create", c.Collection, c.Record, whole)
}

// stillUnlisted: a person is recorded once in a visit.
func stillUnlisted(tx Outbound, c Conflict, row RecordState, values map[string]any) error {
	if c.Collection != "unlisted_workers" {
		return nil
	}
	dni, changes := values["dni"].(string)
	if !changes {
		dni = row.Data.Text("dni")
	}
	if dni == row.Data.Text("dni") && !row.Gone {
		return nil
	}
	if listed, err := tx.Listed(row.Data.Text("visit"), dni); err != nil || listed {
		return orFault(err, fault.New(fault.PersonListed, "dni"))
	}
	return nil
}

// ConflictQuery asks for conflicts.
type ConflictQuery struct {
	ID     string // "" for any
	State  string // "" for all
	Limit  int
	Offset int
}

// ReviewBook is what reviewers read; ut "" for the whole country.
type ReviewBook interface {
	Conflicts(ut string, q ConflictQuery) ([]Conflict, int64, error)
	Parked() ([]ParkedMutation, error)
	// ParticipantName is whom a mark is about; "" for nobody known.
	ParticipantName(participant string) (string, error)
}

// Reviewer has the use cases of who settles conflicts and reviews parked work.
type Reviewer struct {
	Ledger Ledger
	Book   ReviewBook
	Sights Sights
	Now    func() time.Time
	// Say is what people read of a fault.
	Say func(*fault.Fault) string
}

// reach is the unit a reviewer is bound to, "" for none; Forbidden without the right.
func reach(a actor.Actor, right actor.Right) (ut string, err error) {
	if !a.Role.May(right) || a.Role == actor.UTCoordinator && a.UT == "" {
		return "", fault.New(fault.Forbidden, "")
	}
	if a.Role == actor.UTCoordinator {
		ut = a.UT
	}
	return ut, nil
}

// Conflicts lists those within the actor's reach, newest first, and how many
// there are.
func (r *Reviewer) Conflicts(a actor.Actor, q ConflictQuery) ([]Conflict, int64, error) {
	ut, err := reach(a, actor.SettleConflicts)
	if err != nil {
		return nil, 0, err
	}
	found, total, err := r.Book.Conflicts(ut, q)
	if err != nil {
		return nil, 0, err
	}
	return found, total, r.sawConflicts(a, found...)
}

// sawConflicts notes those about people outside a roster.
func (r *Reviewer) sawConflicts(a actor.Actor, found ...Conflict) error {
	var seen []Sight
	for _, c := range found {
		if naming[c.Collection] {
			seen = append(seen, Sight{
				Actor: a.User, Action: ActionRead, Collection: c.Collection, Record: c.Record,
				Detail: SightDetail{What: "conflict", Intervention: c.Intervention, Rows: 1},
			})
		}
	}
	return r.Sights.Saw(seen...)
}

// Conflict is one of them.
func (r *Reviewer) Conflict(a actor.Actor, id string) (Conflict, error) {
	found, _, err := r.Conflicts(a, ConflictQuery{ID: id, Limit: 1})
	if err != nil || len(found) == 0 {
		return Conflict{}, orFault(err, fault.New(fault.NotFound, ""))
	}
	return found[0], nil
}

// Settle decides a conflict for the two people it is about.
func (r *Reviewer) Settle(ctx context.Context, a actor.Actor, id, resolution string) (Conflict, error) {
	ut, err := reach(a, actor.SettleConflicts)
	if err != nil {
		return Conflict{}, err
	}
	var c Conflict
	_, err = r.Ledger.Push(ctx, func(tx Outbound) error {
		var found bool
		if c, found, err = tx.Conflict(id); err != nil || !found || ut != "" && c.UT != ut {
			return orFault(err, fault.New(fault.NotFound, ""))
		}
		if err := settle(tx, c, resolution, a, "", r.Now()); err != nil {
			return err
		}
		c, _, err = tx.Conflict(id)
		return err
	})
	return c, err
}

// problems are faults as a replicated row carries them.
func (r *Reviewer) problems(faults []*fault.Fault) json.RawMessage {
	type problem struct {
		Code    fault.Code `json:"code"`
		Field   string     `json:"field,omitempty"`
		Message string     `json:"message"`
	}
	out := make([]problem, len(faults))
	for i, f := range faults {
		out[i] = problem{f.Code, f.Field, r.Say(f)}
	}
	raw, _ := json.Marshal(out) // strings always encode
	return raw
}
