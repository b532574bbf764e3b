package demo

import (
	_ "embed"
	"fmt"

	"chaski/internal/demo/national"
	"chaski/internal/domain/progress"
)

// source is what every balance of 2023 was taken from.
const source = "Ficha de implementación AEI.07.04, 2023 (13-may-2024)"

// The published figures of 2023. Only the demo and tests read this file; its
// Spanish keys go no further.
//
//go:embed golden-2023.json
var golden2023 []byte

func (l *loader) published() national.Published {
	p, err := national.ReadPublished(golden2023)
	l.note(err)
	return p
}

// exercise2023 keeps the closed exercise as dated opening balances: one of
// units and one of money for each AO, and the jobs paid with money of earlier
// years, which count for the AEI alone.
func exercise2023(l *loader) {
	p := l.published()
	l.put("exercises", "2023", values{
		"year": 2023, "kind": "real", "aei_target": p.AEITarget,
		"note": "Ejercicio cerrado. Saldos importados de la Ficha de implementación AEI.07.04, 2023; el informe no publica metas por mes: se reparten por igual.",
	})
	for i, ao := range p.AOs {
		l.publishedAO(i+1, ao)
	}
	for _, o := range p.Origins {
		if o.Year == 2023 {
			continue // counted in its AO
		}
		l.put("opening_balances", fmt.Sprintf("2023 aei %d", o.Year), values{
			"exercise": 2023, "as_of": "2023-12-31", "measure": "job",
			"funding_frame": o.Frame, "funding_year": o.Year, "quantity": o.Jobs, "source": source,
		})
	}
}

func (l *loader) publishedAO(position int, ao national.AO) {
	id := l.ao(2023, values{
		"key": ao.Key, "code": ao.Code, "name": ao.Name, "funding_frame": ao.Frame, "unit_measure": ao.Unit,
		"budget_category": ao.Category, "counting_rule": progress.RuleBalance, "followup_approved": true,
		"physical_target": ao.PhysicalTarget, "financial_target": ao.FinancialTarget, "position": position,
	})
	balance := func(measure string, quantity, amount int64) {
		l.put("opening_balances", "2023 "+ao.Key+" "+measure, values{
			"ao": id, "exercise": 2023, "as_of": "2023-12-31",
			"measure": measure, "funding_frame": ao.Frame, "funding_year": 2023, "quantity": quantity, "amount": amount, "source": source,
		})
	}
	balance(ao.Unit, ao.Physical, 0)
	balance("devengado", 0, ao.Financial)
}

// ao saves an activity and spreads its annual targets evenly over the months,
// the remainder on the first ones, marked as synthetic.
func (l *loader) ao(year int, v values) string {
	key := fmt.Sprintf("%d %s", year, v["key"])
	v["exercise"] = year
	id := l.put("aos", key, v)
	physical := spread(v["physical_target"].(int64))
	financial := spread(v["financial_target"].(int64))
	for i, m := range monthsOf(year) {
		l.put("ao_months", key+" "+string(m), values{
			"ao": id, "month": string(m),
			"physical_target": physical[i], "financial_target": financial[i], "synthetic": true,
		})
	}
	return id
}

// spread divides a total over twelve months so that they add up to it exactly.
func spread(total int64) [12]int64 {
	var out [12]int64
	for i := range out {
		out[i] = total / 12
		if int64(i) < total%12 {
			out[i]++
		}
	}
	return out
}
