package rendicion

import (
	"github.com/shopspring/decimal"

	"chaski/internal/domain/fault"
)

// Submission is what is looked at when an executor submits.
type Submission struct {
	State        State
	Transferred  decimal.Decimal
	Amounts      Amounts
	Documents    map[Document]int // how many in force, by kind
	Awaited      []Document       // those in force whose files are not kept: they have not come, or were not taken
	Required     []Document
	Observations []Observation
	Touched      map[string]bool   // ids of open observations whose item was changed since
	Said         map[string]string // answers by observation, as they were last presented
	Reopens      bool              // approved, and what was transferred is another sum since
}

// Submit answers the next state, or every fault that stands against it. A
// balance on the account does not: it may be presented, but never approved.
func Submit(s Submission) (State, []*fault.Fault) {
	move, ok := States.Act(string(s.State), present)
	if !ok {
		return s.State, []*fault.Fault{fault.New(fault.RendicionClosed, "state")}
	}
	return State(move.To), guards.Against(move, step{Submission: s})
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
	act := observe
	if r.Approve {
		act = approve
	}
	move, ok := States.Act(string(s.State), act)
	if !ok {
		return s.State, nil, fault.New(fault.RendicionClosed, "state")
	}
	open := len(r.Observations)
	after := make([]Observation, len(s.Observations))
	for i, o := range s.Observations {
		o.State = judged(o.State, r.Lifted[o.ID])
		if Observations.Is(o.State, "live") {
			open++
		}
		after[i] = o
	}
	if against := guards.Against(move, step{s, open}); len(against) > 0 {
		return s.State, nil, against[0]
	}
	return State(move.To), after, nil
}

// judged is the state of an observation after a review; what was lifted stays so.
func judged(state string, lifted bool) string {
	act := keep
	if lifted {
		act = lift
	}
	if move, ok := Observations.Act(state, act); ok {
		return move.To
	}
	return state
}
