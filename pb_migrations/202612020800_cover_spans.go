package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Cover has two times: the days it holds for, and since when that is known. A policy
// says when its paper was issued, an insured person on which certificate he is named,
// and what that proves since when. cover_spans keeps all that was ever proved: a span
// that stands no more says until when it was known, and is never removed.
//
// What is there already is looked at once: where it cannot be told when it was
// recorded, it is known today at the latest.
func init() {
	m.Register(func(app core.App) error {
		policies, insured := find(app, "insurance_policies"), find(app, "insured_persons")
		policies.Fields.Add(day("issued_on"))
		insured.Fields.Add(optionalTo("insurance_certificate", find(app, "insurance_certificates")), document("proves"))
		insured.AddIndex("idx_insured_persons_certificate", false, "insurance_certificate", "")
		if err := saveAll(app, policies, insured); err != nil {
			return err
		}
		return execAll(app,
			`CREATE TABLE cover_spans (n INTEGER PRIMARY KEY, insured TEXT NOT NULL, intervention TEXT NOT NULL, policy TEXT NOT NULL, dni TEXT NOT NULL,
				from_on TEXT NOT NULL, to_on TEXT NOT NULL, known_on TEXT NOT NULL, sure INTEGER NOT NULL, issued_on TEXT NOT NULL,
				recorded_at TEXT NOT NULL, until_at TEXT NOT NULL)`,
			`CREATE INDEX idx_cover_spans_work ON cover_spans (intervention, dni)`,
			`CREATE INDEX idx_cover_spans_insured ON cover_spans (insured) WHERE until_at = ''`,
			settleAgain("insured_persons"),
		)
	}, func(app core.App) error {
		policies, insured := find(app, "insurance_policies"), find(app, "insured_persons")
		policies.Fields.RemoveByName("issued_on")
		insured.RemoveIndex("idx_insured_persons_certificate")
		insured.Fields.RemoveByName("insurance_certificate")
		insured.Fields.RemoveByName("proves")
		if err := saveAll(app, policies, insured); err != nil {
			return err
		}
		return execAll(app, `DROP TABLE cover_spans`)
	})
}
