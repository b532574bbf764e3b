// Package roster says who is on the list of an intervention on a day.
//
// A cupo is one programmed job; a participant holds it from the day of alta to
// the day of baja. Both days are worked days: a replacement's alta is later
// than the baja of the person replaced.
//
// The same rule runs on the phone; both must pass testdata/rules/roster.json.
package roster

import "chaski/internal/domain/day"

// CupoActive is the state of a cupo that counts; the other is "anulado".
const CupoActive = "activo"

// Participant is one person's time on one cupo. BajaOn is the last day worked;
// empty is open.
type Participant struct {
	AltaOn day.Day
	BajaOn day.Day
}

// Active says whether the participant is on the roster on d: the cupo is
// active and alta_on <= d <= baja_on.
func Active(d day.Day, p Participant, cupoState string) bool {
	return d != "" && p.AltaOn != "" && cupoState == CupoActive && d.Within(p.AltaOn, p.BajaOn)
}
