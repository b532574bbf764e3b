package golden_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"chaski/internal/domain/figures"
	"chaski/internal/domain/progress"
	"chaski/internal/golden"
)

// The rules make every published cell out of what was executed and who worked.
// The same comparison over rows in a database is `make national`.
func TestRulesGiveThePublishedYear(t *testing.T) {
	compared, differences, err := golden.Compare(goldenFile(t), document(t, year2023(t)))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
	if compared < 200 {
		t.Errorf("only %d cells compared", compared)
	}
}

// published is what of the published figures are causes, not results: what was
// executed, the versions' sums, and who the people were.
type published struct {
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
	Jobs struct {
		ByOrigin []struct {
			Year      int64  `json:"anio_recurso"`
			Frame     string `json:"marco"`
			AII       int64  `json:"aii"`
			PI        int64  `json:"pi"`
			Jobs      int64  `json:"empleos"`
			Districts int64  `json:"distritos"`
		} `json:"por_origen"`
	} `json:"empleos"`
	Reports map[string]int64 `json:"informes_gestion"`
}

var (
	unitOf = map[string]string{
		"Informe": "management_report", "Asistencia Técnica": "technical_assistance", "Empleo Temporal": "job", "Transferencia": "transfer",
	}
	frameOf = map[string]string{"ORDINARIO": "ordinary", "LEY_31728": "ley_31728"}
)

func goldenFile(t *testing.T) []byte {
	t.Helper()
	raw, err := os.ReadFile("../demo/golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func centimos(t *testing.T, soles string) int64 {
	t.Helper()
	n, err := progress.ParseMoney(soles)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// year2023 is the published year as input of the rules. The report gives no
// target of the AO at the PIA, only their sum: they are made up here so that
// they add up to it.
func year2023(t *testing.T) figures.Input {
	t.Helper()
	var p published
	if err := json.Unmarshal(goldenFile(t), &p); err != nil || len(p.AOs) != 9 {
		t.Fatal(err, len(p.AOs))
	}
	in := figures.Input{
		Exercise: 2023, Kind: "real", Closed: true, AEI: "AEI.07.04", AEITarget: p.AEI.Target, Today: "2026-11-24",
		Now: time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC), AgeOn: "2023-12-31", LeyCeiling: 12_358_500_000,
	}
	missing := int64(52983673600) // the PIA in céntimos, less what its AO had at the close
	for _, ao := range p.AOs {
		a := figures.Activity{
			ID: "id-" + ao.Key, Key: ao.Key, Name: ao.Name, Unit: unitOf[ao.Unit], Category: ao.Category, Frame: frameOf[ao.Frame], FollowupApproved: true,
			PhysicalTarget: ao.Physical.Target, Physical: ao.Physical.Exec, MoneyTarget: centimos(t, ao.Financial.Target), Money: centimos(t, ao.Financial.Exec),
		}
		if ao.Code != nil {
			a.Code = *ao.Code
		}
		in.AOs = append(in.AOs, a)
		if a.Unit == "transfer" {
			in.Cells = append(in.Cells, figures.Cell{AO: a.ID, Measure: "transfer", Frame: a.Frame, FundingYear: 2023, Quantity: a.Physical, Amount: a.Money})
		}
		at := figures.Version{
			AO: a.ID, AEI: "AEI.07.04", PhysicalTarget: a.PhysicalTarget, MoneyTarget: a.MoneyTarget, Active: true, Category: a.Category,
			Key: "v1", Position: 1, Cause: "Ley N° 31728",
		}
		switch {
		case a.Category == "APNOP9002":
			at.Cause = "Decreto Supremo N° 113-2023-EF"
		case a.Frame == "ordinary":
			at.Key, at.Position, at.Cause = "pia", 0, ""
			missing -= at.MoneyTarget
			at.MoneyTarget++ // all four changed on the way
			missing--
		}
		in.Versions = append(in.Versions, at)
		if at.Key == "pia" {
			at.Key, at.Position, at.MoneyTarget = "v3", 3, a.MoneyTarget
			in.Versions = append(in.Versions, at)
		}
	}
	in.Versions[0].MoneyTarget += missing
	in.Versions = append(in.Versions, figures.Version{
		Key: "v2", Position: 2, AO: "id-integridad", AEI: "AEI.08.05", PhysicalTarget: 4, MoneyTarget: 1, Active: true, Category: "PP0073",
	})
	sortVersions(in.Versions)
	for _, o := range p.Jobs.ByOrigin {
		in.Cells = append(in.Cells, figures.Cell{Measure: "job", Frame: frameOf[o.Frame], FundingYear: o.Year, Quantity: o.Jobs, AO: "any"})
		in.Works = append(in.Works, figures.Works{FundingYear: o.Year, Frame: frameOf[o.Frame], AII: o.AII, PI: o.PI, Districts: o.Districts})
	}
	for unit, number := range p.Reports {
		switch unit {
		case "total", "unidades_territoriales":
		case "UT":
			in.Reports = append(in.Reports, figures.UnitReports{Unit: unit, Number: number, UTs: 20, UnitMeasured: "id-gestion"})
		default:
			in.Reports = append(in.Reports, figures.UnitReports{Unit: unit, Number: number, UnitMeasured: "id-gestion"})
		}
	}
	in.Reports = append(in.Reports, figures.UnitReports{Unit: "DE", Number: 2, UnitMeasured: "id-gestion_ley"})
	in.Executors = []figures.Executors{{Frame: "ordinary", Governments: 1784, Idle: 70}, {Frame: "ley_31728", Governments: 815, Idle: 49}, {Frame: "", Governments: 1800, Idle: 119}}
	in.Resolution = 42
	in.Persons = people2023
	in.Conditions = map[string]int64{
		"victima_violencia_1980_2000": 5355, "victima_violencia_genero": 5996, "con_discapacidad": 9404, "familiar_discapacidad_severa_contigo": 4416,
	}
	return in
}

func sortVersions(v []figures.Version) {
	for i := range v {
		for j := i; j > 0 && v[j].Position < v[j-1].Position; j-- {
			v[j], v[j-1] = v[j-1], v[j]
		}
	}
}

// The published persons, standing on the edges of the bands at the year's end.
var people2023 = []figures.Persons{
	{Sex: "F", Birth: "2005-12-31", Number: 40000}, {Sex: "M", Birth: "1994-01-01", Number: 18106}, // 18 and 29
	{Sex: "F", Birth: "1993-12-31", Number: 110000}, {Sex: "M", Birth: "1964-01-01", Number: 57309}, // 30 and 59
	{Sex: "F", Birth: "1963-12-31", Number: 8413}, {Sex: "M", Birth: "1959-01-01", Number: 6825}, // 60 and 64
}

func document(t *testing.T, in figures.Input) []byte {
	t.Helper()
	out, err := json.Marshal(figures.Of(in))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
