package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// named is one whom a certificate names, as the insured row that follows from it.
type named struct {
	ID, Certificate, Participant, Policy, Work, DNI, From, To string
}

// Whom the certificates of works name, of their rosters: who is on none is covered by
// nothing, and listed by the rules.
const namedSQL = `SELECT c.id AS certificate, c.insurance_policy AS policy, c.intervention AS work, c.from_on AS "from", p.id AS participant, p.dni
	FROM insurance_certificates c JOIN json_each(CASE WHEN json_valid(c.names) AND json_type(c.names) = 'object' THEN c.names ELSE '{}' END) j
	JOIN participants p ON p.id = j.key AND p.intervention = c.intervention
	WHERE c.intervention IN (SELECT value FROM json_each({:works})) AND coalesce(c.from_on, '') <> '' ORDER BY c.id, p.id`

// naming keeps the insured rows that follow from the certificates of works, and answers
// those it wrote: one act says whom a paper names, and nothing of that is half done.
// Rows of no participant were said by themselves, and stay as they are.
func (d *drain) naming(works []string) ([]Key, error) {
	params := dbx.Params{"works": sqlite.JSONList(works)}
	var wanted, there []named
	if err := d.db.NewQuery(namedSQL).Bind(params).All(&wanted); err != nil {
		return nil, err
	}
	if err := d.db.NewQuery(`SELECT id, coalesce(insurance_certificate, '') AS certificate, participant, insurance_policy AS policy, intervention AS work, dni,
			from_on AS "from", coalesce(to_on, '') AS "to" FROM insured_persons
		WHERE intervention IN (SELECT value FROM json_each({:works})) AND participant <> '' ORDER BY id`).Bind(params).All(&there); err != nil {
		return nil, err
	}
	stands := make(map[string]named, len(there))
	for _, n := range there {
		stands[n.ID] = n
	}
	var out []Key
	for _, n := range wanted {
		n.ID = replication.DerivedID("insured "+n.Certificate, n.Participant)
		was, known := stands[n.ID]
		delete(stands, n.ID)
		if known && was == n {
			continue
		}
		if err := d.keepNamed(n); err != nil {
			return nil, err
		}
		out = append(out, Key{"insured_persons", n.ID})
	}
	for _, n := range there {
		if _, left := stands[n.ID]; !left {
			continue
		}
		if err := d.sql.Exec(`DELETE FROM insured_persons WHERE id = {:id}`, dbx.Params{"id": n.ID}); err != nil {
			return nil, err
		}
		out = append(out, Key{"insured_persons", n.ID})
	}
	return out, nil
}

func (d *drain) keepNamed(n named) error {
	return d.sql.Exec(`INSERT INTO insured_persons (id, insurance_certificate, participant, insurance_policy, intervention, dni, from_on, to_on, created, updated)
		VALUES ({:id}, {:certificate}, {:participant}, {:policy}, {:work}, {:dni}, {:from}, '', {:now}, {:now})
		ON CONFLICT (id) DO UPDATE SET insurance_certificate = excluded.insurance_certificate, participant = excluded.participant,
			insurance_policy = excluded.insurance_policy, intervention = excluded.intervention, dni = excluded.dni,
			from_on = excluded.from_on, to_on = '', updated = excluded.updated`,
		dbx.Params{
			"id": n.ID, "certificate": n.Certificate, "participant": n.Participant, "policy": n.Policy, "work": n.Work, "dni": n.DNI,
			"from": n.From, "now": PBTime(d.engine.Now()),
		})
}
