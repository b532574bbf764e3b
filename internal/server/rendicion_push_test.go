package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// desk is a phone in a rendición.
type desk struct{ *testkit.Phone }

// two are phones of two people of who carries Canal out.
func (o *office) two() (elsa, eva desk) {
	o.T.Helper()
	o.Save("users", testkit.ID("ejec3"), fields{
		"email": "ejec3@example.org", "password": "chaski-test", "name": "Eva", "role": "executor", "entity": testkit.ID("muni"), "active": true, "verified": true,
	})
	elsa, eva = desk{o.Phone(testkit.Elsa)}, desk{o.Phone(testkit.ID("ejec3"))}
	elsa.Pull()
	eva.Pull()
	return elsa, eva
}

// find is the id of a row that the phone holds, by what it says in a field.
func (d desk) find(collection, field, value string) string {
	d.K.T.Helper()
	for key, row := range d.Rows {
		if id, of := strings.CutPrefix(key, collection+"/"); of && row[field] == value {
			return id
		}
	}
	d.K.T.Fatalf("no %s with %s = %s on the phone", collection, field, value)
	return ""
}

func (d desk) update(collection, id string, with fields) map[string]any {
	m := d.Mutation("update", collection, id, with)
	m["base_rev"], m["form"] = d.Revs[collection+"/"+id], "rendicion/1"
	return m
}

func (d desk) state(line string, amount int64) map[string]any {
	return d.update("rendicion_lines", d.find("rendicion_lines", "kind", line), fields{"amount": amount})
}

func (d desk) answer(observation, text string) map[string]any {
	return d.update("rendicion_observations", observation, fields{"answer": text})
}

func (d desk) present(state string, lines fields, documents, answers any) map[string]any {
	id := d.find("rendiciones", "intervention", testkit.Canal)
	return d.update("rendiciones", id, fields{"state": state, "presents": fields{"lines": lines, "documents": documents, "answers": answers}})
}

func refusedAs(t *testing.T, r testkit.Result, code, field string) {
	t.Helper()
	if r.Status != "rejected" || r.Code() != code || r.Errors[0].Field != field {
		t.Errorf("%+v, want %s at %s", r, code, field)
	}
}

// As soon as a work has ended its rendición and each of its lines are there for its
// people, once, whoever ended it and however.
func TestAnEndedWorkHasItsLines(t *testing.T) {
	o := ended(t)
	elsa, eva := o.two()
	if elsa.find("rendicion_lines", "kind", "saldo") != eva.find("rendicion_lines", "kind", "saldo") {
		t.Error("two people have two lines")
	}
	if elsa.Rows["rendiciones/"+elsa.find("rendiciones", "intervention", testkit.Canal)]["state"] != "pendiente" {
		t.Error("it is not pending")
	}
	o.SQL(`UPDATE interventions SET state = 'terminada', ends_on = '2026-11-20' WHERE id = '` + testkit.Muro + `'`)
	if err := o.Engine.CatchUp(o.App); err != nil {
		t.Fatal(err)
	}
	if n := o.Int(`SELECT count(*) FROM rendicion_lines WHERE intervention = '` + testkit.Muro + `'`); n != 10 {
		t.Errorf("%d lines", n)
	}
	if n := o.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed' AND collection LIKE 'rendicion%'`); n != 0 {
		t.Errorf("%d of them were made by nobody known", n)
	}
	applied(t, elsa.Push(elsa.state("monc", 1_00)))
	if n := o.Int(`SELECT count(*) FROM rendiciones`); n != 2 {
		t.Errorf("%d rendiciones", n)
	}
}

// Filled and presented without signal, observed, answered, presented again: one batch
// each, by the same rules as online.
func TestARendicionFromAPhone(t *testing.T) {
	o := ended(t)
	papers := o.papers()
	elsa, _ := o.two()
	applied(t, elsa.Push(elsa.state("monc", 8800_00), elsa.state("insumos", 1200_00), elsa.present("presentada", square, papers, fields{})))
	x := o.get(o.elsa)
	if x.State != "presentada" || !strings.HasPrefix(x.Receipt, "RC-11-0001-AII-26-1-") || x.PresentedOn != "2026-11-23" || len(x.Submissions) != 1 {
		t.Fatalf("%+v", x)
	}
	elsa.Pull()
	refusedAs(t, elsa.Push(elsa.state("monc", 1))[0], "rendicion_closed", "amount")

	o.review(o.carla, o.get(o.carla), fields{"observations": []any{
		fields{"target": "line", "item": "insumos", "also": []string{"otros"}, "text": "Falta sustento."},
	}}).JSON(200, nil)
	elsa.Pull()
	id := elsa.find("rendicion_observations", "item", "insumos")
	refusedAs(t, elsa.Push(elsa.state("monc", 1))[0], "rendicion_item_closed", "amount")
	refusedAs(t, elsa.Push(elsa.present("subsanada", square, papers, fields{}))[0], "observation_unanswered", id)
	refusedAs(t, elsa.Push(elsa.present("presentada", square, papers, fields{}))[0], "rendicion_closed", "state")
	refusedAs(t, elsa.Push(elsa.answer(id, strings.Repeat("ñ", 2001)))[0], "too_long", "answer")
	now := fields{"monc": 8800_00, "insumos": 1000_00, "otros": 200_00}
	applied(t, elsa.Push(elsa.state("insumos", 1000_00), elsa.state("otros", 200_00), elsa.answer(id, "Se corrigió."),
		elsa.present("subsanada", now, papers, fields{id: "Se corrigió."})))
	if x = o.get(o.elsa); x.State != "subsanada" || x.Observations[0].State != "subsanada" || len(x.Submissions) != 2 {
		t.Fatalf("%+v", x)
	}
	elsa.Pull()
	refusedAs(t, elsa.Push(elsa.answer(id, "Otra cosa."))[0], "rendicion_closed", "answer")
	o.review(o.carla, o.get(o.carla), fields{"approve": true, "lifted": []string{id}}).JSON(200, &x)
	if x.State != "conforme" {
		t.Errorf("%+v", x)
	}
	o.verified()
}

// What does not hold is refused whole, with every fault at its place; what was stated
// stays.
func TestWhatIsNotReadyIsNotPresentedFromAPhone(t *testing.T) {
	o := ended(t)
	elsa, _ := o.two()
	r := elsa.Push(elsa.state("monc", 8800_00), elsa.present("presentada", fields{"monc": 8800_00}, []any{}, fields{}))
	applied(t, r[:1])
	var told []string
	for _, e := range r[1].Errors {
		told = append(told, e.Code+"@"+e.Field)
	}
	want := "rendicion_unbalanced@difference document_missing@oficio document_missing@informe_rt document_missing@acta_termino document_missing@planilla_pago document_missing@comprobantes"
	if r[1].Status != "rejected" || strings.Join(told, " ") != want {
		t.Errorf("%v", told)
	}
	if x := o.get(o.elsa); x.State != "pendiente" || x.Difference != "1200.00" {
		t.Errorf("%+v", x)
	}
	for why, m := range map[string]any{
		"not what it says":     elsa.update("rendiciones", elsa.find("rendiciones", "state", "pendiente"), fields{"state": "presentada", "presents": fields{"lines": fields{"monc": -1}, "documents": []any{}, "answers": fields{}}}),
		"a state of others":    elsa.present("conforme", fields{"monc": 8800_00}, []any{}, fields{}),
		"more than is counted": elsa.state("epp", 10_000_000_000_001),
		"less than nothing":    elsa.state("epp", -1),
	} {
		if got := elsa.Push(m)[0]; got.Status != "rejected" {
			t.Errorf("%s: %+v", why, got)
		}
	}
	o.verified()
}

// Two people in one rendición: what they state in different lines is merged, of one
// line the second value is kept beside the first, and nobody presents what he did not
// see.
func TestTwoPeopleInOneRendicion(t *testing.T) {
	o := ended(t)
	papers := o.papers()
	elsa, eva := o.two()
	applied(t, elsa.Push(elsa.state("monc", 8800_00)))
	r := eva.Push(eva.state("insumos", 1200_00), eva.state("monc", 8000_00), eva.state("otros", 800_00),
		eva.present("presentada", fields{"monc": 8000_00, "insumos": 1200_00, "otros": 800_00}, papers, fields{}))
	applied(t, r[:3])
	if r[1].Conflict == "" {
		t.Fatalf("the second value is lost: %+v", r[1])
	}
	refusedAs(t, r[3], "rendicion_changed", "presents")
	for _, said := range []string{"S/ 8000.00", "S/ 8800.00"} {
		if !strings.Contains(strings.ReplaceAll(r[3].Errors[0].Message, ",", ""), said) {
			t.Errorf("%s is not said: %s", said, r[3].Errors[0].Message)
		}
	}
	eva.Pull()
	applied(t, eva.Push(eva.state("otros", 0)))
	elsa.Pull()
	// She presents without a document that came meanwhile.
	taken(t, o.document("fotos", "dfotos", ""))
	refusedAs(t, elsa.Push(elsa.present("presentada", square, papers, fields{}))[0], "conflict", "presents")
	papers = append(papers, testkit.ID("dfotos"))
	applied(t, elsa.Push(elsa.present("presentada", square, papers, fields{})))
	// Eva presents the same, and something else, not knowing of it.
	applied(t, eva.Push(eva.present("presentada", square, papers, fields{})))
	refusedAs(t, eva.Push(eva.present("presentada", fields{"monc": 1}, papers, fields{}))[0], "rendicion_closed", "state")
	if x := o.get(o.elsa); len(x.Submissions) != 1 {
		t.Errorf("presented %d times", len(x.Submissions))
	}
	// Her amount of then is not brought back into what was presented.
	eva.Pull()
	settled := eva.Push(eva.update("conflicts", r[1].Conflict, fields{"resolution": "author"}))
	refusedAs(t, settled[0], "rendicion_closed", "amount")
	o.verified()
}

// Only who carries the work out; what is sent after it was closed waits for review,
// and changes nothing even then.
func TestWhoRendersFromAPhone(t *testing.T) {
	o := ended(t)
	elsa, _ := o.two()
	line := elsa.find("rendicion_lines", "kind", "monc")
	rosa := desk{o.Phone(testkit.Rosa)}
	rosa.Pull()
	if r := rosa.Push(rosa.update("rendicion_lines", line, fields{"amount": 1}))[0]; r.Status != "rejected" || r.Code() != "operation_not_allowed" {
		t.Errorf("a supervisor: %+v", r)
	}
	other := desk{o.Phone(testkit.ID("ejec2"))}
	if r := other.Push(elsa.update("rendicion_lines", line, fields{"amount": 1}))[0]; r.Status != "rejected" || r.Code() != "out_of_scope" {
		t.Errorf("another executor: %+v", r)
	}
	o.Save("interventions", testkit.Canal, fields{"state": "cerrada"})
	r := elsa.Push(elsa.state("monc", 1))[0]
	if r.Status != "parked" {
		t.Fatalf("%+v", r)
	}
	o.Do("POST", httpapiPrefix+"/parked/"+r.ID+"/decide", o.carla, fields{"decision": "accept"}).JSON(200, nil)
	if n := o.Int(`SELECT count(*) FROM rendicion_lines WHERE amount <> 0`); n != 0 {
		t.Error("a closed account was changed")
	}
	o.verified()
}

// Who reviews a rendición writes none of it from a device: not its amounts, nor a
// document, nor that it is presented; he is told so, nothing changes, and it is kept.
func TestReviewersRenderNothingFromADevice(t *testing.T) {
	o := ended(t)
	papers := o.papers()
	elsa, _ := o.two()
	applied(t, elsa.Push(elsa.state("monc", 8800_00), elsa.state("insumos", 1200_00)))
	elsa.Pull()
	all := func() string {
		t.Helper()
		var rows []string
		for _, of := range []string{"rendiciones", "rendicion_lines", "rendicion_documents", "rendicion_submissions"} {
			var one string
			if err := o.App.DB().NewQuery(`SELECT coalesce(group_concat(x), '') FROM (SELECT json_array(` + map[string]string{
				"rendiciones": "id, state, revision, round", "rendicion_lines": "id, amount, presented", "rendicion_documents": "id, kind, superseded_by, sha256", "rendicion_submissions": "id",
			}[of] + `) AS x FROM ` + of + ` ORDER BY id)`).Row(&one); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, one)
		}
		return strings.Join(rows, "\n")
	}
	before := all()
	for _, who := range []string{testkit.Carla, testkit.Ana} {
		d := desk{o.Phone(who)}
		d.Rows, d.Revs = elsa.Rows, elsa.Revs
		for what, m := range map[string]any{
			"an amount":                d.state("monc", 1),
			"that it is presented":     d.present("presentada", square, papers, fields{}),
			"a document":               d.add(pdfOf("n"+who[:4], "oficio"), nil),
			"a document in its place":  d.add(pdfOf("m"+who[:4], "oficio"), fields{"replaces": testkit.ID("dofic")}),
			"a document, taken back":   d.takeBack("dofic", "dofic"),
			"a line that there is not": d.Mutation("create", "rendicion_lines", testkit.ID("l"), fields{"kind": "monc", "amount": 1}),
		} {
			r := d.Push(m)[0]
			if r.Status != "rejected" || r.Code() != "operation_not_allowed" || r.Errors[0].Message == "" {
				t.Errorf("%s, of %s: %+v", what, who, r)
			}
			if again := d.Push(m)[0]; again.Status != r.Status || again.Code() != r.Code() || again.Seq != r.Seq {
				t.Errorf("%s, again: %+v, first %+v", what, again, r)
			}
		}
		if n := o.Int(`SELECT count(*) FROM sync_mutations WHERE user = '` + who + `' AND status = 'rejected'`); n != 6 {
			t.Errorf("%d refusals of %s are kept", n, who)
		}
	}
	if after := all(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	o.verified()
}

// A phone knows what was transferred, as the figures count it now, and what was
// presented, so that it tells without signal whether the account squares.
func TestAPhoneKnowsWhatIsRendered(t *testing.T) {
	o := ended(t)
	papers := o.papers()
	elsa, _ := o.two()
	row := func() map[string]any {
		elsa.Pull()
		return elsa.Rows["rendiciones/"+elsa.find("rendiciones", "intervention", testkit.Canal)]
	}
	if got := row()["accrued"]; got != float64(10_000_00) {
		t.Fatalf("transferred: %v", got)
	}
	applied(t, elsa.Push(elsa.state("monc", 8800_00), elsa.state("insumos", 1200_00), elsa.present("presentada", square, papers, fields{})))
	o.review(o.carla, o.get(o.carla), fields{"observations": []any{observation("line", "monc")}}).JSON(200, nil)
	o.Save("transfers", testkit.ID("tr"), fields{"state": "anulada"})
	if got := row(); got["accrued"] != float64(0) || got["transferred"] != float64(10_000_00) {
		t.Errorf("%v", got)
	}
	id := elsa.find("rendicion_observations", "item", "monc")
	applied(t, elsa.Push(elsa.state("monc", 0), elsa.state("insumos", 0), elsa.answer(id, "Se anuló."), elsa.present("subsanada", fields{}, papers, fields{id: "Se anuló."})))
	elsa.Pull()
	for _, line := range []string{"monc", "insumos"} {
		if got := elsa.Rows["rendicion_lines/"+elsa.find("rendicion_lines", "kind", line)]; got["presented"] != float64(0) {
			t.Errorf("%v", got)
		}
	}
	if got := elsa.Rows["rendicion_observations/"+id]; got["presented_answer"] != "Se anuló." {
		t.Errorf("%v", got)
	}
	o.verified()
}
