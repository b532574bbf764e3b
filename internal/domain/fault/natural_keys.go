package fault

// The codes of numbers by which people name a thing, and of things named twice
// (internal/domain/naturalkey).
const (
	ResolutionForm     Code = "resolution_form"
	ResolutionUnclear  Code = "resolution_unclear"
	ClasificadorForm   Code = "clasificador_form"
	ClasificadorUnread Code = "clasificador_unread"
	// ClasificadorSubtotal: finer levels of the same month are there, so that the
	// amount is their sum, not money of its own; ClasificadorBelow is said of them.
	ClasificadorSubtotal Code = "clasificador_subtotal"
	ClasificadorBelow    Code = "clasificador_below"
	TransferDouble       Code = "transfer_double"
	PolicyDouble         Code = "policy_double"
)

func init() {
	All = append(All, ResolutionForm, ResolutionUnclear, ClasificadorForm, ClasificadorUnread, ClasificadorSubtotal, ClasificadorBelow,
		TransferDouble, PolicyDouble)
}
