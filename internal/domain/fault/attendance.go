package fault

// The codes of the daily sheet.
const (
	SheetState     Code = "sheet_state"
	SheetReason    Code = "sheet_reason"
	SheetValidated Code = "sheet_validated"
	SheetHeadcount Code = "sheet_headcount"
	// TwoUnits: what is to be decided is of another territorial unit too.
	TwoUnits Code = "two_units"
)
