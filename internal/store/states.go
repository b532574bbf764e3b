package store

import "strings"

// among lists states as SQL does. They are words of our tables, never input.
func among(states []string) string { return "('" + strings.Join(states, "', '") + "')" }

// EndedStates are those of an intervention that is ended for good.
var EndedStates = []string{"cerrada", "desistida", "resuelta"}
