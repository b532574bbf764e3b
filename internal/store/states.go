package store

import "strings"

// Among lists states as SQL does. They are words of our tables, never input.
func Among(states []string) string { return "('" + strings.Join(states, "', '") + "')" }

// EndedStates are those of an intervention that is ended for good.
var EndedStates = []string{"cerrada", "desistida", "resuelta"}
