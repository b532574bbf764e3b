package store

import (
	"encoding/json"

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
	var papers insurance.Papers
	var rows []struct {
		Policy insurance.Policy
		insurance.Insured
	}
	err = d.db.NewQuery(`SELECT p.id AS "policy.id", p.state AS "policy.state", p.valid_from AS "policy.valid_from", p.valid_to AS "policy.valid_to",
			p.id AS policy_id, s.dni, s.from_on, s.to_on, coalesce(c.state, '') AS certificate
		FROM insurance_policies p JOIN insured_persons s ON s.insurance_policy = p.id
		LEFT JOIN insurance_certificates c ON c.id = s.insurance_certificate WHERE p.intervention = {:i}`).
		Bind(dbx.Params{"i": intervention}).All(&rows)
	seen := map[string]bool{}
	for _, r := range rows {
		if !seen[r.PolicyID] {
			seen[r.PolicyID] = true
			papers.Policies = append(papers.Policies, r.Policy)
		}
		papers.Insured = append(papers.Insured, r.Insured)
	}
	return func(dni string, on day.Day) bool {
		for _, r := range rules {
			if on.Within(r.From, r.To) {
				return papers.Insures(on, dni)
			}
		}
		return true
	}, err
}

// InsuranceOf are the policies of a work, whom they name and what that proves.
func InsuranceOf(db dbx.Builder, intervention string, today day.Day) (insurance.Papers, error) {
	out, params := insurance.Papers{Today: today}, dbx.Params{"i": intervention}
	if err := db.NewQuery(`SELECT id, state, valid_from, valid_to FROM insurance_policies WHERE intervention = {:i}`).Bind(params).All(&out.Policies); err != nil {
		return out, err
	}
	var rows []struct {
		insurance.Insured
		Proves string
	}
	err := db.NewQuery(`SELECT s.insurance_policy AS policy_id, s.dni, s.from_on, s.to_on, coalesce(c.state, '') AS certificate, coalesce(s.proves, '') AS proves
		FROM insured_persons s LEFT JOIN insurance_certificates c ON c.id = s.insurance_certificate WHERE s.intervention = {:i}`).
		Bind(params).All(&rows)
	for _, r := range rows {
		if json.Unmarshal([]byte(r.Proves), &r.Spans) != nil {
			r.Spans = nil // not worked out yet, or no list: since when it is known is open
		}
		out.Insured = append(out.Insured, r.Insured)
	}
	return out, err
}
