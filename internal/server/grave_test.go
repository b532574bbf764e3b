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
