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

	// Of imports: rows that are left out, and one DNI that is elsewhere.
	ImportRowRepeated Code = "import_row_repeated"
	// ImportResolutionLike: a new resolution has number and year of another.
	ImportResolutionLike Code = "import_resolution_like"
	ImportSubtotal       Code = "import_subtotal"
	ImportDNIOtherName   Code = "import_dni_other_name"
	ImportDNIOtherWork   Code = "import_dni_other_work"
	// ImportUndoReason: an import that touched closed months is undone with a reason.
	ImportUndoReason Code = "import_undo_reason"
)
