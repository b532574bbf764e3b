package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
	"chaski/internal/replication"
)

// maxText bounds what a person writes in one field.
const maxText = rendicion.MaxText

func soles(centimos int64) decimal.Decimal { return decimal.New(centimos, -2) }

func amountsOf(x *Rendicion) rendicion.Amounts {
	out := make(rendicion.Amounts, len(x.Amounts))
	for l, a := range x.Amounts {
		out[l] = soles(a)
	}
	return out
}

// write opens the transaction, finds the rendición in it, lets fn change it and
// answers how it is afterwards.
func (u *rendiciones) write(ctx context.Context, a actor.Actor, intervention string, may func(*Rendicion) bool,
	fn func(RendicionDesk, *Rendicion) error,
) (after Rendicion, err error) {
	err = u.book.Write(ctx, func(d RendicionDesk) error {
		x, err := u.find(d, a, intervention)
		if err != nil {
			return err
		}
		if !may(&x) {
			return fault.New(fault.Forbidden, "")
		}
		if err := fn(d, &x); err != nil {
			return err
		}
		after, err = u.find(d, a, intervention)
		return err
	})
	return after, err
}

// lineClosed is why an amount may not be changed now, told at a field; nil if it may.
func (x *Rendicion) lineClosed(l rendicion.Line, field string) *fault.Fault {
	switch {
	case !x.editable():
		return fault.New(fault.RendicionClosed, field)
	case !x.Scope.Line(l):
		return fault.New(fault.RendicionItemClosed, field).With("item", string(l))
	}
	return nil
}

func lineChanged(field string, l rendicion.Line, yours, theirs int64) *fault.Fault {
	return fault.New(fault.RendicionChanged, field).With("item", string(l)).With("yours", money(yours)).With("theirs", money(theirs))
}

// money writes céntimos for a sentence; "" for nothing stated.
func money(centimos int64) string {
	if centimos == 0 {
		return ""
	}
	return soles(centimos).StringFixed(2)
}

// answerClosed is why an observation may not be answered now, told at a field; nil if
// it may.
func (x *Rendicion) answerClosed(o RendicionObservation, field string) *fault.Fault {
	if !x.editable() || o.State != rendicion.ObservationOpen {
		return fault.New(fault.RendicionClosed, field)
	}
	return nil
}

// submission is what the rules look at.
func (x *Rendicion) submission() rendicion.Submission {
	s := rendicion.Submission{
		State: x.State, Transferred: soles(x.Transferred), Amounts: amountsOf(x), Documents: map[rendicion.Document]int{},
		Required: x.Required, Observations: observationsOf(x), Touched: map[string]bool{}, Said: map[string]string{}, Reopens: x.Reopens,
	}
	for _, d := range x.inForce() {
		s.Documents[d.Kind]++
		if d.StoredAt == "" {
			s.Awaited = append(s.Awaited, d.Kind)
		}
	}
	for _, o := range x.Observations {
		s.Touched[o.ID], s.Said[o.ID] = x.Touched(o.Observation), x.Said(o.ID)
	}
	return s
}

// Touched says whether the item of an observation differs from what was presented.
func (x *Rendicion) Touched(o rendicion.Observation) bool {
	switch o.Target {
	case rendicion.TargetLine:
		return x.restated(rendicion.Line(o.Item))
	case rendicion.TargetDocument:
		was, is := "", ""
		versions, presented := x.versions(o.Item), x.presented()
		for _, d := range versions {
			if presented[d.ID] {
				was = d.ID
			}
			if d.SupersededBy == "" {
				is = d.ID
			}
		}
		if was == "" && is == "" && len(versions) > 0 {
			return x.added(versions[0].Kind) // it was taken back: another may have come
		}
		return was != is
	case rendicion.TargetMissing:
		return x.added(rendicion.Document(o.Item))
	}
	return false
}

// added says whether a document of a kind came since it was last presented.
func (x *Rendicion) added(kind rendicion.Document) bool {
	return slices.ContainsFunc(x.fresh(), func(d RendicionDocument) bool { return d.Kind == kind })
}

// Said is the answer to an observation as it was last presented, "" for none.
func (x *Rendicion) Said(observation string) string {
	if last := x.last(); last != nil {
		return last.Content.Answers[observation]
	}
	return ""
}

// handIn presents what the rules admit: its receipt, the observations answered, its
// next state.
func handIn(d RendicionDesk, a actor.Actor, x *Rendicion, next rendicion.State, now time.Time) error {
	s, content, err := x.present(a, now)
	if err != nil {
		return err
	}
	if err := d.AddSubmission(x.ID, x.Work.ID, s, content, a.User); err != nil {
		return err
	}
	if err := d.Presented(x.ID); err != nil {
		return err
	}
	for _, o := range x.Observations {
		if o.State != rendicion.ObservationOpen {
			continue
		}
		o.State = rendicion.ObservationAnswered
		if err := d.SetObservation(o, a.User); err != nil {
			return err
		}
	}
	today := day.Of(now)
	fields := map[string]any{
		"round": s.Round, "transferred": x.Transferred, "due_on": string(x.Deadline.Due), "presented_at": now,
		"presented_by": a.User, "receipt": s.Receipt, "presents": x.seen(),
	}
	if x.PresentedOn == "" {
		fields["presented_on"] = string(today)
	}
	if err := d.SetState(x.ID, x.Work.ID, next, fields); err != nil {
		return err
	}
	return d.Audit(a.User, "rendicion.submit", x.Work.ID, map[string]any{"receipt": s.Receipt, "round": s.Round})
}

// present writes down what is presented and gives it its receipt: part of the
// SHA-256 of its content in canonical JSON, so that who holds the content can
// prove what the receipt is for.
func (x *Rendicion) present(a actor.Actor, now time.Time) (RendicionSubmission, json.RawMessage, error) {
	s := RendicionSubmission{Round: x.Round + 1}
	amounts := map[rendicion.Line]string{}
	for _, l := range rendicion.Lines {
		amounts[l] = soles(x.Amounts[l]).StringFixed(2)
	}
	type item struct {
		ID     string `json:"id"`
		Kind   string `json:"kind"`
		Name   string `json:"name"`
		SHA256 string `json:"sha256"`
		Size   int64  `json:"size"`
	}
	documents := []item{}
	for _, d := range x.inForce() {
		documents = append(documents, item{d.ID, string(d.Kind), d.Name, d.SHA256, d.Size})
	}
	answers := map[string]string{}
	for _, o := range x.Observations {
		if o.State == rendicion.ObservationOpen {
			answers[o.ID] = o.Answer
		}
	}
	content, err := json.Marshal(map[string]any{
		"convenio": x.Work.ConvenioCode, "intervention": x.Work.ID, "round": s.Round, "transferred": soles(x.Transferred).StringFixed(2),
		"amounts": amounts, "documents": documents, "answers": answers,
		"presented_by": a.User, "presented_at": now.UTC().Format(time.RFC3339),
	})
	if err != nil {
		return s, nil, err
	}
	if s.SHA256, err = replication.HashJSON(content); err != nil {
		return s, nil, err
	}
	s.Receipt = fmt.Sprintf("RC-%s-%d-%s", x.Work.ConvenioCode, s.Round, strings.ToUpper(s.SHA256[:12]))
	return s, content, nil
}

// Review implements Rendiciones.
func (u *rendiciones) Review(ctx context.Context, a actor.Actor, intervention string, q RendicionReview) (Rendicion, error) {
	now := u.now()
	may := func(x *Rendicion) bool { return judges(a, x.Work) }
	return u.write(ctx, a, intervention, may, func(d RendicionDesk, x *Rendicion) error {
		if x.ended() {
			return fault.New(fault.RendicionClosed, "state")
		}
		fresh, err := newObservations(x, q.Observations)
		if err != nil {
			return err
		}
		r := rendicion.Review{Approve: q.Approve, Lifted: map[string]bool{}, Observations: fresh}
		for _, id := range q.Lifted {
			r.Lifted[id] = true
		}
		next, existing, f := rendicion.Decide(x.submission(), r)
		if f != nil {
			return f
		}
		if x.Revision != q.Revision {
			return fault.New(fault.Conflict, "revision")
		}
		for i, o := range existing {
			was := x.Observations[i]
			if was.State == o.State {
				continue
			}
			was.State = o.State
			if err := d.SetObservation(was, a.User); err != nil {
				return err
			}
		}
		for _, o := range q.Observations {
			if err := d.Observe(x.ID, x.Work.ID, x.Round, o, a.User); err != nil {
				return err
			}
		}
		fields := map[string]any{}
		switch next {
		case rendicion.Approved:
			fields["decided_on"], fields["decided_by"] = string(day.Of(now)), a.User
		case rendicion.Observed:
			fields["observed_on"] = string(day.Of(now))
		default:
		}
		if err := d.SetState(x.ID, x.Work.ID, next, fields); err != nil {
			return err
		}
		return d.Audit(a.User, "rendicion.review", x.Work.ID, map[string]any{"state": next, "lifted": q.Lifted, "observations": q.Observations})
	})
}

const minObservation = 5

func newObservations(x *Rendicion, list []NewObservation) ([]rendicion.Observation, error) {
	documents := map[string]bool{}
	for _, d := range x.inForce() {
		documents[d.ID] = true
	}
	out := make([]rendicion.Observation, len(list))
	for i, o := range list {
		out[i] = rendicion.Observation{Target: o.Target, Item: o.Item, Also: o.Also, State: rendicion.ObservationOpen}
		if f := rendicion.CheckObservation(out[i], documents); f != nil {
			return nil, f
		}
		n := utf8.RuneCountInString(strings.TrimSpace(o.Text))
		if n < minObservation {
			return nil, fault.New(fault.TooShort, "text").With("min", fmt.Sprint(minObservation))
		}
		if n > maxText {
			return nil, fault.New(fault.TooLong, "text").With("max", fmt.Sprint(maxText))
		}
	}
	return out, nil
}
