package attendance

import (
	"chaski/internal/domain/actor"
	"chaski/internal/domain/states"
)

const (
	validates = string(actor.ValidateSheets)
	writes    = string(actor.WriteSheets)
)

// Sheets are the daily sheets. What changes one takes its validation back
// (Change): that follows from what is written, whoever writes it.
var Sheets = &states.Machine{
	Name: "attendance_sheets", Initial: []string{string(Registered)},
	States: []states.State{
		{Name: string(Registered), Turn: validates},
		{Name: string(Validated), End: true},
		{Name: string(Observed), Turn: writes},
	},
	Moves: []states.Move{
		{Act: string(Validate), From: string(Registered), To: string(Validated), By: validates},
		{Act: string(Validate), From: string(Observed), To: string(Validated), By: validates},
		{Act: string(Observe), From: string(Registered), To: string(Observed), By: validates, Reason: true},
		{Act: string(Observe), From: string(Observed), To: string(Observed), By: validates, Reason: true},
		{Act: string(Observe), From: string(Validated), To: string(Observed), By: validates, Reason: true},
		{Act: string(Return), From: string(Validated), To: string(Registered), By: validates, Reason: true},
		{Act: "cambiar", From: string(Validated), To: string(Registered), By: states.Server},
		{Act: "corregir", From: string(Observed), To: string(Registered), By: writes},
	},
}
