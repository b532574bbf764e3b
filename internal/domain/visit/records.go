package visit

import (
	"regexp"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	r "chaski/internal/domain/record"
)

// Marks of a participant. NotSeen is the default: what nobody saw is never
// recorded as seen.
const (
	Present = "presente"
	Absent  = "ausente"
	NotSeen = "no_visto"
)

// States of a visit and of a finding that the server or the supervisor sets. What
// is planned was not made yet.
const (
	Planned          = "planificada"
	StateSynced      = "sincronizada"
	FindingOpen      = "abierto"
	FindingCorrected = "levantado"
)

// How a conflict is settled: the value that lost is written after all, or the
// one that stands stays.
const (
	ResolveAuthor = "author"
	ResolveOther  = "other"
)

// What the versions of the form ask that the ones before did not.
const (
	formVersion = 3
	reasonsFrom = 2 // why a finding is lifted
	graveFrom   = 3 // what is to be done about a grave finding
	doubtsFrom  = 3 // why a doubtful position was the best there was
)

// maxAnswers is far above any checklist; it bounds what one visit may store.
const maxAnswers = 200

var answerKey = regexp.MustCompile(`^[a-z0-9_]{1,60}$`)

func made(row r.Row) bool { return row.Text("state") != Planned }

// placed: unannounced visits are invisible to the executor until they were made
// (domain.md §B).
var placed = r.AtWork("intervention").HiddenWhile("state", Planned)

// What is recorded on a visit is its supervisor's; a finding is worked on by
// whoever supervises the work.
var (
	supervises = r.By{Right: actor.RecordVisits, Relation: r.Supervises}
	itsMaker   = r.By{Right: actor.RecordVisits, Relation: r.MadeParent}
)

// graveNeeds: what a grave finding may not lack.
var graveNeeds = r.NeedsAll(r.Says{Field: "severity", Value: "grave"}, []string{"corrective_measure", "responsible", "due_on"}, graveFrom, fault.GraveIncomplete)

// Records are the kinds of record of a visit, of conflicts about them and of
// what a review decided.
var Records = []*r.Type{
	{
		Name: "visits", Plural: "visitas", Title: []string{"visited_on"}, Day: "visited_on", Form: "visit", Version: formVersion, Served: true, Place: placed,
		Fields: []r.Field{
			r.MustRef("intervention", "interventions").Counting().Asks(r.Needed),
			r.Must("convenio_code", r.Convenio).Asks(r.Needed),
			r.Must("kind", r.OneOf("in_situ", "unannounced")).Asks(r.Needed),
			r.Must("visited_on", r.Day).Counting().Asks(r.Needed),
			// What a phone's clock said is evidence: it may be wrong, and orders nothing.
			r.Of("device_started_at", r.Moment).Asks(r.Needed), r.Of("device_ended_at", r.Moment).Asks(r.Needed),
			r.Of("lat_e6", r.Any).Asks(r.Given), r.Of("lon_e6", r.Any).Asks(r.Given), r.Of("accuracy_m", r.Count).Asks(r.Given),
			// What the sensor said of itself.
			r.Of("fix", r.Map(isFix)).OfServer().Asks(r.Given).AskSays("`{taken_at, age_s, altitude_m, altitude_accuracy_m, heading_deg, speed_cms, mocked}`" +
				" (each optional; ints but for the moment `taken_at` and the boolean)"),
			r.Of("location_reason", r.Text).Asks(r.Given).AskSays("(required without a place, and from form `visit/3` on with a doubtful one)"),
			r.Of("headcount", r.Count).Asks(r.Needed), r.Of("roster_size", r.Count).Asks(r.Needed), r.Of("roster_as_of", r.Short).Asks(r.Given),
			r.Of("checklist_key", r.Short).Asks(r.Given), r.Of("checklist_version", r.Count).Asks(r.Given),
			r.Of("answers", r.Object(answerKey.MatchString, r.In("si", "no", "na"))).Asks(r.Given, r.AtMost(maxAnswers)).AskSays("`{key: \"si\"|\"no\"|\"na\"}`"),
			r.Of("note", r.Text).Asks(r.Given),
			r.MustRef("supervisor", "users"), r.Must("state", r.OneOf(Visits.Names()...)).Counting(), r.At("received_at"),
		},
		Rules:  r.Rules(r.Counted(visitedBefore, r.WithinWork("visited_on", made, "state")), []r.Rule{r.InPeru, itsConvenio}),
		Read:   []string{"intervention"},
		Begins: r.Row{"state": StateSynced}, Stamps: r.Stamps{Maker: "supervisor", Device: "device", Received: "received_at"},
		Ops: []r.Op{{Name: "create", By: supervises, Rules: []r.FormRule{
			r.NotInFuture("visited_on"), r.InWork("visited_on"), r.Coded("place", place), r.Coded("checklist", checklist), r.Coded("convenio", convenioOfWork),
		}}},
	},
	{
		Name: "visit_marks", Plural: "marcas de visita", Title: []string{"participant"}, Form: "visit", Version: formVersion, Parent: "visit", Served: true, Place: r.Through("visit", "visits", placed),
		Fields: []r.Field{
			r.MustRef("visit", "visits").Counting().Asks(r.Needed),
			r.MustRef("participant", "participants").Counting().Asks(r.Needed),
			r.Must("mark", r.OneOf(Present, Absent, NotSeen)).Counting().Asks(r.Needed),
			r.Of("coverage_seen", r.OneOf("cubierto", "sin_cobertura", "por_confirmar")).Asks(r.Given),
			r.MustRef("intervention", "interventions").Counting(),
		},
		Rules:       r.Counted(r.SameWork("visit", "visits"), r.SameWork("participant", "participants")),
		Constraints: []r.Constraint{r.OfItsWork("participant"), r.OnceIn("visit", "participant", fault.MarkExists)},
		Ops:         []r.Op{{Name: "create", By: itsMaker}},
	},
	{
		Name: "findings", Plural: "hallazgos", Title: []string{"description"}, Form: "visit", Version: formVersion, Parent: "visit", Served: true, Place: r.Through("visit", "visits", placed),
		Units:  [][]string{{"state", "state_reason"}, {"responsible", "due_on"}},
		Begins: r.Row{"state": FindingOpen}, Read: []string{"intervention"},
		Fields: []r.Field{
			r.MustRef("visit", "visits").Asks(r.Needed),
			r.Must("severity", r.OneOf("leve", "moderada", "grave")).Asks(r.Needed | r.Changed),
			r.Must("description", r.Text).Asks(r.Needed|r.Changed, r.AtLeast(MinDescription)),
			r.Of("corrective_measure", r.Text).Asks(r.Given | r.Cleared),
			r.Of("responsible", r.Text).Asks(r.Given|r.Cleared, r.Short),
			r.Of("due_on", r.Day).Asks(r.Given | r.Cleared),
			r.Must("state", r.OneOf(Findings.Names()...)).Asks(r.Changed),
			r.Of("state_reason", r.Text).Asks(r.Cleared).AskSays("(required with `levantado` from form `visit/2` on)"),
			r.MustRef("intervention", "interventions"),
		},
		Rules: []r.Rule{r.SameWork("visit", "visits")},
		Ops: []r.Op{
			{Name: "create", By: itsMaker, Rules: []r.FormRule{graveNeeds}},
			{Name: "update", By: supervises, Rules: []r.FormRule{
				r.Something("state"), r.Because("state", FindingCorrected, "state_reason", reasonsFrom), graveNeeds,
			}},
			{Name: "delete", By: itsMaker},
		},
	},
	{
		Name: "unlisted_workers", Plural: "trabajadores fuera del padrón", Doc: "a person at work who is not on the roster", Title: []string{"given_names", "surnames"}, Form: "visit", Version: formVersion, Parent: "visit",
		Served: true, Place: r.Through("visit", "visits", placed), Units: [][]string{{"dni", "given_names", "surnames"}},
		Fields: []r.Field{
			r.MustRef("visit", "visits").Asks(r.Needed),
			r.Must("dni", r.DNI).Asks(r.Needed | r.Changed),
			r.Must("given_names", r.Text).Asks(r.Needed|r.Changed, r.Short), r.Must("surnames", r.Text).Asks(r.Needed|r.Changed, r.Short),
			r.Of("note", r.Text).Asks(r.Given | r.Cleared),
			r.MustRef("intervention", "interventions"),
		},
		Rules:       []r.Rule{r.SameWork("visit", "visits")},
		Constraints: []r.Constraint{r.OnceIn("visit", "dni", fault.PersonListed)},
		Ops: []r.Op{
			{Name: "create", By: itsMaker}, {Name: "update", By: itsMaker, Rules: []r.FormRule{r.Something("dni")}}, {Name: "delete", By: itsMaker},
		},
	},
	{
		Name: "conflicts", Plural: "conflictos", Served: true, Place: r.OfPeople("author", "other"),
		Fields: []r.Field{
			r.Must("kind", r.OneOf("edit", "delete_edited", "edit_deleted")), r.Must("collection", r.Short), r.Must("record", r.ID), r.Of("intervention", r.ID),
			r.Must("mutation", r.Short), r.Must("author", r.ID).Says("user who lost"), r.Of("other", r.ID).Says("user whose value stands, if known"), r.Must("rule", r.Short).Says("`first_stays`"), r.Must("state", r.OneOf(Conflicts.Names()...)),
			r.Of("resolution", r.OneOf(ResolveAuthor, ResolveOther)).Asks(r.ToDecide), r.Of("resolved_by", r.ID), r.Of("values", r.List(isObject)).Says("list of `{field,mine,theirs}`"),
			r.Of("author_name"), r.Of("author_at").Says("device time"), r.Of("other_name"), r.Of("other_at"), r.Of("resolved_by_name"), r.Of("resolved_at"), r.Of("label").Says("the intervention's name"),
		},
		Ops: []r.Op{{Name: "update", By: r.By{Relation: r.IsConcerned}}},
	},
	{Name: "mutation_reviews", Plural: "decisiones de revisión", Served: true, Place: r.OfPeople("user"), Fields: []r.Field{
		r.Must("mutation", r.Short), r.Must("user", r.ID), r.Must("collection", r.Short), r.Must("record", r.ID),
		r.Must("status", r.OneOf("applied", "rejected", "parked")), r.Of("errors", r.List(isObject)).Says("list of `{code,field,message}`"), r.Of("seq", r.Count), r.Of("rev", r.Count),
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
