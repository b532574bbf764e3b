package fault

// The codes of the daily sheet.
const (
	SheetState  Code = "sheet_state"
	SheetReason Code = "sheet_reason"
)
