package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"

	"github.com/pocketbase/dbx"

	"chaski/internal/demo"
	"chaski/internal/domain/progress"
	"chaski/internal/testkit"
)

// served is a whole server on the demo, derived once at the end, as the command
// does. It is loaded once; each test has a copy.
func served(t *testing.T) *testkit.Kit {
	t.Helper()
	load.Do(func() {
		k := testkit.Empty(t)
		loadServed(t, k, demo.Options{InTransaction: k.Engine.InTransaction})
		k.SQL(`VACUUM INTO '` + filepath.Join(derived, "data.db") + `'`)
	})
	return testkit.From(t, derived)
}

var load sync.Once

func loadServed(t *testing.T, k *testkit.Kit, o demo.Options) {
	t.Helper()
	o.Seed, o.Today = 2026, today
	if err := demo.Load(context.Background(), k.App, o); err != nil {
		t.Fatal(err)
	}
}

// cells are the figures: "exercise measure ao year frame month" to quantity and
// amount.
func cells(t *testing.T, k *testkit.Kit) map[string][2]int64 {
	t.Helper()
	var rows []struct {
		Cell     string `db:"cell"`
		Quantity int64  `db:"quantity"`
		Amount   int64  `db:"amount"`
	}
	if err := k.App.DB().NewQuery(`SELECT c.exercise || ' ' || c.measure || ' ' || coalesce(a.key, '') || ' ' || c.funding_year || ' ' ||
		c.funding_frame || ' ' || c.month AS cell, c.quantity, c.amount FROM progress_cells c LEFT JOIN aos a ON a.id = c.ao`).All(&rows); err != nil {
		t.Fatal(err)
	}
	out := map[string][2]int64{}
	for _, r := range rows {
		out[r.Cell] = [2]int64{r.Quantity, r.Amount}
	}
	return out
}

// Deriving the figures once, at the end, and after every single row are two
// ways to the same figures.
func TestFiguresDoNotDependOnHowTheyWereDerived(t *testing.T) {
	if testing.Short() {
		t.Skip("derives after each of some 2,400 rows")
	}
	k := testkit.Empty(t)
	loadServed(t, k, demo.Options{})
	atEnd, eachRow := cells(t, served(t)), cells(t, k)
	if len(atEnd) < 60 || !reflect.DeepEqual(atEnd, eachRow) {
		t.Fatalf("%d cells, then %d; or they differ", len(atEnd), len(eachRow))
	}
}

// The figures of 2023 are those of the Ficha, and stay so when work goes on.
func Test2023IsGoldenAndStaysSo(t *testing.T) {
	k := served(t)
	golden2023(t, k)
	before := cells(t, k)

	visit := firstVisit(t, k)
	moved := map[string][2]int64{}
	for cell, now := range cells(t, k) {
		if before[cell] != now {
			moved[cell] = [2]int64{now[0] - before[cell][0], now[1] - before[cell][1]}
		}
	}
	want := map[string][2]int64{"2026 job seguimiento 2026 ordinary 2026-11": {1, 0}}
	if !reflect.DeepEqual(moved, want) {
		t.Fatalf("visit %s moved %v, want %v", visit, moved, want)
	}
	golden2023(t, k)
}

// firstVisit sees one worker of the work of the tour that has no jornal yet.
func firstVisit(t *testing.T, k *testkit.Kit) string {
	t.Helper()
	var row struct {
		Intervention string `db:"intervention"`
		Code         string `db:"code"`
		Participant  string `db:"participant"`
		Supervisor   string `db:"supervisor"`
	}
	if err := k.App.DB().NewQuery(`SELECT i.id AS intervention, c.code, p.id AS participant, u.id AS supervisor
		FROM interventions i JOIN convenios c ON c.intervention = i.id JOIN participants p ON p.intervention = i.id
		JOIN assignments a ON a.intervention = i.id JOIN users u ON u.id = a.user
		WHERE u.email = 'supervisor@demo.pe' AND i.state = 'en_ejecucion'
		AND NOT EXISTS (SELECT 1 FROM attendance_sheets s WHERE s.intervention = i.id) ORDER BY p.id LIMIT 1`).One(&row); err != nil {
		t.Fatal(err)
	}
	id := k.Save("visits", testkit.ID("visit"), map[string]any{
		"intervention": row.Intervention, "convenio_code": row.Code,
		"supervisor": row.Supervisor, "kind": "in_situ", "state": "sincronizada", "visited_on": string(today), "headcount": 1, "roster_size": 24,
	})
	k.Save("visit_marks", testkit.ID("mark"), map[string]any{
		"visit": id, "intervention": row.Intervention,
		"participant": row.Participant, "mark": "presente",
	})
	return id
}

func golden2023(t *testing.T, k *testkit.Kit) {
	t.Helper()
	raw, err := os.ReadFile("golden-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		AOs []struct {
			Key      string `json:"clave"`
			Physical struct {
				Exec int64 `json:"ejecutado"`
			} `json:"fisico"`
			Financial struct {
				Exec string `json:"ejecutado"`
			} `json:"financiero"`
		} `json:"actividades_operativas"`
		Jobs struct {
			Total struct {
				Jobs int64 `json:"empleos"`
			} `json:"total"`
		} `json:"empleos"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil || len(golden.AOs) != 9 {
		t.Fatal(err, len(golden.AOs))
	}
	sum := func(where string, params dbx.Params) (quantity, amount int64) {
		if err := k.App.DB().NewQuery(`SELECT coalesce(sum(c.quantity), 0), coalesce(sum(c.amount), 0) FROM progress_cells c
			LEFT JOIN aos a ON a.id = c.ao WHERE c.exercise = 2023 AND `+where).Bind(params).Row(&quantity, &amount); err != nil {
			t.Fatal(err)
		}
		return quantity, amount
	}
	for _, ao := range golden.AOs {
		quantity, amount := sum(`a.key = {:key}`, dbx.Params{"key": ao.Key})
		if quantity != ao.Physical.Exec || progress.Money(amount) != ao.Financial.Exec {
			t.Errorf("%s: %d and %s, published %d and %s", ao.Key, quantity, progress.Money(amount), ao.Physical.Exec, ao.Financial.Exec)
		}
	}
	if jobs, _ := sum(`c.measure = 'job'`, nil); jobs != golden.Jobs.Total.Jobs {
		t.Errorf("%d jobs in the AEI, published %d", jobs, golden.Jobs.Total.Jobs)
	}
}

// Nothing of the demo waits to be derived, and no row of it looks as if it had
// been written past the hooks.
func TestNothingIsLeftOver(t *testing.T) {
	k := served(t)
	for _, table := range []string{"dirty", "audit"} {
		if n := k.Int(fmt.Sprintf(`SELECT count(*) FROM %s`, table)); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if n := k.Int(`SELECT count(*) FROM progress_postings WHERE month <> qualifying_month`); n != 0 {
		t.Errorf("%d events of the demo were posted as adjustments of closed months", n)
	}
}
