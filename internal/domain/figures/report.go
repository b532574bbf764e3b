// Package figures has the yearly figures of the strategic action as the report
// to CEPLAN states them (Cuadros 1 to 5, participants, transfers, reports): the
// rules that make them from counted rows, and the document they are written in.
// The document's keys are Spanish, as in the report; money is a decimal string in
// soles, percentages are decimal strings rounded half-up from exact fractions, ""
// where there is no target. What the exercise does not hold is null, an amount of it
// "": never zero.
package figures

import "chaski/internal/domain/day"

// Report is the document.
type Report struct {
	Exercise   int64   `json:"ejercicio"`
	Kind       string  `json:"tipo"` // real, demonstration
	Closed     bool    `json:"cerrado"`
	Note       string  `json:"nota"`         // what of it is not official, for people
	AsOf       day.Day `json:"al"`           // the last day it can tell of
	ComputedAt string  `json:"calculado_en"` // instant
	Rounding   string  `json:"redondeo"`

	AEI       AEI              `json:"aei"`
	Cuadro1   Cuadro1          `json:"cuadro1"`
	Cuadro2   Cuadro2          `json:"cuadro2"`
	Cuadro3   *Cuadro3         `json:"cuadro3,omitempty"` // nil: the POI has no versions
	AOs       []AO             `json:"actividades_operativas"`
	Money     FinancialTotals  `json:"totales_financieros"`
	Jobs      Jobs             `json:"empleos"`
	People    People           `json:"participantes"`
	Transfers Transfers        `json:"transferencias"`
	Reports   ReportsByUnit    `json:"informes_gestion"`
	Rules     []Rule           `json:"reglas"`
	Late      []LateAdjustment `json:"ajustes_posteriores_al_cierre"`
	Problems  []Problem        `json:"problemas"`
}

// AEI is the indicator: every job of the exercise, whatever year's money.
type AEI struct {
	Code     string `json:"codigo"`
	Target   int64  `json:"meta"`
	Executed Count  `json:"ejecutado"`
	Percent  string `json:"pct_exacto"` // four decimals
	Percent0 string `json:"pct_0dec"`
}

// Cuadro1 sums up the AO with an annual physical target and approved follow-up.
type Cuadro1 struct {
	AOs       int64  `json:"numero_ao"`
	AtLeast   Count  `json:"ao_ge_100"`
	Above     Count  `json:"ao_gt_100_estricto"`
	Financial string `json:"ejecucion_financiera"`
	Average10 string `json:"promedio_ajustado_recalculado"`
	Average2  string `json:"promedio_ajustado_2dec"`
}

// Cuadro2 names, by code, the AO that are not reports (Gestión, Sentencias).
type Cuadro2 struct {
	AOs []string `json:"actividades"`
}

// Cuadro3 says how the POI changed.
type Cuadro3 struct {
	AtOpening    int64 `json:"ao_pia"`
	AtClose      int64 `json:"ao_modificado"`
	Created      int64 `json:"ao_creadas"`
	Reprogrammed int64 `json:"ao_reprogramadas"`
}

// AO is a row of Cuadro 5.
type AO struct {
	ID               string    `json:"id"`
	Key              string    `json:"clave"`
	Code             *string   `json:"codigo_ao"` // null: not published
	Name             string    `json:"nombre_cuadro5"`
	Unit             string    `json:"unidad_medida"`
	Category         string    `json:"categoria_presupuestal"`
	Frame            string    `json:"marco_financiamiento"`
	FollowupApproved bool      `json:"seguimiento_aprobado"`
	InCuadro1        bool      `json:"en_cuadro1"`
	Rules            []string  `json:"reglas"`
	Physical         Physical  `json:"fisico"`
	Financial        Financial `json:"financiero"`
}

// Physical is the execution of an AO in its own unit.
type Physical struct {
	Target   int64  `json:"programado"`
	Executed Count  `json:"ejecutado"`
	Percent  string `json:"pct_exacto"` // ten decimals
	Percent1 string `json:"pct_1dec"`
	Adjusted string `json:"pct_ajustado"` // cut at 100
	Opening  int64  `json:"saldo_importado,omitempty"`
}

// Financial is the devengado of an AO against its target.
type Financial struct {
	Target   string `json:"programado"`
	Executed string `json:"ejecutado"`
	Percent  string `json:"pct_exacto"` // ten decimals
	Percent1 string `json:"pct_1dec"`
	Opening  string `json:"saldo_importado,omitempty"`
}

// Total is a subtotal of money.
type Total struct {
	Target   string `json:"programado"`
	Executed string `json:"ejecutado"`
	Percent  string `json:"pct_exacto"` // four decimals
}

// FinancialTotals are the subtotals of Cuadro 5. Budget has those sums of the
// budget's history that the exercise has: pia_pp0073, credito_ley_31728,
// sentencias_…, pia_mas_ley_mas_sentencias, diferencia_con_<last version>.
type FinancialTotals struct {
	PP0073         Total             `json:"pp0073"`
	APNOP          Total             `json:"apnop"`
	Total          Total             `json:"total"`
	OrdinaryPP0073 Total             `json:"ordinario_pp0073"`
	Ley            Total             `json:"ley_31728"`
	Budget         map[string]string `json:"-"` // flattened
}

// JobTotal counts works in which jobs were generated, and the jobs.
type JobTotal struct {
	AII  Count `json:"aii"`
	PI   Count `json:"pi"`
	Jobs Count `json:"empleos"`
}

// Origin is the part of one year's money under one frame.
type Origin struct {
	FundingYear int64  `json:"anio_recurso"`
	Frame       string `json:"marco"`
	JobTotal
	Districts Count `json:"distritos"`
	Opening   int64 `json:"saldo_importado,omitempty"`
}

// Jobs by where the money is from. Cuadro 4 has the ordinary frame, of whatever
// year. OfYear is also written as recursos_<year>.
type Jobs struct {
	ByOrigin []Origin `json:"por_origen"`
	Cuadro4  JobTotal `json:"cuadro4_total"`
	OfYear   JobTotal `json:"recursos_del_ejercicio"`
	Total    JobTotal `json:"total"`
	year     int64
}

// People are distinct persons with a jornal in the exercise. A person whose rows
// contradict each other is in the total and in the contradictory part.
type People struct {
	Total      Count             `json:"total"`
	Sex        BySex             `json:"sexo"`
	Age        ByAge             `json:"edad"`
	Conditions Conditions        `json:"grupos_no_excluyentes"`
	Percent    map[string]string `json:"pct_exacto"` // four decimals
	Percent1   map[string]string `json:"pct_1dec"`
	SexSum     Count             `json:"suma_sexos"`
	AgeSum     Count             `json:"suma_edades"`
	OverJobs   Count             `json:"exceso_sobre_empleos"`
	PerJob     string            `json:"razon_participante_empleo"` // six decimals, "" without jobs or people
	AgeOn      day.Day           `json:"edad_al"`
}

// BySex by the roster.
type BySex struct {
	Women         Count `json:"mujeres"`
	Men           Count `json:"hombres"`
	Contradictory int64 `json:"contradictorio,omitempty"`
}

// ByAge in whole years on the reference date.
type ByAge struct {
	From18        Count `json:"18_29"`
	From30        Count `json:"30_59"`
	From60        Count `json:"60_64"`
	Outside       int64 `json:"fuera_de_tramos,omitempty"`
	Contradictory int64 `json:"contradictoria,omitempty"`
}

// Conditions overlap: they are never added up.
type Conditions struct {
	PoliticalViolence Count `json:"victimas_violencia_1980_2000"`
	GenderViolence    Count `json:"victimas_violencia_genero"`
	Disability        Count `json:"con_discapacidad"`
	Contigo           Count `json:"familiares_discapacidad_severa_contigo"`
}

// TransferTotal counts accrued transfers and their executors.
type TransferTotal struct {
	Number      Count  `json:"numero"`
	Governments Count  `json:"gobiernos_locales"`
	Amount      string `json:"monto"`
}

// Transfers by frame. Idle are those whose work generated no job in the
// exercise.
type Transfers struct {
	Ordinary    TransferTotal `json:"ordinario"`
	Ley         TransferTotal `json:"ley_31728"`
	Total       TransferTotal `json:"total"`
	Resolutions Count         `json:"resoluciones_ministeriales_grafico2"`
	Idle        Idle          `json:"sin_aii_ejecutada"`
}

// Idle counts transfers by frame.
type Idle struct {
	Ordinary Count `json:"ordinario"`
	Ley      Count `json:"ley"`
	Total    Count `json:"total"`
}

// ReportsByUnit are the approved reports of the ordinary management AO, each unit
// under its own key.
type ReportsByUnit struct {
	Total  Count            `json:"total"`
	UTs    Count            `json:"unidades_territoriales"` // how many reported
	ByUnit map[string]int64 `json:"-"`                      // flattened
}

// Rule names by which rule a kind of figure was counted.
type Rule struct {
	Figure string `json:"figura"`
	Rule   string `json:"regla"`
}

// LateAdjustment is what reached the exercise after its last month was closed:
// in the figures here, not in the closed board.
type LateAdjustment struct {
	AO       string    `json:"clave"` // "" for the AEI alone
	Measure  string    `json:"medida"`
	Month    day.Month `json:"mes"`
	Quantity int64     `json:"cantidad"`
	Amount   string    `json:"monto"`
}

// The data problems a report may carry.
const (
	ProblemUncounted = "registros_que_no_cuentan"
	ProblemSex       = "sexo_contradictorio"
	ProblemBirth     = "nacimiento_contradictorio"
	ProblemAge       = "edad_fuera_de_tramos"
	ProblemTarget    = "meta_distinta_de_la_ultima_version"
	ProblemUnplaced  = "sin_actividad_operativa"
	ProblemNoVersion = "sin_versiones_del_poi"
)

// Problem is something in the rows that the report does not decide by itself.
type Problem struct {
	Code  string   `json:"codigo"`
	Count int64    `json:"cantidad"`
	Rows  []string `json:"filas,omitempty"` // "collection/id" or keys, the first few
}
