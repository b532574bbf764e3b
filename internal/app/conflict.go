package app

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/record"
	"chaski/internal/domain/visit"
	"chaski/internal/records"
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
	ID             string             `json:"id"`
	Version        int64              `json:"version"` // its own rev: what is shown of it changes with it
	Kind           string             `json:"kind"`
	Collection     string             `json:"collection"`
	Record         string             `json:"record"`
	Rev            int64              `json:"-"` // of the record when it said what Values say of it
	Mutation       string             `json:"-"`
	Intervention   string             `json:"intervention"`
	UT             string             `json:"-"`     // of the intervention
	Label          string             `json:"label"` // the intervention's name
	Values         []replication.Lost `json:"values"`
	Author         string             `json:"author"` // who lost; by his device's clock
	AuthorName     string             `json:"author_name"`
	AuthorAt       string             `json:"author_at"`
	Other          string             `json:"other"` // whose value stands, if known; by the server's clock
	OtherName      string             `json:"other_name"`
	OtherAt        string             `json:"other_at"`
	Rule           string             `json:"rule"`
	State          string             `json:"state"`
	Resolution     string             `json:"resolution"`
	ResolvedBy     string             `json:"-"`
	ResolvedByName string             `json:"resolved_by_name"`
	ResolvedAt     string             `json:"resolved_at"`
}

func (c Conflict) fields() map[string]any {
	return map[string]any{
		"kind": c.Kind, "collection": c.Collection, "record": c.Record, "intervention": c.Intervention, "label": c.Label,
		"values": c.Values, "mutation": c.Mutation, "author": c.Author, "author_name": c.AuthorName, "author_at": c.AuthorAt,
		"other": c.Other, "other_name": c.OtherName, "other_at": c.OtherAt, "rule": c.Rule, "state": c.State, "rev": c.Rev,
	}
}

// continues: an earlier open conflict of the same person about the same record is
// about the same unit too. A deletion is about all of the record.
func (c Conflict) continues(earlier Conflict) bool {
	if (c.Kind == ConflictDeleteEdited) != (earlier.Kind == ConflictDeleteEdited) {
		return false
	}
	if c.Kind == ConflictDeleteEdited {
		return true
	}
	for _, l := range c.Values {
		unit := replication.UnitOf(c.Collection, l.Field)
		if slices.ContainsFunc(earlier.Values, func(e replication.Lost) bool { return slices.Contains(unit, e.Field) }) {
			return true
		}
	}
	return false
}

// joined is c under the name of the earlier conflict that it continues, with what
// that one keeps of other fields against what the record says of them now.
func (c Conflict) joined(earlier Conflict, row RecordState) Conflict {
	c.ID = earlier.ID
	if c.Kind == ConflictDeleteEdited {
		return c
	}
	for _, e := range earlier.Values {
		if slices.ContainsFunc(c.Values, func(l replication.Lost) bool { return l.Field == e.Field }) {
			continue
		}
		c.Values = append(c.Values, replication.Lost{Field: e.Field, Mine: e.Mine, Theirs: row.says(e.Field)})
	}
	c.sort()
	return c
}

func (c Conflict) sort() {
	slices.SortFunc(c.Values, func(a, b replication.Lost) int { return strings.Compare(a.Field, b.Field) })
}

// says is the value of a field, nil in a record that is gone.
func (r RecordState) says(field string) any {
	if r.Gone {
		return nil
	}
	return r.Data[field]
}

// overtaken: the record has moved on past what the conflict says of it, so that
// to decide for its author would write over what nobody was shown.
func (c Conflict) overtaken(row RecordState) bool {
	switch {
	case c.Kind == ConflictEditDeleted:
		return !row.Gone
	case row.Gone:
		return c.Kind == ConflictEdit // of a deletion nothing is left to do
	case c.Kind == ConflictDeleteEdited:
		for field, rev := range row.FieldRevs {
			if field != replication.SchemaField && rev > c.Rev {
				return true
			}
		}
		return false
	}
	_, rev := newest(c.Collection, c.Values, row.FieldRevs)
	return rev > c.Rev
}

// settlement decides conflicts in the name of somebody.
type settlement struct {
	tx     *batch
	by     actor.Actor
	device string // "" in the office
	now    time.Time
	// hand is who brought a field of the conflict's record to a revision.
	hand func(field string, rev int64) (Hand, error)
}

// settle writes the decision, and with it the values that lost if they are to
// stand after all: an ordinary change, by who decided. ConflictMoved if what
// stands is not what the conflict shows: then the conflict shows it, and nothing
// else is written.
func (s settlement) settle(c Conflict, resolution string) error {
	if c.State != ConflictOpen {
		return fault.New(fault.ConflictSettled, "record").With("name", c.ResolvedByName)
	}
	row, err := s.tx.Row(c.Collection, c.Record)
	if err != nil {
		return err
	}
	if resolution == visit.ResolveAuthor {
		if c.overtaken(row) {
			return s.showAnew(c, row)
		}
		if err := s.restore(c, row); err != nil {
			return err
		}
	}
	if err := s.tx.Apply(Write{Op: "update", Collection: "conflicts", Record: c.ID, Fields: map[string]any{
		"state": ConflictSettled, "resolution": resolution, "resolved_by": s.by.User, "resolved_by_name": s.by.Name,
		"resolved_at": s.now.UTC().Format(stamp),
	}}); err != nil {
		return err
	}
	return s.tx.Note(Note{
		Actor: s.by.User, Action: "settle_conflict", Collection: c.Collection, Record: c.Record, Device: s.device,
		Detail: map[string]any{"conflict": c.ID, "resolution": resolution, "values": c.Values, "before": row.Data},
	})
}

// showAnew puts into a conflict what the record says now and who brought it there,
// and answers ConflictMoved.
func (s settlement) showAnew(c Conflict, row RecordState) error {
	field, rev := "", row.Rev
	switch {
	case row.Gone:
		c.Kind = ConflictEditDeleted
	case c.Kind == ConflictDeleteEdited:
		for f, r := range row.FieldRevs {
			if f != replication.SchemaField && r > c.Rev && !slices.ContainsFunc(c.Values, func(l replication.Lost) bool { return l.Field == f }) {
				c.Values = append(c.Values, replication.Lost{Field: f})
			}
		}
		c.sort()
		field, rev = newest(c.Collection, c.Values, row.FieldRevs)
	default:
		c.Kind = ConflictEdit
		if f, r := newest(c.Collection, c.Values, row.FieldRevs); f != "" {
			field, rev = f, r
		}
	}
	for i := range c.Values {
		c.Values[i].Theirs = row.says(c.Values[i].Field)
	}
	hand, err := s.hand(field, rev)
	if err != nil {
		return err
	}
	c.Rev, c.Other, c.OtherName, c.OtherAt = row.Rev, hand.User, hand.Name, hand.At
	if err := s.tx.Apply(Write{Op: "update", Collection: "conflicts", Record: c.ID, Fields: c.fields()}); err != nil {
		return err
	}
	return fault.New(fault.ConflictMoved, "record").With("name", hand.Name)
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
func (s settlement) restore(c Conflict, row RecordState) error {
	tx := s.tx
	switch {
	case c.Kind == ConflictDeleteEdited && row.Gone:
		return nil
	case c.Kind == ConflictDeleteEdited:
		return tx.delete(c.Collection, c.Record)
	}
	t, values := records.Find(c.Collection), record.Row(lostValues(c))
	now, changed := record.Row(maps.Clone(row.Data)), record.Row{}
	for field, value := range values {
		if !reflect.DeepEqual(value, row.Data[field]) {
			changed[field] = value
		}
		now[field] = value
	}
	if row.Gone { // all of it is new
		changed = now
	}
	if err := t.Constrain(now, changed, tx); err != nil {
		return err
	}
	if !row.Gone {
		return tx.change(Write{Op: "update", Collection: c.Collection, Record: c.Record, Fields: values}, record.Row(row.Data), s.by, s.now)
	}
	if t.Parent != "" {
		if parent, err := look(tx, OfParent, t.ParentType(), row.Data.Text(t.Parent)); err != nil || parent == nil {
			return orFault(err, fault.New(fault.ParentNotFound, t.Parent))
		}
	}
	return tx.Apply(Write{Op: "create", Collection: c.Collection, Record: c.Record, Fields: now, Maker: row.Maker})
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
	// Participants are people with name, DNI and cupo, by id.
	Participants(ids []string) (map[string]MarkSeen, error)
	// Checklist is a list of questions, "" where there is none.
	Checklist(key string, version int64) (title, items, shots string, err error)
	Insurance(intervention string) (insurance.Papers, error)
	// Bytes are what was brought for records whose rows are files, by id.
	Bytes(collection string, ids []string) (map[string][]Bytes, error)
}

// Reviewer has the use cases of who settles conflicts and reviews parked work.
type Reviewer struct {
	Commits Commits
	Book    ReviewBook
	Sights  Sights
	Now     func() time.Time
	Say     Sayer
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
		if records.NamesPeople(c.Collection) {
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

// Settle decides a conflict for the two people it is about, as of the version that
// the reviewer was shown (0: not said). ConflictMoved if it shows something else now.
func (r *Reviewer) Settle(ctx context.Context, a actor.Actor, id, resolution string, seen int64) (Conflict, error) {
	ut, err := reach(a, actor.SettleConflicts)
	if err != nil {
		return Conflict{}, err
	}
	var c Conflict
	var moved error // not an error of the transaction: what the conflict shows now is kept
	_, err = r.Commits.Push(ctx, func(o Outbound) error {
		tx := &batch{Outbound: o}
		moved = nil
		var found bool
		if c, found, err = tx.Conflict(id); err != nil || !found || ut != "" && c.UT != ut {
			return orFault(err, fault.New(fault.NotFound, ""))
		}
		if seen != 0 && seen != c.Version && c.State == ConflictOpen {
			return fault.New(fault.ConflictMoved, "record")
		}
		err := settlement{
			tx: tx, by: a, now: r.Now(),
			hand: func(field string, rev int64) (Hand, error) { return tx.HandOf(c.Collection, c.Record, field, rev) },
		}.settle(c, resolution)
		if isMoved(err) {
			moved, err = err, nil
		}
		if err != nil {
			return err
		}
		c, _, err = tx.Conflict(id)
		return err
	})
	if err == nil {
		err = moved
	}
	return c, err
}

func isMoved(err error) bool {
	f := fault.Of(err)
	return f != nil && f.Code == fault.ConflictMoved
}

// Sayer is what people read of a fault.
type Sayer func(*fault.Fault) string

// problems are faults as a replicated row carries them.
func (say Sayer) problems(faults []*fault.Fault) json.RawMessage {
	type problem struct {
		Code    fault.Code `json:"code"`
		Field   string     `json:"field,omitempty"`
		Message string     `json:"message"`
	}
	out := make([]problem, len(faults))
	for i, f := range faults {
		out[i] = problem{f.Code, f.Field, say(f)}
	}
	raw, _ := json.Marshal(out) // strings always encode
	return raw
}
