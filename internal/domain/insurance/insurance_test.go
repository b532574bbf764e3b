package insurance_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
)

type golden struct {
	Name  string
	Input struct {
		Day      day.Day
		Today    day.Day
		DNI      string
		Policies []struct {
			ID        string
			State     string
			ValidFrom day.Day `json:"valid_from"`
			ValidTo   day.Day `json:"valid_to"`
		}
		Certificates []struct{ ID, State string } `json:"insurance_certificates"`
		Insured      []struct {
			Policy      string `json:"insurance_policy"`
			Certificate string `json:"insurance_certificate"`
			DNI         string
			FromOn      day.Day `json:"from_on"`
			ToOn        day.Day `json:"to_on"`
			Proves      []insurance.Span
		} `json:"insured_persons"`
	}
	Expect insurance.Status
	Late   int
	Since  day.Day
	Issued day.Day
}

func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("../../../testdata/rules/insurance.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 15 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var policies []insurance.Policy
			for _, p := range c.Input.Policies {
				policies = append(policies, insurance.Policy{ID: p.ID, State: p.State, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo})
			}
			state := map[string]string{}
			for _, p := range c.Input.Certificates {
				state[p.ID] = p.State
			}
			var insured []insurance.Insured
			for _, i := range c.Input.Insured {
				insured = append(insured, insurance.Insured{PolicyID: i.Policy, DNI: i.DNI, FromOn: i.FromOn, ToOn: i.ToOn, Certificate: state[i.Certificate], Spans: i.Proves})
			}
			today := c.Input.Today
			if today == "" {
				today = c.Input.Day
			}
			want := insurance.Cover{Status: c.Expect, Late: c.Late, Since: c.Since, Issued: c.Issued}
			if got := (insurance.Papers{Today: today, Policies: policies, Insured: insured}).Coverage(c.Input.Day, c.Input.DNI); got != want {
				t.Fatalf("got %+v, want %+v", got, want)
			}
		})
	}
}

// The order of rows is an accident of the database; more rows never uncover.
func TestCoverageIsMonotoneAndBlindToOrder(t *testing.T) {
	const start = day.Day("2026-11-01")
	rng := rand.New(rand.NewPCG(1, 2))
	at := func() day.Day { return start.Add(rng.IntN(20)) }
	for range 2000 {
		var policies []insurance.Policy
		var insured []insurance.Insured
		for p := range 1 + rng.IntN(3) {
			id := string(rune('a' + p))
			policies = append(policies, insurance.Policy{ID: id, State: []string{"emitida", "anulada"}[rng.IntN(2)], ValidFrom: at(), ValidTo: at()})
			insured = append(insured, insurance.Insured{PolicyID: id, DNI: []string{"1", "2"}[rng.IntN(2)], FromOn: at(), ToOn: at()})
		}
		d := at()
		before := (insurance.Papers{Policies: policies, Insured: insured}).Insures(d, "1")
		rng.Shuffle(len(policies), func(i, j int) { policies[i], policies[j] = policies[j], policies[i] })
		rng.Shuffle(len(insured), func(i, j int) { insured[i], insured[j] = insured[j], insured[i] })
		if got := (insurance.Papers{Policies: policies, Insured: insured}).Insures(d, "1"); got != before {
			t.Fatalf("order changed %v to %v: %v %v on %s", before, got, policies, insured, d)
		}
		policies = append(policies, insurance.Policy{ID: "z", ValidFrom: at(), ValidTo: at()})
		if before && !(insurance.Papers{Policies: policies, Insured: insured}).Insures(d, "1") {
			t.Fatalf("one more policy uncovered: %v %v on %s", policies, insured, d)
		}
	}
}

func TestNoDayOrNoDNIIsNeverCovered(t *testing.T) {
	w := insurance.Papers{Policies: []insurance.Policy{{ID: "p", ValidFrom: "", ValidTo: "2026-11-30"}}, Insured: []insurance.Insured{{PolicyID: "p"}}}
	if w.Insures("", "") || w.Insures("2026-11-15", "") {
		t.Fatal("covered without a day or a DNI")
	}
	w = insurance.Papers{Policies: []insurance.Policy{{ID: "p", ValidFrom: "2026-11-01"}}, Insured: []insurance.Insured{{PolicyID: "p", DNI: "99000001", FromOn: "2026-11-01"}}}
	if w.Insures("2026-11-15", "99000001") {
		t.Fatal("a policy without an end counted as proof")
	}
}
