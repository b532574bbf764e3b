package server_test

import (
	"reflect"
	"strings"
	"testing"

	"chaski/internal/domain/jobs"
	"chaski/internal/testkit"
)

// observed is a rendición that was presented and sent back with these observations.
func (o *office) observed(observations ...map[string]any) rendered {
	o.T.Helper()
	o.squared()
	x := o.submitted()
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
	taken(t, o.document("comprobantes", "second", first))
	x := o.submitted()
	o.review(o.carla, x, map[string]any{}).JSON(200, nil) // not good enough
	x = o.get(o.elsa)
	if !strings.Contains(x.open(), testkit.ID("second")) {
		t.Fatalf("open: %q", x.open())
	}
	rejected(t, o.submit(), "observation_unanswered") // as it was
	taken(t, o.document("comprobantes", "third", testkit.ID("second")))
	// Taken back, it leaves what it had replaced, observed as it was.
	taken(t, o.withdraw(testkit.ID("third")))
	rejected(t, o.submit(), "observation_unanswered")
	taken(t, o.document("comprobantes", "fourth", testkit.ID("second")))
	x = o.submitted()
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
		taken(t, o.answer(x.Observations[0].ID, text))
	}
	answer("Está sustentado.")
	x = o.submitted()
	o.review(o.carla, x, map[string]any{}).JSON(200, nil)
	rejected(t, o.submit(), "observation_unanswered")
	answer(" Está sustentado. ")
	rejected(t, o.submit(), "observation_unanswered")
	answer("Está sustentado con la factura 12.")
	x = o.submitted()
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
	applied(t, o.state(fields{"monc": 0, "insumos": 0}))
	taken(t, o.document("comprobantes", "second", testkit.ID("dcomp")))
	x = o.submitted()
	if x.State != "subsanada" {
		t.Errorf("%+v", x)
	}
}

// Voided after it was approved, the transfer brings the rendición back to who
// reviews, and by him to the executor; as long as it says the same nobody opens it.
func TestATransferVoidedAfterApproval(t *testing.T) {
	o := ended(t)
	o.squared()
	x := o.submitted()
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
	applied(t, o.state(fields{"monc": 0, "insumos": 0}))
	x = o.submitted()
	o.review(o.carla, x, map[string]any{"approve": true, "lifted": []string{x.Observations[0].ID}}).JSON(200, &x)
	if x.State != "conforme" || x.CanReview || waiting(o.carla) != 0 {
		t.Errorf("%+v", x)
	}
	o.verified()
}

// A work that was closed, given up or resolved meanwhile stays so: neither who
// renders, whose work waits for review and changes nothing even then, nor who reviews
// brings it back by going on with its rendición.
func TestTheRendicionOfAnEndedWorkIsClosed(t *testing.T) {
	for _, end := range jobs.Works.States {
		if !end.End {
			continue
		}
		t.Run(end.Name, func(t *testing.T) {
			o := ended(t)
			o.observed(observation("line", "insumos"))
			applied(t, o.state(fields{"insumos": 1000_00}))
			elsa := o.hers()
			o.Save("interventions", testkit.Canal, map[string]any{"state": end.Name})
			x := o.get(o.elsa)
			if x.CanEdit || x.open() != "" {
				t.Errorf("%+v", x)
			}
			late := fields{"monc": 8800_00, "insumos": 900_00}
			for _, r := range elsa.Push(elsa.state("insumos", 900_00), elsa.add(pdfOf("late", "comprobantes"), fields{"replaces": testkit.ID("dcomp")}),
				elsa.present("subsanada", late, []any{}, fields{})) {
				if r.Status != "parked" {
					t.Errorf("%+v", r)
				}
				// What hangs together is decided with the first of it.
				if d := o.Do("POST", httpapiPrefix+"/parked/"+r.ID+"/decide", o.carla, fields{"decision": "accept"}); d.Status != 200 && d.Code() != "parked_decided" {
					t.Errorf("%d %s", d.Status, d.Body)
				}
			}
			if n := o.Int(`SELECT count(*) FROM sync_mutations WHERE status = 'parked'`); n != 0 {
				t.Errorf("%d still wait", n)
			}
			if y := o.get(o.elsa); !reflect.DeepEqual(y, x) {
				t.Errorf("%+v, was %+v", y, x)
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
