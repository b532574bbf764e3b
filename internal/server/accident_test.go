package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// Both sides of a work record accidents of it, see each other's, and change them;
// whoever made one takes it back.
func TestAccidentOfBothSides(t *testing.T) {
	k := testkit.World(t)
	rosa, elsa := k.Phone(testkit.Rosa), k.Phone(testkit.Elsa)
	rosa.Pull()
	elsa.Pull()
	applied(t, elsa.Push(elsa.Accident("a", testkit.Canal, 1, fields{"injury": "Corte en la palma"})))
	applied(t, rosa.Push(rosa.Accident("b", testkit.Canal, 2, fields{"notified_on": "2026-11-21", "notified_by": "Residente de obra"})))
	for _, p := range []*testkit.Phone{rosa, elsa} {
		p.Pull()
		a, b := p.Rows["accidents/"+testkit.ID("a")], p.Rows["accidents/"+testkit.ID("b")]
		if a["recorded_by"] != testkit.Elsa || b["notified_by"] != "Residente de obra" || a["received_at"] == "" {
			t.Errorf("%v %v", a, b)
		}
	}
	applied(t, rosa.Push(rosa.Change("update", "accidents", "a", 1, fields{"treated_by": "Posta de Canal"})))
	if r := rosa.Push(rosa.Change("delete", "accidents", "a", 2, fields{})); r[0].Code() != "out_of_scope" {
		t.Errorf("who did not make it takes it back: %+v", r)
	}
	elsa.Pull()
	applied(t, elsa.Push(elsa.Change("delete", "accidents", "a", 2, fields{})))
	verifies(t, k)
}

func TestAccidentRules(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Elsa)
	for _, c := range []struct {
		why, code, field string
		with             fields
	}{
		{"in the future", "date_in_future", "happened_on", fields{"happened_on": "2026-11-24"}},
		{"before the work", "date_outside_intervention", "happened_on", fields{"happened_on": "2026-08-02"}},
		{"of another work", "participant_not_in_intervention", "participant", fields{"participant": testkit.Worker(testkit.Muro, 1)}},
		{"nobody", "participant_not_in_intervention", "participant", fields{"participant": testkit.ID("nobody")}},
		{"nothing said", "too_short", "description", fields{"description": "Cayó"}},
		{"told by nobody", "required", "notified_by", fields{"notified_on": "2026-11-21"}},
		{"told before", "dates_out_of_order", "notified_on", fields{"notified_on": "2026-11-19", "notified_by": "Residente"}},
		{"a field nobody asks", "unknown_field", "recorded_by", fields{"recorded_by": testkit.Rosa}},
	} {
		if r := p.Push(p.Accident("x", testkit.Canal, 1, c.with)); r[0].Status != "rejected" || r[0].Code() != c.code || r[0].Errors[0].Field != c.field {
			t.Errorf("%s: %+v", c.why, r[0])
		}
	}
	if r := p.Push(p.Accident("y", testkit.Puente, 1, nil)); r[0].Code() != "out_of_scope" {
		t.Errorf("a work of another executor: %+v", r[0])
	}
	if r := k.Phone(testkit.Rosa).Push(p.Accident("z", testkit.Puente, 1, nil)); r[0].Code() != "out_of_scope" {
		t.Errorf("a work of another unit: %+v", r[0])
	}
}

// What waits reaches the coordinator of its work though it hangs on no visit, and is
// judged as its author's: an executor's of a work that is closed by now.
func TestAccidentUnderReview(t *testing.T) {
	k := testkit.World(t)
	elsa := k.Phone(testkit.Elsa)
	elsa.Pull()
	k.Save("interventions", testkit.Canal, fields{"state": "cerrada"})
	r := elsa.Push(elsa.Accident("a", testkit.Canal, 1, nil))
	if r[0].Status != "parked" || r[0].Code() != "assignment_ended" {
		t.Fatalf("%+v", r[0])
	}
	coordinator := k.Token(testkit.Carla)
	list := waiting(k, testkit.Carla)
	if len(list.Items) != 1 {
		t.Fatalf("the coordinator has %+v", list)
	}
	var d struct {
		Items []struct {
			Collection, Op, Name string
			Fields               fields
		}
	}
	k.Do("GET", httpapiPrefix+"/parked/"+list.Items[0].Mutation, coordinator, nil).JSON(200, &d)
	if len(d.Items) != 1 || d.Items[0].Collection != "accidents" || d.Items[0].Op != "create" || d.Items[0].Name == "" || d.Items[0].Fields["place"] == "" {
		t.Errorf("%+v", d)
	}
	if looked := seen(k, "?actor="+testkit.Carla); looked.Total != 1 || looked.Items[0].What != "parked" {
		t.Errorf("whose accident it is was read, and noted: %+v", looked)
	}
	k.Do("POST", httpapiPrefix+"/parked/"+list.Items[0].Mutation+"/decide", coordinator, fields{"decision": "accept"}).JSON(200, nil)
	if n := k.Int(`SELECT count(*) FROM accidents WHERE recorded_by = '` + testkit.Elsa + `'`); n != 1 {
		t.Errorf("%d are hers", n)
	}
	verifies(t, k)
}
