// Package insurance says whether a worker was insured on a given day.
//
// The programme reported for 2023 that executors delivered the certificates of
// the policies late when participants changed ("Retraso en la entrega de las
// constancias de las pólizas de seguros … cuando se realizó el movimiento de
// los participantes", Ficha de implementación de la AEI.07.04, 2023, §6). So
// the question is never "has this work a policy" but "was this person a named
// insured of a valid policy on that very day".
//
// A truth with two times: which days are covered (effective), and since when that is
// known. See Span.
//
// The same rule runs on the phone; both must pass testdata/rules/insurance.json.
package insurance

import "chaski/internal/domain/day"

// Status is what can be told from the rows alone. A device whose rows are old
// shows "por_confirmar" instead; that is its judgement about the rows' age, not
// a result of this rule.
type Status string

// The four answers.
const (
	// Covered: on that day it was known that he was.
	Covered Status = "cubierto"
	// Late is "cobertura acreditada después": the paper was issued, or recorded, after
	// the day. It is never simply covered.
	Late Status = "acreditada_despues"
	// Unsure: covered, and nobody wrote down since when that is known. It is never
	// taken for in time.
	Unsure    Status = "sin_dato"
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

// Insured names one person of one policy. ToOn is inclusive; empty is open. Spans is
// what it proves (see Follow); nil where that was not worked out yet.
type Insured struct {
	PolicyID string
	DNI      string
	FromOn   day.Day
	ToOn     day.Day
	// Certificate is the state of the certificate that names him; "" where none does.
	Certificate string
	Spans       []Span
}

// Papers are the policies of one intervention and whom they name, as they are known on
// a day; their order does not matter.
type Papers struct {
	Today    day.Day
	Policies []Policy
	Insured  []Insured
}

// Coverage tells what is known today of the cover of the person with this DNI on d:
// some policy that is not void holds on d, and names that DNI with dates that hold on d
// (Insures), and since when that is known. Where it was not worked out yet what a row
// proves, it is known today, and before that nobody knows. An empty d or DNI is never
// covered.
func (w Papers) Coverage(d day.Day, dni string) Cover {
	var spans []Span
	for _, i := range w.naming(d, dni) {
		if i.Spans == nil {
			spans = append(spans, Span{From: d, To: d, Known: w.Today})
		}
		spans = append(spans, i.Spans...)
	}
	return Proved(d, spans)
}

// Insures tells whether the person with this DNI is insured on d by what the rows say
// now, whenever they came: what counts for figures that have a rule about insurance.
func (w Papers) Insures(d day.Day, dni string) bool {
	return len(w.naming(d, dni)) > 0
}

// naming are the insured rows that cover a person on a day.
func (w Papers) naming(d day.Day, dni string) (out []Insured) {
	if d == "" || dni == "" {
		return nil
	}
	for _, p := range w.Policies {
		if !p.holds(d) {
			continue
		}
		for _, i := range w.Insured {
			if i.PolicyID == p.ID && i.DNI == dni && Vouches(i.Certificate) && d.Within(i.FromOn, i.ToOn) {
				out = append(out, i)
			}
		}
	}
	return out
}

// holds: unlike an insured row, a policy without an end is no proof.
func (p Policy) holds(d day.Day) bool {
	return p.State != StateVoid && p.ValidTo != "" && d.Within(p.ValidFrom, p.ValidTo)
}
