package progress

// What a figure may measure: the units of AO, and money accrued.
const (
	MeasureJob        = "job"
	MeasureTransfer   = "transfer"
	MeasureAssistance = "technical_assistance"
	MeasureReport     = "management_report"
	MeasureAccrued    = "devengado" // SIAF devengado: the financial execution of every AO
)
