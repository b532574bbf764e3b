package fault

// The codes of rules that every write path asks (internal/domain/record).
const (
	DatesOutOfOrder  Code = "dates_out_of_order"
	MonthInvalid     Code = "month_invalid"
	MonthInFuture    Code = "month_in_future"
	MonthOtherYear   Code = "month_other_year"
	MonthOutOfOrder  Code = "month_out_of_order"
	MonthNotNewest   Code = "month_not_newest"
	ReferenceMissing Code = "reference_missing"
	ReferenceForeign Code = "reference_foreign"
	AccruedEarly     Code = "accrued_early"
)
