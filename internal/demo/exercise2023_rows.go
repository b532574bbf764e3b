package demo

import (
	"fmt"

	"chaski/internal/demo/national"
	"chaski/internal/domain/progress"
)

const aei0704 = "AEI.07.04"

var rules = map[string]string{
	"job": progress.RuleCupo, "transfer": progress.RuleTransfer,
	"technical_assistance": progress.RuleAssistance, "management_report": progress.RuleReport,
}

const note2023 = "Ejercicio cerrado, cargado fila por fila: al contar las filas se obtienen las cifras de la Ficha de implementación " +
	"AEI.07.04, 2023 (13-may-2024). Sintético, porque el informe no lo publica: la distribución por departamento, distrito, unidad " +
	"territorial y mes; las fechas de las resoluciones y qué transfiere cada una; las metas por mes y las de cada actividad en el PIA y " +
	"en la versión 1 del POI (suman lo publicado); el tamaño y las fechas de cada actividad; hojas, visitas, pólizas y rendiciones. " +
	"Personas y municipalidades son ficticias; los distritos son reales."

// integrity is the activity of another AEI that version 2 added. The report
// gives neither its unit nor its targets: none is invented.
var integrity = struct{ key, name, aei string }{
	"modelo_integridad", "Seguimiento a la Implementación del Modelo de Integridad", "AEI.08.05",
}

// planning2023 writes the exercise, its activities as they ended and the
// versions of the POI.
func planning2023(l *loader) {
	p := l.published()
	l.put("exercises", "2023", values{
		"year": national.Year, "kind": "real", "aei": aei0704, "aei_target": p.AEITarget, "note": note2023,
	})
	ids := map[string]string{}
	for i, ao := range p.AOs {
		ids[ao.Key] = l.ao(national.Year, values{
			"key": ao.Key, "code": ao.Code, "name": ao.Name, "funding_frame": ao.Frame, "unit_measure": ao.Unit,
			"budget_category": ao.Category, "counting_rule": rules[ao.Unit], "followup_approved": true,
			"physical_target": ao.PhysicalTarget, "financial_target": ao.FinancialTarget, "position": i + 1,
		})
	}
	// A unit is required of every activity; reports are our guess.
	ids[integrity.key] = l.put("aos", fmt.Sprintf("%d %s", national.Year, integrity.key), values{
		"exercise": national.Year, "key": integrity.key, "name": integrity.name, "funding_frame": ordinary,
		"unit_measure": "management_report", "counting_rule": progress.RuleReport, "position": len(p.AOs) + 1,
	})
	l.versions2023(p, ids)
}

type version struct {
	key, label, resolution, reason string
	of                             func(national.AO) (target, bool)
	integrity                      bool
}

// target is what a version says of an activity.
type target struct {
	physical, financial int64
	cause               string
	synthetic           bool
}

// versions2023: the sums of the first two are published, what they give each
// activity is not.
func (l *loader) versions2023(p national.Published, ids map[string]string) {
	pia := sharesOf(p.AOs, p.PIA, func(a national.AO) bool { return a.Frame == ordinary && a.Category == "PP0073" })
	ley := sharesOf(p.AOs, p.Ley, func(a national.AO) bool { return a.Frame == national.Ley })
	first := func(a national.AO) (target, bool) {
		money, there := pia[a.Key]
		return target{a.PhysicalTarget, money, "", true}, there
	}
	second := func(a national.AO) (target, bool) {
		if money, there := ley[a.Key]; there {
			return target{a.PhysicalTarget, money, "Ley N° 31728, artículo 31", true}, true
		}
		if a.Category != "PP0073" {
			return target{a.PhysicalTarget, p.Sentences, "Decreto Supremo N° 113-2023-EF", false}, true
		}
		return first(a)
	}
	final := func(a national.AO) (target, bool) {
		cause := "Resoluciones Ministeriales N° 461 y 462-2023-TR: transferencia a la Reserva de Contingencia"
		if a.Category != "PP0073" {
			cause = "Decreto Supremo N° 113-2023-EF"
		}
		return target{a.PhysicalTarget, a.FinancialTarget, cause, false}, true
	}
	for i, v := range []version{
		{"pia", "POI consistente con el PIA", "Resolución Ministerial N° 011-2023-TR", "Apertura. Las metas por actividad no son públicas: son sintéticas y suman S/ 529 836 736.", first, false},
		{"v1", "POI modificado, versión 1", "Resolución del Secretario General N° 052-2023-TR/SG", "Recursos de la Ley N° 31728 y sentencias judiciales (DS 113-2023-EF). Metas por actividad sintéticas, salvo sentencias.", second, false},
		{"v2", "POI modificado, versión 2", "Resolución del Secretario General N° 069-2023-TR/SG", "Incorpora una actividad de la AEI 8.5; sus metas no son públicas y no se inventan.", second, true},
		{"v3", "POI modificado, versión 3", "Resolución del Secretario General N° 013-2024-TR/SG", "Metas finales (RM 461 y 462-2023-TR).", final, true},
	} {
		l.version2023(i, v, p.AOs, ids)
	}
}

func (l *loader) version2023(position int, v version, aos []national.AO, ids map[string]string) {
	poi := l.put("poi_versions", "2023 "+v.key, values{
		"exercise": national.Year, "key": v.key, "label": v.label, "position": position, "resolution": v.resolution, "reason": v.reason,
	})
	for _, ao := range aos {
		if t, there := v.of(ao); there {
			l.put("ao_versions", v.key+" "+ao.Key, values{
				"poi_version": poi, "ao": ids[ao.Key], "aei": aei0704, "physical_target": t.physical, "financial_target": t.financial,
				"active": true, "cause": t.cause, "synthetic": t.synthetic,
			})
		}
	}
	if v.integrity {
		l.put("ao_versions", v.key+" "+integrity.key, values{
			"poi_version": poi, "ao": ids[integrity.key], "aei": integrity.aei, "active": true,
			"cause": "Resolución de Secretaría de Integridad Pública N° 003-2023-PCM/SIP. Metas no publicadas.",
		})
	}
}

// sharesOf divides whole soles among activities in proportion to what they
// ended with.
func sharesOf(aos []national.AO, total int64, which func(national.AO) bool) map[string]int64 {
	var of []string
	var weights []int64
	for _, a := range aos {
		if which(a) {
			of, weights = append(of, a.Key), append(weights, a.FinancialTarget)
		}
	}
	out := map[string]int64{}
	for i, soles := range national.Apportion(total/100, weights) {
		out[of[i]] = soles * 100
	}
	return out
}
