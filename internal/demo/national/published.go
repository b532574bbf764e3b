package national

import (
	"encoding/json"
	"fmt"

	"chaski/internal/domain/progress"
)

// Published are the figures of the report that the rows must add up to. Money is
// in céntimos.
type Published struct {
	AEITarget   int64
	AOs         []AO
	Origins     []Origin
	Transfers   map[string]Transfers // by frame
	Resolutions int
	People      Participants
	Reports     map[string]int // of the AO gestion, by unit
	Units       int
	PIA, Ley    int64 // budgets of the first POI versions
	Sentences   int64
}

// AO is one operational activity as published at the end of the year.
type AO struct {
	Key, Code, Name, Unit, Category, Frame string
	PhysicalTarget, Physical               int64
	FinancialTarget, Financial             int64
}

// Origin is the jobs paid with the money of a year and frame.
type Origin struct {
	Year      int
	Frame     string
	AII, PI   int
	Jobs      int
	Districts int // 0: not published
}

// Transfers of one frame.
type Transfers struct {
	Number   int
	Idle     int // transferred, not executed in the year
	Entities int // 0: not published
	Amount   int64
}

// Participants are persons with a jornal in the year.
type Participants struct {
	Total      int
	Women, Men int
	Bands      [3]int // 18–29, 30–59, 60–64
	Conditions [4]int // in the order of Conditions
}

// Conditions of vulnerability, as the database names them.
var Conditions = [4]string{
	"victima_violencia_1980_2000", "victima_violencia_genero", "con_discapacidad", "familiar_discapacidad_severa_contigo",
}

// Bands are the first and last age of each.
var Bands = [3][2]int{{18, 29}, {30, 59}, {60, 64}}

// file is the part of the published figures that is read; its Spanish keys go no
// further.
type file struct {
	AEI struct {
		Target int64 `json:"meta"`
	} `json:"aei"`
	AOs []struct {
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
	} `json:"actividades_operativas"`
	Totals struct {
		PIA       string `json:"pia_pp0073"`
		Ley       string `json:"credito_ley_31728"`
		Sentences string `json:"sentencias_ds113"`
	} `json:"totales_financieros"`
	Jobs struct {
		ByOrigin []struct {
			Year      int    `json:"anio_recurso"`
			Frame     string `json:"marco"`
			AII       int    `json:"aii"`
			PI        int    `json:"pi"`
			Jobs      int    `json:"empleos"`
			Districts int    `json:"distritos"`
		} `json:"por_origen"`
	} `json:"empleos"`
	People struct {
		Total  int            `json:"total"`
		Sex    map[string]int `json:"sexo"`
		Age    map[string]int `json:"edad"`
		Groups map[string]int `json:"grupos_no_excluyentes"`
	} `json:"participantes"`
	Transfers struct {
		Ordinary    fileTransfers `json:"ordinario"`
		Ley         fileTransfers `json:"ley_31728"`
		Resolutions int           `json:"resoluciones_ministeriales_grafico2"`
		Idle        struct {
			Ordinary int `json:"ordinario"`
			Ley      int `json:"ley"`
		} `json:"sin_aii_ejecutada"`
	} `json:"transferencias"`
	Reports map[string]int `json:"informes_gestion"`
}

type fileTransfers struct {
	Number   int    `json:"numero"`
	Entities int    `json:"gobiernos_locales"`
	Amount   string `json:"monto"`
}

var unitMeasures = map[string]string{
	"Transferencia": "transfer", "Asistencia Técnica": "technical_assistance",
	"Empleo Temporal": "job", "Informe": "management_report",
}

var frameNames = map[string]string{"ORDINARIO": Ordinary, "LEY_31728": Ley}

// ReadPublished reads the file of published figures.
func ReadPublished(raw []byte) (Published, error) {
	var f file
	if err := json.Unmarshal(raw, &f); err != nil {
		return Published{}, fmt.Errorf("published figures: %w", err)
	}
	var bad error
	money := func(soles string) int64 {
		n, err := progress.ParseMoney(soles)
		if err != nil && bad == nil {
			bad = fmt.Errorf("published figures: %w", err)
		}
		return n
	}
	out := Published{
		AEITarget:   f.AEI.Target,
		Resolutions: f.Transfers.Resolutions, PIA: money(f.Totals.PIA), Ley: money(f.Totals.Ley), Sentences: money(f.Totals.Sentences),
		Transfers: map[string]Transfers{
			Ordinary: {f.Transfers.Ordinary.Number, f.Transfers.Idle.Ordinary, f.Transfers.Ordinary.Entities, money(f.Transfers.Ordinary.Amount)},
			Ley:      {f.Transfers.Ley.Number, f.Transfers.Idle.Ley, 0, money(f.Transfers.Ley.Amount)},
		},
		People: Participants{
			Total: f.People.Total, Women: f.People.Sex["mujeres"], Men: f.People.Sex["hombres"],
			Bands: [3]int{f.People.Age["18_29"], f.People.Age["30_59"], f.People.Age["60_64"]},
			Conditions: [4]int{
				f.People.Groups["victimas_violencia_1980_2000"], f.People.Groups["victimas_violencia_genero"],
				f.People.Groups["con_discapacidad"], f.People.Groups["familiares_discapacidad_severa_contigo"],
			},
		},
		Reports: map[string]int{},
	}
	for unit, n := range f.Reports {
		switch unit {
		case "total":
		case "unidades_territoriales":
			out.Units = n
		default:
			out.Reports[unit] = n
		}
	}
	for _, a := range f.AOs {
		ao := AO{
			Key: a.Key, Name: a.Name, Unit: unitMeasures[a.Unit], Category: a.Category, Frame: frameNames[a.Frame],
			PhysicalTarget: a.Physical.Target, Physical: a.Physical.Exec,
			FinancialTarget: money(a.Financial.Target), Financial: money(a.Financial.Exec),
		}
		if a.Code != nil {
			ao.Code = *a.Code
		}
		out.AOs = append(out.AOs, ao)
	}
	for _, o := range f.Jobs.ByOrigin {
		out.Origins = append(out.Origins, Origin{o.Year, frameNames[o.Frame], o.AII, o.PI, o.Jobs, o.Districts})
	}
	return out, bad
}

// ao finds an activity by its key.
func (p Published) ao(key string) AO {
	for _, a := range p.AOs {
		if a.Key == key {
			return a
		}
	}
	return AO{}
}

// origin finds the jobs of a year's money and frame.
func (p Published) origin(year int, frame string) Origin {
	for _, o := range p.Origins {
		if o.Year == year && o.Frame == frame {
			return o
		}
	}
	return Origin{}
}
