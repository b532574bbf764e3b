package insurance

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

// Policies are the insurance policies; one that is void covers nobody.
var Policies = &states.Machine{
	Name: "insurance_policies", Initial: []string{"emitida"},
	States: []states.State{{Name: "emitida", End: true}, {Name: StateVoid, End: true}},
	Moves:  []states.Move{{Act: "anular", From: "emitida", To: StateVoid, By: states.Panel}},
}

// The states of a certificate.
const (
	Awaited   = "pendiente" // it was announced: there is no paper yet
	Presented = "presentada"
	Settled   = "conforme"
	Doubted   = "observada"
)

const writes = string(actor.WriteInsurance)

// Certificates prove that named persons are covered (see Vouches).
var Certificates = &states.Machine{
	Name: "insurance_certificates", Initial: []string{Awaited, Presented},
	States: []states.State{{Name: Awaited, Turn: writes}, {Name: Presented}, {Name: Settled, End: true}, {Name: Doubted, Turn: writes}},
	Moves: []states.Move{
		{Act: "presentar", From: Awaited, To: Presented, By: writes},
		{Act: "aprobar", From: Presented, To: Settled, By: states.Panel},
		{Act: "observar", From: Presented, To: Doubted, By: states.Panel},
		{Act: "presentar", From: Doubted, To: Presented, By: writes},
	},
}

// Vouches says whether a certificate in that state proves anything: one that was only
// announced is no paper, and one that the unit doubts proves nothing until it is
// presented again. "" is a row that no certificate is named for: its policy vouches.
func Vouches(state string) bool { return state != Awaited && state != Doubted }
