package rendicion

import "chaski/internal/domain/fault"

// State of a rendición (domain rules: pendiente → presentada ⇄ observada →
// subsanada → conforme).
type State string

// The states.
const (
	Pending   State = "pendiente"
	Presented State = "presentada"
	Observed  State = "observada"
	Corrected State = "subsanada" // presented again after observations
	Approved  State = "conforme"
)

// Target is what an observation is about.
type Target string

// The targets.
const (
	TargetLine     Target = "line"     // an amount; the item is a Line
	TargetDocument Target = "document" // a document; the item is its id
	TargetMissing  Target = "missing"  // a document that is not there; the item is a Document
)

// Observation states.
const (
	ObservationOpen     = "abierta"
	ObservationAnswered = "subsanada" // the executor corrected and presented again
	ObservationLifted   = "levantada" // the reviewer accepts
)

// Observation is what a reviewer found wrong with one line or one document.
type Observation struct {
	ID     string
	Target Target
	Item   string
	// Also are lines opened with an observed one so that the account can square
	// again: money wrongly spent is given back, or was spent on something else.
	Also   []Line
	State  string
	Answer string
}

// Scope is what the executor may change now.
type Scope struct {
	All       bool // nothing was presented yet
	Lines     map[Line]bool
	Documents map[string]bool   // ids that may be replaced
	Missing   map[Document]bool // kinds that may be added
}

// ScopeOf answers everything before the first submission; after it only what an open
// observation names.
func ScopeOf(s State, observations []Observation) Scope {
	scope := Scope{All: s == Pending, Lines: map[Line]bool{}, Documents: map[string]bool{}, Missing: map[Document]bool{}}
	if s != Observed {
		return scope
	}
	for _, o := range observations {
		if o.State != ObservationOpen {
			continue
		}
		switch o.Target {
		case TargetLine:
			scope.Lines[Line(o.Item)] = true
			for _, l := range o.Also {
				scope.Lines[l] = true
			}
		case TargetDocument:
			scope.Documents[o.Item] = true
		case TargetMissing:
			scope.Missing[Document(o.Item)] = true
		}
	}
	// Money that may be given back now brings its voucher.
	scope.Missing[DocReturn] = scope.Missing[DocReturn] || scope.Lines[Returned]
	return scope
}

// Line says whether a line may be changed.
func (s Scope) Line(l Line) bool { return s.All || s.Lines[l] }

// Adds says whether a document of this kind may be added; replaces names the
// document it takes the place of, "" for none.
func (s Scope) Adds(kind Document, replaces string) bool {
	return s.All || replaces != "" && s.Documents[replaces] || replaces == "" && s.Missing[kind]
}

// CheckObservation answers a fault unless the observation can be made; documents
// are the ids of those in force.
func CheckObservation(o Observation, documents map[string]bool) *fault.Fault {
	switch o.Target {
	case TargetLine:
		if !Line(o.Item).Known() {
			return fault.New(fault.InvalidValue, "item")
		}
		for _, l := range o.Also {
			if !l.Known() {
				return fault.New(fault.InvalidValue, "also")
			}
		}
		return nil
	case TargetDocument:
		if documents[o.Item] {
			return nil
		}
	case TargetMissing:
		if Document(o.Item).Known() {
			return nil
		}
	}
	return fault.New(fault.InvalidValue, "item")
}
