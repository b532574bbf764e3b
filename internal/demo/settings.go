package demo

import "fmt"

// ChecklistKey and ChecklistVersion name the checklist the demo's visits used.
const (
	ChecklistKey     = "visita_aii"
	ChecklistVersion = 1
)

type item struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

var checklist = []item{
	{"cartel", "¿El cartel de la actividad está a la vista?"},
	{"cuaderno", "¿El cuaderno de asistencia está en obra y al día?"},
	{"responsable_tecnico", "¿Está presente el responsable técnico?"},
	{"inspector_actividad", "¿Está presente el inspector de la actividad?"},
	{"epp", "¿Todos usan equipo de protección personal?"},
	{"botiquin", "¿Hay botiquín completo?"},
	{"kit_sanitario", "¿Hay kit sanitario?"},
	{"agua", "¿Hay agua para beber?"},
	{"servicios_higienicos", "¿Hay servicios higiénicos limpios?"},
}

type parameter struct {
	key        string
	value      any
	unit       string
	norm       string
	assumption bool
}

// Where the norm could not be read in full the value is an assumption and says
// so; central staff set the true one.
var parameters = []parameter{
	{"rendicion.deadline_working_days", 15, "días hábiles", "Supuesto: plazo visto en una revisión de rendición de cuentas de 2021; falta la norma vigente.", true},
	{"insurance.certificate_grace_working_days", 3, "días hábiles", "Supuesto: la Ficha 2023, sección 6, reporta el retraso sin dar el plazo.", true},
	{"jobs.counting_rule", "cupo_v1", "", "Supuesto: un empleo por cupo desde su primer jornal validado; la fórmula oficial no es pública.", true},
	{"visit.photos_min", 2, "fotos", "Supuesto: mínimo por visita; falta la norma vigente.", true},
	{"visit.photos_start_min", 6, "fotos", "Supuesto: juego de fotos de inicio de la actividad; falta la norma vigente.", true},
	{"visit.finding_description_min", 10, "caracteres", "Regla de este sistema.", false},
	{"participant.age_min", 18, "años", "Ficha de implementación AEI.07.04, 2023, sección 1: a partir de los 18 años.", false},
	{"participant.age_max", 64, "años", "Supuesto: el último tramo de edad de la Ficha 2023 termina en 64.", true},
	{"participant.daily_incentive", 4400, "céntimos", "Supuesto: S/ 44 por jornal, según notas de prensa de 2022 y 2024.", true},
	{"intervention.duration_days.ordinary", 42, "días hábiles", "Supuesto de trabajo de este sistema.", true},
	{"intervention.duration_days.ley_31728", 32, "días hábiles", "Supuesto de trabajo de este sistema.", true},
	{"funding.ley_31728.ceiling", 12_358_500_000, "céntimos", "Ley N° 31728, artículo 31: hasta S/ 123 585 000,00.", false},
}

const settingsFrom = "2023-01-01"

func settings(l *loader) error {
	for _, p := range parameters {
		if _, err := l.put("parameters", p.key, values{
			"key": p.key, "value": p.value, "unit": p.unit,
			"valid_from": settingsFrom, "norm": p.norm, "assumption": p.assumption,
		}); err != nil {
			return err
		}
	}
	_, err := l.put("checklists", fmt.Sprintf("%s %d", ChecklistKey, ChecklistVersion), values{
		"key":     ChecklistKey,
		"version": ChecklistVersion, "title": "Visita a la actividad", "items": checklist, "valid_from": settingsFrom,
	})
	return err
}
