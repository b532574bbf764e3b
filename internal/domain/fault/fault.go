// Package fault is the one error type of the project: a stable code, the field
// it belongs to, and the values its sentence needs. It is turned into an HTTP
// status in one place and into Spanish in one place (internal/httpapi).
package fault

import (
	"errors"
	"fmt"
)

// Code is stable: clients branch on it. Each one and its remedy is listed in
// docs/protocol.md §11.
type Code string

// The codes of a whole request.
const (
	SessionExpired Code = "session_expired"
	Forbidden      Code = "forbidden"
	DemoOnlyLocal  Code = "demo_only_on_this_machine"
	NotFound       Code = "not_found"
	Malformed      Code = "malformed"
	BodyTooLarge   Code = "body_too_large"
	DeviceUnknown  Code = "device_unknown"
	DeviceRevoked  Code = "device_revoked"
	DeviceWiped    Code = "device_wiped"
	ClientOutdated Code = "client_outdated"
	Busy           Code = "busy"
	Internal       Code = "internal"
)

// The codes of accounts and access.
const (
	SetupDone          Code = "setup_done"
	LinkInvalid        Code = "link_invalid"
	LinkExpired        Code = "link_expired"
	LinkUsed           Code = "link_used"
	EmailInvalid       Code = "email_invalid"
	EmailTaken         Code = "email_taken"
	PasswordShort      Code = "password_short"
	PasswordLong       Code = "password_long"
	PasswordGuessable  Code = "password_guessable"
	RoleUnknown        Code = "role_unknown"
	UTRequired         Code = "ut_required"
	EntityRequired     Code = "entity_required"
	ScopeNotAllowed    Code = "scope_not_allowed"
	OwnRole            Code = "own_role"
	LastAdmin          Code = "last_admin"
	DeviceState        Code = "device_state"
	DeviceReported     Code = "device_reported_again"
	AccountInactive    Code = "account_inactive"
	AddressInvalid     Code = "address_invalid"
	MailFailed         Code = "mail_failed"
	SignInLocked       Code = "signin_locked"
	SuperuserElsewhere Code = "superuser_elsewhere"
)

// The codes of one mutation.
const (
	MutationMalformed          Code = "mutation_malformed"
	MutationIDReused           Code = "mutation_id_reused"
	DeviceCounterReused        Code = "device_counter_reused"
	UnknownCollection          Code = "unknown_collection"
	UnknownField               Code = "unknown_field"
	OperationNotAllowed        Code = "operation_not_allowed"
	Required                   Code = "required"
	InvalidValue               Code = "invalid_value"
	TooShort                   Code = "too_short"
	TooLong                    Code = "too_long"
	DateInvalid                Code = "date_invalid"
	DateInFuture               Code = "date_in_future"
	DateOutsideIntervention    Code = "date_outside_intervention"
	DNIInvalid                 Code = "dni_invalid"
	RUCInvalid                 Code = "ruc_invalid"
	PlaceOutsidePeru           Code = "place_outside_peru"
	PlaceReasonRequired        Code = "place_reason_required"
	ConvenioMismatch           Code = "convenio_mismatch"
	ParticipantNotIntervention Code = "participant_not_in_intervention"
	HeadcountMismatch          Code = "headcount_mismatch"
	ChecklistUnknown           Code = "checklist_unknown"
	MarkExists                 Code = "mark_exists"
	PersonListed               Code = "person_listed"
	RecordExists               Code = "record_exists"
	RecordNotFound             Code = "record_not_found"
	ParentNotFound             Code = "parent_not_found"
	ParentRejected             Code = "parent_rejected"
	Conflict                   Code = "conflict"
	OutOfScope                 Code = "out_of_scope"
	AssignmentEnded            Code = "assignment_ended"
	NeverAssigned              Code = "never_assigned"
	ParentParked               Code = "parent_parked"
	ReviewRejected             Code = "review_rejected"
	ConflictSettled            Code = "conflict_settled"
	ConflictMoved              Code = "conflict_moved"
	ParkedDecided              Code = "parked_decided"
)

// The codes of a rendición and of its documents.
const (
	RendicionClosed       Code = "rendicion_closed"
	RendicionItemClosed   Code = "rendicion_item_closed"
	RendicionChanged      Code = "rendicion_changed"
	RendicionUnbalanced   Code = "rendicion_unbalanced"
	WorkNotEnded          Code = "work_not_ended"
	DocumentMissing       Code = "document_missing"
	DocumentDuplicate     Code = "document_duplicate"
	TooManyDocuments      Code = "too_many_documents"
	DocumentsPending      Code = "documents_pending"
	ObservationUnanswered Code = "observation_unanswered"
	ObservationsOpen      Code = "observations_open"
	BalanceRemains        Code = "balance_remains"
	FileTooLarge          Code = "file_too_large"
	FileEmpty             Code = "file_empty"
	FileKindRefused       Code = "file_kind_refused"
	FileNameMismatch      Code = "file_name_mismatch"
	FileHashMismatch      Code = "file_hash_mismatch"
	UploadIncomplete      Code = "upload_incomplete"
	FileTypeRefused       Code = "file_type_refused"
	FileExists            Code = "file_exists"
	TooManyFiles          Code = "too_many_files"
	FilePending           Code = "file_pending"
)

// Fault is what went wrong, for a person (through its code) and for a program.
type Fault struct {
	Code  Code              `json:"code"`
	Field string            `json:"field,omitempty"`
	Args  map[string]string `json:"args,omitempty"` // values for the Spanish sentence
	cause error
}

// New makes a fault of a field; field may be empty.
func New(code Code, field string) *Fault { return &Fault{Code: code, Field: field} }

// With adds a value that the Spanish sentence names, and returns f.
func (f *Fault) With(key, value string) *Fault {
	if f.Args == nil {
		f.Args = map[string]string{}
	}
	f.Args[key] = value
	return f
}

// Wrap keeps a technical cause for the log; it is never shown to people.
func Wrap(code Code, cause error) *Fault { return &Fault{Code: code, cause: cause} }

func (f *Fault) Error() string {
	s := string(f.Code)
	if f.Field != "" {
		s += " (" + f.Field + ")"
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.cause }

// Of returns the fault inside err, or an Internal one that wraps it; nil for nil.
// A recognised cause (see Recognise) goes before any fault it came with: what the
// disk did not take was not judged.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if code := recognised(err); code != "" {
		if errors.As(err, &f) && f.Code == code {
			return f
		}
		return Wrap(code, err)
	}
	if errors.As(err, &f) {
		return f
	}
	return Wrap(Internal, fmt.Errorf("unexpected: %w", err))
}
