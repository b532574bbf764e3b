package demo

import (
	"fmt"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
)

// policy is an insurance policy with the people it names.
type policy struct {
	insurance.Policy
	named []insurance.Insured
}

// coverage of a person on a day, by the rule itself: what the demo's visits
// recorded must be what anybody computes from the rows.
func (s *site) coverage(d day.Day, dni string) insurance.Status {
	var policies []insurance.Policy
	var insured []insurance.Insured
	for _, p := range s.policies {
		policies = append(policies, p.Policy)
		insured = append(insured, p.named...)
	}
	return insurance.Coverage(d, dni, policies, insured)
}

func (l *loader) insure(s *site) {
	switch s.cover {
	case coverNone:
	case coverExpired:
		l.policy(s, 1, "emitida", workday(l.today, 0).Add(-1))
	case coverLateReplace:
		// Issued with a wrong number, voided, and issued again.
		l.policy(s, 1, insurance.StateVoid, s.ends)
		l.policy(s, 2, "emitida", s.ends)
	default:
		l.policy(s, 1, "emitida", s.ends)
	}
}

func (l *loader) policy(s *site, n int, state string, to day.Day) {
	insurer := insurers[int(s.key[1])%len(insurers)]
	key := fmt.Sprintf("%s %d", s.key, n)
	id := l.put("insurance_policies", key, values{
		"intervention": s.id, "number": fmt.Sprintf("DEMO-%s-%d", s.code, n),
		"insurer_ruc": insurer.ruc, "insurer_name": insurer.name, "kind": "Accidentes personales",
		"valid_from": string(s.starts), "valid_to": string(to), "state": state,
	})
	p := policy{Policy: insurance.Policy{ID: id, State: state, ValidFrom: s.starts, ValidTo: to}}
	for _, who := range s.people {
		if who.newest && s.cover == coverMissesNew {
			continue // their certificate has not come yet
		}
		i := insurance.Insured{PolicyID: id, DNI: who.dni, FromOn: who.alta, ToOn: who.baja}
		if who.replacement && s.cover == coverLateReplace {
			i.FromOn = workday(who.alta, 3)
		}
		if i.ToOn != "" && i.FromOn > i.ToOn {
			continue
		}
		l.put("insured_persons", key+" "+who.dni, values{
			"insurance_policy": id, "intervention": s.id,
			"dni": who.dni, "from_on": string(i.FromOn), "to_on": string(i.ToOn),
		})
		p.named = append(p.named, i)
	}
	s.policies = append(s.policies, p)
}
