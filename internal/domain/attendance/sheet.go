// Package attendance has the rules of the executor's daily sheet: who worked on
// a day, and what the unit says of it. A validated sheet makes jornales, so its
// validation is of exactly what it said then: whoever changes the sheet takes the
// validation back, whichever way the change comes. An observed sheet that is changed
// waits for the unit again.
package attendance

import (
	"slices"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/fault"
)

// State of a sheet.
type State string

// The states.
const (
	Registered State = "registrada"
	Validated  State = "validada"
	Observed   State = "observada"
)

// Decision is what the unit's coordinator does with a sheet.
type Decision string

// The decisions. Return takes a validation back and leaves the sheet as it came.
const (
	Validate Decision = "validar"
	Observe  Decision = "observar"
	Return   Decision = "devolver"
)

// The length of a reason, in characters.
const (
	MinReason = 10
	MaxReason = 2000
)

// Decide is the state after a decision. Observing needs a reason, and so does
// taking a validation back.
func Decide(now State, d Decision, reason string) (State, *fault.Fault) {
	if !slices.Contains([]Decision{Validate, Observe, Return}, d) {
		return now, fault.New(fault.InvalidValue, "decision")
	}
	move, ok := Sheets.Act(string(now), string(d))
	if !ok {
		return now, fault.New(fault.SheetState, "state")
	}
	if move.Reason {
		if f := checkReason(reason); f != nil {
			return now, f
		}
	}
	return State(move.To), nil
}

func checkReason(reason string) *fault.Fault {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n < MinReason:
		return fault.New(fault.SheetReason, "state_reason")
	case n > MaxReason:
		return fault.New(fault.TooLong, "state_reason").With("max", "2000")
	}
	return nil
}

// Sheet is what the rule of every write looks at.
type Sheet struct {
	State       State
	Content     string // what was validated: work, day, marks and headcount, as one text
	Reason      string // why it is not, or no longer, validated
	ValidatedBy string
}

// TakenBack is the reason of a validation that a change of the sheet took back.
const TakenBack = "La hoja cambió después de validarse: revísela y valídela de nuevo."

// Change settles what a sheet becomes when it is written: before is what is
// stored, after what is to be. signer is who validates by this very write, "" for
// any other write; nothing else ever writes ValidatedBy.
func Change(before, after Sheet, signer string) (Sheet, *fault.Fault) {
	was, is := before.State == Validated, after.State == Validated
	moved := before.Content != after.Content
	switch {
	case signer != "" && (was || !is || moved):
		return after, fault.New(fault.SheetState, "state") // signs exactly what is stored
	case was && is && moved:
		after.State, after.ValidatedBy, after.Reason = Registered, "", TakenBack
	case was && is:
		after.ValidatedBy, after.Reason = before.ValidatedBy, before.Reason
	case was:
		if f := checkReason(after.Reason); f != nil {
			return after, f
		}
		after.ValidatedBy = ""
	case is:
		after.ValidatedBy, after.Reason = signer, ""
	case before.State == Observed && after.State == Observed && moved:
		after.State = Registered // answered: why it was observed stays to be read
	default:
		after.ValidatedBy = before.ValidatedBy
	}
	return after, nil
}

// Written settles what a sheet becomes by a write of who had read it as it was then:
// what he leaves alone is as it is stored by now, for a change from outside may have
// been taken in since.
func Written(stored, read, sent Sheet, signer string) (Sheet, *fault.Fault) {
	if sent.State == read.State {
		sent.State = stored.State
	}
	if sent.Reason == read.Reason {
		sent.Reason = stored.Reason
	}
	if sent.ValidatedBy == read.ValidatedBy {
		sent.ValidatedBy = stored.ValidatedBy
	}
	return Change(stored, sent, signer)
}

// Outside settles what a sheet becomes that was written past the application,
// where nobody is known and nothing can be refused: nobody signs by it, and a
// validation that was ended without a reason has that of every other change.
func Outside(before, after Sheet) Sheet {
	now, f := Change(before, after, "")
	if f != nil {
		now.ValidatedBy, now.Reason = "", TakenBack
	}
	return now
}
