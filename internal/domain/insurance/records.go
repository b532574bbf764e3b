package insurance

import (
	"strconv"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/naturalkey"
	r "chaski/internal/domain/record"
)

// mostNamed is far above any roster; it bounds what one certificate may store.
const mostNamed = 500

// The people of who carries the work out hold its papers.
var holdsPapers = r.By{Right: actor.WriteInsurance, Relation: r.Executes}

// Records are the kinds of record of insurance. A policy may be issued before it
// begins to hold, and both its days may lie ahead.
var Records = []*r.Type{
	{
		Name: "insurance_policies", Plural: "pólizas", Doc: "an insurance policy", Title: []string{"number"}, Form: "policy", Version: 1, Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("intervention", "interventions").Asks(r.Needed),
			r.Must("number", r.Short, r.Policy).Asks(r.Needed | r.Changed),
			r.Must("insurer_ruc", r.RUC).Asks(r.Needed | r.Changed), r.Must("insurer_name", r.Text).Asks(r.Needed|r.Changed, r.Short),
			r.Of("kind", r.Text).Asks(r.Given|r.Cleared, r.Short),
			r.Must("valid_from", r.Day).Asks(r.Needed | r.Changed), r.Must("valid_to", r.Day).Asks(r.Needed | r.Changed),
			r.Of("state", r.OneOf(Policies.Names()...)),
			r.Of("issued_on", r.Past).Says("date of the paper").Later().Asks(r.Needed | r.Changed),
			r.Of("recorded_by", r.ID).Later(), r.At("received_at").Later(),
		},
		Begins: r.Row{"state": "emitida"}, Stamps: r.Stamps{Maker: "recorded_by", Received: "received_at"},
		Units: [][]string{{"insurer_ruc", "insurer_name"}, {"valid_from", "valid_to"}},
		Rules: []r.Rule{r.Order("valid_from", "valid_to"), onePolicy},
		Read:  []string{"intervention", "number", "insurer_ruc", "state", "valid_from", "valid_to"},
		Ops: []r.Op{
			{Name: "create", By: holdsPapers},
			{Name: "update", By: holdsPapers, Rules: []r.FormRule{r.Something("number")}},
		},
	},
	{
		Name: "insured_persons", Plural: "asegurados", Parent: "insurance_policy", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("insurance_policy", "insurance_policies"), r.MustRef("intervention", "interventions"), r.Must("dni", r.DNI),
			r.Must("from_on", r.Day), r.Of("to_on", r.Day),
			r.Ref("insurance_certificate", "insurance_certificates").Says("paper that names him, if it is not the policy").Later(),
			r.Ref("participant", "participants").Says("whom of the roster a certificate names: then the server made the row, and keeps it so").Later(),
			r.Of("proves", r.List(isSpan)).Later().WorkedOut().Says("list of `{from,to,known,sure,issued}`: days that are covered, and since which day that is known"),
		},
		Rules: []r.Rule{r.Order("from_on", "to_on"), r.SameWork("insurance_policy", "insurance_policies"), r.SameWork("insurance_certificate", "insurance_certificates")},
	},
	{
		Name: "insurance_certificates", Plural: "constancias de póliza", Doc: "a certificate of a policy, and whom of the roster it names", Title: []string{"number"},
		Form: "certificate", Version: 1, Parent: "insurance_policy", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("insurance_policy", "insurance_policies").Asks(r.Needed), r.MustRef("intervention", "interventions"),
			r.Must("number", r.Short).Asks(r.Needed | r.Changed),
			r.Must("issued_on", r.Past).Asks(r.Needed | r.Changed), r.Of("insured", r.Count),
			r.Must("state", r.OneOf(Certificates.Names()...)).Asks(r.Changed).AskSays("(`presentada`: presented, or presented again)"),
			r.Of("state_reason", r.Text).Later().Says("why it is observed; or what was corrected since").Asks(r.Cleared),
			r.Of("from_on", r.Day).Later().Says("first day on which it covers those whom it names").Asks(r.Needed | r.Changed),
			r.Of("names", r.Object(isParticipant, isNamed)).Later().Says("`{participant: true}`: whom of the roster it names; `insured_persons` follow from it").
				Asks(r.Needed|r.Changed, r.AtMost(mostNamed)).AskSays("`{participant: true}`: whom of the roster it names"),
			r.Of("recorded_by", r.ID).Later(), r.At("received_at").Later(),
		},
		Begins: r.Row{"state": Presented}, Stamps: r.Stamps{Maker: "recorded_by", Received: "received_at"},
		// What the unit approved stays as it was approved.
		Shut:        r.Shut{Says: r.Says{Field: "state", Value: Settled}, Code: fault.CertificateSettled},
		Units:       [][]string{{"state", "state_reason"}},
		Rules:       []r.Rule{r.SameWork("insurance_policy", "insurance_policies"), withinPolicy, namesOfTheRoster},
		Constraints: []r.Constraint{r.OnceIn("insurance_policy", "number", fault.CertificateDouble)},
		Read:        []string{"intervention"},
		Ops: []r.Op{
			{Name: "create", By: holdsPapers},
			{Name: "update", By: holdsPapers, Rules: []r.FormRule{r.Something("number"), r.Coded("presents", presents)}},
			{Name: "delete", By: r.By{Right: actor.WriteInsurance, Relation: r.Made}},
		},
	},
	r.AFile(&r.Type{
		Name: "certificate_photos", Plural: "fotografías de constancias", Doc: "a photograph of a certificate", Parent: "insurance_certificate",
		Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("insurance_certificate", "insurance_certificates").Asks(r.Needed),
			r.Of("note", r.Text).Asks(r.Given),
			r.MustRef("intervention", "interventions"),
		},
		Rules: []r.Rule{r.SameWork("insurance_certificate", "insurance_certificates")},
		Ops:   []r.Op{{Name: "create", By: holdsPapers}, {Name: "delete", By: r.By{Right: actor.WriteInsurance, Relation: r.Made}}},
	}, r.Files{Types: []string{"image/jpeg"}, Most: mostPhotoBytes, Many: mostPhotos}),
}

// Photographs of a certificate, which may have many pages.
const (
	mostPhotoBytes = 12 << 20
	mostPhotos     = 20
)

// presents: that a paper is approved, or doubted, is not for who hands it in to say.
func presents(f *r.Reading, _ r.Context) {
	if state := f.Text("state"); state != "" && state != Presented {
		f.Refuse(fault.New(fault.CertificateState, "state"))
	}
}

func isParticipant(s string) bool { return r.ID.Judge("", s, "") == nil }

func isNamed(v any) bool { return v == true }

// namesOfTheRoster: who is named is a participant of the certificate's intervention. A
// stranger is covered by nothing, with or without the rule; the others are.
var namesOfTheRoster = r.Rule{Fields: []string{"names", "intervention"}, Via: []string{"intervention"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	names, _ := row["names"].(map[string]any)
	if len(names) == 0 {
		return nil
	}
	roster := w.Roster(row.Text("intervention"))
	strangers := 0
	for participant := range names {
		if !roster[participant] {
			strangers++
		}
	}
	if strangers == 0 {
		return nil
	}
	return fault.New(fault.CertificateStranger, "names").With("count", strconv.Itoa(strangers))
}}

// withinPolicy: nobody is covered before his policy is, or after it.
var withinPolicy = r.Rule{Fields: []string{"from_on", "insurance_policy"}, Via: []string{"insurance_policy"}, Judge: func(row r.Row, w r.World) *fault.Fault {
	policy, there := w.Row("insurance_policies", row.Text("insurance_policy"))
	from := row.Text("from_on")
	if !there || from == "" || day.Day(from).Within(day.Day(policy.Text("valid_from")), day.Day(policy.Text("valid_to"))) {
		return nil
	}
	return fault.New(fault.CertificateOutside, "from_on").With("value", from).With("valid_from", policy.Text("valid_from")).With("valid_to", policy.Text("valid_to"))
}}

// isSpan is the shape of a Span.
func isSpan(v any) bool {
	s, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for _, name := range []string{"from", "to", "known"} {
		if text, ok := s[name].(string); !ok || text == "" {
			return false
		}
	}
	_, sure := s["sure"].(bool)
	_, issued := s["issued"].(string)
	return sure && issued
}

// onePolicy: one a work, insurer and number, however the number is spelled. Both
// of two are listed; who is insured stays so until one is void.
var onePolicy = r.Rule{
	Fields: []string{"number", "insurer_ruc", "intervention", "state"},
	Judge: func(row r.Row, w r.World) *fault.Fault {
		if row.Text("state") == StateVoid || row.Text("intervention") == "" {
			return nil
		}
		key := naturalkey.Policy(row.Text("number"))
		for _, o := range w.Others("insurance_policies", "intervention", row.Text("intervention")) {
			if o.Text("state") != StateVoid && o.Text("insurer_ruc") == row.Text("insurer_ruc") && naturalkey.Policy(o.Text("number")) == key {
				return fault.New(fault.PolicyDouble, "number").With("other", r.Clip(o.Text("number")))
			}
		}
		return nil
	},
}
