package app

import (
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
)

// Renderer does what devices do to a rendición, each as a push does it once it is known who
// may, and what of it is new.
type Renderer struct {
	By  actor.Actor
	Now time.Time
}

// Change writes what is new of a line or an observation.
func (h Renderer) Change(o Outbound, w Write, row record.Row) error {
	return (&batch{Outbound: o}).change(w, row, h.By, h.Now)
}

// Add adds a document.
func (h Renderer) Add(o Outbound, w Write) error { return (&batch{Outbound: o}).create(w, h.By, h.Now) }

// Withdraw takes a document of a work back.
func (h Renderer) Withdraw(o Outbound, work, document string) error {
	m, said := Mutation{Record: document}, record.Row{"superseded_by": document}
	return refusal(h.judge(o).withdraw(m, said, RecordState{Data: map[string]any{"intervention": work}}))
}

// Present hands in what stands in a rendición of a work, as who presents it sees it.
func (h Renderer) Present(o Outbound, x Rendicion, to rendicion.State) error {
	seen := x.seen()
	lines, documents, answers := map[string]any{}, []any{}, map[string]any{}
	for l, amount := range seen.Lines {
		lines[string(l)] = amount
	}
	for _, id := range seen.Documents {
		documents = append(documents, id)
	}
	for id, answer := range seen.Answers {
		answers[id] = answer
	}
	said := record.Row{"state": string(to), "presents": map[string]any{"lines": lines, "documents": documents, "answers": answers}}
	return refusal(h.judge(o).present(said, RecordState{Data: map[string]any{"intervention": x.Work.ID}}))
}

func (h Renderer) judge(o Outbound) *judge {
	return &judge{tx: &batch{Outbound: o}, actor: h.By, now: h.Now}
}

// refusal is the first fault of an outcome.
func refusal(o *Outcome, err error) error {
	if err == nil && o.Status != Applied {
		err = o.Errors[0]
	}
	return err
}

// Take and Undo are what a movement, and its end, do to a roster.
var (
	Take = take
	Undo = undo
)
