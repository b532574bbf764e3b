package fault

// The codes of a server that has no room, or cannot get at what it has.
const (
	StorageFull       Code = "storage_full"
	DataDamaged       Code = "data_damaged"
	DataBusy          Code = "data_busy"
	UploadQuotaPerson Code = "upload_quota_person"
	UploadQuotaTotal  Code = "upload_quota_total"
	DocumentsQuota    Code = "documents_quota"
)

var recognisers []func(error) Code

// Recognise lets an outer layer say which of its errors have a code of their
// own: what a full disk looks like is not for the rules to know. It is called
// while packages are initialised.
func Recognise(known func(error) Code) { recognisers = append(recognisers, known) }

func recognised(err error) Code {
	for _, known := range recognisers {
		if code := known(err); code != "" {
			return code
		}
	}
	return ""
}

// Ours says that the server is at fault and not what was asked of it: nothing
// was judged, and the same may go well later.
func (f *Fault) Ours() bool {
	return f.Code == Internal || f.Code == StorageFull || f.Code == DataDamaged || f.Code == DataBusy
}
