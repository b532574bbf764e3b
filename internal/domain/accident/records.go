// Package accident declares the accidents at work: who was hurt, where, how, and
// whether the insurer was told. Either side records them in the field.
package accident

import (
	"chaski/internal/domain/actor"
	r "chaski/internal/domain/record"
)

// minDescription is how many characters say what happened.
const minDescription = 10

var (
	either = r.By{Right: actor.RecordAccidents, Relation: r.Works}
	own    = r.By{Right: actor.RecordAccidents, Relation: r.Made}
)

// Records are the kinds of record of accidents. The policy in force that day follows
// from the insurance of the work (internal/domain/insurance) and is not repeated.
var Records = []*r.Type{{
	Name: "accidents", Plural: "accidentes", Title: []string{"participant", "happened_on"}, Day: "happened_on", Form: "accident", Version: 1,
	Doc:    "a participant was hurt at work",
	Served: true, Place: r.AtWork("intervention"),
	Fields: []r.Field{
		r.MustRef("intervention", "interventions").Asks(r.Needed),
		r.MustRef("participant", "participants").Asks(r.Needed),
		r.Must("happened_on", r.Past).Asks(r.Needed | r.Changed),
		r.Must("place", r.Short).Asks(r.Needed | r.Changed).Says("where it happened"),
		r.Must("description", r.Text).Asks(r.Needed|r.Changed, r.AtLeast(minDescription)).Says("what happened"),
		r.Of("injury", r.Text).Asks(r.Given | r.Cleared),
		r.Of("treated_by", r.Short).Asks(r.Given | r.Cleared).Says("who treated the person, and where"),
		r.Of("notified_on", r.Past).Asks(r.Given | r.Cleared).Says("when the insurer was told"),
		r.Of("notified_by", r.Short).Asks(r.Given | r.Cleared).Says("by whom"),
		r.Must("recorded_by", r.ID), r.At("received_at"),
	},
	Stamps: r.Stamps{Maker: "recorded_by", Received: "received_at"},
	// Who told the insurer means nothing without when.
	Units:       [][]string{{"notified_on", "notified_by"}},
	Rules:       []r.Rule{r.SameWork("participant", "participants"), r.WithinWork("happened_on", nil), r.Order("happened_on", "notified_on")},
	Constraints: []r.Constraint{r.OfItsWork("participant")},
	Ops: []r.Op{
		{Name: "create", By: either, Rules: []r.FormRule{r.InWork("happened_on"), r.Together("notified_on", "notified_by")}},
		{Name: "update", By: either, Rules: []r.FormRule{r.Something("description"), r.Together("notified_on", "notified_by")}},
		{Name: "delete", By: own},
	},
}}
