package app

import (
	"fmt"
	"strings"
	"time"

	"chaski/internal/domain/fault"
)

// The states of an upload.
const (
	UploadReceiving = "receiving"
	UploadDone      = "done"    // its bytes are kept
	UploadRefused   = "refused" // its bytes were not right
)

// FileDescription is what is known of a file before its bytes come.
type FileDescription struct {
	FilePart            // what it is of; zero for one that an older app began
	Intervention string // of a document's rendición, "" for others
	Name         string
	SHA256       string
	Size         int64
}

// Upload is a file on its way. One that an older app began is of no record: it waits to
// be adopted by the document that names the same bytes.
type Upload struct {
	ID, Owner string
	FileDescription
	State   string
	Refusal fault.Code // why it was refused
	Found   string     // what the bytes turned out to be, where that was why
	Created time.Time
}

// RefusalOf is why bytes were refused, told again as at first, with what was found.
func RefusalOf(code fault.Code, found string) *fault.Fault {
	field := "file"
	switch code {
	case fault.FileHashMismatch:
		field = "sha256"
	case fault.FileNameMismatch:
		field = "name"
	case fault.FileEmpty:
		field = "size"
	}
	f := fault.New(code, field)
	if what, entry, _ := strings.Cut(found, "\n"); what+entry != "" {
		f = f.With("found", what).With("entry", entry)
	}
	return f
}

// UploadLimits bounds, in bytes, what files that people upload may take; 0 is no
// limit. How much the disk still has is looked at besides.
type UploadLimits struct {
	Person    int64 // of one person's files on their way
	Total     int64 // of everybody's
	Documents int64 // of one rendición's documents, those withdrawn or replaced too
}

// DefaultUploadLimits leave room for ten of the largest files of a person under
// way, and for twice the most documents a rendición may have in force.
var DefaultUploadLimits = UploadLimits{Person: 2 << 30, Total: 20 << 30, Documents: 10 << 30}

// UploadSpace is what files take already, in bytes as they were declared.
type UploadSpace struct {
	Person, Total int64 // on their way
	Documents     int64 // kept of a rendición
}

// Refuses says which limit a file of so many bytes would go beyond; nil if none.
func (l UploadLimits) Refuses(used UploadSpace, size int64) error {
	for _, c := range []struct {
		code      fault.Code
		used, max int64
	}{
		{fault.UploadQuotaPerson, used.Person, l.Person}, {fault.UploadQuotaTotal, used.Total, l.Total}, {fault.DocumentsQuota, used.Documents, l.Documents},
	} {
		if c.max > 0 && c.used+size > c.max {
			return fault.New(c.code, "size").With("used", megabytes(c.used)).With("max", megabytes(c.max))
		}
	}
	return nil
}

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", bytes>>20) }

// KeptFile is a content that is kept, where contents are, or by the document of before
// that it is of; Held is what its inspection could not read.
type KeptFile struct{ SHA256, Held, Document string }

// UploadShelf keeps what is known of uploads.
type UploadShelf interface {
	Start(owner string, f FileDescription) (Upload, error)
	Upload(id string) (Upload, bool, error)
	// OfPart is the newest upload of a person for a part of a record.
	OfPart(owner string, p FilePart) (Upload, bool, error)
	// Adopt makes what this person sent for a document before documents were files like
	// others an upload of this part, if it was announced as the same bytes.
	Adopt(owner string, f FileDescription) (Upload, bool, error)
	// Receiving lists what has not ended.
	Receiving() ([]Upload, error)
	// Space is what is taken: by a person, by all, by an intervention's documents.
	Space(owner, intervention string) (UploadSpace, error)
	Forget(id string) error
}
