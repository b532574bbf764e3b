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

// mediaTypes are those of the formats that are accepted.
func mediaTypes() []string {
	out := make([]string, len(Formats))
	for i, f := range Formats {
		out[i] = f.MIME
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
	r.AFile(&r.Type{
		Name: "rendicion_documents", Plural: "documentos de rendiciones", Doc: "a document of a rendición", Parent: "rendicion", Place: r.AtWork("intervention"), Form: "rendicion",
		Fields: []r.Field{
			r.MustRef("rendicion", "rendiciones").Asks(r.Needed), r.MustRef("intervention", "interventions"),
			r.Must("kind", r.OneOf(words(Documents)...)).Asks(r.Needed),
			r.Ref("replaces", "rendicion_documents").Asks(r.Given).Says("document in force that it took the place of").Later(),
			r.Ref("superseded_by", "rendicion_documents").Asks(r.ToDecide).Says("document that took its place; its own: it was taken back").
				AskSays("its own id: it is taken back, never presented"),
			r.At("uploaded_at").Says("since when it is there"),
		},
		Rules: []r.Rule{r.SameWork("rendicion", "rendiciones")},
		Ops:   []r.Op{{Name: "create", By: renders}, {Name: "update", By: renders}},
	}, r.Files{Types: mediaTypes(), Most: MaxFileBytes, Many: MaxDocuments, Paper: true}),
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
