package server_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chaski/internal/domain/rendicion"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

const rc = "/api/chaski/v1/rendiciones"

type deadline struct {
	Due     string `json:"due_on"`
	Left    int    `json:"left"`
	Overdue bool   `json:"overdue"`
	Norm    string `json:"norm"`
}

// rendered is an answer of the rendición routes, as far as these tests look.
type rendered struct {
	State       string    `json:"state"`
	Revision    int64     `json:"revision"`
	Transferred string    `json:"transferred"`
	Difference  string    `json:"difference"`
	Receipt     string    `json:"receipt"`
	PresentedOn string    `json:"presented_on"`
	CanEdit     bool      `json:"can_edit"`
	CanReview   bool      `json:"can_review"`
	Deadline    deadline  `json:"deadline"`
	Correction  *deadline `json:"correction"`
	Amounts     []struct {
		Line   string  `json:"line"`
		Amount *string `json:"amount"`
		Open   bool    `json:"open"`
	} `json:"amounts"`
	Documents []struct {
		ID           string `json:"id"`
		Kind         string `json:"kind"`
		SHA256       string `json:"sha256"`
		SupersededBy string `json:"superseded_by"`
		Open         bool   `json:"open"`
	} `json:"documents"`
	Observations []struct {
		ID, Item, State string
	} `json:"observations"`
	Submissions []struct {
		Receipt string `json:"receipt"`
		SHA256  string `json:"sha256"`
	} `json:"submissions"`
}

func (r rendered) open() string {
	var out []string
	for _, a := range r.Amounts {
		if a.Open {
			out = append(out, a.Line)
		}
	}
	for _, d := range r.Documents {
		if d.Open {
			out = append(out, d.ID)
		}
	}
	return strings.Join(out, " ")
}

// office is a server on which Canal has ended and S/ 10,000.00 were transferred.
type office struct {
	*testkit.Kit
	elsa, carla, ines string         // tokens
	phone             *testkit.Phone // Elsa's, see hers
}

func ended(t *testing.T) *office {
	t.Helper()
	k := testkit.World(t)
	k.Save("resolutions", testkit.ID("rm"), map[string]any{"number": "RM 1", "published_on": "2026-07-01"})
	k.Save("transfers", testkit.ID("tr"), map[string]any{
		"convenio": testkit.ID("cvcana"), "resolution": testkit.ID("rm"), "state": "girada", "accrued_on": "2026-07-10", "amount": 10_000_00,
	})
	k.Save("interventions", testkit.Canal, map[string]any{"state": "terminada", "ends_on": "2026-11-20"})
	k.Save("users", testkit.ID("coord2"), map[string]any{
		"email": "coord2@example.org", "password": "chaski-test", "name": "Otra", "role": "ut_coordinator", "ut": testkit.UT2, "active": true, "verified": true,
	})
	k.Save("users", testkit.ID("ejec2"), map[string]any{
		"email": "ejec2@example.org", "password": "chaski-test", "name": "Otro ejecutor", "role": "executor", "entity": testkit.ID("otra"), "active": true, "verified": true,
	})
	return &office{Kit: k, elsa: k.Token(testkit.Elsa), carla: k.Token(testkit.Carla), ines: k.Token(testkit.ID("coord2"))}
}

func (o *office) get(token string) (x rendered) {
	o.T.Helper()
	o.Do("GET", rc+"/"+testkit.Canal, token, nil).JSON(200, &x)
	return x
}

// hers is a phone of Elsa's, other than the ones that tests have of her, that knows how
// all of it stands.
func (o *office) hers() desk {
	o.T.Helper()
	if o.phone == nil {
		o.phone = o.PhoneAs(testkit.Elsa, "install-of-hers-at-the-office")
	}
	o.phone.Pull()
	return desk{o.phone}
}

// state states amounts, in céntimos.
func (o *office) state(amounts fields) []testkit.Result {
	o.T.Helper()
	d := o.hers()
	var batch []any
	for _, line := range slices.Sorted(maps.Keys(amounts)) {
		batch = append(batch, d.update("rendicion_lines", d.find("rendicion_lines", "kind", line), fields{"amount": amounts[line]}))
	}
	return d.Push(batch...)
}

// answer answers an observation.
func (o *office) answer(observation, text string) testkit.Result {
	o.T.Helper()
	d := o.hers()
	return d.Push(d.answer(observation, text))[0]
}

// withdraw takes a document back.
func (o *office) withdraw(document string) testkit.Result {
	o.T.Helper()
	d := o.hers()
	return d.Push(d.update(ofDocuments, document, fields{"superseded_by": document}))[0]
}

// document adds a document, and brings its bytes if it is taken.
func (o *office) document(kind, id, replaces string) testkit.Result {
	o.T.Helper()
	p, with := pdfOf(id, kind), fields{}
	if replaces != "" {
		with["replaces"] = replaces
	}
	d := o.hers()
	r := d.Push(d.add(p, with))[0]
	if r.Status == "applied" {
		o.bring(o.elsa, p).JSON(200, nil)
	}
	return r
}

// submit presents all that stands on Elsa's screen.
func (o *office) submit() testkit.Result {
	o.T.Helper()
	d := o.hers()
	lines, documents, answers := fields{}, []any{}, fields{}
	for key, row := range d.Rows {
		switch collection, id, _ := strings.Cut(key, "/"); collection {
		case "rendicion_lines":
			if row["amount"] != float64(0) {
				lines[fmt.Sprint(row["kind"])] = row["amount"]
			}
		case ofDocuments:
			if row["superseded_by"] == "" {
				documents = append(documents, id)
			}
		case "rendicion_observations":
			if row["state"] == rendicion.ObservationOpen && row["answer"] != "" {
				answers[id] = row["answer"]
			}
		}
	}
	to := rendicion.Presented
	if d.Rows["rendiciones/"+d.find("rendiciones", "intervention", testkit.Canal)]["state"] == string(rendicion.Observed) {
		to = rendicion.Corrected
	}
	return d.Push(d.present(string(to), lines, documents, answers))[0]
}

// submitted presents it, and answers how it is then.
func (o *office) submitted() rendered {
	o.T.Helper()
	if r := o.submit(); r.Status != "applied" {
		o.T.Fatalf("not presented: %+v", r)
	}
	return o.get(o.elsa)
}

func (o *office) review(token string, x rendered, q map[string]any) testkit.Response {
	o.T.Helper()
	body := map[string]any{"revision": x.Revision, "approve": false, "lifted": []string{}, "observations": []any{}}
	for k, v := range q {
		body[k] = v
	}
	return o.Do("POST", rc+"/"+testkit.Canal+"/review", token, body)
}

var requiredKinds = []string{"oficio", "informe_rt", "acta_termino", "planilla_pago", "comprobantes"}

// papers are the documents that are required.
func (o *office) papers() (ids []any) {
	o.T.Helper()
	for _, kind := range requiredKinds {
		taken(o.T, o.document(kind, "d"+kind[:4], ""))
		ids = append(ids, testkit.ID("d"+kind[:4]))
	}
	return ids
}

// squared has everything that is needed to submit.
func (o *office) squared() rendered {
	o.T.Helper()
	for _, r := range o.state(square) {
		taken(o.T, r)
	}
	o.papers()
	return o.get(o.elsa)
}

var square = fields{"monc": 8800_00, "insumos": 1200_00}

func code(t *testing.T, r testkit.Response, status int, want string) {
	t.Helper()
	if r.Status != status || r.Code() != want {
		t.Errorf("%d %s, want %d %s: %s", r.Status, r.Code(), status, want, r.Body)
	}
}

// taken demands that what was pushed is taken.
func taken(t *testing.T, r testkit.Result) {
	t.Helper()
	if r.Status != "applied" {
		t.Fatalf("%+v", r)
	}
}

// rejected demands that what was pushed is refused.
func rejected(t *testing.T, r testkit.Result, code string) {
	t.Helper()
	if r.Status != "rejected" || r.Code() != code {
		t.Errorf("%+v, want %s", r, code)
	}
}

func (o *office) verified() {
	o.T.Helper()
	var said strings.Builder
	report, err := verify.Run(o.App, func() error { return o.Engine.CatchUp(o.App) }, &said)
	if err != nil || !report.OK() {
		o.T.Errorf("verify: %v\n%s", err, said.String())
	}
}

// planned is a document of which Elsa's phone has sent the record; its bytes have not
// come.
func (o *office) planned(kind, name string, body []byte) paper {
	o.T.Helper()
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	p := paper{"b" + sum(body)[:10], kind, name, "application/pdf", body}
	for _, f := range rendicion.Formats {
		if slices.Contains(f.Extensions, ending) {
			p.mime = f.MIME
		}
	}
	d := o.hers()
	taken(o.T, d.Push(d.add(p, nil))[0])
	return p
}

// begin asks for the upload of a document's bytes.
func (o *office) begin(token string, p paper) (testkit.Response, string) {
	o.T.Helper()
	return o.BeginPart(token, ofDocuments, testkit.ID(p.id), "file", sum(p.body), len(p.body))
}

// begun is an upload of a document that Elsa's phone has begun.
func (o *office) begun(kind, name string, body []byte) (id string) {
	o.T.Helper()
	r, id := o.begin(o.elsa, o.planned(kind, name, body))
	if r.Status != 201 || id == "" {
		o.T.Fatalf("%d %s", r.Status, r.Body)
	}
	return id
}

// sent has a document whole on the server, not completed.
func (o *office) sent(kind, name string, body []byte) (id string) {
	o.T.Helper()
	id = o.begun(kind, name, body)
	if r := o.SendPart(o.elsa, id, 0, body); r.Status != 204 {
		o.T.Fatalf("%d %s", r.Status, r.Body)
	}
	return id
}

// of is the document that an upload is of.
func (o *office) of(upload string) (document string) {
	o.T.Helper()
	if err := o.App.DB().NewQuery(`SELECT record FROM uploads WHERE id = '` + upload + `'`).Row(&document); err != nil {
		o.T.Fatal(err)
	}
	return document
}

// storedAs is the SHA-256 of what is kept of a document, "" for nothing.
func (o *office) storedAs(document string) string {
	o.T.Helper()
	var sha string
	if err := o.App.DB().NewQuery(`SELECT sha256 FROM rendicion_documents WHERE id = '` + document + `'`).Row(&sha); err != nil {
		o.T.Fatal(err)
	}
	kept, err := os.ReadFile(keptAs(o.Kit, sha))
	if err != nil {
		return ""
	}
	return sum(kept)
}

// stored counts the documents whose bytes are kept.
func (o *office) stored() int64 {
	return o.Int(`SELECT count(*) FROM rendicion_documents WHERE stored_at <> ''`)
}

// waiting are the files of unfinished uploads.
func (o *office) waiting() int {
	found, _ := filepath.Glob(filepath.Join(o.Dir, "uploads", "*"))
	return len(found)
}
