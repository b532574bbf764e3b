package server_test

import (
	"strings"
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/domain/jobs"
	"chaski/internal/testkit"
)

// observed is a rendición that was presented and sent back with these observations.
func (o *office) observed(observations ...map[string]any) rendered {
	o.T.Helper()
	x := o.squared()
	o.submit(x).JSON(200, &x)
	list := make([]any, len(observations))
	for i, observation := range observations {
		list[i] = observation
	}
	o.review(o.carla, x, map[string]any{"observations": list}).JSON(200, nil)
	return o.get(o.elsa)
}

func observation(target, item string) map[string]any {
	return map[string]any{"target": target, "item": item, "also": []string{}, "text": "Esto no se lee."}
}

// A document that took the place of an observed one is observed in its stead: it
// can be replaced again, round after round.
func TestAReplacedDocumentStaysObserved(t *testing.T) {
	o := ended(t)
	first := testkit.ID("dcomp")
	o.observed(observation("document", first))
	if err := o.document("comprobantes", "second", first); err != nil {
		t.Fatal(err)
	}
	x := o.get(o.elsa)
	o.submit(x).JSON(200, &x)
	o.review(o.carla, x, map[string]any{}).JSON(200, nil) // not good enough
	x = o.get(o.elsa)
	if !strings.Contains(x.open(), testkit.ID("second")) {
		t.Fatalf("open: %q", x.open())
	}
	code(t, o.submit(x), 400, "observation_unanswered") // as it was
	if err := o.document("comprobantes", "third", testkit.ID("second")); err != nil {
		t.Fatal(err)
	}
	// Taken back, it leaves no gap that nothing may fill.
	o.Do("DELETE", rc+"/"+testkit.Canal+"/documents/"+testkit.ID("third"), o.elsa, nil).JSON(200, &x)
	code(t, o.submit(x), 400, "document_missing")
	if err := o.document("comprobantes", "fourth", ""); err != nil {
		t.Fatal(err)
	}
	x = o.get(o.elsa)
	o.submit(x).JSON(200, &x)
	if x.State != "subsanada" {
		t.Errorf("%+v", x)
	}
	o.verified()
}

// An observation that was kept is not answered by the words it was kept in spite of.
func TestTheSameAnswerAgainIsNone(t *testing.T) {
	o := ended(t)
	x := o.observed(observation("line", "insumos"))
	answer := func(text string) {
		t.Helper()
		o.Do("PATCH", rc+"/"+testkit.Canal, o.elsa, map[string]any{"lines": []any{}, "answers": map[string]string{x.Observations[0].ID: text}}).JSON(200, &x)
	}
	answer("Está sustentado.")
	o.submit(x).JSON(200, &x)
	o.review(o.carla, x, map[string]any{}).JSON(200, nil)
	x = o.get(o.elsa)
	code(t, o.submit(x), 400, "observation_unanswered")
	answer(" Está sustentado. ")
	code(t, o.submit(x), 400, "observation_unanswered")
	answer("Está sustentado con la factura 12.")
	o.submit(x).JSON(200, &x)
	if x.State != "subsanada" {
		t.Errorf("%+v", x)
	}
}

// A transfer that is voided while the rendición is observed opens the amounts: it
// has to square with what was transferred.
func TestAVoidedTransferOpensTheAmounts(t *testing.T) {
	o := ended(t)
	x := o.observed(observation("document", testkit.ID("dcomp")))
	if strings.Contains(x.open(), "monc") {
		t.Fatalf("open: %q", x.open())
	}
	o.Save("transfers", testkit.ID("tr"), map[string]any{"state": "anulada"})
	if x = o.get(o.elsa); x.Transferred != "0.00" || !strings.Contains(x.open(), "monc") {
		t.Fatalf("transferred %s, open: %q", x.Transferred, x.open())
	}
	o.save(o.elsa, change("monc", "0.00", "8800.00"), change("insumos", "0.00", "1200.00")).JSON(200, &x)
	if err := o.document("comprobantes", "second", testkit.ID("dcomp")); err != nil {
		t.Fatal(err)
	}
	x = o.get(o.elsa)
	o.submit(x).JSON(200, &x)
	if x.State != "subsanada" {
		t.Errorf("%+v", x)
	}
}

// Voided after it was approved, the transfer brings the rendición back to who
// reviews, and by him to the executor; as long as it says the same nobody opens it.
func TestATransferVoidedAfterApproval(t *testing.T) {
	o := ended(t)
	x := o.squared()
	o.submit(x).JSON(200, &x)
	o.review(o.carla, x, map[string]any{"approve": true}).JSON(200, &x)
	wrong := map[string]any{"observations": []any{observation("line", "monc")}}
	waiting := func(token string) int {
		t.Helper()
		var inbox struct {
			Items []struct {
				State   string
				Reopens bool
			}
		}
		o.Do("GET", rc+"/inbox", token, nil).JSON(200, &inbox)
		for _, i := range inbox.Items {
			if i.State != "conforme" || !i.Reopens {
				t.Errorf("%+v", i)
			}
		}
		return len(inbox.Items)
	}
	if x.CanReview || waiting(o.carla) != 0 {
		t.Fatalf("%+v", x)
	}
	code(t, o.review(o.carla, x, wrong), 409, "rendicion_closed")

	o.Save("transfers", testkit.ID("tr"), map[string]any{"state": "anulada"})
	if waiting(o.carla) != 1 || waiting(o.ines) != 0 || waiting(o.Token(testkit.Ana)) != 1 {
		t.Error("it waits for nobody, or for another unit")
	}
	if x = o.get(o.carla); !x.CanReview || o.get(o.elsa).CanReview {
		t.Errorf("who may decide: %+v", x)
	}
	code(t, o.review(o.carla, x, map[string]any{"approve": true}), 409, "rendicion_closed")
	code(t, o.review(o.carla, x, map[string]any{}), 400, "required")
	o.review(o.carla, x, wrong).JSON(200, &x)
	if x.State != "observada" || waiting(o.carla) != 0 {
		t.Errorf("%+v", x)
	}
	o.save(o.elsa, change("monc", "0.00", "8800.00"), change("insumos", "0.00", "1200.00")).JSON(200, &x)
	o.submit(x).JSON(200, &x)
	o.review(o.carla, x, map[string]any{"approve": true, "lifted": []string{x.Observations[0].ID}}).JSON(200, &x)
	if x.State != "conforme" || x.CanReview || waiting(o.carla) != 0 {
		t.Errorf("%+v", x)
	}
	o.verified()
}

// A work that was closed, given up or resolved meanwhile stays so: neither who
// renders nor who reviews brings it back by going on with its rendición.
func TestTheRendicionOfAnEndedWorkIsClosed(t *testing.T) {
	for _, end := range jobs.Works.States {
		if !end.End {
			continue
		}
		t.Run(end.Name, func(t *testing.T) {
			o := ended(t)
			x := o.observed(observation("line", "insumos"))
			o.save(o.elsa, change("insumos", "1000.00", "1200.00")).JSON(200, &x)
			o.Save("interventions", testkit.Canal, map[string]any{"state": end.Name})
			if x = o.get(o.elsa); x.CanEdit || x.open() != "" {
				t.Errorf("%+v", x)
			}
			code(t, o.save(o.elsa, change("insumos", "900.00", "1000.00")), 409, "rendicion_closed")
			code(t, o.submit(x), 409, "rendicion_closed")
			if err := o.document("comprobantes", "late", testkit.ID("dcomp")); fault.Of(err) == nil || fault.Of(err).Code != fault.RendicionClosed {
				t.Errorf("a document was sent: %v", err)
			}
			o.Save("rendiciones", o.row(), map[string]any{"state": "subsanada"})
			if x = o.get(o.carla); x.CanReview {
				t.Errorf("%+v", x)
			}
			code(t, o.review(o.carla, x, map[string]any{"observations": []any{observation("line", "monc")}}), 409, "rendicion_closed")
			if n := o.Int(`SELECT count(*) FROM interventions WHERE id = '` + testkit.Canal + `' AND state = '` + end.Name + `'`); n != 1 {
				t.Error("the work was brought back")
			}
		})
	}
}

func (o *office) row() (id string) {
	o.T.Helper()
	if err := o.App.DB().NewQuery(`SELECT id FROM rendiciones`).Row(&id); err != nil {
		o.T.Fatal(err)
	}
	return id
}
