package app

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/parameter"
)

// Parameter is one dated value. A value ends the day before the next begins.
type Parameter struct {
	Key             string          `json:"key"`
	Value           json.RawMessage `json:"value"`
	Unit            string          `json:"unit"`
	ValidFrom       day.Day         `json:"valid_from"`
	ValidTo         day.Day         `json:"valid_to,omitempty"` // "" for open
	Norm            string          `json:"norm"`
	Assumption      bool            `json:"assumption"`
	*parameter.Spec                 // nil: no rule reads it
}

// Holiday is a day not worked, with the norm that says so and where it holds:
// calendar.National or a department.
type Holiday struct {
	Day   day.Day `json:"day"`
	Name  string  `json:"name"`
	Norm  string  `json:"norm"`
	Scope string  `json:"scope"`
}

// Department by its code, INEI's two digits.
type Department struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Question of a checklist.
type Question struct {
	Key   string `json:"key" validate:"max=40"`
	Label string `json:"label" validate:"max=500"`
}

// Shot is a photograph that a visit with a checklist asks for.
type Shot struct {
	Key      string `json:"key" validate:"max=40"`
	Label    string `json:"label" validate:"max=200"`
	Required bool   `json:"required"`
}

// Checklist is a version of a list of questions; it holds until the next.
type Checklist struct {
	Key       string     `json:"key"`
	Version   int64      `json:"version"`
	Title     string     `json:"title"`
	Items     []Question `json:"items"`
	Shots     []Shot     `json:"shots"` // nil for a new version: those of the last
	ValidFrom day.Day    `json:"valid_from"`
}

// Unit is a territorial unit. Assumption: name and reach are not official.
type Unit struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Note       string `json:"note,omitempty"`
	Assumption bool   `json:"assumption"`
	Districts  int64  `json:"districts"` // that it serves today
}

// Jurisdiction says which unit serves a district in a span of days.
type Jurisdiction struct {
	UT         string  `json:"ut"` // code
	UTName     string  `json:"ut_name" db:"ut_name"`
	ValidFrom  day.Day `json:"valid_from"`
	ValidTo    day.Day `json:"valid_to,omitempty"`
	Assumption bool    `json:"assumption"`
	Note       string  `json:"note,omitempty"`
}

// District with every unit it had, has and will have, newest first.
type District struct {
	Ubigeo        string         `json:"ubigeo"`
	Name          string         `json:"name"`
	Province      string         `json:"province"`
	Department    string         `json:"department"`
	ValidFrom     day.Day        `json:"valid_from"`
	ValidTo       day.Day        `json:"valid_to,omitempty"`
	Assumption    bool           `json:"assumption"`
	Note          string         `json:"note,omitempty"`
	Jurisdictions []Jurisdiction `json:"jurisdictions"`
}

// Catalogue is all of it but the districts. Parameters are by key and newest
// first, holidays by day, checklists newest first, units by code.
type Catalogue struct {
	BusinessDate day.Day      `json:"business_date"`
	MayEdit      bool         `json:"may_edit"`
	Parameters   []Parameter  `json:"parameters"`
	Holidays     []Holiday    `json:"holidays"`
	Departments  []Department `json:"departments"` // by code
	Checklists   []Checklist  `json:"checklists"`
	Units        []Unit       `json:"units"`
}

// DistrictQuery asks for districts by name, province, department or ubigeo, or
// by the unit that serves them today.
type DistrictQuery struct {
	Text, UT      string
	Limit, Offset int
}

// JurisdictionChange moves a district to another unit from a day on.
type JurisdictionChange struct {
	Ubigeo, UT string // code
	ValidFrom  day.Day
	Note       string
}

// CatalogueBook is the port of the use cases. What adds a value ends the one it
// follows, never changes its past, and leaves an audit entry.
type CatalogueBook interface {
	Today() day.Day
	Read() (Catalogue, error)
	Districts(q DistrictQuery) ([]District, int64, error)
	// AddParameter takes the unit of the newest value of the key. DateTaken if
	// there is a value from that day.
	AddParameter(ctx context.Context, by string, p Parameter) error
	AddHoliday(ctx context.Context, by string, h Holiday) error
	// AddChecklist numbers the version. DateBeforeLast if a newer one is there.
	AddChecklist(ctx context.Context, by string, c Checklist) error
	// AddJurisdiction is NotFound for no such district or unit, UnitSame if the
	// district is its already.
	AddJurisdiction(ctx context.Context, by string, j JurisdictionChange) error
}

// Catalogues are the use cases of the catalogue.
type Catalogues struct{ Book CatalogueBook }

// Read answers the catalogue.
func (c *Catalogues) Read(a actor.Actor) (Catalogue, error) {
	if !a.Role.May(actor.ReadCatalogue) {
		return Catalogue{}, fault.New(fault.Forbidden, "")
	}
	out, err := c.Book.Read()
	out.BusinessDate, out.MayEdit = c.Book.Today(), a.Role.May(actor.EditCatalogue)
	for i, p := range out.Parameters {
		if spec, known := parameter.Find(p.Key); known {
			out.Parameters[i].Spec = &spec
		}
	}
	return out, err
}

// Districts answers a page of districts and how many there are.
func (c *Catalogues) Districts(a actor.Actor, q DistrictQuery) ([]District, int64, error) {
	if !a.Role.May(actor.ReadCatalogue) {
		return nil, 0, fault.New(fault.Forbidden, "")
	}
	return c.Book.Districts(q)
}

const (
	minNorm = 5
	maxNorm = 2000
)

// AddParameter adds a value from a day on.
func (c *Catalogues) AddParameter(ctx context.Context, a actor.Actor, p Parameter) error {
	if err := c.mayAdd(a); err != nil {
		return err
	}
	spec, known := parameter.Find(p.Key)
	if !known {
		return fault.New(fault.ParameterUnknown, "key")
	}
	if err := spec.Check(p.Value); err != nil {
		return err
	}
	if err := c.fromNow(p.ValidFrom, "valid_from"); err != nil {
		return err
	}
	var err error
	if p.Norm, err = written(p.Norm, "norm", minNorm); err != nil {
		return err
	}
	return c.Book.AddParameter(ctx, a.User, p)
}

// AddHoliday adds a day not worked. Unlike a value it may be a day past: it was
// free, whether or not somebody had entered it.
func (c *Catalogues) AddHoliday(ctx context.Context, a actor.Actor, h Holiday) error {
	if err := c.mayAdd(a); err != nil {
		return err
	}
	if _, err := day.Parse(string(h.Day)); err != nil {
		return fault.New(fault.DateInvalid, "day")
	}
	if !calendar.KnownScope(h.Scope) {
		return fault.New(fault.InvalidValue, "scope")
	}
	var err error
	if h.Name, err = written(h.Name, "name", 3); err != nil {
		return err
	}
	if h.Norm, err = written(h.Norm, "norm", minNorm); err != nil {
		return err
	}
	return c.Book.AddHoliday(ctx, a.User, h)
}

var questionKey = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

const maxQuestions = 100

// AddChecklist adds a version.
func (c *Catalogues) AddChecklist(ctx context.Context, a actor.Actor, l Checklist) error {
	if err := c.mayAdd(a); err != nil {
		return err
	}
	var err error
	if l.Title, err = written(l.Title, "title", 3); err != nil {
		return err
	}
	if len(l.Items) == 0 || len(l.Items) > maxQuestions {
		return fault.New(fault.InvalidValue, "items")
	}
	seen := map[string]bool{}
	for i, q := range l.Items {
		if !questionKey.MatchString(q.Key) {
			return fault.New(fault.InvalidValue, "items")
		}
		if seen[q.Key] {
			return fault.New(fault.QuestionRepeated, "items")
		}
		seen[q.Key] = true
		if l.Items[i].Label, err = written(q.Label, "items", 3); err != nil {
			return err
		}
	}
	if err := checkShots(l.Shots); err != nil {
		return err
	}
	if err := c.fromNow(l.ValidFrom, "valid_from"); err != nil {
		return err
	}
	return c.Book.AddChecklist(ctx, a.User, l)
}

func checkShots(shots []Shot) (err error) {
	seen := map[string]bool{}
	for i, s := range shots {
		switch {
		case !questionKey.MatchString(s.Key) || len(shots) > maxQuestions:
			return fault.New(fault.InvalidValue, "shots")
		case seen[s.Key]:
			return fault.New(fault.QuestionRepeated, "shots")
		}
		seen[s.Key] = true
		if shots[i].Label, err = written(s.Label, "shots", 3); err != nil {
			return err
		}
	}
	return nil
}

// AddJurisdiction moves a district to another unit from a day on.
func (c *Catalogues) AddJurisdiction(ctx context.Context, a actor.Actor, j JurisdictionChange) error {
	if err := c.mayAdd(a); err != nil {
		return err
	}
	if err := c.fromNow(j.ValidFrom, "valid_from"); err != nil {
		return err
	}
	var err error
	if j.Note, err = written(j.Note, "note", minNorm); err != nil {
		return err
	}
	return c.Book.AddJurisdiction(ctx, a.User, j)
}

func (c *Catalogues) mayAdd(a actor.Actor) error {
	if !a.Role.May(actor.EditCatalogue) {
		return fault.New(fault.Forbidden, "")
	}
	return nil
}

// fromNow: what was in force is history.
func (c *Catalogues) fromNow(d day.Day, field string) error {
	if _, err := day.Parse(string(d)); err != nil {
		return fault.New(fault.DateInvalid, field)
	}
	if d < c.Book.Today() {
		return fault.New(fault.DateInPast, field).With("value", string(d))
	}
	return nil
}

func written(text, field string, least int) (string, error) {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.New(fault.Required, field)
	case n < least:
		return "", fault.New(fault.TooShort, field).With("min", strconv.Itoa(least))
	case n > maxNorm:
		return "", fault.New(fault.TooLong, field).With("max", strconv.Itoa(maxNorm))
	}
	return text, nil
}
