package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/testkit"
	receiving "chaski/internal/upload"
)

const ofDocuments = "rendicion_documents"

// paper is a document of a rendición with its bytes, as a phone has it.
type paper struct {
	id, kind, name, mime string
	body                 []byte
}

func pdfOf(id, kind string) paper {
	return paper{id, kind, kind + ".pdf", "application/pdf", pdf(5000, id)}
}

func (d desk) add(p paper, with fields) map[string]any {
	f := fields{
		"rendicion": d.find("rendiciones", "intervention", testkit.Canal), "kind": p.kind, "sha256": sum(p.body), "size": len(p.body), "mime": p.mime,
		"name": p.name, "source": "file", "captured_at": "2026-11-23T09:00:00-05:00",
	}
	for name, value := range with {
		f[name] = value
	}
	m := d.Mutation("create", ofDocuments, testkit.ID(p.id), f)
	m["form"] = "rendicion/1"
	return m
}

func (d desk) takeBack(id, by string) map[string]any {
	m := d.Mutation("update", ofDocuments, testkit.ID(id), fields{"superseded_by": testkit.ID(by)})
	m["base_rev"], m["form"] = 1, "rendicion/1"
	return m
}

func (p paper) path() string { return httpapiPrefix + "/files/" + ofDocuments + "/" + testkit.ID(p.id) }

// bring sends the bytes of a document and says that they are whole.
func (o *office) bring(token string, p paper) testkit.Response {
	o.T.Helper()
	return o.BringPart(token, ofDocuments, testkit.ID(p.id), "file", p.body)
}

// A document is a record whose bytes follow: presented before they came, observed and
// read, and approved only once each can be read.
func TestADocumentFromAPhone(t *testing.T) {
	o := ended(t)
	elsa, _ := o.two()
	batch := []any{elsa.state("monc", 8800_00), elsa.state("insumos", 1200_00)}
	var papers []paper
	var ids []any
	for _, kind := range requiredKinds {
		p := pdfOf("n"+kind[:4], kind)
		papers, ids = append(papers, p), append(ids, testkit.ID(p.id))
		batch = append(batch, elsa.add(p, nil))
	}
	applied(t, elsa.Push(append(batch, elsa.present("presentada", square, ids, fields{}))...))
	x := o.get(o.carla)
	r := o.review(o.carla, x, fields{"approve": true})
	code(t, r, 409, "documents_pending")
	if !strings.Contains(string(r.Body), "Oficio de presentación") {
		t.Errorf("%s", r.Body)
	}
	for i, p := range papers {
		code(t, o.Do("GET", p.path(), o.carla, nil), 404, "file_pending")
		o.bring(o.elsa, p).JSON(200, nil)
		if i < len(papers)-1 {
			code(t, o.review(o.carla, x, fields{"approve": true}), 409, "documents_pending")
		}
	}
	elsa.Pull()
	row := elsa.Rows[ofDocuments+"/"+testkit.ID(papers[0].id)]
	if row["stored_at"] == "" || row["recorded_by"] != testkit.Elsa || row["uploaded_at"] == "" || row["intervention"] != testkit.Canal {
		t.Errorf("%v", row)
	}
	old := rc + "/" + testkit.Canal + "/documents/" + testkit.ID(papers[0].id) + "/file"
	for _, at := range []string{papers[0].path(), old} {
		for who, want := range map[string]int{
			testkit.Elsa: 200, testkit.Carla: 200, testkit.Ana: 200, testkit.Rosa: 404, testkit.ID("coord2"): 404, testkit.ID("ejec2"): 404, testkit.Otto: 404,
		} {
			r := o.Do("GET", at, o.Token(who), nil)
			if r.Status != want || want == 200 && !bytes.Equal(r.Body, papers[0].body) {
				t.Errorf("%s reads %d at %s: %s", who, r.Status, at, r.Code())
			}
			if want == 200 && (!strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment;") || r.Header.Get("Content-Type") != "application/pdf") {
				t.Errorf("%v", r.Header)
			}
		}
	}
	o.review(o.carla, o.get(o.carla), fields{"approve": true}).JSON(200, &x)
	if x.State != "conforme" {
		t.Errorf("%+v", x)
	}
	o.verified()
}

// What may be added and taken back is judged as online, each fault at its field.
func TestWhichDocumentsAPhoneAdds(t *testing.T) {
	o := ended(t)
	elsa, eva := o.two()
	p, q := pdfOf("p", "oficio"), pdfOf("q", "oficio")
	applied(t, elsa.Push(elsa.add(p, fields{"name": "..\\=oficio\u202e.pdf"})))
	if d := o.known(o.carla, testkit.ID("p")); d.Name != "oficio.pdf" {
		t.Errorf("%+v", d)
	}
	again := p
	again.id = "again"
	refusedAs(t, eva.Push(eva.add(again, nil))[0], "document_duplicate", "sha256")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"replaces": testkit.ID("nobody")}))[0], "not_found", "replaces")
	other := q
	other.kind = "fotos"
	refusedAs(t, elsa.Push(elsa.add(other, fields{"replaces": testkit.ID("p")}))[0], "not_found", "replaces")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"mime": "text/html"}))[0], "file_type_refused", "mime")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"size": 0}))[0], "file_empty", "size")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"size": 200<<20 + 1}))[0], "file_too_large", "size")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"sha256": ""}))[0], "required", "sha256")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"name": ""}))[0], "required", "name")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"name": "\u202e..."}))[0], "file_name_refused", "name")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"kind": "carta"}))[0], "invalid_value", "kind")
	refusedAs(t, elsa.Push(elsa.add(q, fields{"uploaded_by": testkit.Elsa}))[0], "unknown_field", "uploaded_by")
	// Of what never came the same is added in its place: her phone is lost.
	applied(t, eva.Push(eva.add(again, fields{"replaces": testkit.ID("p")})))
	refusedAs(t, eva.Push(eva.takeBack("p", "p"))[0], "rendicion_item_closed", "superseded_by")
	refusedAs(t, eva.Push(eva.takeBack("again", "p"))[0], "invalid_value", "superseded_by")
	applied(t, eva.Push(eva.takeBack("again", "again")))
	elsa.Pull()
	applied(t, elsa.Push(elsa.takeBack("again", "again"))) // both saw it
	elsa.Pull()
	// What it had taken the place of is in force again, and taken back in its turn.
	if row := elsa.Rows[ofDocuments+"/"+testkit.ID("p")]; row["superseded_by"] != "" {
		t.Errorf("%v", row)
	}
	applied(t, elsa.Push(elsa.takeBack("p", "p")))
	// The same bytes came another way meanwhile: they are not in force twice.
	applied(t, elsa.Push(elsa.add(q, nil)))
	instead, twin := pdfOf("instead", "oficio"), q
	twin.id = "twin"
	applied(t, elsa.Push(elsa.add(instead, fields{"replaces": testkit.ID("q")})))
	applied(t, elsa.Push(elsa.add(twin, nil)))
	elsa.Pull()
	applied(t, elsa.Push(elsa.takeBack("instead", "instead")))
	elsa.Pull()
	if row := elsa.Rows[ofDocuments+"/"+testkit.ID("q")]; row["superseded_by"] != testkit.ID("instead") {
		t.Errorf("%v", row)
	}
	var last testkit.Result
	for i := range 25 {
		n := pdfOf("m"+string(rune('a'+i)), "fotos")
		last = elsa.Push(elsa.add(n, nil))[0]
	}
	refusedAs(t, last, "too_many_documents", "sha256")
	// Nobody else's: not a supervisor, not another executor.
	rosa := desk{o.Phone(testkit.Rosa)}
	rosa.Pull()
	r := pdfOf("r", "fotos")
	if got := rosa.Push(rosa.add(r, nil))[0]; got.Status != "rejected" || got.Code() != "operation_not_allowed" {
		t.Errorf("a supervisor: %+v", got)
	}
	stranger := desk{o.Phone(testkit.ID("ejec2"))}
	stranger.Rows = elsa.Rows
	if got := stranger.Push(stranger.add(r, nil))[0]; got.Status != "rejected" || got.Code() != "out_of_scope" {
		t.Errorf("another executor: %+v", got)
	}
	o.verified()
}

// What was presented stays: after that only what is observed is added or replaced.
func TestDocumentsOfAPresentedRendicion(t *testing.T) {
	o := ended(t)
	papers := o.papers()
	elsa, _ := o.two()
	applied(t, elsa.Push(elsa.state("monc", 8800_00), elsa.state("insumos", 1200_00), elsa.present("presentada", square, papers, fields{})))
	p := pdfOf("p", "oficio")
	refusedAs(t, elsa.Push(elsa.add(p, nil))[0], "rendicion_closed", "rendicion")
	refusedAs(t, elsa.Push(elsa.takeBack("doofic", "doofic"))[0], "record_not_found", "record")
	refusedAs(t, elsa.Push(elsa.takeBack("dofic", "dofic"))[0], "rendicion_closed", "superseded_by")
	o.review(o.carla, o.get(o.carla), fields{"observations": []any{observation("document", testkit.ID("dofic"))}}).JSON(200, nil)
	elsa.Pull()
	refusedAs(t, elsa.Push(elsa.add(p, nil))[0], "rendicion_item_closed", "kind")
	applied(t, elsa.Push(elsa.add(p, fields{"replaces": testkit.ID("dofic")})))
	elsa.Pull()
	if row := elsa.Rows[ofDocuments+"/"+testkit.ID("dofic")]; row["superseded_by"] != testkit.ID("p") {
		t.Errorf("%v", row)
	}
	o.verified()
}

// What its bytes turn out to be is told on the record, and there is a way out of each.
func TestDocumentsThatAreNotTaken(t *testing.T) {
	o := ended(t)
	elsa, _ := o.two()
	for i, c := range []struct {
		why, code string
		p         paper
	}{
		{"a photo called PDF", "file_name_mismatch", paper{"b0", "oficio", "oficio.pdf", "application/pdf", o.Picture(1, 60)}},
		{"a PDF said to be Word", "file_name_mismatch", paper{"b1", "oficio", "oficio.pdf", rendicionDocx, pdf(900, "b")}},
		{"a PDF without ending", "file_name_mismatch", paper{"b2", "oficio", "oficio", "application/pdf", pdf(900, "c")}},
		{"a text", "file_kind_refused", paper{"b3", "oficio", "oficio.pdf", "application/pdf", []byte("no soy un PDF")}},
	} {
		applied(t, elsa.Push(elsa.add(c.p, nil)))
		r := o.bring(o.elsa, c.p)
		if r.Code() != c.code {
			t.Errorf("%s: %d %s", c.why, r.Status, r.Body)
		}
		elsa.Pull()
		if row := elsa.Rows[ofDocuments+"/"+testkit.ID(c.p.id)]; row["refusal"] != c.code || row["stored_at"] != "" {
			t.Errorf("%s: %v", c.why, row)
		}
		if i%2 == 0 {
			applied(t, elsa.Push(elsa.takeBack(c.p.id, c.p.id)))
			continue
		}
		good := pdfOf("g"+c.p.id, "oficio")
		applied(t, elsa.Push(elsa.add(good, fields{"replaces": testkit.ID(c.p.id)})))
		o.bring(o.elsa, good).JSON(200, nil)
		applied(t, elsa.Push(elsa.takeBack(good.id, good.id)))
	}
	// Only who made the record brings its bytes.
	p := pdfOf("p", "fotos")
	applied(t, elsa.Push(elsa.add(p, nil)))
	code(t, o.bring(o.Token(testkit.ID("ejec3")), p), 404, "record_not_found")
	o.verified()
}

const rendicionDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// What a scanner finds is kept, read by nobody, and let out by who reviews, of this
// document alone; what it is silent about is asked again.
func TestQuarantineOfADocumentFromAPhone(t *testing.T) {
	o := ended(t)
	elsa, _ := o.two()
	found, waits := pdfOf("p", "oficio"), pdfOf("q", "informe_rt")
	applied(t, elsa.Push(elsa.add(found, nil), elsa.add(waits, nil)))
	s := &scanner{found: "Eicar-Test"}
	receiver := o.files(func(f *receiving.Files) { f.Scanner = s })
	finish := func(p paper) {
		t.Helper()
		r, id := o.BeginPart(o.elsa, ofDocuments, testkit.ID(p.id), "file", sum(p.body), len(p.body))
		if r.Status != 201 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		o.SendPart(o.elsa, id, 0, p.body)
		if err := receiver.Complete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	finish(found)
	s.found, s.err = "", errors.New("hangs")
	finish(waits)
	for _, p := range []paper{found, waits} {
		code(t, o.Do("GET", p.path(), o.carla, nil), 409, "document_quarantined")
	}
	if d := o.known(o.carla, testkit.ID("p")); d.Scan != "found" || d.Quarantine != "El antivirus encontró algo (Eicar-Test)." {
		t.Errorf("%+v", d)
	}
	o.Do("POST", releaseOf(ofDocuments, testkit.ID("p")), o.carla, fields{"reason": because}).JSON(204, nil)
	if r := o.Do("GET", found.path(), o.carla, nil); r.Status != 200 || !bytes.Equal(r.Body, found.body) {
		t.Errorf("let out: %d", r.Status)
	}
	s.err = nil
	if err := receiver.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := o.known(o.elsa, testkit.ID("q")); d.Scan != "clean" || d.Quarantine != "" {
		t.Errorf("it answers again: %+v", d)
	}
	if r := o.Do("GET", waits.path(), o.carla, nil); r.Status != 200 {
		t.Errorf("clean: %d", r.Status)
	}
	o.verified()
}

// What an older app had half sent is gone on with: by its owner, with the same bytes.
func TestWhatAnOlderAppHalfSentIsAdopted(t *testing.T) {
	o := ended(t)
	elsa, eva := o.two()
	p, q := pdfOf("p", "oficio"), pdfOf("q", "oficio")
	half := len(p.body) / 2
	old := o.halfSent(testkit.Elsa, p.body, half)
	strangers := o.halfSent(testkit.ID("ejec3"), q.body, half)
	applied(t, elsa.Push(elsa.add(p, nil), elsa.add(q, nil)))
	r, id := o.BeginPart(o.elsa, ofDocuments, testkit.ID("q"), "file", sum(q.body), len(q.body))
	if r.Status != 201 || id == strangers {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	for range 2 {
		r, id = o.BeginPart(o.elsa, ofDocuments, testkit.ID("p"), "file", sum(p.body), len(p.body))
		if r.Status != 201 || id != old || r.Header.Get("Upload-Offset") != strconv.Itoa(half) {
			t.Fatalf("%d %s, offset %s", r.Status, id, r.Header.Get("Upload-Offset"))
		}
	}
	if r := o.SendPart(o.elsa, id, half, p.body[half:]); r.Status != 204 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	o.CompletePart(o.elsa, id).JSON(200, nil)
	if r := o.Do("GET", p.path(), o.carla, nil); r.Status != 200 || !bytes.Equal(r.Body, p.body) {
		t.Errorf("%d", r.Status)
	}
	// A whole one that nobody finished is of use too.
	n := pdfOf("n", "fotos")
	whole := o.halfSent(testkit.ID("ejec3"), n.body, len(n.body))
	applied(t, eva.Push(eva.add(n, nil)))
	token := o.Token(testkit.ID("ejec3"))
	r, id = o.BeginPart(token, ofDocuments, testkit.ID("n"), "file", sum(n.body), len(n.body))
	if r.Status != 201 || id != whole || r.Header.Get("Upload-Offset") != strconv.Itoa(len(n.body)) {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	o.CompletePart(token, id).JSON(200, nil)
	o.verified()
}

// halfSent is an upload as an app of before began it, for a document that has no record,
// with what had come of it.
func (o *office) halfSent(owner string, body []byte, reached int) (id string) {
	o.T.Helper()
	id = o.Save("uploads", testkit.ID("h"+sum(body)[:6]), fields{
		"owner": owner, "intervention": testkit.Canal, "kind": "oficio", "name": "oficio.pdf", "sha256": sum(body), "size": len(body), "state": "receiving",
		"document": testkit.ID("d" + sum(body)[:6]),
	})
	at := filepath.Join(o.Dir, "uploads", id)
	info := fmt.Sprintf(`{"ID":%q,"Size":%d,"SizeIsDeferred":false,"Offset":0,"MetaData":{"owner":%q},"IsPartial":false,"IsFinal":false,"PartialUploads":null,`+
		`"Storage":{"InfoPath":%q,"Path":%q,"Type":"filestore"}}`, id, len(body), owner, at+".info", at)
	for name, content := range map[string][]byte{at: body[:reached], at + ".info": []byte(info)} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			o.T.Fatal(err)
		}
	}
	return id
}
