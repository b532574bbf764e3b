package insurance

import (
	"chaski/internal/domain/fault"
	"chaski/internal/domain/naturalkey"
	r "chaski/internal/domain/record"
)

// Records are the kinds of record of insurance. A policy may be issued before it
// begins to hold, and both its days may lie ahead.
var Records = []*r.Type{
	{
		Name: "insurance_policies", Plural: "pólizas", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("intervention", "interventions"), r.Must("number", r.Short, r.Policy), r.Must("insurer_ruc", r.RUC), r.Must("insurer_name", r.Text),
			r.Of("kind", r.Text), r.Must("valid_from", r.Day), r.Must("valid_to", r.Day), r.Of("state", r.OneOf(Policies.Names()...)),
			r.Of("issued_on", r.Past).Says("date of the paper").Later(),
		},
		Rules: []r.Rule{r.Order("valid_from", "valid_to"), onePolicy},
		Read:  []string{"intervention", "number", "insurer_ruc", "state"},
	},
	{
		Name: "insured_persons", Plural: "asegurados", Parent: "insurance_policy", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("insurance_policy", "insurance_policies"), r.MustRef("intervention", "interventions"), r.Must("dni", r.DNI),
			r.Must("from_on", r.Day), r.Of("to_on", r.Day),
			r.Ref("insurance_certificate", "insurance_certificates").Says("paper that names him, if it is not the policy").Later(),
			r.Of("proves", r.List(isSpan)).Later().WorkedOut().Says("list of `{from,to,known,sure,issued}`: days that are covered, and since which day that is known"),
		},
		Rules: []r.Rule{r.Order("from_on", "to_on"), r.SameWork("insurance_policy", "insurance_policies"), r.SameWork("insurance_certificate", "insurance_certificates")},
	},
	{
		Name: "insurance_certificates", Plural: "constancias de póliza", Parent: "insurance_policy", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("insurance_policy", "insurance_policies"), r.MustRef("intervention", "interventions"), r.Must("number", r.Short),
			r.Must("issued_on", r.Past), r.Of("insured", r.Count), r.Must("state", r.OneOf(Certificates.Names()...)),
		},
		Rules: []r.Rule{r.SameWork("insurance_policy", "insurance_policies")},
		Read:  []string{"intervention"},
	},
}

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
