package demo

import (
	"fmt"

	"chaski/internal/demo/national"
	"chaski/internal/domain/progress"
)

// plan is the running exercise's target of one activity. They are small, so
// that one visit visibly moves a percentage.
type plan struct {
	key       string
	physical  int64
	soles     int64
	rule      string
	expenses  string // clasificador of its spending
	recorded  bool   // what it counts is recorded in this system
	spentOver int64  // per mille of the even share spent each month, about
}

var plans = []plan{
	{"gestion", 12, 180_000, progress.RuleBalance, "2.3.2", false, 960},
	{"promocion", 36, 60_000, progress.RuleBalance, "2.3.2", false, 930},
	{"seguimiento", 420, 96_000, progress.RuleCupo, "2.3.2", true, 940},
	{"transferencia", 14, 1_300_000, progress.RuleTransfer, "2.4.1", true, 0},
	{"gestion_ley", 2, 24_000, progress.RuleBalance, "2.3.2", false, 900},
	{"promocion_ley", 12, 18_000, progress.RuleBalance, "2.3.2", false, 880},
	{"seguimiento_ley", 96, 36_000, progress.RuleCupo, "2.3.2", true, 910},
	{"transferencia_ley", 5, 240_000, progress.RuleTransfer, "2.4.1", true, 0},
	{"sentencias", 1, 12_000, progress.RuleBalance, "2.5.5", false, 0},
}

// runningExercise has the nine activities of 2023 with other targets and no
// codes: codes belong to an approved POI and none is invented here. Activities
// whose events are not recorded in this system yet have no approved follow-up,
// so they stay out of the averages.
func runningExercise(l *loader) {
	l.put("exercises", "running", values{
		"year": l.year(), "kind": "demonstration", "aei_target": 600,
		"note": "Ejercicio de demostración. Datos ficticios; las actividades operativas no tienen código porque el POI de este ejercicio no es real.",
	})
	names := map[string]national.AO{}
	for _, ao := range l.published().AOs {
		names[ao.Key] = ao
	}
	for i, plan := range plans {
		ao := names[plan.key]
		l.ao(l.year(), values{
			"key": plan.key, "name": ao.Name, "funding_frame": ao.Frame,
			"unit_measure": ao.Unit, "budget_category": ao.Category, "counting_rule": plan.rule,
			"followup_approved": plan.recorded, "physical_target": plan.physical, "financial_target": plan.soles * 100,
			"position": i + 1,
		})
	}
}

// budget writes the devengado of each month that is over. What SIAF has of the
// transfers is the sum of the transfers accrued, so that the two reconcile.
func budget(l *loader) {
	for _, p := range plans {
		ao := l.id("aos", fmt.Sprintf("%d %s", l.year(), p.key))
		rng := l.rng("budget " + p.key)
		shares := spread(p.soles * 100)
		for i, m := range monthsOf(l.year()) {
			amount := shares[i] * (p.spentOver + rng.Int64N(60)) / 1000
			switch p.key {
			case "transferencia":
				amount = l.paid[paid{"ordinary", m}]
			case "transferencia_ley":
				amount = l.paid[paid{"ley_31728", m}]
			case "sentencias":
				amount = 0
				if i == 4 {
					amount = p.soles * 100
				}
			}
			if m >= l.today.Month() || amount == 0 {
				continue
			}
			l.put("budget_execution", fmt.Sprintf("%s %s", p.key, m),
				values{"ao": ao, "month": string(m), "clasificador": p.expenses, "amount": amount})
		}
	}
}
