package httpapi_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chaski/internal/domain/progress"
	"chaski/internal/testkit"
)

type yearFigures struct {
	Figures struct {
		AEI  struct{ Ejecutado, Meta int64 }
		Late []struct {
			Clave, Medida, Mes, Monto string
			Cantidad                  int64
		} `json:"ajustes_posteriores_al_cierre"`
		AOs []struct {
			ID       string
			Physical struct {
				Ejecutado *int64
			} `json:"fisico"`
			Financial struct {
				Ejecutado string
			} `json:"financiero"`
		} `json:"actividades_operativas"`
		People struct {
			Total int64
		} `json:"participantes"`
	}
}

func figuresOf(k *testkit.Kit, year int) yearFigures {
	var out yearFigures
	k.Do("GET", fmt.Sprintf("%s/figures/%d", v1, year), k.Token(testkit.Ana), nil).JSON(200, &out)
	return out
}

func TestFiguresAreForCentralRoles(t *testing.T) {
	k := testkit.World(t)
	for user, status := range map[string]int{
		testkit.Ana: 200, testkit.Dora: 200, testkit.Aldo: 200,
		testkit.Carla: 403, testkit.Rosa: 403, testkit.Elsa: 403, testkit.Otto: 403,
	} {
		for _, path := range []string{"/figures/2026", "/figures/2026/csv"} {
			if got := k.Do("GET", v1+path, k.Token(user), nil); got.Status != status {
				t.Errorf("%s %s: %d, want %d", user, path, got.Status, status)
			}
		}
	}
	for path, status := range map[string]int{"/figures/2019": 404, "/figures/abc": 404, "/figures/2019/csv": 404} {
		if got := k.Do("GET", v1+path, k.Token(testkit.Ana), nil); got.Status != status {
			t.Errorf("%s: %d, want %d", path, got.Status, status)
		}
	}
	if got := k.Do("GET", v1+"/figures/2026", "", nil); got.Status != 401 {
		t.Errorf("without a session: %d", got.Status)
	}
}

// The report and the board say the same of every AO, and the CSV what the report
// says.
func TestFiguresAgreeWithTheBoard(t *testing.T) {
	k, _ := visited(t)
	agree(t, k, 2026)
	f := figuresOf(k, 2026)
	if f.Figures.AEI.Ejecutado < 3 || f.Figures.People.Total < 3 {
		t.Errorf("a world with visits has figures: %+v", f.Figures)
	}
	answer := k.Do("GET", v1+"/figures/2026/csv", k.Token(testkit.Ana), nil)
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(answer.Body), "\ufeff"))).ReadAll()
	if err != nil || len(lines) < 40 {
		t.Fatal(err, len(lines))
	}
	found := false
	for _, l := range lines {
		found = found || l[0] == "aei" && l[2] == "Ejecutado" && l[3] == fmt.Sprint(f.Figures.AEI.Ejecutado)
	}
	if !found || answer.Header.Get("Content-Disposition") != `attachment; filename="cifras-2026.csv"` {
		t.Errorf("%s", answer.Body)
	}
}

// After the exercise was closed the board stands still; the report takes in what
// came late and says so: the difference is exactly that.
func TestWhatComesAfterTheCloseIsTold(t *testing.T) {
	k, _ := visited(t)
	k.CloseThrough("2026-12")
	before := figuresOf(k, 2026)
	k.Save("cupos", testkit.Cupo(testkit.Canal, 1), map[string]any{"state": "anulado"})
	after := figuresOf(k, 2026)
	if len(before.Figures.Late) != 0 || len(after.Figures.Late) != 1 {
		t.Fatalf("late: %+v, then %+v", before.Figures.Late, after.Figures.Late)
	}
	if l := after.Figures.Late[0]; l.Clave != "seguimiento" || l.Medida != progress.MeasureJob || l.Mes != "2027-01" || l.Cantidad != -1 {
		t.Errorf("%+v", l)
	}
	if after.Figures.AEI.Ejecutado != before.Figures.AEI.Ejecutado-1 {
		t.Errorf("%+v, then %+v", before.Figures.AEI, after.Figures.AEI)
	}
	agree(t, k, 2026)
}

// agree fails unless board + late adjustments = report, for every AO.
func agree(t *testing.T, k *testkit.Kit, year int) {
	t.Helper()
	b, f := table(k, year), figuresOf(k, year)
	if len(b.Items) != len(f.Figures.AOs) || len(b.Items) == 0 {
		t.Fatalf("%d AO on the board, %d in the report", len(b.Items), len(f.Figures.AOs))
	}
	for i, ao := range f.Figures.AOs {
		late := int64(0)
		for _, l := range f.Figures.Late {
			if l.Clave == b.Items[i].Key && l.Medida != progress.MeasureAccrued {
				late += l.Cantidad
			}
		}
		on := b.Items[i].Physical.Executed
		executed, err := json.Number(on).Int64()
		if on == "" && ao.Physical.Ejecutado == nil { // neither holds it
			executed, err, ao.Physical.Ejecutado = 0, nil, new(int64)
		}
		if err != nil || ao.ID != b.Items[i].ID || ao.Physical.Ejecutado == nil || *ao.Physical.Ejecutado != executed+late || ao.Financial.Ejecutado != b.Items[i].Financial.Executed {
			t.Errorf("%+v on the board, %+v in the report", b.Items[i], ao)
		}
	}
}

// An AO that serves another AEI by its latest version is in neither.
func TestOtherAEIsAOAreLeftOut(t *testing.T) {
	k := testkit.World(t)
	k.Save("exercises", testkit.ID("ex2026"), map[string]any{"aei": "AEI.07.04"})
	k.Save("aos", testkit.ID("aoother"), map[string]any{
		"key": "integridad", "name": "Modelo de Integridad", "exercise": 2026, "funding_frame": "ordinary", "unit_measure": "management_report",
		"budget_category": "PP0073", "counting_rule": "informe_v1", "followup_approved": true, "physical_target": 4, "financial_target": 100, "position": 9,
	})
	agree(t, k, 2026)
	if n := len(table(k, 2026).Items); n != 3 {
		t.Fatalf("%d AO before any version", n)
	}
	for i, v := range []struct{ key, aei string }{{"pia", "AEI.07.04"}, {"v1", "AEI.08.05"}} {
		version := k.Save("poi_versions", testkit.ID("poi"+v.key), map[string]any{
			"exercise": 2026, "key": v.key, "label": v.key, "position": i, "resolution": "RM", "approved_on": "2026-01-02",
		})
		k.Save("ao_versions", testkit.ID("aov"+v.key), map[string]any{
			"poi_version": version, "ao": testkit.ID("aoother"), "aei": v.aei, "active": true, "physical_target": 4, "financial_target": 100,
		})
	}
	agree(t, k, 2026)
	for _, ao := range table(k, 2026).Items {
		if ao.Key == "integridad" {
			t.Error("an AO of another AEI is on the board")
		}
	}
}
