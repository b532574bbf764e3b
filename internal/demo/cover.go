package demo

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"chaski/internal/domain/day"
	"chaski/internal/domain/insurance"
)

// policy is an insurance policy with the people it names.
type policy struct {
	insurance.Policy
	named []insurance.Insured
}

// coverage of a person on a day, as it was known that day, by the rule itself: what
// the demo's visits recorded must be what anybody computes from the rows.
func (s *site) coverage(d day.Day, dni string) insurance.Status {
	papers := insurance.Papers{Today: d}
	for _, p := range s.policies {
		papers.Policies = append(papers.Policies, p.Policy)
		papers.Insured = append(papers.Insured, p.named...)
	}
	if papers.Coverage(d, dni).Status == insurance.Covered {
		return insurance.Covered
	}
	return insurance.Uncovered // that day nobody could know better
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
		known := who.alta
		if who.replacement && s.cover == coverLateReplace {
			known = workday(who.alta, 3) // he was insured from the first day; the paper came after him
		}
		row := l.put("insured_persons", key+" "+who.dni, values{
			"insurance_policy": id, "intervention": s.id,
			"dni": who.dni, "from_on": string(i.FromOn), "to_on": string(i.ToOn),
		})
		i.Spans = insurance.Follow(nil, insurance.ClaimOf(i, p.Policy, "", who.baja), known, true)
		l.proved(row, s.id, i)
		p.named = append(p.named, i)
	}
	s.policies = append(s.policies, p)
}

// proved keeps since when the demo's past knew of a row: all of it is loaded at once.
func (l *loader) proved(row, work string, i insurance.Insured) {
	for _, span := range i.Spans {
		if l.err != nil {
			return
		}
		_, err := l.app.DB().Insert("cover_spans", dbx.Params{
			"insured": row, "intervention": work, "policy": i.PolicyID, "dni": i.DNI, "from_on": string(span.From), "to_on": string(span.To),
			"known_on": string(span.Known), "sure": span.Sure, "issued_on": string(span.Issued),
			"recorded_at": string(span.Known) + "T12:00:00Z", "until_at": "",
		}).Execute()
		l.note(err)
	}
}
