package server_test

import (
	"strings"
	"testing"

	"chaski/internal/testkit"
)

type unitSeen struct {
	Name  string
	Total int
	Works []struct {
		Intervention, State string
		LastVisitOn         string `json:"last_visit_on"`
		Waiting             map[string]int
		Uncovered           int
	}
	Phones []struct {
		Name    string
		Stale   bool
		Pending int
	}
}

// A coordinator has the works of his unit and no others, with who works there
// today without insurance; a work that is over alarms nobody.
func TestUnit(t *testing.T) {
	k := testkit.World(t)
	rosa := k.Phone(testkit.Rosa)
	rosa.Push(rosa.Visit("v", testkit.Canal, nil), rosa.Finding("f", "v"))
	unit := func() (u unitSeen) {
		k.Do("GET", "/api/chaski/v1/unit", k.Token(testkit.Carla), nil).JSON(200, &u)
		return u
	}
	u := unit()
	if u.Name == "" || u.Total != 2 || len(u.Works) != 2 || len(u.Phones) != 1 || u.Phones[0].Name == "" || u.Phones[0].Stale {
		t.Fatalf("%+v", u)
	}
	canal := u.Works[0]
	if canal.Intervention != testkit.Canal || canal.LastVisitOn == "" || canal.Waiting["findings"] != 1 {
		t.Errorf("%+v", canal)
	}
	// Its policy is void: its three people are uncovered, until it is over.
	before := canal.Uncovered
	k.Save("insurance_policies", testkit.ID("polcana"), fields{"state": "anulada"})
	if n := unit().Works[0].Uncovered; n != 3 || before == 3 {
		t.Errorf("%d uncovered, were %d", n, before)
	}
	k.Save("interventions", testkit.Canal, fields{"state": "terminada"})
	for _, w := range unit().Works {
		if w.Intervention == testkit.Canal && w.Uncovered != 0 {
			t.Errorf("over, and alarms: %+v", w)
		}
	}
	var d struct {
		Visits []struct {
			ID    string
			Parts map[string]int
		}
	}
	k.Do("GET", "/api/chaski/v1/unit/works/"+testkit.Canal, k.Token(testkit.Carla), nil).JSON(200, &d)
	if len(d.Visits) != 1 || d.Visits[0].Parts["findings"] != 1 {
		t.Errorf("%+v", d)
	}
	code(t, k.Do("GET", "/api/chaski/v1/unit/works/"+testkit.Puente, k.Token(testkit.Carla), nil), 404, "not_found")
	code(t, k.Do("GET", "/api/chaski/v1/unit", k.Token(testkit.Ana), nil), 403, "forbidden")
}

// Behind a figure a coordinator opens the works of his unit; those of another are
// one line, and the lines still add up to the figure.
func TestFigureOfOtherUnits(t *testing.T) {
	k := testkit.World(t)
	for user, work := range map[string]string{testkit.Rosa: testkit.Canal, testkit.Ines: testkit.Puente} {
		p := k.Phone(user)
		p.Push(p.Visit("v"+work[:3], work, fields{"headcount": 1}), p.Mark("v"+work[:3], work, 1, "presente"))
	}
	type seen struct {
		AO    struct{ Physical struct{ Executed string } } `json:"ao"`
		Lines []struct{ Kind, Label, Intervention, Physical string }
	}
	ask := func(who string) (d seen) {
		k.Do("GET", "/api/chaski/v1/exercises/2026/aos/"+testkit.JobAO, k.Token(who), nil).JSON(200, &d)
		return d
	}
	all, own := ask(testkit.Ana), ask(testkit.Carla)
	if all.AO != own.AO || len(all.Lines) < 3 {
		t.Fatalf("%+v and %+v", all, own)
	}
	others := 0
	for _, l := range own.Lines {
		if l.Intervention == testkit.Puente {
			t.Errorf("names a work he may not open: %+v", l)
		}
		if l.Intervention != "" {
			k.Do("GET", "/api/chaski/v1/exercises/2026/aos/"+testkit.JobAO+"/interventions/"+l.Intervention, k.Token(testkit.Carla), nil).JSON(200, nil)
		}
		if l.Kind == "unit" {
			others++
			if l.Physical != "1" || !strings.HasPrefix(l.Label, "Una actividad de ") {
				t.Errorf("%+v", l)
			}
		}
	}
	if others != 1 {
		t.Errorf("%d lines of other units: %+v", others, own.Lines)
	}
}
