// Package insurance says whether a worker was insured on a given day.
//
// The programme reported for 2023 that executors delivered the certificates of
// the policies late when participants changed ("Retraso en la entrega de las
// constancias de las pólizas de seguros … cuando se realizó el movimiento de
// los participantes", Ficha de implementación de la AEI.07.04, 2023, §6). So
// the question is never "has this work a policy" but "was this person a named
// insured of a valid policy on that very day".
//
// The same rule runs on the phone; both must pass testdata/rules/insurance.json.
package insurance

import "chaski/internal/domain/day"

// Status is what can be told from the rows alone. A device whose rows are old
// shows "por_confirmar" instead; that is its judgement about the rows' age, not
// a result of this rule.
type Status string

// The two answers.
const (
	Covered   Status = "cubierto"
	Uncovered Status = "sin_cobertura"
)

// StateVoid is the state of a policy that counts for nothing.
const StateVoid = "anulada"

// Policy is one insurance policy of an intervention. Both dates are inclusive
// and required.
type Policy struct {
	ID        string
	State     string // "emitida", "anulada" or empty
	ValidFrom day.Day
	ValidTo   day.Day
}

// Insured names one person of one policy. ToOn is inclusive; empty is open.
type Insured struct {
	PolicyID string
	DNI      string
	FromOn   day.Day
	ToOn     day.Day
}

// Coverage tells whether the person with this DNI was covered on d: some policy
// that is not void holds on d, and names that DNI with dates that hold on d.
// The caller passes the policies and insured of one intervention; their order
// does not matter. An empty d or DNI is never covered.
func Coverage(d day.Day, dni string, policies []Policy, insured []Insured) Status {
	if d == "" || dni == "" {
		return Uncovered
	}
	for _, p := range policies {
		if !p.holds(d) {
			continue
		}
		for _, i := range insured {
			if i.PolicyID == p.ID && i.DNI == dni && d.Within(i.FromOn, i.ToOn) {
				return Covered
			}
		}
	}
	return Uncovered
}

// holds: unlike an insured row, a policy without an end is no proof.
func (p Policy) holds(d day.Day) bool {
	return p.State != StateVoid && p.ValidTo != "" && d.Within(p.ValidFrom, p.ValidTo)
}
