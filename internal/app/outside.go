package app

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/records"
)

// OutsideChange is a row that raw SQL changed and nobody has answered for, all
// such changes of it together.
type OutsideChange struct {
	Collection, Record string
	Entry              string // the newest audit entry of it: what is answered for
	At                 string // of that entry, UTC
	Times              int
	Before, After      map[string]any // nil: was not there, is not there
	Work               string         // the intervention it is of, by name
	Unseen             bool           // nothing that devices hold differs
}

// OutsideField is one value that differs.
type OutsideField struct {
	Field  string `json:"field"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// Fields are those that differ, by name. A DNI shows its last three digits.
func (c OutsideChange) Fields() []OutsideField {
	names := maps.Clone(c.Before)
	if names == nil {
		names = map[string]any{}
	}
	maps.Copy(names, c.After)
	out := []OutsideField{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, after := c.Before[name], c.After[name]
		if name == "dni" {
			before, after = masked(before), masked(after)
		}
		if !equalJSON(c.Before[name], c.After[name]) {
			out = append(out, OutsideField{name, before, after})
		}
	}
	return out
}

// equalJSON compares decoded JSON; an empty text is no value.
func equalJSON(a, b any) bool {
	if a == nil {
		a = ""
	}
	if b == nil {
		b = ""
	}
	return reflect.DeepEqual(a, b)
}

// masked hides most of a DNI.
func masked(v any) any {
	if s, ok := v.(string); ok {
		return identity.Mask(s)
	}
	return v
}

// OutsideRow names a change as somebody saw it.
type OutsideRow struct{ Collection, Record, Entry string }

// OutsideBook is the port: what raw SQL changed, and who answered for it.
type OutsideBook interface {
	// Open are the changes nobody has answered for, newest first, those before an
	// entry (a page's last), and how many there are in all.
	Open(before string, limit int) (changes []OutsideChange, total int, err error)
	// Answer notes that somebody answers for these rows, or for all whose newest
	// entry is not newer than until. A row that changed since it was seen, or was
	// answered for, is a Conflict: then nothing is noted. It answers how many.
	Answer(ctx context.Context, by Answerer, rows []OutsideRow, until string) (int, error)
}

// Answerer says who answers for a change, and why.
type Answerer struct{ ID, Name, Reason string }

// MinAnswer is how many characters a reason has at least.
const MinAnswer = 10

// Check says whether the reason is one.
func (a Answerer) Check() error {
	if utf8.RuneCountInString(a.Reason) < MinAnswer {
		return fault.New(fault.TooShort, "reason").With("min", strconv.Itoa(MinAnswer))
	}
	return nil
}

// Outside is the use case of who answers for changes past the application.
type Outside struct {
	Book   OutsideBook
	Sights Sights
}

// OutsidePage is how many changes one answer carries.
const OutsidePage = 50

// Open lists the changes nobody has answered for.
func (o Outside) Open(a actor.Actor, before string) (changes []OutsideChange, total int, err error) {
	if !a.Role.May(actor.AnswerOutside) {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	if changes, total, err = o.Book.Open(before, OutsidePage); err != nil {
		return nil, 0, err
	}
	var seen []Sight
	for _, c := range changes {
		if records.NamesPeople(c.Collection) {
			seen = append(seen, Sight{
				Actor: a.User, Action: ActionRead, Collection: c.Collection, Record: c.Record, Detail: SightDetail{What: "outside", Rows: 1},
			})
		}
	}
	return changes, total, o.Sights.Saw(seen...)
}

// Answer notes who answers for changes, and why.
func (o Outside) Answer(ctx context.Context, a actor.Actor, reason string, rows []OutsideRow, until string) (int, error) {
	if !a.Role.May(actor.AnswerOutside) {
		return 0, fault.New(fault.Forbidden, "")
	}
	by := Answerer{a.User, a.Name, strings.TrimSpace(reason)}
	if err := by.Check(); err != nil {
		return 0, err
	}
	return o.Book.Answer(ctx, by, rows, until)
}
