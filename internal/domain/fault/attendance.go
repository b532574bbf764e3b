package fault

// The codes of the daily sheet.
const (
	SheetState  Code = "sheet_state"
	SheetReason Code = "sheet_reason"
	// TwoUnits: what is to be decided is of another territorial unit too.
	TwoUnits Code = "two_units"
)
