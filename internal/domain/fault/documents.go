package fault

// The codes of documents: what is found in their content or their name.
const (
	FileDamaged         Code = "file_damaged"
	FileProtected       Code = "file_protected"
	FileActive          Code = "file_active"
	FileDisguised       Code = "file_disguised"
	FileVirus           Code = "file_virus"
	FileHEIC            Code = "file_heic"
	FileXMLRefused      Code = "file_xml_refused"
	FileNameRefused     Code = "file_name_refused"
	ImageTooLarge       Code = "image_too_large"
	ArchiveEntryRefused Code = "archive_entry_refused"
	ArchiveUnsafe       Code = "archive_unsafe"
	ArchiveTooLarge     Code = "archive_too_large"
	DocumentQuarantined Code = "document_quarantined"
	QuarantineOver      Code = "quarantine_over"
)
