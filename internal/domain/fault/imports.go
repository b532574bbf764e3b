package fault

// The codes of imports: of a whole file first, then of one row or cell.
const (
	ImportFileEmpty        Code = "import_file_empty"
	ImportNoRows           Code = "import_no_rows"
	ImportFileTooLarge     Code = "import_file_too_large"
	ImportTooManyRows      Code = "import_too_many_rows"
	ImportFormatUnknown    Code = "import_format_unknown"
	ImportFormatOld        Code = "import_format_old"
	ImportFormatWebPage    Code = "import_format_web_page"
	ImportFileProtected    Code = "import_file_protected"
	ImportFileDamaged      Code = "import_file_damaged"
	ImportUnpacksTooLarge  Code = "import_unpacks_too_large"
	ImportSheetUnknown     Code = "import_sheet_unknown"
	ImportHeaderUnknown    Code = "import_header_unknown"
	ImportRowTooLong       Code = "import_row_too_long"
	ImportMappingInvalid   Code = "import_mapping_invalid"
	ImportMappingTwice     Code = "import_mapping_twice"
	ImportMappingMissing   Code = "import_mapping_missing"
	ImportBadRows          Code = "import_bad_rows"
	ImportUnanswered       Code = "import_unanswered"
	ImportStale            Code = "import_stale"
	ImportState            Code = "import_state"
	ImportUndoRefused      Code = "import_undo_refused"
	ImportRequired         Code = "import_required"
	ImportFormula          Code = "import_formula"
	ImportCellError        Code = "import_cell_error"
	ImportCellMerged       Code = "import_cell_merged"
	ImportDamaged          Code = "import_damaged"
	ImportDamagedLikely    Code = "import_damaged_likely"
	ImportTextIsDate       Code = "import_text_is_date"
	ImportRUCForm          Code = "import_ruc_form"
	ImportRUCDigit         Code = "import_ruc_digit"
	ImportDNIForm          Code = "import_dni_form"
	ImportDNIShort         Code = "import_dni_short"
	ImportUbigeoShort      Code = "import_ubigeo_short"
	ImportUbigeoInvalid    Code = "import_ubigeo_invalid"
	ImportUbigeoUnknown    Code = "import_ubigeo_unknown"
	ImportConvenioInvalid  Code = "import_convenio_invalid"
	ImportConvenioUnknown  Code = "import_convenio_unknown"
	ImportEntityUnknown    Code = "import_entity_unknown"
	ImportEntityMissing    Code = "import_entity_missing"
	ImportUTUnknown        Code = "import_ut_unknown"
	ImportUTMissing        Code = "import_ut_missing"
	ImportUserUnknown      Code = "import_user_unknown"
	ImportNotSupervisor    Code = "import_not_supervisor"
	ImportOwnRole          Code = "import_own_role"
	ImportEmailInvalid     Code = "import_email_invalid"
	ImportAOUnknown        Code = "import_ao_unknown"
	ImportAONameless       Code = "import_ao_nameless"
	ImportAmountInvalid    Code = "import_amount_invalid"
	ImportAmountAmbiguous  Code = "import_amount_ambiguous"
	ImportAmountDecimals   Code = "import_amount_decimals"
	ImportAmountNegative   Code = "import_amount_negative"
	ImportWholeInvalid     Code = "import_whole_invalid"
	ImportYearInvalid      Code = "import_year_invalid"
	ImportDegreesInvalid   Code = "import_degrees_invalid"
	ImportDateInvalid      Code = "import_date_invalid"
	ImportDateMonthFirst   Code = "import_date_month_first"
	ImportDateShortYear    Code = "import_date_short_year"
	ImportDateSerial       Code = "import_date_serial"
	ImportDateTooOld       Code = "import_date_too_old"
	ImportMonthInvalid     Code = "import_month_invalid"
	ImportMonthOtherYear   Code = "import_month_other_year"
	ImportMonthFuture      Code = "import_month_future"
	ImportChoice           Code = "import_choice"
	ImportPattern          Code = "import_pattern"
	ImportDatesOrder       Code = "import_dates_order"
	ImportUnderAge         Code = "import_under_age"
	ImportCupoVoid         Code = "import_cupo_void"
	ImportCupoTaken        Code = "import_cupo_taken"
	ImportPersonTwice      Code = "import_person_twice"
	ImportPolicyIncomplete Code = "import_policy_incomplete"
	ImportAccruedMissing   Code = "import_accrued_missing"
	ImportAccruedEarly     Code = "import_accrued_early"
	ImportDuplicateRow     Code = "import_duplicate_row"
	ImportContradicts      Code = "import_contradicts"
	ImportRowWider         Code = "import_row_wider"
	ImportUndoEdited       Code = "import_undo_edited"
	ImportUndoUsed         Code = "import_undo_used"
	ImportUndoGone         Code = "import_undo_gone"
)

// importing lists the codes of imports, for All.
var importing = []Code{
	ImportFileEmpty,
	ImportNoRows,
	ImportFileTooLarge,
	ImportTooManyRows,
	ImportFormatUnknown,
	ImportFormatOld,
	ImportFormatWebPage,
	ImportFileProtected,
	ImportFileDamaged,
	ImportUnpacksTooLarge,
	ImportSheetUnknown,
	ImportHeaderUnknown,
	ImportRowTooLong,
	ImportMappingInvalid,
	ImportMappingTwice,
	ImportMappingMissing,
	ImportBadRows, ImportUnanswered,
	ImportStale,
	ImportState,
	ImportUndoRefused,
	ImportRequired,
	ImportFormula,
	ImportCellError,
	ImportCellMerged,
	ImportDamaged,
	ImportDamagedLikely,
	ImportTextIsDate,
	ImportRUCForm,
	ImportRUCDigit,
	ImportDNIForm,
	ImportDNIShort,
	ImportUbigeoShort,
	ImportUbigeoInvalid,
	ImportUbigeoUnknown,
	ImportConvenioInvalid,
	ImportConvenioUnknown,
	ImportEntityUnknown,
	ImportEntityMissing,
	ImportUTUnknown,
	ImportUTMissing,
	ImportUserUnknown,
	ImportNotSupervisor,
	ImportOwnRole,
	ImportEmailInvalid,
	ImportAOUnknown,
	ImportAONameless,
	ImportAmountInvalid,
	ImportAmountAmbiguous,
	ImportAmountDecimals,
	ImportAmountNegative,
	ImportWholeInvalid,
	ImportYearInvalid,
	ImportDegreesInvalid,
	ImportDateInvalid,
	ImportDateMonthFirst,
	ImportDateShortYear,
	ImportDateSerial,
	ImportDateTooOld,
	ImportMonthInvalid,
	ImportMonthOtherYear,
	ImportMonthFuture,
	ImportChoice,
	ImportPattern,
	ImportDatesOrder,
	ImportUnderAge,
	ImportCupoVoid,
	ImportCupoTaken,
	ImportPersonTwice,
	ImportPolicyIncomplete,
	ImportAccruedMissing,
	ImportAccruedEarly,
	ImportDuplicateRow,
	ImportContradicts,
	ImportRowWider,
	ImportUndoEdited,
	ImportUndoUsed,
	ImportUndoGone,
}
