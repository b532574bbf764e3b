package rendicion

import (
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/states"
)

const (
	writes  = string(actor.WriteRendicion)  // of the entity that carries the work out
	reviews = string(actor.ReviewRendicion) // of the work's unit, or of the centre
)

// What is done to a rendición.
const (
	present = "presentar"
	observe = "observar"
	approve = "aprobar"
)

// States are those of a rendición. The state of its work goes with it (Work).
var States = &states.Machine{
	Name: "rendiciones", Initial: []string{string(Pending)},
	States: []states.State{
		{Name: string(Pending), Turn: writes},
		{Name: string(Presented), Turn: reviews},
		{Name: string(Observed), Turn: writes},
		{Name: string(Corrected), Turn: reviews},
		{Name: string(Approved), End: true},
	},
	Moves: []states.Move{
		{Act: present, From: string(Pending), To: string(Presented), By: writes, Guard: "complete"},
		{Act: present, From: string(Observed), To: string(Corrected), By: writes, Guard: "complete"},
		{Act: observe, From: string(Presented), To: string(Observed), By: reviews, Guard: "observed"},
		{Act: observe, From: string(Corrected), To: string(Observed), By: reviews, Guard: "observed"},
		{Act: approve, From: string(Presented), To: string(Approved), By: reviews, Guard: "sound"},
		{Act: approve, From: string(Corrected), To: string(Approved), By: reviews, Guard: "sound"},
		{Act: observe, From: string(Approved), To: string(Observed), By: reviews, Guard: "reopened"},
	},
}

// What is done to an observation.
const (
	lift = "levantar"
	keep = "mantener"
)

// Observations are what a reviewer found wrong. They move with the rendición: one
// is answered by presenting again, and lifted or kept by a review.
var Observations = &states.Machine{
	Name: "rendicion_observations", Initial: []string{ObservationOpen},
	States: []states.State{
		{Name: ObservationOpen, Is: "live", Turn: writes},
		{Name: ObservationAnswered, Is: "live", Turn: reviews},
		{Name: ObservationLifted, End: true},
	},
	Moves: []states.Move{
		{Act: present, From: ObservationOpen, To: ObservationAnswered, By: writes},
		{Act: lift, From: ObservationAnswered, To: ObservationLifted, By: reviews},
		{Act: lift, From: ObservationOpen, To: ObservationLifted, By: reviews},
		{Act: keep, From: ObservationAnswered, To: ObservationOpen, By: reviews},
		{Act: keep, From: ObservationOpen, To: ObservationOpen, By: reviews},
	},
}

// step is what the guards of a move look at.
type step struct {
	Submission
	open int // observations that a review leaves open
}

var guards = states.Guarded(States, states.Guards[step]{"complete": complete, "observed": observed, "sound": sound, "reopened": reopened})

// complete: the account squares, the documents are there, and something was done
// about each observation. A balance on the account may be presented.
func complete(s step) (faults []*fault.Fault) {
	if a := AccountOf(s.Transferred, s.Amounts); !a.Balanced() {
		faults = append(faults, Unbalanced(a))
	}
	for _, d := range Missing(s.Required, s.Documents, s.Amounts) {
		faults = append(faults, fault.New(fault.DocumentMissing, string(d)).With("document", string(d)))
	}
	for _, o := range s.Observations {
		if o.State == ObservationOpen && !s.Touched[o.ID] && !answered(o, s.Said[o.ID]) {
			faults = append(faults, fault.New(fault.ObservationUnanswered, o.ID))
		}
	}
	return faults
}

// answered says whether an observation has an answer that was not given before:
// one that was kept is not answered by the same words.
func answered(o Observation, before string) bool {
	now := strings.TrimSpace(o.Answer)
	return now != "" && now != strings.TrimSpace(before)
}

// observed: who sends it back says why.
func observed(s step) []*fault.Fault {
	if s.open == 0 {
		return []*fault.Fault{fault.New(fault.Required, "observations")}
	}
	return nil
}

// reopened: what was approved is observed again only where the money is another.
func reopened(s step) []*fault.Fault {
	if !s.Reopens {
		return []*fault.Fault{fault.New(fault.RendicionClosed, "state")}
	}
	return observed(s)
}

// sound: nothing is open, the account squares, no money is left on it, and the file of
// each document is there to be read.
func sound(s step) []*fault.Fault {
	if s.open > 0 {
		return []*fault.Fault{fault.New(fault.ObservationsOpen, "lifted")}
	}
	if a := AccountOf(s.Transferred, s.Amounts); !a.Balanced() {
		return []*fault.Fault{Unbalanced(a)}
	}
	if balance := s.Amounts[Balance]; !balance.IsZero() {
		return []*fault.Fault{fault.New(fault.BalanceRemains, string(Balance)).With("saldo", balance.StringFixed(2))}
	}
	if len(s.Awaited) > 0 {
		return []*fault.Fault{fault.New(fault.DocumentsPending, "documents").With("document", string(s.Awaited[0]))}
	}
	return nil
}

// works are the states of the intervention that go with those of its rendición.
var works = map[State]string{
	Pending: "terminada", Presented: "rc_presentada", Observed: "rc_observada", Corrected: "rc_presentada", Approved: "rc_conforme",
}

// Work is the state of the intervention that goes with s.
func (s State) Work() string { return works[s] }

// Works are the states of interventions whose rendición is not over and done with,
// in the order of their life.
func Works() (out []string) {
	for _, w := range jobs.Works.Names() {
		for _, s := range States.Names() {
			if State(s).Work() == w {
				out = append(out, w)
				break
			}
		}
	}
	return out
}

// WorksOf are those whose rendición waits for somebody with this right.
func WorksOf(right actor.Right) (out []string) {
	for _, w := range Works() {
		if jobs.Works.Turn(w, string(right)) {
			out = append(out, w)
		}
	}
	return out
}

// StateOf is the state of a rendición that has no row yet, by its intervention's.
// Not ok: nothing is to be rendered (it runs, or was given up).
func StateOf(work string) (s State, ok bool) {
	if !jobs.Works.Is(work, jobs.Rendered) {
		return "", false
	}
	for _, name := range States.Names() {
		if s := State(name); s.Work() == work {
			return s, true
		}
	}
	return Approved, true // closed since
}

// Editable says whether the executor may change anything.
func (s State) Editable() bool { return States.Turn(string(s), writes) }

// Reviewable says whether a reviewer may decide.
func (s State) Reviewable() bool { return States.Turn(string(s), reviews) }
