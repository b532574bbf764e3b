package visit

import (
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// planned is the state of a visit that was not made yet.
const planned = "planificada"

// placed: unannounced visits are invisible to the executor until they were made
// (domain.md §B).
var placed = r.AtWork("intervention").HiddenWhile("state", planned)

func made(row r.Row) bool { return row.Text("state") != planned }

// Records are the kinds of record of a visit, of conflicts about them and of
// what a review decided.
var Records = []*r.Type{
	{
		Name: "visits", Place: placed,
		Fields: r.Join(
			r.Counting(
				r.MustRef("intervention", "interventions"), r.Must("visited_on", r.Day), r.Must("state", r.OneOf(planned, StateSynced, "validada", "observada")),
			),
			[]r.Field{
				r.Must("convenio_code", r.Convenio), r.MustRef("supervisor", "users"), r.Must("kind", r.OneOf("in_situ", "unannounced")),
				// What a phone's clock said is evidence: it may be wrong, and orders nothing.
				r.Of("device_started_at", r.Moment), r.Of("device_ended_at", r.Moment),
				r.Of("location_reason", r.Text), r.Of("roster_as_of", r.Short), r.Of("checklist_key", r.Short), r.Of("note", r.Text),
				r.Of("lat_e6", r.Any), r.Of("lon_e6", r.Any), r.Of("accuracy_m", r.Count), r.Of("headcount", r.Count), r.Of("roster_size", r.Count),
				r.Of("checklist_version", r.Count), r.Of("answers", r.Object(answerKey.MatchString, r.In("si", "no", "na"))),
				// What the sensor said of itself.
				r.ServerOnly(r.Of("fix", r.Map(isFix))), r.At("received_at"),
			},
		),
		Rules: r.Rules(r.Counted(visitedBefore, r.WithinWork("visited_on", made, "state")), []r.Rule{r.InPeru, itsConvenio}),
		Read:  []string{"intervention"},
	},
	{
		Name: "visit_marks", Parent: "visit", Place: r.Through("visit", "visits", placed),
		Fields: r.Join(
			r.Counting(
				r.MustRef("visit", "visits"), r.MustRef("intervention", "interventions"), r.MustRef("participant", "participants"),
				r.Must("mark", r.OneOf(Present, Absent, NotSeen)),
			),
			[]r.Field{r.Of("coverage_seen", r.OneOf("cubierto", "sin_cobertura", "por_confirmar"))},
		),
		Rules: r.Counted(r.SameWork("visit", "visits"), r.SameWork("participant", "participants")),
	},
	{
		Name: "findings", Parent: "visit", Place: r.Through("visit", "visits", placed),
		Units: [][]string{{"state", "state_reason"}, {"responsible", "due_on"}},
		Fields: []r.Field{
			r.MustRef("visit", "visits"), r.MustRef("intervention", "interventions"), r.Must("severity", r.OneOf("leve", "moderada", "grave")),
			r.Must("description", r.Text), r.Of("corrective_measure", r.Text), r.Of("responsible", r.Text), r.Of("due_on", r.Day),
			r.Must("state", r.OneOf(FindingOpen, FindingCorrected)), r.Of("state_reason", r.Text),
		},
		Rules: []r.Rule{r.SameWork("visit", "visits")},
	},
	{
		Name: "unlisted_workers", Parent: "visit", Place: r.Through("visit", "visits", placed),
		Units: [][]string{{"dni", "given_names", "surnames"}},
		Fields: []r.Field{
			r.MustRef("visit", "visits"), r.MustRef("intervention", "interventions"), r.Must("dni", r.DNI), r.Must("given_names", r.Text),
			r.Must("surnames", r.Text), r.Of("note", r.Text),
		},
		Rules: []r.Rule{r.SameWork("visit", "visits")},
	},
	{Name: "conflicts", Place: r.OfPeople("author", "other"), Fields: []r.Field{
		r.Must("kind", r.OneOf("edit", "delete_edited", "edit_deleted")), r.Must("collection", r.Short), r.Must("record", r.ID), r.Of("intervention", r.ID),
		r.Must("mutation", r.Short), r.Must("author", r.ID), r.Of("other", r.ID), r.Must("rule", r.Short), r.Must("state", r.OneOf("abierto", "resuelto")),
		r.Of("resolution", r.OneOf(ResolveAuthor, ResolveOther)), r.Of("resolved_by", r.ID), r.Of("values", r.List(isObject)),
		r.Of("author_name"), r.Of("author_at"), r.Of("other_name"), r.Of("other_at"), r.Of("resolved_by_name"), r.Of("resolved_at"), r.Of("label"),
	}},
	{Name: "mutation_reviews", Place: r.OfPeople("user"), Fields: []r.Field{
		r.Must("mutation", r.Short), r.Must("user", r.ID), r.Must("collection", r.Short), r.Must("record", r.ID),
		r.Must("status", r.OneOf("applied", "rejected")), r.Of("errors", r.List(isObject)), r.Of("seq", r.Count), r.Of("rev", r.Count),
		r.Of("reason"), r.Of("decided_by_name"), r.Of("decided_at"), r.Of("receipt"),
	}},
}

func isObject(v any) bool { _, ok := v.(map[string]any); return ok }

// visitedBefore: a planned visit may lie ahead, one that was made not.
var visitedBefore = r.Rule{Fields: []string{"visited_on", "state"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	if !made(row) {
		return nil
	}
	return r.NotAfter("visited_on", row.Text("visited_on"), w.Today())
}}

// itsConvenio: the code that was read at the work is the work's.
var itsConvenio = r.Rule{Fields: []string{"convenio_code", "intervention"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	convenio, there := w.By("convenios", "intervention", row.Text("intervention"))
	if !there || convenio.Text("code") == row.Text("convenio_code") {
		return nil
	}
	return fault.New(fault.ConvenioMismatch, "convenio_code").With("value", row.Text("convenio_code"))
}}
