package insurance

import "chaski/internal/domain/states"

// Policies are the insurance policies; one that is void covers nobody.
var Policies = &states.Machine{
	Name: "insurance_policies", Initial: []string{"emitida"},
	States: []states.State{{Name: "emitida", End: true}, {Name: StateVoid, End: true}},
	Moves:  []states.Move{{Act: "anular", From: "emitida", To: StateVoid, By: states.Panel}},
}

// Certificates prove that named persons are covered.
var Certificates = &states.Machine{
	Name: "insurance_certificates", Initial: []string{"pendiente"},
	States: []states.State{{Name: "pendiente"}, {Name: "presentada"}, {Name: "conforme", End: true}, {Name: "observada"}},
	Moves: []states.Move{
		{Act: "presentar", From: "pendiente", To: "presentada", By: states.Panel},
		{Act: "aprobar", From: "presentada", To: "conforme", By: states.Panel},
		{Act: "observar", From: "presentada", To: "observada", By: states.Panel},
		{Act: "presentar", From: "observada", To: "presentada", By: states.Panel},
	},
}
