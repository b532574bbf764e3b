package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"chaski/internal/domain/progress"
)

// source is what every balance of 2023 was taken from.
const source = "Ficha de implementación AEI.07.04, 2023 (13-may-2024)"

// The published figures of 2023. Only the demo and tests read this file; its
// Spanish keys go no further.
//
//go:embed golden-2023.json
var golden2023 []byte

type published struct {
	AEI struct {
		Target int64 `json:"meta"`
	} `json:"aei"`
	AOs  []publishedAO `json:"actividades_operativas"`
	Jobs struct {
		ByOrigin []struct {
			Year  int64  `json:"anio_recurso"`
			Frame string `json:"marco"`
			Jobs  int64  `json:"empleos"`
		} `json:"por_origen"`
	} `json:"empleos"`
}

type publishedAO struct {
	Key      string  `json:"clave"`
	Code     *string `json:"codigo_ao"`
	Name     string  `json:"nombre_cuadro5"`
	Unit     string  `json:"unidad_medida"`
	Category string  `json:"categoria_presupuestal"`
	Frame    string  `json:"marco_financiamiento"`
	Physical struct {
		Target int64 `json:"programado"`
		Exec   int64 `json:"ejecutado"`
	} `json:"fisico"`
	Financial struct {
		Target string `json:"programado"`
		Exec   string `json:"ejecutado"`
	} `json:"financiero"`
}

var units = map[string]string{
	"Transferencia": "transfer", "Asistencia Técnica": "technical_assistance",
	"Empleo Temporal": "job", "Informe": "management_report",
}

var frames = map[string]string{"ORDINARIO": "ordinary", "LEY_31728": "ley_31728"}

func readPublished() (published, error) {
	var p published
	if err := json.Unmarshal(golden2023, &p); err != nil {
		return p, fmt.Errorf("golden-2023.json: %w", err)
	}
	return p, nil
}

// exercise2023 keeps the closed exercise as dated opening balances: one of
// units and one of money for each AO, and the jobs paid with money of earlier
// years, which count for the AEI alone.
func exercise2023(l *loader) error {
	p, err := readPublished()
	if err != nil {
		return err
	}
	if _, err := l.put("exercises", "2023", values{
		"year": 2023, "kind": "real", "aei_target": p.AEI.Target,
		"note": "Ejercicio cerrado. Saldos importados de la Ficha de implementación AEI.07.04, 2023; el informe no publica metas por mes: se reparten por igual.",
	}); err != nil {
		return err
	}
	for i, ao := range p.AOs {
		if err := l.publishedAO(i+1, ao); err != nil {
			return err
		}
	}
	for _, o := range p.Jobs.ByOrigin {
		if o.Year == 2023 {
			continue // counted in its AO
		}
		key := fmt.Sprintf("2023 aei %d", o.Year)
		if _, err := l.put("opening_balances", key, values{
			"exercise": 2023, "as_of": "2023-12-31", "measure": "job",
			"funding_frame": frames[o.Frame], "funding_year": o.Year, "quantity": o.Jobs, "source": source,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) publishedAO(position int, ao publishedAO) error {
	target, err := progress.ParseMoney(ao.Financial.Target)
	if err != nil {
		return err
	}
	exec, err := progress.ParseMoney(ao.Financial.Exec)
	if err != nil {
		return err
	}
	code := ""
	if ao.Code != nil {
		code = *ao.Code
	}
	unit, frame := units[ao.Unit], frames[ao.Frame]
	id, err := l.ao(2023, values{
		"key": ao.Key, "code": code, "name": ao.Name, "funding_frame": frame, "unit_measure": unit,
		"budget_category": ao.Category, "counting_rule": progress.RuleBalance, "followup_approved": true,
		"physical_target": ao.Physical.Target, "financial_target": target, "position": position,
	})
	if err != nil {
		return err
	}
	balance := func(measure string, quantity, amount int64) error {
		_, err := l.put("opening_balances", "2023 "+ao.Key+" "+measure, values{
			"ao": id, "exercise": 2023, "as_of": "2023-12-31",
			"measure": measure, "funding_frame": frame, "funding_year": 2023, "quantity": quantity, "amount": amount, "source": source,
		})
		return err
	}
	if err := balance(unit, ao.Physical.Exec, 0); err != nil {
		return err
	}
	return balance("devengado", 0, exec)
}

// ao saves an activity and spreads its annual targets evenly over the months,
// the remainder on the first ones, marked as synthetic.
func (l *loader) ao(year int, v values) (string, error) {
	key := fmt.Sprintf("%d %s", year, v["key"])
	v["exercise"] = year
	id, err := l.put("aos", key, v)
	if err != nil {
		return "", err
	}
	physical := spread(v["physical_target"].(int64))
	financial := spread(v["financial_target"].(int64))
	for i, m := range monthsOf(year) {
		if _, err := l.put("ao_months", strings.Join([]string{key, string(m)}, " "), values{
			"ao": id, "month": string(m),
			"physical_target": physical[i], "financial_target": financial[i], "synthetic": true,
		}); err != nil {
			return "", err
		}
	}
	return id, nil
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
