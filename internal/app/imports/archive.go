package imports

import (
	"context"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// MaxBytes bounds a file that comes in one request; MaxFile one that comes in
// pieces.
const (
	MaxBytes = 30 << 20
	MaxFile  = 250 << 20
)

// The states of an import.
const (
	Receiving   = "receiving" // some bytes of the file are here
	Uploaded    = "uploaded"
	Applying    = "applying"     // in steps; it goes on by itself
	Stopped     = "stopped"      // some steps are written; somebody must look
	Applied     = "applied"      // whole
	Undoing     = "undoing"      // in steps; it goes on by itself
	UndoStopped = "undo_stopped" // some steps are undone; somebody must look
	Undone      = "undone"
)

// Batch is one file and what became of it.
type Batch struct {
	ID, FileName, SHA256           string
	Kind                           Kind
	Size, Received                 int64 // bytes
	State                          string
	Reading                        Reading
	Counts                         Counts // once accepted
	Step, Steps                    int    // in force, and of how many
	Done, Total                    int    // rows of the database, likewise
	Stop                           *Stop  // why it does not go on
	Actor, ActorName, UndoneBy     string
	CreatedAt, AppliedAt, UndoneAt time.Time
	ClosedSince                    bool // months were closed after the file came; of Find alone
}

// Refusal is why one row of an import cannot be undone.
type Refusal struct {
	Row    int          `json:"row"`
	What   string       `json:"what"`
	Reason *fault.Fault `json:"reason"`
}

// Archive keeps imports and carries them out.
type Archive interface {
	Memory
	// Create keeps a file that was found readable.
	Create(b Batch, path string) (Batch, error)
	Find(id string) (Batch, error)
	// List answers the newest imports first.
	List() ([]Batch, error)
	// Discard forgets a file that was never imported.
	Discard(b Batch) error
	// Choose keeps how the person wants the file read.
	Choose(b Batch) error
	// File answers a local copy of the file; done removes it.
	File(id string) (path string, done func(), err error)
	// Read runs fn over the database as it is now.
	Read(ctx context.Context, fn func(Base) error) error
	// Apply makes the plan again in one write transaction and carries it out,
	// attributed to the person. Nothing is written when plan fails. tick is told
	// how many rows of the plan are written.
	Apply(ctx context.Context, a actor.Actor, b Batch, plan func(Base) (*Plan, error), tick func(done, of int)) error
	// Undo restores what an import of one step changed, all of it or nothing.
	Undo(ctx context.Context, a actor.Actor, b Batch) ([]Refusal, error)
	Long
	Pieces
}

// Long carries out imports of more than one step. Each method is a transaction of
// its own, but for Check, which reads only.
type Long interface {
	// Stage is where the rows of a file are kept while it is planned. It is empty
	// if the key is another than it was made with.
	Stage(id, key string) (Stage, error)
	// Unstage lets it go.
	Unstage(id string)
	// Accept makes an import one that is under way; without steps, one that is applied.
	Accept(ctx context.Context, a actor.Actor, b Batch, job Job) error
	// Partial are the imports of which a part is or may be in force, oldest first.
	Partial() ([]Batch, error)
	// Author is the person as he is now.
	Author(b Batch) (actor.Actor, error)
	// Steps are those that are still to be written.
	Steps(b Batch) ([]Step, error)
	// Write carries out a step with the writes that plan answers. Held ones were
	// planned before: what they change must be as it was then. The last step makes
	// the import applied. moved is answered when the import is not in this state
	// any more.
	Write(ctx context.Context, b Batch, s Step, held bool, plan func(Base) ([]Write, error)) (moved bool, err error)
	// Halt stops an import where it is.
	Halt(b Batch, why Stop) error
	// Revoke makes an import one that is being undone.
	Revoke(ctx context.Context, a actor.Actor, b Batch) error
	// Check answers the first rows that cannot go back, and how many there are.
	Check(ctx context.Context, b Batch, tick func(done, of int)) (Stop, error)
	// Restore undoes the last step that is in force; the last of all makes the
	// import undone.
	Restore(ctx context.Context, a actor.Actor, b Batch) (refusals []Refusal, left int, err error)
}
