package app

import (
	"time"

	"chaski/internal/domain/account"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/device"
)

// Institution runs a server. Address is the public one, "https://…", "" if
// nobody has said it; Contact is whom to ask, as people read it.
type Institution struct{ Name, Contact, Address string }

// Doors is what anybody may know of a server before signing in.
type Doors struct {
	Institution Institution
	NeedsSetup  bool // there is no administrator
	Mail        bool // it can send mail
}

// Newcomer is a person about to get an account.
type Newcomer struct {
	Name, Email string
	Role        actor.Role
	UT, Entity  string // ids, "" for none
}

// SetupRequest makes the first administrator.
type SetupRequest struct {
	Token, Name, Email, Password string
	Institution                  Institution
}

// Superuser opens PocketBase's dashboard. Password is shown once.
type Superuser struct{ Email, Password string }

// Link is what a one-time link is for.
type Link struct {
	Purpose     account.Purpose
	Name, Email string
	ExpiresAt   time.Time
}

// Access is how people get in: the first of them, and by one-time links.
type Access interface {
	Doors() (Doors, error)
	// CheckLink is LinkInvalid, LinkExpired or LinkUsed; SetupDone for a setup
	// link once there is an administrator.
	CheckLink(token string) (Link, error)
	// Setup makes the first administrator and the superuser of the dashboard.
	Setup(SetupRequest) (Superuser, error)
	// UseLink sets the password and answers whose it is.
	UseLink(token, password string) (email string, err error)
	// Forgot sends a reset link if there is such an account. It answers at once
	// and the same, whether or not there is.
	Forgot(email string)
}

// Instant is a moment as it is told: in UTC, to the millisecond; "" if it never was.
type Instant struct{ time.Time }

// MarshalText implements encoding.TextMarshaler.
func (t Instant) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// MarshalJSON implements json.Marshaler: that of time.Time is another.
func (t Instant) MarshalJSON() ([]byte, error) {
	text, err := t.MarshalText()
	return append(append([]byte{'"'}, text...), '"'), err
}

// PersonState of an account.
type PersonState string

// The states.
const (
	PersonInvited  PersonState = "invited" // has not set his password
	PersonActive   PersonState = "active"
	PersonInactive PersonState = "inactive"
)

// Person is an account as those see it who manage accounts.
type Person struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Email       string      `json:"email"`
	Role        actor.Role  `json:"role"`
	UT          string      `json:"ut,omitempty"`
	UTName      string      `json:"ut_name,omitempty"`
	Entity      string      `json:"entity,omitempty"`
	EntityName  string      `json:"entity_name,omitempty"`
	State       PersonState `json:"state"`
	Demo        bool        `json:"demo"`
	InvitedAt   Instant     `json:"invited_at,omitzero"` // zero if never, as the next two
	JoinedAt    Instant     `json:"joined_at,omitzero"`
	LockedUntil Instant     `json:"locked_until,omitzero"`
	LastSeenAt  Instant     `json:"last_seen_at,omitzero"` // newest of his devices
}

// PersonDevice is one of his installations, as it last reported.
type PersonDevice struct {
	ID              string       `json:"id"`
	Name            string       `json:"name"`
	Platform        string       `json:"platform"`
	State           device.State `json:"state"`
	LastSeenAt      Instant      `json:"last_seen_at"`
	Outbox          int64        `json:"outbox"`                      // mutations unsent
	OldestPendingAt string       `json:"oldest_pending_at,omitempty"` // the device's clock
	DiffersSince    string       `json:"differs_since,omitempty"`     // the device's clock; "" if repair cures what differs
}

// DeviceOrder is an order with its reason. A wipe destroys what is unsent, so
// who orders it states how much that was by the last report he saw.
type DeviceOrder struct {
	Order  device.Order
	Reason string
	Unsent *int64
}

// PersonChange is one line of his history.
type PersonChange struct {
	At     Instant           `json:"at"`
	Actor  string            `json:"actor"` // the actor's name; "" if nobody is known
	Action string            `json:"action"`
	Before map[string]string `json:"before"` // the fields that changed
	After  map[string]string `json:"after"`
	Device string            `json:"device"` // of an order: the device it was about
	Reason string            `json:"reason"` // of an order to a device
}

// PersonDetail is a person with what hangs on his account.
type PersonDetail struct {
	Person
	Assignments int64          `json:"assignments"` // works he is responsible for today
	Devices     []PersonDevice `json:"devices"`
	History     []PersonChange `json:"history"`
}

// PeopleQuery filters the list; empty fields filter nothing.
type PeopleQuery struct {
	Text, UT      string
	Role          actor.Role
	State         PersonState
	Limit, Offset int
}

// PersonUpdate changes what is not nil.
type PersonUpdate struct {
	Name       *string
	Role       *actor.Role
	UT, Entity *string
}

// Issued is a link that was made. Token is "" when it went by mail.
type Issued struct {
	Person    Person          `json:"person"`
	Purpose   account.Purpose `json:"purpose"`
	Token     string          `json:"token,omitempty"`
	ExpiresAt Instant         `json:"expires_at"`
	Mailed    bool            `json:"mailed"`
	MailError bool            `json:"mail_error"` // mail is configured and would not take it: hand the link over
}

// Option is something to choose from.
type Option struct{ ID, Code, Name string }

// People manages accounts. Every call checks the actor's right; every change is
// audited with who, before and after.
type People interface {
	List(actor.Actor, PeopleQuery) (people []Person, total int64, err error)
	Person(a actor.Actor, id string) (PersonDetail, error)
	Invite(actor.Actor, Newcomer) (Issued, error)
	// Link issues a new link (an invitation to who has not joined, else a reset)
	// and voids the older ones. Every session of that person ends, but for one's own.
	Link(a actor.Actor, id string, byMail bool) (Issued, error)
	Update(a actor.Actor, id string, u PersonUpdate) (Person, error)
	// OrderDevice tells a person's device; a wipe that does not state what was last
	// reported unsent is a DeviceReported fault.
	OrderDevice(a actor.Actor, person, device string, o DeviceOrder) (PersonDevice, error)
	// DeviceWiped notes that a device did what it was ordered; who knows the
	// install is the device. NotFound otherwise.
	DeviceWiped(device, install string) error
	// SetActive deactivates (and ends every session) or reactivates.
	SetActive(a actor.Actor, id string, active bool) (Person, error)
	Unlock(a actor.Actor, id string) (Person, error)
	// CloseSessions ends every session of a person, on all his devices.
	CloseSessions(a actor.Actor, id string) (Person, error)
	// CloseOthers ends the actor's own sessions but this one, which goes on with the
	// token that is answered.
	CloseOthers(a actor.Actor) (token string, err error)
	UTs(actor.Actor) ([]Option, error)
	Entities(a actor.Actor, text string) ([]Option, error)
}

// Mail is a letter to one person.
type Mail struct{ To, Name, Subject, HTML, Text string }

// MailSettings is how the server sends mail.
type MailSettings struct {
	Enabled            bool
	Host               string
	Port               int
	Username           string
	Password           string // write only; "" keeps the one there is
	TLS                bool
	SenderName, Sender string
}

// Step is one thing to do on the first day.
type Step struct {
	Key  string
	Done bool
	// Count is how many there are of what the step brings in; -1 where nothing is counted.
	Count int64
}

// Office is what an administrator arranges of the server itself.
type Office interface {
	Institution(actor.Actor) (Institution, MailSettings, error)
	SetInstitution(actor.Actor, Institution) error
	SetMail(actor.Actor, MailSettings) error
	// TestMail sends a letter to the actor by settings that need not be saved
	// yet: MailFailed with the mail server's words if it would not.
	TestMail(actor.Actor, MailSettings) error
	FirstSteps(a actor.Actor, overTLS bool) ([]Step, error)
}
