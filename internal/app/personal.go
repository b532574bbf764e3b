package app

import (
	"strings"
	"time"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/identity"
	"chaski/internal/records"
)

// The lists of people, by the collection of their rows.
const (
	ListParticipants = "participants"
	ListInsured      = "insured_persons"
)

// What a person did with personal data, as the audit trail names it.
const (
	ActionRead   = "read_personal"   // saw names or masked numbers
	ActionReveal = "reveal_personal" // saw one person's DNI and birth date
)

// MinRevealReason is how many characters say why a number is needed whole.
const MinRevealReason = 10

// PersonalQuery asks for a page of people. One of the first four narrows it.
type PersonalQuery struct {
	Intervention, UT, Name string
	DNI                    string // whole: a part of one would let a list be asked digit by digit
	List                   string
	Limit, Offset          int
}

// Enrolled is a row of a roster or of an insurance.
type Enrolled struct {
	ID               string             `json:"id"`
	Name             string             `json:"name"`
	DNI              identity.HiddenDNI `json:"dni"`
	Intervention     string             `json:"intervention"`
	InterventionName string             `json:"intervention_name"`
	ConvenioCode     string             `json:"convenio_code"`
	UT               string             `json:"-"`
	UTName           string             `json:"ut_name"`
	Cupo             int64              `json:"cupo"`   // participants
	Policy           string             `json:"policy"` // insured persons: its number
	From             day.Day            `json:"from"`
	To               day.Day            `json:"to"`
}

// Identity is what revealing a person shows. OtherDNI is the value that stands,
// of a conflict about a DNI.
type Identity struct {
	Name, DNI, OtherDNI, BirthDate string
	Intervention, UT               string
}

// Sight is somebody's sight of personal data. Equal ones within an hour are one
// entry that says how often; revealing is never coalesced.
type Sight struct {
	Actor, Action, Collection, Record string
	Detail                            SightDetail
}

// SightDetail says what was seen. It carries no whole DNI.
type SightDetail struct {
	What         string            `json:"what"` // the page it was seen on
	Intervention string            `json:"intervention,omitempty"`
	Filter       map[string]string `json:"filter,omitempty"`
	People       []string          `json:"people,omitempty"` // their rows, of a search
	Rows         int               `json:"rows"`
	Offset       int               `json:"offset,omitempty"`
	Reason       string            `json:"reason,omitempty"`
}

// Sights notes what was seen, before it is shown: what cannot be noted is not shown.
type Sights interface {
	Saw(...Sight) error
}

// SightLimits bound how many entries of the trail one account makes in a day in
// Lima; 0 for no bound. A sight that only counts up within its hour makes none.
type SightLimits struct{ Reveals, Reads int64 }

// DefaultSightLimits are far above a day's work, and keep the trail from being
// filled by one account.
var DefaultSightLimits = SightLimits{Reveals: 300, Reads: 2000}

// SightLimitsKey is where an app keeps SightLimits other than the defaults.
const SightLimitsKey = "chaskiSightLimits"

// AccessQuery asks who saw what: of one row of a person, by one account, or all.
type AccessQuery struct {
	Person, Actor string
	Limit, Offset int
}

// AccessEntry is an entry of the audit trail about personal data.
type AccessEntry struct {
	Sight
	ActorName, ActorRole, InterventionName, Person string
	FirstAt, LastAt                                time.Time
	Times                                          int
}

// PersonalBook is the port of people's data.
type PersonalBook interface {
	Sights
	People(PersonalQuery) ([]Enrolled, int64, error)
	// Identity of a row; found is false for what is not there.
	Identity(collection, record string) (who Identity, found bool, err error)
	Accesses(AccessQuery) ([]AccessEntry, int64, error)
	// Assigned says whether a work is assigned to a supervisor today.
	Assigned(user, intervention string) (bool, error)
}

// Personal has the use cases of people's data.
type Personal struct{ Book PersonalBook }

// Search answers a page of people and how many there are. A coordinator sees
// those of his unit.
func (p *Personal) Search(a actor.Actor, q PersonalQuery) ([]Enrolled, int64, error) {
	ut, err := reach(a, actor.ReadPersonal)
	if err != nil {
		return nil, 0, err
	}
	if ut != "" {
		if q.UT != "" && q.UT != ut {
			return nil, 0, fault.New(fault.Forbidden, "")
		}
		q.UT = ut
	}
	if q.DNI != "" {
		if f := identity.ValidateDNI("dni", q.DNI); f != nil {
			return nil, 0, fault.New(f.Code, f.Field) // without the value
		}
	}
	if q.Intervention == "" && q.UT == "" && q.Name == "" && q.DNI == "" {
		return nil, 0, fault.New(fault.Required, "intervention")
	}
	found, total, err := p.Book.People(q)
	if err != nil {
		return nil, 0, err
	}
	seen := Sight{Actor: a.User, Action: ActionRead, Collection: q.List, Detail: SightDetail{
		What: "search", Intervention: q.Intervention, Filter: q.filter(), Rows: len(found), Offset: q.Offset,
	}}
	for _, e := range found {
		seen.Detail.People = append(seen.Detail.People, e.ID)
	}
	return found, total, p.Book.Saw(seen)
}

// filter is what was asked for, as the trail keeps it.
func (q PersonalQuery) filter() map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{"ut": q.UT, "name": q.Name, "dni": identity.Mask(q.DNI)} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

// Reveal shows one person's numbers to who says why he needs them.
func (p *Personal) Reveal(a actor.Actor, collection, record, reason string) (Identity, error) {
	within, err := p.reveals(a, collection)
	if err != nil {
		return Identity{}, err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < MinRevealReason {
		return Identity{}, fault.New(fault.TooShort, "reason").With("min", "10")
	}
	if !records.NamesPeople(collection) && collection != "conflicts" { // which holds what others said
		return Identity{}, fault.New(fault.InvalidValue, "collection")
	}
	who, found, err := p.Book.Identity(collection, record)
	if err != nil || !found {
		return Identity{}, orFault(err, fault.New(fault.NotFound, "record"))
	}
	if in, err := within(who); err != nil || !in {
		return Identity{}, orFault(err, fault.New(fault.NotFound, "record"))
	}
	return who, p.Book.Saw(Sight{
		Actor: a.User, Action: ActionReveal, Collection: collection, Record: record,
		Detail: SightDetail{What: "reveal", Intervention: who.Intervention, Rows: 1, Reason: reason},
	})
}

// reveals says whom a person may uncover: staff those of their reach, a supervisor
// who stands on the site those on the roster of a work that is his today.
func (p *Personal) reveals(a actor.Actor, collection string) (func(Identity) (bool, error), error) {
	if a.Role.May(actor.RevealOnSite) && collection == ListParticipants {
		return func(who Identity) (bool, error) { return p.Book.Assigned(a.User, who.Intervention) }, nil
	}
	ut, err := reach(a, actor.RevealPersonal)
	return func(who Identity) (bool, error) { return ut == "" || who.UT == ut, nil }, err
}

// Accesses answers who saw personal data, newest first.
func (p *Personal) Accesses(a actor.Actor, q AccessQuery) ([]AccessEntry, int64, error) {
	if !a.Role.May(actor.ReadAccesses) {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	return p.Book.Accesses(q)
}
