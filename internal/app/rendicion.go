package app

import (
	"context"
	"encoding/json"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/rendicion"
)

// Rendiciones are the use cases of the rendición de cuentas, addressed by the
// intervention it is about: it is read and reviewed here, and filled in and presented
// by what devices push. Money is céntimos. What is outside a person's scope is a
// NotFound fault; what his role never does is Forbidden.
type Rendiciones interface {
	// Mine lists those of an executor's entity; Inbox those a reviewer has to look
	// at, oldest first; Overdue what is past its deadline: never presented, or not corrected.
	Mine(actor.Actor) ([]RendicionItem, error)
	Inbox(actor.Actor) ([]RendicionItem, error)
	Overdue(a actor.Actor, ut string) (RendicionOverdue, error)
	Find(a actor.Actor, intervention string) (Rendicion, error)
	Review(context.Context, actor.Actor, string, RendicionReview) (Rendicion, error)
	// Document is one that the person may read.
	Document(a actor.Actor, intervention, document string) (RendicionDocument, error)
}

// RendicionWork is the intervention a rendición is about.
type RendicionWork struct {
	ID           string  `json:"intervention"`
	Name         string  `json:"name"`
	State        string  `json:"-"`
	ConvenioCode string  `json:"convenio_code"`
	UT           string  `json:"ut"`
	UTName       string  `json:"ut_name"`
	Executor     string  `json:"-"`
	ExecutorName string  `json:"executor"`
	Starts       day.Day `json:"starts_on"`
	Ends         day.Day `json:"ends_on"`
	Department   string  `json:"-"` // where it lies, "" if unknown; its holidays count
}

// Deadline is when a rendición is due and why.
type Deadline struct {
	Due        day.Day `json:"due_on"`
	Left       int     `json:"left"` // working days, negative once it is over
	Overdue    bool    `json:"overdue"`
	Workdays   int     `json:"workdays"`
	Norm       string  `json:"norm"`
	Assumption bool    `json:"assumption"`
}

// RendicionDocument is one version of a document. In force while SupersededBy is
// empty; its own id there says that it was withdrawn.
type RendicionDocument struct {
	ID           string
	Kind         rendicion.Document
	Name         string
	SHA256       string
	Size         int64
	MIME         string
	File         string // its name in the storage
	UploadedAt   string // instant
	UploadedBy   string // name
	SupersededBy string
	SentName     string // as it was sent, where Name is another
	StoredAt     string // instant since when its bytes are kept, "" while they have not come
	Refusal      string // why they never will be, "" for not
	Scanned
	ReleasedBy    string // name
	ReleasedAt    string // instant, "" while it was not let out of quarantine
	ReleaseReason string
}

// RendicionObservation is an observation with who made it.
type RendicionObservation struct {
	rendicion.Observation
	Text             string
	Round            int64
	MadeBy, MadeAt   string
	LiftedBy, Lifted string
}

// RendicionSubmission is what was presented once.
type RendicionSubmission struct {
	Round       int64             `json:"round"`
	Receipt     string            `json:"receipt"`
	SHA256      string            `json:"sha256"`
	PresentedAt string            `json:"presented_at"`
	PresentedBy string            `json:"presented_by"`
	Content     SubmissionContent `json:"-"`
}

// SubmissionContent is the part of a submission that rules read again.
type SubmissionContent struct {
	Amounts   map[rendicion.Line]string `json:"amounts"`
	Documents []struct {
		ID string `json:"id"`
	} `json:"documents"`
	Answers map[string]string `json:"answers"`
}

// Rendicion is all of one rendición.
type Rendicion struct {
	ID              string // "" while nothing was saved
	Work            RendicionWork
	State           rendicion.State
	Revision, Round int64
	Transferred     int64                    // by the transfers accrued, now
	Presented       int64                    // the same when it was last presented
	Amounts         map[rendicion.Line]int64 // those that are not zero
	Documents       []RendicionDocument
	Observations    []RendicionObservation
	Submissions     []RendicionSubmission
	LastSeen        rendicion.Seen // as it was last presented
	PresentedOn     day.Day        // the first time
	PresentedAt     string
	Receipt         string
	DueThen         day.Day // the deadline when it was presented
	ObservedOn      day.Day // the last time
	DecidedOn       day.Day
	DecidedBy       string

	Required []rendicion.Document
	Deadline Deadline
	// Correction is by when what is observed has to be corrected; nil if nothing is.
	Correction *Deadline
	Scope      rendicion.Scope
	CanEdit    bool // the asking person, in this state
	CanJudge   bool
	Reopens    bool // approved, and what was transferred is another sum since
}

// RendicionItem is a rendición in a list.
type RendicionItem struct {
	Work        RendicionWork   `json:"work"`
	State       rendicion.State `json:"state"`
	Deadline    Deadline        `json:"deadline"`
	Correction  *Deadline       `json:"correction"` // see Rendicion
	PresentedOn day.Day         `json:"presented_on"`
	ObservedOn  day.Day         `json:"-"`
	PresentedAt string          `json:"presented_at"`
	Late        bool            `json:"late"` // presented, or not yet, after the deadline
	Open        int64           `json:"open_observations"`
	Round       int64           `json:"round"`
	Reopens     bool            `json:"reopens"` // see Rendicion
}

// RendicionOverdue is the queue of what is past its deadline.
type RendicionOverdue struct {
	UTs   []OverdueUT
	Items []RendicionItem // the longest overdue first, bounded
	Total int
}

// OverdueUT counts the overdue of one unit.
type OverdueUT struct {
	UT      string `json:"ut"`
	Name    string `json:"name"`
	Count   int    `json:"count"`
	Longest int    `json:"longest"` // working days
}

// RendicionReview is a reviewer's decision about the revision he saw.
type RendicionReview struct {
	Revision     int64
	Approve      bool
	Lifted       []string
	Observations []NewObservation
}

// NewObservation is one of a review.
type NewObservation struct {
	Target rendicion.Target
	Item   string
	Also   []rendicion.Line
	Text   string
}

// RendicionBook is the port of the use cases.
type RendicionBook interface {
	Read(func(RendicionPage) error) error
	// Write opens one transaction over the ledger.
	Write(context.Context, func(RendicionDesk) error) error
}

// RendicionParameter is a dated parameter.
type RendicionParameter struct {
	Value      json.RawMessage
	Norm       string
	Assumption bool
}

// RendicionPage answers from one snapshot.
type RendicionPage interface {
	Rendicion(intervention string) (Rendicion, bool, error) // without what is derived
	Items(RendicionFilter) ([]RendicionItem, error)         // without deadlines
	Holidays() ([]calendar.Holiday, error)
	Parameter(key string, on day.Day) (RendicionParameter, bool, error)
}

// RendicionFilter selects rows of a list; empty fields do not.
type RendicionFilter struct {
	Executor, UT string
	Works        []string // states of the intervention
	Reopens      bool     // and those approved for which another sum counts as transferred since
}

// RendicionDesk writes, in one transaction. Actor is the person's id.
type RendicionDesk interface {
	RendicionPage
	// Supersede says of a document what took its place; itself: it was taken back.
	Supersede(document, by string) error
	Observe(rendicion, intervention string, round int64, o NewObservation, by string) error
	SetObservation(o RendicionObservation, by string) error
	// Presented remembers at each line that it was presented as it stands.
	Presented(rendicion string) error
	AddSubmission(rendicion, intervention string, s RendicionSubmission, content json.RawMessage, by string) error
	// SetState moves rendición and intervention; fields are those of the row.
	SetState(rendicion, intervention string, to rendicion.State, fields map[string]any) error
	// Touch moves the revision.
	Touch(rendicion string) error
	Audit(actor, action, intervention string, detail any) error
}
