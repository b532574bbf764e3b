package httpapi_test

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"chaski/internal/demo"
	"chaski/internal/testkit"
)

func demonstration(t *testing.T) *testkit.Kit {
	t.Helper()
	k := testkit.Empty(t)
	k.Save("users", testkit.Ana, map[string]any{
		"email": "ana@example.org", "password": "chaski-test", "name": "Ana", "role": "central_analyst",
		"active": true, "verified": true,
	})
	err := demo.Load(context.Background(), k.App, demo.Options{
		Seed: 2026, Today: "2026-11-23",
		InTransaction: k.Engine.InTransaction,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestDemonstration(t *testing.T) {
	k := demonstration(t)
	t.Run("2023 is the published report", func(t *testing.T) { publishedReport(t, k) })
	t.Run("what 2023 does not hold is no zero", func(t *testing.T) { notHeld(t, k) })
	t.Run("the running exercise is explained", func(t *testing.T) { runningExercise(t, k) })
}

// The closed exercise is what the programme published, with the differences
// recomputed (97.88 where the report prints 97.89).
func publishedReport(t *testing.T, k *testkit.Kit) {
	t.Helper()
	b := table(k, 2023)
	raw, err := os.ReadFile("../demo/golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		AOs []struct {
			Key      string `json:"clave"`
			Physical struct {
				Exec  json.Number `json:"ejecutado"`
				Exact string      `json:"pct_exacto"`
			} `json:"fisico"`
			Financial struct {
				Exec string `json:"ejecutado"`
			} `json:"financiero"`
		} `json:"actividades_operativas"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.AOs) != 9 || len(b.Items) != 9 || !b.Exercise.Closed || b.Exercise.Kind != "real" {
		t.Fatalf("%d published, %d on the board, %+v", len(golden.AOs), len(b.Items), b.Exercise)
	}
	for i, want := range golden.AOs {
		got := b.Items[i]
		if got.Key != want.Key || got.Physical.Executed != want.Physical.Exec.String() || got.Financial.Executed != want.Financial.Exec {
			t.Errorf("%+v, published %+v", got, want)
		}
		if got.Physical.Opening != got.Physical.Executed || got.Financial.Opening != got.Financial.Executed {
			t.Errorf("%s is not all saldo importado: %+v", got.Key, got)
		}
		d := aoDetail(k, 2023, got.ID)
		explained(t, d)
		if len(d.Lines) != 1 || d.Lines[0].Label != "Saldo importado de la Ficha" {
			t.Errorf("%s: %+v", got.Key, d.Lines)
		}
	}
	if b.AEI.Executed != "215247" || b.AEI.Percent != "1726.8111" || len(b.AEI.Lines) != 4 {
		t.Errorf("AEI: %+v", b.AEI)
	}
	s := b.Summary
	if s.AOs != 9 || s.AtLeast100 != 7 || s.AverageAdjusted != "97.88" || s.Financial.Executed != "646150876.90" || s.Financial.Percent != "99.2903" {
		t.Errorf("Cuadro 1: %+v", s)
	}
}

// Of 2023 the demo holds the balances of the report: how many jobs, and nobody who
// had one; how many transfers, and neither to whom nor how much.
func notHeld(t *testing.T, k *testkit.Kit) {
	t.Helper()
	var doc map[string]any
	var answer struct {
		Figures json.RawMessage
		Tables  []struct {
			Key  string
			Rows []struct{ Cells []string }
		}
	}
	k.Do("GET", v1+"/figures/2023", k.Token(testkit.Ana), nil).JSON(200, &answer)
	if err := json.Unmarshal(answer.Figures, &doc); err != nil {
		t.Fatal(err)
	}
	at := func(path string) any {
		var v any = doc
		for _, key := range strings.Split(path, ".") {
			of, _ := v.(map[string]any)
			next, held := of[key]
			if v = next; !held {
				t.Errorf("no %s", path)
			}
		}
		return v
	}
	for _, path := range []string{
		"participantes.total", "participantes.sexo.mujeres", "participantes.edad.30_59", "participantes.suma_sexos", "participantes.exceso_sobre_empleos",
		"participantes.grupos_no_excluyentes.con_discapacidad", "empleos.total.aii", "empleos.cuadro4_total.pi", "transferencias.ordinario.gobiernos_locales",
		"transferencias.resoluciones_ministeriales_grafico2", "transferencias.sin_aii_ejecutada.total", "informes_gestion.total", "informes_gestion.unidades_territoriales",
	} {
		if v := at(path); v != nil {
			t.Errorf("%s: %v, the exercise does not hold it", path, v)
		}
	}
	for path, want := range map[string]any{
		"empleos.total.empleos": 215247.0, "aei.ejecutado": 215247.0, "transferencias.total.numero": 4775.0, "transferencias.total.monto": "", "cuadro1.ao_ge_100": 7.0,
		"cuadro1.ejecucion_financiera": "646150876.90",
	} {
		if v := at(path); v != want {
			t.Errorf("%s: %v, want %v", path, v, want)
		}
	}
	for _, table := range answer.Tables {
		for _, row := range table.Rows {
			if table.Key == "participantes" && row.Cells[1] != "sin dato" {
				t.Errorf("%s: %v", table.Key, row.Cells)
			}
			for _, cell := range row.Cells {
				if cell == "0" || cell == "0.00" {
					t.Errorf("%s says zero of what nobody knows: %v", table.Key, row.Cells)
				}
			}
		}
	}
	csv := string(k.Do("GET", v1+"/figures/2023/csv", k.Token(testkit.Ana), nil).Body)
	for _, line := range []string{"participantes,Total,Personas,sin dato,2023-12-31\r\n", "transferencias,Total,Monto (S/),sin dato,2023-12-31\r\n"} {
		if !strings.Contains(csv, line) {
			t.Errorf("the CSV has no line %q", line)
		}
	}
	transfers := aoDetail(k, 2023, aoOf(k, "transferencia"))
	if m := transfers.Months; m[0].Physical != "" || m[0].Financial != "" || m[11].Physical != "3586" || m[11].Financial != "492272540.43" {
		t.Errorf("months of a balance: %+v", m)
	}
}

func aoOf(k *testkit.Kit, key string) string {
	for _, ao := range table(k, 2023).Items {
		if ao.Key == key {
			return ao.ID
		}
	}
	return ""
}

// Every figure of the running exercise is explained, line by line and month by
// month, and every line of a work by its counted rows.
func runningExercise(t *testing.T, k *testkit.Kit) {
	t.Helper()
	counted := 0
	for _, ao := range table(k, 2026).Items {
		d := aoDetail(k, 2026, ao.ID)
		explained(t, d)
		for _, l := range d.Lines {
			if l.Intervention == "" {
				continue
			}
			var w struct{ Rows []struct{ Quantity int } }
			k.Do("GET", v1+"/exercises/2026/aos/"+ao.ID+"/interventions/"+l.Intervention, k.Token(testkit.Ana), nil).JSON(200, &w)
			n := 0
			for _, r := range w.Rows {
				n += r.Quantity
			}
			if l.Physical != strconv.Itoa(n) {
				t.Errorf("%s of %s: %s, its rows are %d", l.Label, ao.Key, l.Physical, n)
			}
			counted += n
		}
	}
	if counted == 0 {
		t.Error("nothing is counted in the running exercise")
	}
}
