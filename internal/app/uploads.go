package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// The states of an upload.
const (
	UploadReceiving = "receiving"
	UploadDone      = "done"    // it is a document
	UploadRefused   = "refused" // its bytes, or its time, were not right
)

// Upload is a file on its way.
type Upload struct {
	ID, Owner string
	FileDescription
	Document string // the id the document will have, or has
	State    string
	Refusal  fault.Code // why it was refused
	Found    string     // what the bytes turned out to be, where that was why
	Created  time.Time
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

// KeptFile is a document's file in the storage, or a content under its hash; Held is
// what its inspection could not read.
type KeptFile struct{ Document, File, SHA256, Held string }

// UploadShelf keeps what is known of uploads, and finished files.
type UploadShelf interface {
	Start(owner string, f FileDescription) (Upload, error)
	Upload(id string) (Upload, bool, error)
	// OfPart is the newest upload of a person for a part of a record.
	OfPart(owner string, p FilePart) (Upload, bool, error)
	// Adopt makes what this person sent for a document before documents were files like
	// others an upload of this part, if it was announced as the same bytes.
	Adopt(owner string, f FileDescription) (Upload, bool, error)
	// Receiving lists what has not ended: of one owner and intervention, or all.
	Receiving(owner, intervention string) ([]Upload, error)
	// Space is what is taken: by a person, by all, by an intervention's documents.
	Space(owner, intervention string) (UploadSpace, error)
	End(id, state string, refusal fault.Code, found string) error
	Forget(id string) error
	// Owner is the person as he is now; not found if he may no longer sign in.
	Owner(user string) (actor.Actor, bool, error)
	// Keep puts the file at path into the storage under a document's id and
	// answers when it is safely there. Again with the same it changes nothing.
	Keep(document, name, path string) error
	// Unscanned are the documents a scanner gave no answer about, oldest first;
	// Scanned writes what it said of one since.
	Unscanned() ([]KeptFile, error)
	Scanned(ctx context.Context, document string, s Scanned) error
	// Read opens a kept file.
	Read(k KeptFile) (io.ReadCloser, error)
	// Discard takes a kept file away that became no document.
	Discard(document string) error
}
