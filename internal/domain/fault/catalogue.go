package fault

// The codes of the catalogue: dated parameters, checklists, jurisdictions.
const (
	ParameterMissing   Code = "parameter_missing"
	ParameterMalformed Code = "parameter_malformed"
	ParameterUnknown   Code = "parameter_unknown"
	DateInPast         Code = "date_in_past"
	DateTaken          Code = "date_taken"
	DateBeforeLast     Code = "date_before_last"
	QuestionRepeated   Code = "question_repeated"
	UnitSame           Code = "unit_same"
)
