package record

import (
	"strconv"

	"chaski/internal/domain/fault"
)

// Constraint is over other rows, looked up by who judges; the phone has it too, on
// the rows it holds.
type Constraint struct {
	Rule  string
	Field string
	In    string // the field whose row they share
	Code  fault.Code
	Most  int64 // of AtMostOf
}

// The constraints.
const (
	BelongsTo = "belongs_to" // the participant that Field names is on the roster of the work that In names
	UniqueIn  = "unique_in"  // no two rows of one In say the same in Field
	AtMostOf  = "at_most"    // one In has no more than so many rows, told apart by Field, which is unique there
)

// OfItsWork says that who is named is on the roster of the record's work.
func OfItsWork(field string) Constraint {
	return Constraint{Rule: BelongsTo, Field: field, In: "intervention", Code: fault.ParticipantNotIntervention}
}

// OnceIn says that the same is said once in what the record belongs to.
func OnceIn(in, field string, code fault.Code) Constraint {
	return Constraint{Rule: UniqueIn, Field: field, In: in, Code: code}
}

// AtMostIn says that what the record belongs to has no more than so many of them. Each
// says something else in the field, as OnceIn demands.
func AtMostIn(in, field string, most int64, code fault.Code) Constraint {
	return Constraint{AtMostOf, field, in, code, most}
}

// Around are the other rows, as constraints ask for them.
type Around interface {
	// InRoster says whether somebody is a participant of an intervention.
	InRoster(participant, intervention string) (bool, error)
	// Taken says whether another record of a collection, of this row, says the same.
	Taken(collection string, c Constraint, of, value string) (bool, error)
	// Among is how many records of a collection, of this row, there are.
	Among(collection string, c Constraint, of string) (int64, error)
}

// Constrain answers the first constraint that a record breaks, as a fault, or nil. now is
// the record as it will be, changed what of it is new: only that is judged.
func (t *Type) Constrain(now, changed Row, around Around) error {
	for _, c := range t.Constraints {
		if _, touched := changed[c.Field]; !touched {
			continue
		}
		holds, err := true, error(nil)
		switch c.Rule {
		case BelongsTo:
			holds, err = around.InRoster(now.Text(c.Field), now.Text(c.In))
		case UniqueIn:
			holds, err = around.Taken(t.Name, c, now.Text(c.In), now.Text(c.Field))
			holds = !holds
		case AtMostOf:
			n, among := around.Among(t.Name, c, now.Text(c.In))
			holds, err = n < c.Most, among
		}
		if err != nil {
			return err
		}
		if !holds {
			broken := fault.New(c.Code, c.Field)
			if c.Most > 0 {
				broken = broken.With("max", strconv.FormatInt(c.Most, 10))
			}
			return broken
		}
	}
	return nil
}
