package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/record"
	"chaski/internal/domain/rendicion"
)

// shelf is one rendición held in memory. What the rules do not look at any more
// (lifted observations, documents that were replaced, rounds) is forgotten, so that
// there are only so many of them.
type shelf struct {
	x        app.Rendicion
	required string // the documents, JSON
}

func (s *shelf) Read(fn func(app.RendicionPage) error) error                     { return fn(s) }
func (s *shelf) Write(_ context.Context, fn func(app.RendicionDesk) error) error { return fn(s) }
func (s *shelf) Holidays() ([]calendar.Holiday, error)                           { return nil, nil }
func (s *shelf) Items(app.RendicionFilter) ([]app.RendicionItem, error)          { return nil, nil }
func (s *shelf) Presented(string) error                                          { return nil }
func (s *shelf) Touch(string) error                                              { return nil }
func (s *shelf) Release(string, string, string) error                            { return nil }
func (s *shelf) Audit(string, string, string, any) error                         { return nil }
func (s *shelf) Rendicion(string) (app.Rendicion, bool, error)                   { return copied(s.x), true, nil }

func (s *shelf) Parameter(key string, _ day.Day) (app.RendicionParameter, bool, error) {
	return app.RendicionParameter{Value: json.RawMessage(s.required)}, key == rendicion.RequiredKey, nil
}

// pushed is what a push writes to.
type pushed struct {
	app.Outbound // of which a rendición asks nothing else
	s            *shelf
}

func (p pushed) Render(fn func(app.RendicionDesk) error) error { return fn(p.s) }

func (p pushed) Apply(w app.Write) error {
	x, row := &p.s.x, record.Row(w.Fields)
	switch w.Collection {
	case "rendicion_lines":
		delete(x.Amounts, rendicion.Line(w.Record))
		if amount, _ := record.Whole(row["amount"]); amount != 0 {
			x.Amounts[rendicion.Line(w.Record)] = amount
		}
	case "rendicion_observations":
		for i := range x.Observations {
			if x.Observations[i].ID == w.Record {
				x.Observations[i].Answer = row.Text("answer")
			}
		}
	case "rendicion_documents":
		d := app.RendicionDocument{ID: w.Record, Kind: rendicion.Document(row.Text("kind")), SHA256: row.Text("sha256")}
		switch row.Text("name") {
		case bytesKept:
			d.StoredAt = "now"
		case bytesRefused:
			d.Refusal = "file_damaged"
		}
		x.Documents = append(x.Documents, d)
	}
	return nil
}

// added is a new document; in its name the test says what becomes of its bytes.
func added(id string, kind rendicion.Document, replaces, name string) app.Write {
	return app.Write{Op: "create", Collection: "rendicion_documents", Record: id, Fields: map[string]any{
		"intervention": "w", "kind": string(kind), "replaces": replaces, "sha256": "new", "name": name,
	}}
}

// What becomes of the bytes of a document. Those that came late are from then on as if
// they had come at once; those that never come leave their record waiting for ever.
const (
	bytesKept    = "kept"
	bytesRefused = "refused"
	bytesLost    = "lost"
)

func (s *shelf) Supersede(id, by string) error {
	for i := range s.x.Documents {
		if s.x.Documents[i].ID == id {
			s.x.Documents[i].SupersededBy = by
		}
	}
	return nil
}

func (s *shelf) Observe(_, _ string, _ int64, o app.NewObservation, _ string) error {
	s.x.Observations = append(s.x.Observations, app.RendicionObservation{Observation: rendicion.Observation{
		ID: fmt.Sprint("new", len(s.x.Observations)), Target: o.Target, Item: o.Item, Also: o.Also, State: rendicion.ObservationOpen,
	}})
	return nil
}

func (s *shelf) SetObservation(o app.RendicionObservation, _ string) error {
	for i := range s.x.Observations {
		if s.x.Observations[i].ID == o.ID {
			s.x.Observations[i].State = o.State
		}
	}
	return nil
}

func (s *shelf) AddSubmission(_, _ string, _ app.RendicionSubmission, content json.RawMessage, _ string) error {
	sub := app.RendicionSubmission{}
	s.x.Submissions = []app.RendicionSubmission{sub}
	return json.Unmarshal(content, &s.x.Submissions[0].Content)
}

func (s *shelf) SetState(_, _ string, to rendicion.State, fields map[string]any) error {
	s.x.State, s.x.Work.State = to, to.Work()
	if v, ok := fields["transferred"]; ok {
		s.x.Presented, s.x.Round = v.(int64), 1
	}
	return nil
}

func copied(x app.Rendicion) app.Rendicion {
	amounts := map[rendicion.Line]int64{}
	for l, a := range x.Amounts {
		amounts[l] = a
	}
	x.Amounts, x.Documents, x.Observations = amounts, slices.Clone(x.Documents), slices.Clone(x.Observations)
	x.Submissions = slices.Clone(x.Submissions)
	return x
}

// plain forgets what no rule looks at, and names what is left in its order. What
// took the place of a document stands for all that did.
func plain(x app.Rendicion) app.Rendicion {
	x = copied(x)
	x.Observations = slices.DeleteFunc(x.Observations, func(o app.RendicionObservation) bool { return o.State == rendicion.ObservationLifted })
	last := map[string]string{}
	for _, d := range slices.Backward(x.Documents) {
		if last[d.ID] = d.ID; d.SupersededBy != "" && d.SupersededBy != d.ID {
			last[d.ID] = last[d.SupersededBy]
		}
	}
	held := map[string]bool{} // observed, with what took its place; and in force
	for _, o := range x.Observations {
		held[o.Item], held[last[o.Item]] = true, true
	}
	for _, d := range x.Documents {
		held[d.ID] = held[d.ID] || d.SupersededBy == ""
	}
	presented := map[string]bool{}
	for _, s := range x.Submissions {
		for _, d := range s.Content.Documents {
			presented[d.ID] = true
			// Of several that were replaced since, the one that was presented is kept.
			held[d.ID] = held[d.ID] || held[last[d.ID]]
		}
	}
	next := map[string]string{}
	for _, d := range x.Documents {
		next[d.ID] = d.SupersededBy
	}
	for i := range x.Documents {
		d := &x.Documents[i]
		for held[d.ID] && !held[d.SupersededBy] && d.SupersededBy != "" && d.SupersededBy != d.ID {
			d.SupersededBy = next[d.SupersededBy]
		}
	}
	x.Documents = slices.DeleteFunc(x.Documents, func(d app.RendicionDocument) bool { return !held[d.ID] })
	for i := range x.Documents {
		if d := &x.Documents[i]; d.SupersededBy != "" { // nobody asks for its bytes any more
			d.StoredAt, d.Refusal = "now", ""
		}
	}
	return renamed(x, presented)
}

func renamed(x app.Rendicion, presented map[string]bool) app.Rendicion {
	names := map[string]string{"": ""}
	for i, d := range x.Documents {
		names[d.ID] = fmt.Sprint("d", i)
	}
	var content app.SubmissionContent
	for _, s := range x.Submissions {
		content.Amounts = s.Content.Amounts
	}
	for i := range x.Documents {
		d := &x.Documents[i]
		if presented[d.ID] {
			content.Documents = append(content.Documents, struct {
				ID string `json:"id"`
			}{names[d.ID]})
		}
		d.ID, d.SupersededBy = names[d.ID], names[d.SupersededBy]
		d.SHA256 = fmt.Sprintf("%064d", i)
	}
	content.Answers = map[string]string{}
	for i := range x.Observations {
		o := &x.Observations[i]
		id := fmt.Sprint("o", i)
		for _, s := range x.Submissions {
			if said, ok := s.Content.Answers[o.ID]; ok {
				content.Answers[id] = said
			}
		}
		if o.ID = id; o.Target == rendicion.TargetDocument {
			o.Item = names[o.Item]
		}
	}
	if len(x.Submissions) > 0 {
		x.Submissions = []app.RendicionSubmission{{Content: content}}
	}
	return x
}

func keyOf(x app.Rendicion) string {
	text, err := json.Marshal([]any{x.State, x.Transferred, x.Presented, x.Amounts, x.Documents, x.Observations, x.Submissions})
	if err != nil {
		panic(err)
	}
	return string(text)
}

const paid = 100_00

var (
	executor = actor.Actor{User: "e", Role: actor.Executor, Entity: "muni"}
	reviewer = actor.Actor{User: "c", Role: actor.UTCoordinator, UT: "ut"}
)

// step is something that a person may try; presents says that it hands in.
type attempt struct {
	name     string
	presents bool
	do       func(*shelf) error
}

func attempts(x app.Rendicion) (out []attempt) {
	try := func(name string, do func(*shelf) error) { out = append(out, attempt{name: name, do: do}) }
	for _, amount := range []int64{0, paid} {
		try(fmt.Sprint("state ", amount), func(s *shelf) error {
			w := app.Write{Op: "update", Collection: "rendicion_lines", Record: string(rendicion.MONC), Fields: map[string]any{"amount": amount}}
			return hand.Change(pushed{s: s}, w, record.Row{"intervention": "w", "kind": string(rendicion.MONC)})
		})
	}
	replaces := []string{""}
	for _, d := range x.Documents {
		if d.SupersededBy == "" {
			replaces = append(replaces, d.ID)
			try("withdraw "+d.ID, func(s *shelf) error { return hand.Withdraw(pushed{s: s}, "w", d.ID) })
		}
	}
	for _, kind := range []rendicion.Document{rendicion.DocOffice, rendicion.DocPhotos} {
		for _, r := range replaces {
			if r == "" && slices.ContainsFunc(x.Documents, func(d app.RendicionDocument) bool { return d.SupersededBy == "" && d.Kind == kind }) {
				continue // one of each is enough
			}
			for _, bytes := range []string{bytesKept, bytesRefused, bytesLost} {
				try(fmt.Sprintf("attach %s for %q, %s", kind, r, bytes), func(s *shelf) error {
					return hand.Add(pushed{s: s}, added("new", kind, r, bytes))
				})
			}
		}
	}
	for _, o := range x.Observations {
		for _, text := range []string{"Ya está.", "Ya está, de verdad."} {
			try("answer "+o.ID, func(s *shelf) error {
				w := app.Write{Op: "update", Collection: "rendicion_observations", Record: o.ID, Fields: map[string]any{"answer": text}}
				return hand.Change(pushed{s: s}, w, record.Row{"intervention": "w"})
			})
		}
	}
	to := rendicion.Presented
	if x.State == rendicion.Observed {
		to = rendicion.Corrected
	}
	out = append(out, attempt{name: "present", presents: true, do: func(s *shelf) error { return hand.Present(pushed{s: s}, x, to) }})
	return append(out, reviews(x)...)
}

func reviews(x app.Rendicion) (out []attempt) {
	review := func(name string, q app.RendicionReview) {
		out = append(out, attempt{name: name, do: func(s *shelf) error { _, err := over(s).Review(context.Background(), reviewer, "w", q); return err }})
	}
	var all []string
	for _, o := range x.Observations {
		all = append(all, o.ID)
	}
	review("approve", app.RendicionReview{Approve: true, Lifted: all})
	review("keep", app.RendicionReview{})
	// One at a time: what was observed before is lifted.
	review("observe the amount", app.RendicionReview{Lifted: all, Observations: []app.NewObservation{{Target: rendicion.TargetLine, Item: "monc", Text: "Falta sustento."}}})
	review("observe what is missing", app.RendicionReview{Lifted: all, Observations: []app.NewObservation{{Target: rendicion.TargetMissing, Item: "fotos", Text: "Faltan fotos."}}})
	for _, d := range x.Documents {
		if d.SupersededBy == "" {
			review("observe "+d.ID, app.RendicionReview{Lifted: all, Observations: []app.NewObservation{{Target: rendicion.TargetDocument, Item: d.ID, Text: "No se lee."}}})
		}
	}
	return out
}

// node is one rendición that can come about.
type node struct {
	x    app.Rendicion
	from string // key of one it comes from
	how  string
	next []string
}

// explored are all rendiciones that can come about, by what people do and by
// transfers that are voided and made again meanwhile.
func explored(t *testing.T) map[string]*node {
	first := plain(app.Rendicion{
		Work:  app.RendicionWork{ID: "w", State: "terminada", UT: "ut", Executor: "muni", Ends: "2026-11-20"},
		State: rendicion.Pending, Transferred: paid, Amounts: map[rendicion.Line]int64{},
	})
	nodes := map[string]*node{keyOf(first): {x: first}}
	queue := []string{keyOf(first)}
	reach := func(from *node, key, how string, x app.Rendicion) string {
		k := keyOf(x)
		if nodes[k] == nil {
			nodes[k] = &node{x: x, from: key, how: how}
			queue = append(queue, k)
		}
		return k
	}
	for len(queue) > 0 {
		key := queue[0]
		queue = queue[1:]
		n := nodes[key]
		for _, a := range attempts(n.x) {
			s := &shelf{copied(n.x), onlyOffice}
			if a.do(s) != nil {
				continue
			}
			after := plain(s.x)
			n.next = append(n.next, reach(n, key, a.name, after))
			if a.presents && n.x.State == rendicion.Observed && !changed(n.x) {
				t.Fatalf("presented again with nothing changed:\n%s", way(nodes, key))
			}
		}
		if n.x.State == rendicion.Approved && unread(n.x) {
			t.Fatalf("approved with a document that nobody can read:\n%s", way(nodes, key))
		}
		if kind := shut(n.x); kind != "" {
			t.Fatalf("%s is asked for, and cannot be added:\n%s", kind, way(nodes, key))
		}
		moved := copied(n.x)
		moved.Transferred = paid - moved.Transferred
		reach(n, key, "the transfer is voided, or made", plain(moved))
		if len(nodes) > 400_000 {
			t.Fatal("there is no end of them: plain forgets too little")
		}
	}
	return nodes
}

const onlyOffice = `["oficio"]`

var (
	noon = time.Date(2026, 12, 1, 17, 0, 0, 0, time.UTC)
	hand = app.Renderer{By: executor, Now: noon}
)

func over(s *shelf) app.Rendiciones { return app.NewRendiciones(s, func() time.Time { return noon }) }

// shut is a kind of document that is asked for, by an observation or because it is
// required since, and that nothing of may be sent; "" if there is none.
func shut(x app.Rendicion) rendicion.Document {
	if x.State != rendicion.Observed {
		return ""
	}
	inForce, kinds := map[rendicion.Document][]string{}, map[string]rendicion.Document{}
	for _, d := range x.Documents {
		if kinds[d.ID] = d.Kind; d.SupersededBy == "" {
			inForce[d.Kind] = append(inForce[d.Kind], d.ID)
		}
	}
	required, asked := onlyOffice, map[rendicion.Document]bool{}
	if len(inForce[rendicion.DocPhotos]) == 0 {
		required, asked[rendicion.DocPhotos] = `["oficio","fotos"]`, true
	}
	for _, o := range x.Observations {
		if o.Target == rendicion.TargetDocument && o.State == rendicion.ObservationOpen {
			asked[kinds[o.Item]] = true
		}
	}
	for kind := range asked {
		takes := func(replaces string) bool {
			return hand.Add(pushed{s: &shelf{copied(x), required}}, added("another", kind, replaces, bytesLost)) == nil
		}
		if !slices.ContainsFunc(append(inForce[kind], ""), takes) {
			return kind
		}
	}
	return ""
}

// unread says whether a document in force is none that can be read.
func unread(x app.Rendicion) bool {
	return slices.ContainsFunc(x.Documents, func(d app.RendicionDocument) bool { return d.SupersededBy == "" && d.StoredAt == "" })
}

// changed says, on its own, whether anything differs from what was presented.
func changed(x app.Rendicion) bool {
	last := x.Submissions[0].Content
	if fmt.Sprintf("%d.%02d", x.Amounts[rendicion.MONC]/100, x.Amounts[rendicion.MONC]%100) != last.Amounts[rendicion.MONC] || x.Transferred != x.Presented {
		return true
	}
	for _, d := range x.Documents {
		was := slices.ContainsFunc(last.Documents, func(p struct {
			ID string `json:"id"`
		},
		) bool {
			return p.ID == d.ID
		})
		if was != (d.SupersededBy == "") {
			return true
		}
	}
	return slices.ContainsFunc(x.Observations, func(o app.RendicionObservation) bool { return o.Answer != "" && o.Answer != last.Answers[o.ID] })
}

func way(nodes map[string]*node, key string) (out string) {
	for n := nodes[key]; n.how != ""; n = nodes[n.from] {
		out = fmt.Sprintf("%-26s -> %s\n%s", n.how, n.x.State, out)
	}
	return out
}

// Wherever a rendición gets to, by whatever its people do in whatever order, and
// whatever happens to its transfer and to the bytes of its documents meanwhile, they can still bring it to be
// approved, squared with what was transferred.
func TestNoRendicionIsStuck(t *testing.T) {
	nodes := explored(t)
	good := map[string]bool{}
	before := map[string][]string{}
	var queue []string
	for key, n := range nodes {
		if n.x.State == rendicion.Approved && n.x.Amounts[rendicion.MONC] == n.x.Transferred {
			good[key] = true
			queue = append(queue, key)
		}
		for _, next := range n.next {
			before[next] = append(before[next], key)
		}
	}
	for len(queue) > 0 {
		for _, key := range before[queue[0]] {
			if !good[key] {
				good[key] = true
				queue = append(queue, key)
			}
		}
		queue = queue[1:]
	}
	stuck := 0
	shortest := ""
	for key := range nodes {
		if !good[key] {
			stuck++
			if w := way(nodes, key); shortest == "" || len(w) < len(shortest) {
				shortest = w
			}
		}
	}
	t.Logf("%d rendiciones looked at", len(nodes))
	if stuck > 0 || len(nodes) < 500 {
		t.Errorf("%d of %d are stuck, e.g.\n%s", stuck, len(nodes), shortest)
	}
}
