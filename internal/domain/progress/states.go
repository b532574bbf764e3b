package progress

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

// Accrued are the states in which a transfer counts.
const Accrued = "accrued"

const importer = string(actor.ImportData)

// Resolutions approve transfers.
var Resolutions = &states.Machine{
	Name: "resolutions", Initial: []string{"publicada"},
	States: []states.State{{Name: "publicada", End: true}, {Name: "anulada", End: true}},
	Moves:  []states.Move{{Act: "anular", From: "publicada", To: "anulada", By: states.Panel}},
}

// Transfers are money to an executor, in the order of SIAF's phases.
var Transfers = &states.Machine{
	Name: "transfers", Initial: []string{"programada"},
	States: []states.State{
		{Name: "programada"},
		{Name: "en_rm"},
		{Name: "aprobada"},
		{Name: "devengada", Is: Accrued},
		{Name: "girada", Is: Accrued, End: true},
		{Name: transferVoid, End: true},
	},
	Moves: []states.Move{
		{Act: "incluir_en_rm", From: "programada", To: "en_rm", By: importer},
		{Act: "aprobar", From: "en_rm", To: "aprobada", By: importer},
		{Act: "devengar", From: "aprobada", To: "devengada", By: importer},
		{Act: "girar", From: "devengada", To: "girada", By: importer},
		{Act: "anular", From: "programada", To: transferVoid, By: importer},
		{Act: "anular", From: "en_rm", To: transferVoid, By: importer},
		{Act: "anular", From: "aprobada", To: transferVoid, By: importer},
		{Act: "anular", From: "devengada", To: transferVoid, By: importer},
		{Act: "anular", From: "girada", To: transferVoid, By: importer},
	},
}

// Assistances count once they are validated, with evidence.
var Assistances = &states.Machine{
	Name: "technical_assistances", Initial: []string{"programada"},
	States: []states.State{{Name: "programada"}, {Name: "realizada"}, {Name: "validada", End: true}, {Name: "rechazada", End: true}},
	Moves: []states.Move{
		{Act: "realizar", From: "programada", To: "realizada", By: states.Panel},
		{Act: "validar", From: "realizada", To: "validada", By: states.Panel},
		{Act: "rechazar", From: "realizada", To: "rechazada", By: states.Panel},
	},
}

// Reports count once they are approved.
var Reports = &states.Machine{
	Name: "management_reports", Initial: []string{"borrador"},
	States: []states.State{{Name: "borrador"}, {Name: "presentado"}, {Name: "aprobado", End: true}, {Name: "retirado", End: true}},
	Moves: []states.Move{
		{Act: "presentar", From: "borrador", To: "presentado", By: states.Panel},
		{Act: "aprobar", From: "presentado", To: "aprobado", By: states.Panel},
		{Act: "retirar", From: "presentado", To: "retirado", By: states.Panel},
		{Act: "retirar", From: "aprobado", To: "retirado", By: states.Panel},
	},
}
