package app

import (
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

// UploadShelf keeps what is known of uploads, and finished files.
type UploadShelf interface {
	Start(owner string, f FileDescription) (Upload, error)
	Upload(id string) (Upload, bool, error)
	// Receiving lists what is not settled: of one owner and intervention, or all.
	Receiving(owner, intervention string) ([]Upload, error)
	Settle(id, state string, refusal fault.Code, found string) error
	Forget(id string) error
	// Owner is the person as he is now; not found if he may no longer sign in.
	Owner(user string) (actor.Actor, bool, error)
	// Keep puts the file at path into the storage under a document's id and
	// answers when it is safely there. Again with the same it changes nothing.
	Keep(document, name, path string) error
	// Discard takes a kept file away that became no document.
	Discard(document string) error
}
