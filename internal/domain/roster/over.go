package roster

import "slices"

// over are the states of a work in which nobody works there any more.
var over = []string{"terminada", "rc_presentada", "rc_observada", "rc_conforme", "cerrada", "desistida", "resuelta"}

// IsOver says whether nobody works there any more: its insurance alarms nobody.
// The same rule runs on the phone; both must pass testdata/rules/over.json.
func IsOver(state string) bool { return slices.Contains(over, state) }
