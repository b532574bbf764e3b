package rendicion

import r "chaski/internal/domain/record"

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// Records are the kinds of record of a rendición de cuentas.
var Records = []*r.Type{
	{
		Name: "rendiciones", Plural: "rendiciones", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("intervention", "interventions"),
			r.Must("state", r.OneOf(States.Names()...)),
			r.Of("round", r.Count), r.Of("transferred", r.Count).Says("céntimos when last presented"), r.Of("due_on", r.Day).Says("of the first presentation"), // it may lie ahead
			r.Of("presented_on", r.Past).Says("first time"), r.Of("observed_on", r.Past).Says("last time").Later(), r.Of("decided_on", r.Past), r.Of("receipt", r.Short),
			r.At("presented_at"),
		},
		Rules: []r.Rule{r.Order("presented_on", "decided_on")},
		Read:  []string{"intervention"},
	},
	{
		Name: "rendicion_lines", Plural: "montos de rendiciones", Parent: "rendicion", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("rendicion", "rendiciones"), r.MustRef("intervention", "interventions"), r.Must("kind", r.OneOf(words(Lines)...)), r.Of("amount", r.Count).Says("céntimos"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
	},
	{
		Name: "rendicion_documents", Plural: "documentos de rendiciones", Parent: "rendicion", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("rendicion", "rendiciones"), r.MustRef("intervention", "interventions"), r.Must("kind", r.OneOf(words(Documents)...)),
			r.Must("sha256", r.SHA256), r.Of("size", r.Count), r.Must("name", r.Text), r.Of("mime", r.Short), r.Ref("superseded_by", "rendicion_documents").Says("document that took its place"),
			r.At("uploaded_at"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
	},
	{
		Name: "rendicion_observations", Plural: "observaciones de rendiciones", Parent: "rendicion", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("rendicion", "rendiciones"), r.MustRef("intervention", "interventions"),
			r.Must("target", r.OneOf(string(TargetLine), string(TargetDocument), string(TargetMissing))), r.Must("item", r.Short), r.Must("text", r.Text),
			r.Of("also", r.List(r.In(words(Lines)...))).Says("list of lines"), r.Must("state", r.OneOf(Observations.Names()...)),
			r.Of("round", r.Count), r.Of("answer", r.Text), r.At("made_at"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
	},
}
