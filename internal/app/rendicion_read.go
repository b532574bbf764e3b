package app

import (
	"encoding/json"
	"slices"
	"sort"
	"time"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
	"chaski/internal/domain/rendicion"
)

// NewRendiciones returns the use cases over their port.
func NewRendiciones(book RendicionBook, now func() time.Time) Rendiciones {
	return &rendiciones{book, now}
}

type rendiciones struct {
	book RendicionBook
	now  func() time.Time
}

// edits: the staff of the entity that carries the work out.
func edits(a actor.Actor, w RendicionWork) bool {
	return a.Role.May(actor.WriteRendicion) && a.Entity != "" && a.Entity == w.Executor
}

// judges: the unit's coordinator, and central reviewers.
func judges(a actor.Actor, w RendicionWork) bool {
	return a.Role.May(actor.ReviewRendicion) && (a.Role != actor.UTCoordinator || a.UT != "" && a.UT == w.UT)
}

func readsRendicion(a actor.Actor, w RendicionWork) bool {
	return edits(a, w) || a.WatchesFigures() && reaches(a, w.UT)
}

// rules are the dated rules in force for one work.
type rules struct {
	holidays []calendar.Holiday
	today    day.Day
	page     RendicionPage
}

func (u *rendiciones) rules(p RendicionPage) (rules, error) {
	holidays, err := p.Holidays()
	return rules{holidays: holidays, today: day.Of(u.now()), page: p}, err
}

// workdays is a parameter of working days in force on a day, with its norm.
func (r rules) workdays(key string, on day.Day, otherwise int) (Deadline, error) {
	d := Deadline{Workdays: otherwise, Norm: assumedDeadline, Assumption: true}
	p, found, err := r.page.Parameter(key, on)
	var n int
	if found && json.Unmarshal(p.Value, &n) == nil && n > 0 {
		d.Workdays, d.Norm, d.Assumption = n, p.Norm, p.Assumption
	}
	return d, err
}

// deadlines of a work: the first, and that of its correction, nil if nothing is
// observed. The parameter is the one in force on the day each counts from. What
// was presented keeps the deadline it was presented under; until then it is
// counted at each look, so that a holiday added later moves it.
func (r rules) deadlines(w RendicionWork, s rendicion.State, then, observed day.Day) (d Deadline, correction *Deadline, err error) {
	if d, err = r.workdays(rendicion.DeadlineKey, w.Ends, rendicion.DefaultDeadline); err != nil {
		return d, nil, err
	}
	c, err := r.workdays(rendicion.CorrectionKey, observed, rendicion.DefaultCorrection)
	if err != nil {
		return d, nil, err
	}
	days := calendar.Of(r.holidays, w.Department)
	what, due := rendicion.OwedOf(s.Work(), w.Ends, observed, rendicion.Allowed{Presentation: d.Workdays, Correction: c.Workdays}, days)
	if d.Due = then; then == "" {
		d.Due = rendicion.Due(w.Ends, d.Workdays, days)
	}
	d.Left, d.Overdue = rendicion.Left(r.today, d.Due, days), what == rendicion.OwesPresentation && rendicion.Late("", r.today, d.Due)
	if what != rendicion.OwesCorrection || due == "" {
		return d, nil, nil
	}
	c.Due, c.Left, c.Overdue = due, rendicion.Left(r.today, due, days), rendicion.Late("", r.today, due)
	return d, &c, nil
}

const assumedDeadline = "Supuesto de este sistema: no hay un parámetro vigente en la fecha desde la que se cuenta."

func (r rules) required(w RendicionWork) ([]rendicion.Document, error) {
	p, found, err := r.page.Parameter(rendicion.RequiredKey, w.Ends)
	var list []rendicion.Document
	if err != nil || !found || json.Unmarshal(p.Value, &list) != nil {
		return rendicion.DefaultRequired, err
	}
	return list, nil
}

// complete adds what is derived.
func (r rules) complete(a actor.Actor, x *Rendicion) (err error) {
	if x.Deadline, x.Correction, err = r.deadlines(x.Work, x.State, x.DueThen, x.ObservedOn); err != nil {
		return err
	}
	if x.Required, err = r.required(x.Work); err != nil {
		return err
	}
	x.Scope = scopeOf(x)
	x.CanEdit = edits(a, x.Work) && x.editable()
	x.Reopens = x.State == rendicion.Approved && x.Work.State == x.State.Work() && x.Round > 0 && x.Moved()
	x.CanJudge = judges(a, x.Work) && (x.State.Reviewable() && !x.ended() || x.Reopens)
	return nil
}

// ended: its work was closed, given up or resolved meanwhile, by whom none of its
// people is: nobody writes in it any more.
func (x *Rendicion) ended() bool {
	work, _ := jobs.Works.State(x.Work.State)
	return work.End
}

// editable says whether its executor may change anything.
func (x *Rendicion) editable() bool { return x.State.Editable() && !x.ended() }

// scopeOf adds to the rule's scope what would otherwise leave it stuck. What was
// changed since it was presented may be changed again, a file or an amount; what
// took the place of an observed document is open in its stead; what is required
// since may come; and where what was transferred is another sum, every amount may
// follow it.
func scopeOf(x *Rendicion) rendicion.Scope {
	scope := rendicion.ScopeOf(x.State, observationsOf(x))
	if x.State != rendicion.Observed {
		return scope
	}
	for _, d := range x.fresh() {
		scope.Documents[d.ID] = true
	}
	for _, o := range x.Observations {
		versions := x.versions(o.Item)
		if o.Target != rendicion.TargetDocument || o.State != rendicion.ObservationOpen || len(versions) == 0 {
			continue
		}
		if last := versions[len(versions)-1]; last.SupersededBy == "" {
			scope.Documents[last.ID] = true
		} else {
			scope.Missing[last.Kind] = true
		}
	}
	have := map[rendicion.Document]int{}
	for _, d := range x.inForce() {
		have[d.Kind]++
	}
	for _, kind := range rendicion.Missing(x.Required, have, amountsOf(x)) {
		scope.Missing[kind] = true
	}
	for _, l := range rendicion.Lines {
		scope.Lines[l] = scope.Lines[l] || x.Moved() || x.restated(l)
	}
	scope.Missing[rendicion.DocReturn] = scope.Missing[rendicion.DocReturn] || scope.Lines[rendicion.Returned]
	return scope
}

// restated says whether an amount is not the one that was last presented.
func (x *Rendicion) restated(l rendicion.Line) bool {
	last := x.last()
	return last != nil && soles(x.Amounts[l]).StringFixed(2) != last.Content.Amounts[l]
}

// Moved says whether what was transferred is another sum than when it was presented.
func (x *Rendicion) Moved() bool { return x.Transferred != x.Presented }

// versions are a document and those that took its place, one after the other; the
// last is in force or was taken back.
func (x *Rendicion) versions(id string) (out []RendicionDocument) {
	for id != "" && len(out) <= len(x.Documents) {
		i := slices.IndexFunc(x.Documents, func(d RendicionDocument) bool { return d.ID == id })
		if i < 0 {
			return out
		}
		out = append(out, x.Documents[i])
		if id = x.Documents[i].SupersededBy; id == x.Documents[i].ID {
			return out
		}
	}
	return out
}

// presented are the ids of the documents that were last presented.
func (x *Rendicion) presented() map[string]bool {
	seen := map[string]bool{}
	if last := x.last(); last != nil {
		for _, d := range last.Content.Documents {
			seen[d.ID] = true
		}
	}
	return seen
}

// fresh are the documents in force that were never presented.
func (x *Rendicion) fresh() []RendicionDocument {
	seen := x.presented()
	var out []RendicionDocument
	for _, d := range x.inForce() {
		if !seen[d.ID] {
			out = append(out, d)
		}
	}
	return out
}

// Fresh are the ids of the documents in force that were never presented.
func (x *Rendicion) Fresh() map[string]bool {
	out := map[string]bool{}
	for _, d := range x.fresh() {
		out[d.ID] = true
	}
	return out
}

// Difference is what is still to be explained.
func (x *Rendicion) Difference() decimal.Decimal {
	return rendicion.AccountOf(soles(x.Transferred), amountsOf(x)).Difference
}

// Needed are the documents it cannot be presented without, there or not.
func (x *Rendicion) Needed() []rendicion.Document {
	return rendicion.Missing(x.Required, nil, amountsOf(x))
}

func (x *Rendicion) last() *RendicionSubmission {
	if len(x.Submissions) == 0 {
		return nil
	}
	return &x.Submissions[len(x.Submissions)-1]
}

func (x *Rendicion) inForce() []RendicionDocument {
	var out []RendicionDocument
	for _, d := range x.Documents {
		if d.SupersededBy == "" {
			out = append(out, d)
		}
	}
	return out
}

func observationsOf(x *Rendicion) []rendicion.Observation {
	out := make([]rendicion.Observation, len(x.Observations))
	for i, o := range x.Observations {
		out[i] = o.Observation
	}
	return out
}

// find reads one that the person may see.
func (u *rendiciones) find(p RendicionPage, a actor.Actor, intervention string) (Rendicion, error) {
	x, found, err := p.Rendicion(intervention)
	if err != nil {
		return x, err
	}
	if !found || !readsRendicion(a, x.Work) {
		return Rendicion{}, fault.New(fault.NotFound, "intervention")
	}
	return u.whole(p, a, x)
}

// whole adds to what the tables say what follows from it for a person.
func (u *rendiciones) whole(p RendicionPage, a actor.Actor, x Rendicion) (Rendicion, error) {
	if x.State == "" {
		return Rendicion{}, fault.New(fault.WorkNotEnded, "intervention")
	}
	r, err := u.rules(p)
	if err != nil {
		return x, err
	}
	return x, r.complete(a, &x)
}

func (u *rendiciones) Find(a actor.Actor, intervention string) (x Rendicion, err error) {
	err = u.book.Read(func(p RendicionPage) error {
		x, err = u.find(p, a, intervention)
		return err
	})
	return x, err
}

func (u *rendiciones) Document(a actor.Actor, intervention, document string) (d RendicionDocument, err error) {
	x, err := u.Find(a, intervention)
	if err != nil {
		return d, err
	}
	for _, d := range x.Documents {
		if d.ID == document {
			return d, nil
		}
	}
	return d, fault.New(fault.NotFound, "document")
}

func (u *rendiciones) list(f RendicionFilter, keep func(RendicionItem) bool) (out []RendicionItem, err error) {
	err = u.book.Read(func(p RendicionPage) error {
		items, err := p.Items(f)
		if err != nil {
			return err
		}
		r, err := u.rules(p)
		if err != nil {
			return err
		}
		for _, i := range items {
			if i.Deadline, i.Correction, err = r.deadlines(i.Work, i.State, i.Deadline.Due, i.ObservedOn); err != nil {
				return err
			}
			i.Late = rendicion.Late(i.PresentedOn, r.today, i.Deadline.Due)
			if keep(i) {
				out = append(out, i)
			}
		}
		return nil
	})
	return out, err
}

func (u *rendiciones) Mine(a actor.Actor) ([]RendicionItem, error) {
	if !a.Role.May(actor.WriteRendicion) || a.Entity == "" {
		return nil, fault.New(fault.Forbidden, "")
	}
	f := RendicionFilter{Executor: a.Entity, Works: rendicion.Works()}
	out, err := u.list(f, func(RendicionItem) bool { return true })
	// What he has to do first: by deadline, what is done last.
	sort.SliceStable(out, func(i, j int) bool {
		if e, f := out[i].State.Editable(), out[j].State.Editable(); e != f {
			return e
		}
		return out[i].Deadline.Due < out[j].Deadline.Due
	})
	return out, err
}

// unitOf is the unit a person's lists are bound to; "" for the whole country.
func unitOf(a actor.Actor) string {
	if a.Role == actor.UTCoordinator {
		return a.UT
	}
	return ""
}

func (u *rendiciones) Inbox(a actor.Actor) ([]RendicionItem, error) {
	if !a.WatchesFigures() || a.Role == actor.UTCoordinator && a.UT == "" {
		return nil, fault.New(fault.Forbidden, "")
	}
	f := RendicionFilter{UT: unitOf(a), Works: rendicion.WorksOf(actor.ReviewRendicion), Reopens: true}
	out, err := u.list(f, func(i RendicionItem) bool { return i.State.Reviewable() || i.Reopens })
	sort.SliceStable(out, func(i, j int) bool { return out[i].PresentedAt < out[j].PresentedAt })
	return out, err
}

// owed is the deadline that counts now.
func (i RendicionItem) owed() Deadline {
	if i.Correction != nil {
		return *i.Correction
	}
	return i.Deadline
}

// maxOverdue bounds the rows of the queue; its counts are of all.
const maxOverdue = 200

func (u *rendiciones) Overdue(a actor.Actor, ut string) (q RendicionOverdue, err error) {
	if !a.WatchesFigures() || a.Role == actor.UTCoordinator && a.UT == "" {
		return q, fault.New(fault.Forbidden, "")
	}
	f := RendicionFilter{UT: unitOf(a), Works: rendicion.WorksOf(actor.WriteRendicion)}
	all, err := u.list(f, func(i RendicionItem) bool { return i.owed().Overdue })
	if err != nil {
		return q, err
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].owed().Due < all[j].owed().Due })
	at := map[string]int{}
	for _, i := range all {
		n, known := at[i.Work.UT]
		if !known {
			n = len(q.UTs)
			at[i.Work.UT] = n
			q.UTs = append(q.UTs, OverdueUT{UT: i.Work.UT, Name: i.Work.UTName, Longest: -i.owed().Left})
		}
		q.UTs[n].Count++
		if ut != "" && ut != i.Work.UT {
			continue
		}
		q.Total++
		if len(q.Items) < maxOverdue {
			q.Items = append(q.Items, i)
		}
	}
	sort.SliceStable(q.UTs, func(i, j int) bool { return q.UTs[i].Count > q.UTs[j].Count })
	return q, nil
}
