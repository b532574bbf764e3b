package rendicion

import (
	"chaski/internal/domain/actor"
	r "chaski/internal/domain/record"
)

// MaxText bounds what a person writes in one field of it.
const MaxText = 2000

// The people of who carries the work out state, answer and present.
var renders = r.By{Right: actor.WriteRendicion, Relation: r.Executes}

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
			r.Must("state", r.OneOf(States.Names()...)).Asks(r.ToDecide),
			r.Of("presents", isSeen).OfServer().Asks(r.ToDecide).AskSays("`{lines: {kind: céntimos}, documents: [id], answers: {observation: text}}`: what stood on the screen;" +
				" lines that are not zero, documents in force, answers to open observations"),
			r.Of("round", r.Count), r.Of("transferred", r.Count).Says("céntimos when last presented"),
			r.Of("accrued", r.Count).Says("céntimos, as the figures count what was transferred now"), r.Of("due_on", r.Day).Says("of the first presentation"), // it may lie ahead
			r.Of("presented_on", r.Past).Says("first time"), r.Of("observed_on", r.Past).Says("last time").Later(), r.Of("decided_on", r.Past), r.Of("receipt", r.Short),
			r.At("presented_at"),
		},
		Rules: []r.Rule{r.Order("presented_on", "decided_on")},
		Read:  []string{"intervention"},
		Form:  "rendicion", Version: 1,
		Ops: []r.Op{{Name: "update", By: renders}},
	},
	{
		Name: "rendicion_lines", Plural: "montos de rendiciones", Parent: "rendicion", Served: true, Place: r.AtWork("intervention"),
		Fields: []r.Field{
			r.MustRef("rendicion", "rendiciones"), r.MustRef("intervention", "interventions"), r.Must("kind", r.OneOf(words(Lines)...)), r.Of("amount", r.Count).Says("céntimos; 0 where nothing is stated").Asks(r.ToDecide),
			r.Of("presented", r.Count).Says("céntimos when last presented"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
		Form:  "rendicion", Version: 1,
		Ops: []r.Op{{Name: "update", By: renders}},
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
			r.Of("round", r.Count), r.Of("answer", r.Text).Asks(r.ToDecide|r.Cleared, r.Chars(MaxText)),
			r.Of("presented_answer", r.Text).Says("as it was last presented").Later(), r.At("made_at"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
		Form:  "rendicion", Version: 1,
		Ops: []r.Op{{Name: "update", By: renders}},
	},
}
