package visit

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

// Counted are the states of a visit whose marks make jornales.
const Counted = "counted"

const (
	records = string(actor.RecordVisits) // of the works assigned to him
	settles = string(actor.SettleConflicts)
)

// Visits arrive made; a planned one is the unit's until then, and nobody else
// sees it.
var Visits = &states.Machine{
	Name: "visits", Initial: []string{Planned, StateSynced},
	States: []states.State{
		{Name: Planned, Is: "planned"},
		{Name: StateSynced, Is: Counted, End: true},
		{Name: "validada", Is: Counted, End: true},
		{Name: "observada"},
	},
	Moves: []states.Move{
		{Act: "realizar", From: Planned, To: StateSynced, By: states.Panel},
		{Act: "validar", From: StateSynced, To: "validada", By: states.Panel},
		{Act: "observar", From: StateSynced, To: "observada", By: states.Panel},
		{Act: "observar", From: "validada", To: "observada", By: states.Panel},
		{Act: "validar", From: "observada", To: "validada", By: states.Panel},
	},
}

// Findings are open until somebody who holds the work saw that they were mended,
// and says why he thinks so.
var Findings = &states.Machine{
	Name: "findings", Initial: []string{FindingOpen},
	States: []states.State{{Name: FindingOpen, Turn: records}, {Name: FindingCorrected, Is: "lifted", End: true}},
	Moves: []states.Move{
		{Act: "levantar", From: FindingOpen, To: FindingCorrected, By: records, Reason: true},
		{Act: "reabrir", From: FindingCorrected, To: FindingOpen, By: records},
	},
}

// Conflicts are settled in the office, or by the one whose value lost.
var Conflicts = &states.Machine{
	Name: "conflicts", Initial: []string{"abierto"},
	States: []states.State{{Name: "abierto", Turn: settles}, {Name: "resuelto", End: true}},
	Moves: []states.Move{
		{Act: "resolver", From: "abierto", To: "resuelto", By: settles},
		{Act: "resolver", From: "abierto", To: "resuelto", By: records},
	},
}
