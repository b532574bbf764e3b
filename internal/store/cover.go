package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
)

// paramUncovered says from which day on a jornal without insurance counts.
// Without any such row it counts: recording is never blocked, and it is flagged.
const paramUncovered = "jobs.uncovered_counts"

// uncoveredRule is a span of days in which uncovered work does not count.
type uncoveredRule struct {
	From day.Day `db:"valid_from"`
	To   day.Day `db:"valid_to"`
}

// refusing are the spans in which a jornal needs cover to count.
func (d *drain) refusing() ([]uncoveredRule, error) {
	if d.uncovered != nil {
		return *d.uncovered, nil
	}
	rules := []uncoveredRule{}
	err := d.db.NewQuery(`SELECT valid_from, valid_to FROM parameters WHERE key = {:k} AND value = 'false'`).
		Bind(dbx.Params{"k": paramUncovered}).All(&rules)
	if err == nil {
		d.uncovered = &rules
	}
	return rules, err
}

// coverOf answers whether a person's work on a day may count as far as
// insurance is concerned. Rows of insurance are only read where a rule asks.
func (d *drain) coverOf(intervention string) (func(dni string, on day.Day) bool, error) {
	rules, err := d.refusing()
	if err != nil || len(rules) == 0 {
		return func(string, day.Day) bool { return true }, err
	}
	var policies []insurance.Policy
	var insured []insurance.Insured
	var rows []struct {
		Policy    string `db:"policy"`
		State     string `db:"state"`
		ValidFrom string `db:"valid_from"`
		ValidTo   string `db:"valid_to"`
		DNI       string `db:"dni"`
		FromOn    string `db:"from_on"`
		ToOn      string `db:"to_on"`
	}
	err = d.db.NewQuery(`SELECT p.id AS policy, p.state, p.valid_from, p.valid_to, s.dni, s.from_on, s.to_on
		FROM insurance_policies p JOIN insured_persons s ON s.insurance_policy = p.id WHERE p.intervention = {:i}`).
		Bind(dbx.Params{"i": intervention}).All(&rows)
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.Policy] {
			seen[r.Policy] = true
			policies = append(policies, insurance.Policy{ID: r.Policy, State: r.State, ValidFrom: day.Day(r.ValidFrom), ValidTo: day.Day(r.ValidTo)})
		}
		insured = append(insured, insurance.Insured{PolicyID: r.Policy, DNI: r.DNI, FromOn: day.Day(r.FromOn), ToOn: day.Day(r.ToOn)})
	}
	return func(dni string, on day.Day) bool {
		for _, r := range rules {
			if on.Within(r.From, r.To) {
				return insurance.Coverage(on, dni, policies, insured) == insurance.Covered
			}
		}
		return true
	}, err
}
