package server_test

import (
	"slices"
	"testing"

	"chaski/internal/testkit"
)

// byForm3 sends a change by the form that asks what is to be done about a grave finding.
func byForm3(m map[string]any) map[string]any {
	m["form"] = "visit/3"
	return m
}

func lacks(r testkit.Result) []string {
	var out []string
	for _, e := range r.Errors {
		out = append(out, e.Code+"@"+e.Field)
	}
	return out
}

// A grave finding says what is to be done, by whom and until when, whoever made it
// grave and whoever takes it away; judged on what it says after the merge.
func TestGraveFindings(t *testing.T) {
	_, rosa, luis := twoPhones(t)
	f := func(p *testkit.Phone, changed fields) testkit.Result {
		return p.Push(byForm3(p.Change("update", "findings", "f", 1, changed)))[0]
	}
	all := []string{"grave_incomplete@corrective_measure", "grave_incomplete@responsible", "grave_incomplete@due_on"}
	if r := f(rosa, fields{"severity": "leve", "corrective_measure": "", "responsible": "", "due_on": ""}); r.Status != "applied" {
		t.Fatalf("%+v", r)
	}
	rosa.Pull()
	rev := rosa.Revs["findings/"+testkit.ID("f")]
	f = func(p *testkit.Phone, changed fields) testkit.Result {
		return p.Push(byForm3(p.Change("update", "findings", "f", rev, changed)))[0]
	}
	if r := f(rosa, fields{"severity": "grave"}); r.Status != "rejected" || !slices.Equal(lacks(r), all) {
		t.Fatalf("made grave with nothing said: %+v", r)
	}
	if r := f(rosa, fields{"severity": "grave", "corrective_measure": "Cercar", "responsible": "Residente", "due_on": "2026-12-01"}); r.Status != "applied" {
		t.Fatalf("made grave with all said: %+v", r)
	}
	// Luis saw a finding that was not grave, and its measure as it is now.
	luis.Pull()
	rev = luis.Revs["findings/"+testkit.ID("f")]
	if r := f(luis, fields{"corrective_measure": ""}); r.Status != "rejected" || !slices.Equal(lacks(r), all[:1]) {
		t.Fatalf("the measure taken away: %+v", r)
	}
	if r := f(luis, fields{"description": "Zanja abierta de dos metros"}); r.Status != "applied" {
		t.Fatalf("described better: %+v", r)
	}
	// Forms that did not ask are taken as they are.
	if r := luis.Push(luis.Change("update", "findings", "f", rev, fields{"corrective_measure": ""}))[0]; r.Status != "applied" {
		t.Fatalf("an older form: %+v", r)
	}
	if r := f(luis, fields{"state": "levantado", "state_reason": "Se tapó"}); r.Status != "applied" {
		t.Fatalf("an older gap keeps nobody from lifting it: %+v", r)
	}
}

// What waits for review is judged, when it is accepted, by the form that asked: a newer
// one did not ask, an older one cannot be answered for.
func TestParkedWorkIsJudgedByItsForm(t *testing.T) {
	k := testkit.World(t)
	luis := k.Phone(testkit.Luis)
	lesser := func(name string) map[string]any {
		made := luis.Finding(name, "v")
		made["fields"].(map[string]any)["severity"] = "leve"
		return made
	}
	grave := func(made map[string]any, name string) map[string]any {
		m := luis.Mutation("update", "findings", testkit.ID(name), fields{"severity": "grave"})
		m["prev"] = made["id"]
		return m
	}
	old, newer := lesser("f"), lesser("g")
	asked := byForm3(grave(newer, "g"))
	sent := []any{luis.Visit("v", testkit.Muro, fields{"headcount": 1}), old, newer, grave(old, "f"), asked}
	for i, r := range luis.Push(sent...) {
		if r.Status != "parked" {
			t.Fatalf("%d: %+v", i, r)
		}
	}
	var out struct {
		Applied, Rejected int
		Refused           []struct {
			Record string
			Errors []struct{ Code, Field string }
		}
	}
	decide(k, testkit.Carla, idOf(sent[0]), "accept", "").JSON(200, &out)
	if out.Applied != 4 || out.Rejected != 1 || len(out.Refused) != 1 || out.Refused[0].Record != testkit.ID("g") || len(out.Refused[0].Errors) != 3 ||
		out.Refused[0].Errors[0].Code != "grave_incomplete" {
		t.Errorf("%+v", out)
	}
	if n := k.Int(`SELECT count(*) FROM findings WHERE severity = 'grave' AND id = '` + testkit.ID("f") + `'`); n != 1 {
		t.Error("what an older form said was not taken")
	}
}
