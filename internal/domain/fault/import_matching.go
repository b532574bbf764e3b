package fault

// The codes of values of an import that look like another thing than they are.
const (
	ImportDNIZeros      Code = "import_dni_zeros"
	ImportDateDayFirst  Code = "import_date_day_first"
	ImportMonthZero     Code = "import_month_zero"
	ImportAmountPercent Code = "import_amount_percent"
	ImportAmountForeign Code = "import_amount_foreign"
	ImportAmountScale   Code = "import_amount_scale"
	ImportAmountDash    Code = "import_amount_dash"

	ImportUbigeoReniec  Code = "import_ubigeo_reniec"
	ImportUbigeoElse    Code = "import_ubigeo_else"
	ImportUbigeoName    Code = "import_ubigeo_name"
	ImportPlaceSwapped  Code = "import_place_swapped"
	ImportPlaceSign     Code = "import_place_sign"
	ImportPlaceOutside  Code = "import_place_outside"
	ImportNamesTogether Code = "import_names_together"
	ImportSurnameNone   Code = "import_surname_none"
	ImportAONameSeveral Code = "import_ao_name_several"
	ImportAOKeyProposed Code = "import_ao_key_proposed"
)
