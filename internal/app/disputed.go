package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// DisputedMark is one thing that was said of a person on a disputed day.
type DisputedMark struct {
	Source      string `json:"source"` // visit_marks or attendance_sheets
	Record      string `json:"record"`
	Participant string `json:"participant"` // row of that work's roster
	Mark        string `json:"mark"`        // presente or ausente
	Rev         int64  `json:"-"`           // of the row it is written in

	Intervention string `json:"intervention"`
	Name         string `json:"name"` // the intervention's
	Convenio     string `json:"convenio_code"`
	UT           string `json:"-"`
	UTName       string `json:"ut_name"`
	Cupo         int64  `json:"cupo"`
	Visit        string `json:"visit"` // where a supervisor saw it; "" for a sheet
	By           string `json:"by"`    // who saw it or validated it, by name; "" where nobody is known
	Holds        bool   `json:"holds"` // as somebody decided
}

// DisputedDay is a person's day of which validated evidence says what cannot both be:
// at work in two works, or present and absent at one (decision 0023). It counts for
// nobody until somebody decides. Row and day are its name; the DNI never leaves.
type DisputedDay struct {
	Row       string         `json:"row"` // of a roster, whose person it is
	Day       string         `json:"day"`
	Person    string         `json:"person"`     // name
	DNI       string         `json:"-"`          // masked by the routes
	Seen      string         `json:"seen"`       // what is said of it, as one text: a decision says what it is about
	MayDecide bool           `json:"may_decide"` // by who asks
	Reason    string         `json:"reason"`     // of the decision that holds
	DecidedBy string         `json:"decided_by"` // name; "" while it is open
	DecidedAt string         `json:"decided_at"` // instant
	Marks     []DisputedMark `json:"marks"`
}

// seen is what is said of the day, of exactly these revisions.
func (d DisputedDay) seen() string {
	said := make([]any, 0, len(d.Marks))
	for _, m := range d.Marks {
		said = append(said, [...]any{m.Source, m.Record, m.Participant, m.Mark, m.Rev})
	}
	raw, _ := json.Marshal(said) // strings and numbers always encode
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// within says whether all that is said of the day comes from works of the unit, "" for
// any.
func (d DisputedDay) within(ut string) bool {
	return ut == "" || !slices.ContainsFunc(d.Marks, func(m DisputedMark) bool { return m.UT != ut })
}

// shown is the day as somebody bound to a unit ("" for none) sees it.
func (d DisputedDay) shown(ut string) DisputedDay {
	d.Seen, d.MayDecide = d.seen(), d.within(ut)
	return d
}

// DisputedQuery asks for a page of days; UT bounds them to those of which a work of
// that unit says something, "" for all.
type DisputedQuery struct {
	UT            string
	Decided       bool
	Limit, Offset int
}

// DayDecision says which mark of a disputed day holds: a jornal if it says presente,
// and nobody's otherwise.
type DayDecision struct {
	Source      string
	Record      string
	Participant string
	Seen        string // of the day that was shown
	Reason      string
}

// DisputedBook is the port of the disputed days.
type DisputedBook interface {
	// Days of a query, the oldest first, and how many there are.
	Days(DisputedQuery) ([]DisputedDay, int64, error)
	// Change opens one transaction over the ledger, brought up to date.
	Change(context.Context, func(DisputedDesk) error) error
}

// DisputedDesk writes, in one transaction.
type DisputedDesk interface {
	// Day by its name; found is false where it is not, or no longer, disputed.
	Day(row, day string) (d DisputedDay, found bool, err error)
	// Decide keeps a decision about the day as it stands, with its entry in the trail.
	Decide(by actor.Actor, day DisputedDay, holds DisputedMark, reason string) error
}

// Disputed are the use cases of who decides about disputed days.
type Disputed struct {
	Book   DisputedBook
	Sights Sights
}

// DisputedPage is how many days one answer carries.
const DisputedPage = 50

// List answers the days of the coordinator's unit, or all. One that is of two units
// is seen by both.
func (s *Disputed) List(a actor.Actor, decided bool, offset int) ([]DisputedDay, int64, error) {
	ut, err := reach(a, actor.DecideJornales)
	if err != nil {
		return nil, 0, err
	}
	found, total, err := s.Book.Days(DisputedQuery{UT: ut, Decided: decided, Limit: DisputedPage, Offset: offset})
	if err != nil {
		return nil, 0, err
	}
	seen := Sight{Actor: a.User, Action: ActionRead, Collection: "participants", Detail: SightDetail{What: "disputed", Rows: len(found), Offset: offset}}
	for i, d := range found {
		found[i] = d.shown(ut)
		seen.Detail.People = append(seen.Detail.People, d.Row)
	}
	if len(found) == 0 {
		return found, total, nil
	}
	return found, total, s.Sights.Saw(seen)
}

// Decide says which mark of a day holds. Conflict if the day says something else than
// what was shown, TwoUnits for a coordinator where it is of another unit too: neither
// of them awards the jornal to himself.
func (s *Disputed) Decide(ctx context.Context, a actor.Actor, row, day string, q DayDecision) (after DisputedDay, err error) {
	ut, err := reach(a, actor.DecideJornales)
	if err != nil {
		return DisputedDay{}, err
	}
	q.Reason = strings.TrimSpace(q.Reason)
	if err := (Answerer{a.User, a.Name, q.Reason}).Check(); err != nil {
		return DisputedDay{}, err
	}
	err = s.Book.Change(ctx, func(d DisputedDesk) error {
		now, found, err := d.Day(row, day)
		switch {
		case err != nil:
			return err
		case !found || ut != "" && !slices.ContainsFunc(now.Marks, func(m DisputedMark) bool { return m.UT == ut }):
			return fault.New(fault.NotFound, "day")
		case now.seen() != q.Seen:
			return fault.New(fault.Conflict, "day")
		case !now.within(ut):
			return fault.New(fault.TwoUnits, "day")
		}
		i := slices.IndexFunc(now.Marks, func(m DisputedMark) bool {
			return m.Source == q.Source && m.Record == q.Record && m.Participant == q.Participant
		})
		if i < 0 {
			return fault.New(fault.InvalidValue, "record")
		}
		return d.Decide(a, now, now.Marks[i], q.Reason)
	})
	if err != nil {
		return DisputedDay{}, err
	}
	err = s.Book.Change(ctx, func(d DisputedDesk) error {
		after, _, err = d.Day(row, day)
		return err
	})
	return after.shown(ut), err
}
