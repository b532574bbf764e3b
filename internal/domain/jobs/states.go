package jobs

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

// Groups of the states of an intervention.
const (
	Running   = "running"   // people may be working there
	Executed  = "executed"  // it is, or was, in execution: its jornales count
	Over      = "over"      // nobody works there any more: nothing of it alarms anybody
	Rendered  = "rendered"  // there is a rendición to look at
	Presented = "presented" // its rendición was presented once
	Done      = "done"      // nobody in the unit has anything to do about it
)

const (
	importer = string(actor.ImportData)
	renders  = string(actor.WriteRendicion)
	judges   = string(actor.ReviewRendicion)
	settles  = string(actor.ValidateMovements)
)

// Works is the life of an intervention, in its order. From its end on it follows
// its rendición (internal/domain/rendicion); what comes before arrives by import.
// Given up before it began it is desistida, and never was in execution; its
// agreement ended afterwards it is resuelta.
var Works = &states.Machine{
	Name: "interventions", Initial: []string{"transferida"},
	States: []states.State{
		{Name: "transferida"},
		{Name: "requisitos_conformes"},
		{Name: "participantes_seleccionados"},
		{Name: "en_ejecucion", Is: "running executed"},
		{Name: "suspendida", Is: "running executed"},
		{Name: "terminada", Is: "executed over rendered", Turn: renders},
		{Name: "rc_presentada", Is: "executed over rendered presented", Turn: judges},
		{Name: "rc_observada", Is: "executed over rendered presented", Turn: renders},
		{Name: "rc_conforme", Is: "executed over rendered presented done"},
		{Name: "cerrada", Is: "executed over rendered presented done", End: true},
		{Name: "desistida", Is: "over done", End: true},
		{Name: "resuelta", Is: "executed over done", End: true},
	},
	Moves: []states.Move{
		{Act: "completar_requisitos", From: "transferida", To: "requisitos_conformes", By: importer},
		{Act: "seleccionar", From: "requisitos_conformes", To: "participantes_seleccionados", By: importer},
		{Act: "iniciar", From: "participantes_seleccionados", To: "en_ejecucion", By: importer},
		{Act: "suspender", From: "en_ejecucion", To: "suspendida", By: importer},
		{Act: "reanudar", From: "suspendida", To: "en_ejecucion", By: importer},
		{Act: "terminar", From: "en_ejecucion", To: "terminada", By: importer},
		{Act: "terminar", From: "suspendida", To: "terminada", By: importer},
		{Act: "presentar", From: "terminada", To: "rc_presentada", By: renders},
		{Act: "observar", From: "rc_presentada", To: "rc_observada", By: judges},
		{Act: "presentar", From: "rc_observada", To: "rc_presentada", By: renders},
		{Act: "aprobar", From: "rc_presentada", To: "rc_conforme", By: judges},
		{Act: "observar", From: "rc_conforme", To: "rc_observada", By: judges},
		{Act: "cerrar", From: "rc_conforme", To: "cerrada", By: importer},
		{Act: "desistir", From: "transferida", To: "desistida", By: importer},
		{Act: "desistir", From: "requisitos_conformes", To: "desistida", By: importer},
		{Act: "desistir", From: "participantes_seleccionados", To: "desistida", By: importer},
		{Act: "resolver", From: "en_ejecucion", To: "resuelta", By: importer},
		{Act: "resolver", From: "suspendida", To: "resuelta", By: importer},
		{Act: "resolver", From: "terminada", To: "resuelta", By: importer},
	},
}

var executed = Works.Set(Executed)

// Cupos are the programmed jobs of an intervention; one that is void counts for
// nothing.
var Cupos = &states.Machine{
	Name: "cupos", Initial: []string{"activo"},
	States: []states.State{{Name: "activo", End: true}, {Name: "anulado", End: true}},
	Moves:  []states.Move{{Act: "anular", From: "activo", To: "anulado", By: states.Panel}},
}

// Movements are changes of a roster: validated by the unit, and covered once a
// certificate names the person.
var Movements = &states.Machine{
	Name: "movements", Initial: []string{"registrado"},
	States: []states.State{
		{Name: "registrado", Turn: settles},
		{Name: "validado"},
		{Name: "cubierto", End: true},
		{Name: "vencido_sin_constancia", End: true},
		{Name: "anulado", End: true},
	},
	Moves: []states.Move{
		{Act: "validar", From: "registrado", To: "validado", By: settles},
		{Act: "anular", From: "registrado", To: "anulado", By: settles, Reason: true},
		{Act: "cubrir", From: "validado", To: "cubierto", By: states.Panel},
		{Act: "vencer", From: "validado", To: "vencido_sin_constancia", By: states.Panel},
		{Act: "cubrir", From: "vencido_sin_constancia", To: "cubierto", By: states.Panel},
		{Act: "anular", From: "validado", To: "anulado", By: settles, Reason: true},
	},
}
