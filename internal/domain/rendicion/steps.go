package rendicion

import (
	"strings"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/fault"
)

// Submission is what is looked at when an executor submits.
type Submission struct {
	State        State
	Transferred  decimal.Decimal
	Amounts      Amounts
	Documents    map[Document]int // how many in force, by kind
	Required     []Document
	Observations []Observation
	Touched      map[string]bool // ids of open observations whose item was changed since
}

// Submit answers the next state, or every fault that stands against it. A
// balance on the account does not: it may be presented, but never approved.
func Submit(s Submission) (State, []*fault.Fault) {
	next, ok := s.State.Submitted()
	if !ok {
		return s.State, []*fault.Fault{fault.New(fault.RendicionClosed, "state")}
	}
	var faults []*fault.Fault
	if a := AccountOf(s.Transferred, s.Amounts); !a.Balanced() {
		faults = append(faults, Unbalanced(a))
	}
	for _, d := range Missing(s.Required, s.Documents, s.Amounts) {
		faults = append(faults, fault.New(fault.DocumentMissing, string(d)).With("document", string(d)))
	}
	for _, o := range s.Observations {
		if o.State == ObservationOpen && !s.Touched[o.ID] && strings.TrimSpace(o.Answer) == "" {
			faults = append(faults, fault.New(fault.ObservationUnanswered, o.ID))
		}
	}
	return next, faults
}

// Unbalanced is the fault of an account that does not square.
func Unbalanced(a Account) *fault.Fault {
	return fault.New(fault.RendicionUnbalanced, "difference").With("difference", a.Difference.StringFixed(2))
}

// Review is what a reviewer decides.
type Review struct {
	Approve      bool
	Lifted       map[string]bool // answered observations he accepts
	Observations []Observation   // new ones
}

// Decide answers the next state and what becomes of the existing observations,
// or why not. What was answered and not lifted is open again.
func Decide(s Submission, r Review) (State, []Observation, *fault.Fault) {
	if !s.State.Reviewable() {
		return s.State, nil, fault.New(fault.RendicionClosed, "state")
	}
	open := len(r.Observations)
	after := make([]Observation, len(s.Observations))
	for i, o := range s.Observations {
		switch {
		case o.State == ObservationLifted:
		case r.Lifted[o.ID]:
			o.State = ObservationLifted
		default:
			o.State = ObservationOpen
			open++
		}
		after[i] = o
	}
	if !r.Approve {
		if open == 0 {
			return s.State, nil, fault.New(fault.Required, "observations")
		}
		return Observed, after, nil
	}
	if open > 0 {
		return s.State, nil, fault.New(fault.ObservationsOpen, "lifted")
	}
	if a := AccountOf(s.Transferred, s.Amounts); !a.Balanced() {
		return s.State, nil, Unbalanced(a)
	}
	if balance := s.Amounts[Balance]; !balance.IsZero() {
		return s.State, nil, fault.New(fault.BalanceRemains, string(Balance)).With("saldo", balance.StringFixed(2))
	}
	return Approved, after, nil
}
