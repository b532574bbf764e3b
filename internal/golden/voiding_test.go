package golden_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/demo"
	"chaski/internal/domain/day"
	"chaski/internal/golden"

	"chaski/internal/store/board"
	"chaski/internal/testkit"
)

// voidable is a kind of row that can be taken back, and back again.
type voidable struct {
	collection string
	voided     string // state
	// pick lists rows that count now.
	pick string
	// expect edits the sums and counts that must move; the rest follows.
	expect func(w *world, sheet sheet, id string)
}

var voidables = []voidable{
	{"cupos", "anulado", countedNow("cupos"), voidCupo},
	{"transfers", "anulada", countedNow("transfers"), func(w *world, s sheet, id string) { voidTransfers(w, s, `t.id = '`+id+`'`) }},
	{"technical_assistances", "rechazada", countedNow("technical_assistances"), voidAssistance},
	{"management_reports", "retirado", countedNow("management_reports"), voidReport},
	{
		"resolutions", "anulada",
		`SELECT DISTINCT t.resolution FROM progress_contributions p JOIN transfers t ON t.id = p.source_record
		WHERE p.source_collection = 'transfers' AND p.exercise = {:y} ORDER BY 1`,
		func(w *world, s sheet, id string) { voidTransfers(w, s, `t.resolution = '`+id+`'`) },
	},
}

func countedNow(collection string) string {
	return `SELECT source_record FROM progress_contributions WHERE source_collection = '` + collection + `' AND exercise = {:y} ORDER BY 1`
}

// Voiding one row moves exactly the cells it must, by the amount it must, and no
// other cell of the report; undoing it brings every cell back. While months are
// open that happens in the row's own month; after they are closed, in the first
// open one.
func TestVoidingMovesExactlyWhatItMust(t *testing.T) {
	rng := seeded(t)
	w := voidingWorld(t, rng)
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for _, phase := range []struct {
		name  string
		close day.Month
	}{{"open months", ""}, {"the year closed", "2026-12"}} {
		if phase.close != "" {
			w.k.CloseThrough(phase.close)
			w.open = "2027-01"
		}
		for _, v := range voidables {
			t.Run(phase.name+", "+v.collection, func(t *testing.T) {
				ids := w.strings(v.pick)
				if len(ids) == 0 {
					t.Fatal("nothing of it counts in this world")
				}
				for range rounds {
					w.voidAndBack(t, v, ids[rng.IntN(len(ids))])
				}
			})
		}
	}
}

// The same on the national year, which is closed: `make national` names its data.
func TestVoidingInTheNationalYear(t *testing.T) {
	dir := os.Getenv("NATIONAL_DATA")
	if dir == "" {
		t.Skip("NATIONAL_DATA names no data directory")
	}
	w := &world{k: testkit.From(t, dir), year: 2023}
	closed := w.strings(`SELECT max(month) FROM month_closes`)[0]
	w.open = string(day.Month(closed).Next())
	rng := seeded(t)
	for _, v := range voidables {
		ids := w.strings(v.pick)
		w.voidAndBack(t, v, ids[rng.IntN(len(ids))])
	}
}

// seeded draws from SEED, or from a seed of its own that it tells.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano()) //nolint:gosec // any seed will do
	if given, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("SEED=%d", seed)
	return newRand(seed)
}

func (w *world) voidAndBack(t *testing.T, v voidable, id string) {
	t.Helper()
	before, cells := w.report(t), w.cells()
	expected := maps.Clone(before)
	v.expect(w, expected, id)
	w.late = map[string][2]int64{}
	moved := w.expectedCells(v, id)
	expected.derive()
	w.noteLate(expected)

	was := w.strings(`SELECT state FROM ` + v.collection + ` WHERE id = '` + id + `'`)[0]
	w.k.Save(v.collection, id, map[string]any{"state": v.voided})
	compare(t, v.collection+"/"+id+" voided", expected, w.report(t))
	if got := movement(cells, w.cells()); !maps.Equal(got, moved) {
		t.Errorf("%s/%s moved the cells %v, must move %v", v.collection, id, got, moved)
	}
	w.k.Save(v.collection, id, map[string]any{"state": was})
	compare(t, v.collection+"/"+id+" brought back", before, w.report(t))
	if got := movement(cells, w.cells()); len(got) != 0 {
		t.Errorf("%s/%s brought back leaves %v", v.collection, id, got)
	}
	if t.Failed() {
		t.FailNow()
	}
}

func compare(t *testing.T, what string, want, got sheet) {
	t.Helper()
	for _, cell := range slices.Sorted(maps.Keys(want)) {
		if is, known := got[cell]; !known || is != want[cell] {
			t.Errorf("%s: %s must be %s, is %q", what, cell, want[cell], is)
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(got)) {
		if _, known := want[cell]; !known {
			t.Errorf("%s: %s = %s must not be there", what, cell, got[cell])
		}
	}
}

// world is a served demo with every unit of measure in it.
type world struct {
	k    *testkit.Kit
	year int64
	open string              // the first open month
	late map[string][2]int64 // what the last voiding posts outside the year
}

func voidingWorld(t *testing.T, rng *rand.Rand) *world {
	t.Helper()
	k := testkit.Empty(t)
	if err := demo.Load(context.Background(), k.App, demo.Options{
		Seed: 2026, Today: "2026-11-23",
		InTransaction: k.Engine.InTransaction,
	}); err != nil {
		t.Fatal(err)
	}
	w := &world{k: k, year: 2026, open: "2026-10"}
	w.moreUnits(rng)
	w.morePeople(rng)
	w.versions()
	return w
}

func (w *world) moreUnits(rng *rand.Rand) {
	uts, entities, users := w.strings(`SELECT id FROM uts ORDER BY id`), w.strings(`SELECT id FROM entities ORDER BY id`), w.strings(`SELECT id FROM users ORDER BY id`)
	frames := []string{"ordinary", "ley_31728"}
	for i := range 40 {
		// The last ten tell events of the first ten again: they count only when the others are void.
		like := i % 30
		w.k.Save("technical_assistances", testkit.ID(fmt.Sprintf("at%d", i)), map[string]any{
			"ut": uts[like%len(uts)], "entity": entities[like%len(entities)], "held_on": fmt.Sprintf("2026-%02d-10", 2+like%9), "modality": "taller",
			"scope": "grupal", "channel": "presencial", "topic": fmt.Sprintf("Tema %d", like), "attendees": 3,
			"funding_frame": frames[like%2], "funding_year": 2026, "state": "validada", "evidence": "acta.pdf", "validated_by": users[0],
		})
	}
	aos := w.strings(`SELECT id FROM aos WHERE exercise = {:y} AND unit_measure = 'management_report' ORDER BY position`)
	units := []string{"DE", "UFAF", "UFPP", "UT", "UT", "UT"}
	for i := range 40 {
		unit, ut, ao := units[i%len(units)], "", aos[0]
		if unit == "UT" {
			ut = uts[rng.IntN(len(uts))]
		}
		if i%13 == 12 {
			ao = aos[1+i%(len(aos)-1)]
		}
		w.k.Save("management_reports", testkit.ID(fmt.Sprintf("inf%d", i)), map[string]any{
			"unit": unit, "ut": ut, "ao": ao, "kind": "trimestral", "period": fmt.Sprintf("2026-%02d", 1+i%11), "number": fmt.Sprint("INF-", i),
			"approved_on": fmt.Sprintf("2026-%02d-20", 1+i%11), "state": "aprobado",
		})
	}
}

// morePeople lets one DNI stand in two works, with two sexes and one condition,
// and gives conditions.
func (w *world) morePeople(rng *rand.Rand) {
	var two []struct {
		ID           string `db:"id"`
		DNI          string `db:"dni"`
		Sex          string `db:"sex"`
		Intervention string `db:"intervention"`
	}
	if err := w.k.App.DB().NewQuery(`SELECT p.id, p.dni, p.sex, p.intervention FROM participants p JOIN progress_people g ON g.participant = p.id AND g.exercise = 2026
		GROUP BY p.intervention ORDER BY p.intervention LIMIT 2`).All(&two); err != nil || len(two) != 2 {
		w.k.T.Fatal(err, two)
	}
	other := map[string]string{"F": "M", "M": "F"}[two[0].Sex]
	w.k.Save("participants", two[1].ID, map[string]any{"dni": two[0].DNI, "sex": other, "birth_date": "1950-05-05"})
	for i, of := range two {
		w.k.Save("participant_conditions", testkit.ID(fmt.Sprintf("both%d", i)), map[string]any{
			"participant": of.ID, "intervention": of.Intervention, "condition": "con_discapacidad", "source": "OMAPED", "accredited_on": "2026-03-01",
		})
	}
	people := w.strings(`SELECT participant FROM progress_people WHERE exercise = {:y} ORDER BY 1`)
	conditions := []string{"victima_violencia_1980_2000", "victima_violencia_genero", "con_discapacidad", "familiar_discapacidad_severa_contigo"}
	for i := range 60 {
		p := people[(i*7)%len(people)]
		if p == two[0].ID || p == two[1].ID {
			continue
		}
		row, err := w.k.App.FindRecordById("participants", p)
		if err != nil {
			w.k.T.Fatal(err)
		}
		w.k.Save("participant_conditions", testkit.ID(fmt.Sprintf("cond%d", i)), map[string]any{
			"participant": p, "intervention": row.GetString("intervention"), "condition": conditions[rng.IntN(len(conditions))],
			"source": "OMAPED", "accredited_on": "2026-03-01",
		})
	}
}

func (w *world) versions() {
	aei := "AEI.07.04"
	w.k.Save("exercises", w.strings(`SELECT id FROM exercises WHERE year = {:y}`)[0], map[string]any{"aei": aei})
	for i, key := range []string{"pia", "v1"} {
		version := w.k.Save("poi_versions", testkit.ID("poi"+key), map[string]any{
			"exercise": 2026, "key": key, "label": key, "position": i, "resolution": "RM", "approved_on": "2026-01-02",
		})
		for j, ao := range w.strings(`SELECT id FROM aos WHERE exercise = {:y} ORDER BY position`) {
			row, err := w.k.App.FindRecordById("aos", ao)
			if err != nil {
				w.k.T.Fatal(err)
			}
			w.k.Save("ao_versions", testkit.ID(fmt.Sprintf("av%s%d", key, j)), map[string]any{
				"poi_version": version, "ao": ao, "aei": aei, "active": true,
				"physical_target": row.GetInt("physical_target"), "financial_target": row.GetInt("financial_target") + (1-i)*j,
			})
		}
	}
}

// sql puts the exercise in.
func (w *world) sql(query string) string {
	return strings.ReplaceAll(query, "{:y}", strconv.FormatInt(w.year, 10))
}

func (w *world) strings(query string) []string {
	w.k.T.Helper()
	var out []string
	if err := w.k.App.DB().NewQuery(w.sql(query)).Column(&out); err != nil {
		w.k.T.Fatalf("%s: %v", query, err)
	}
	return out
}

func (w *world) int(query string) int64 {
	w.k.T.Helper()
	return w.k.Int(w.sql(query))
}

func (w *world) report(t *testing.T) sheet {
	t.Helper()
	r, err := app.YearOf(board.NewFigures(w.k.Engine, w.k.App), w.year)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := golden.Diff([]byte(`{}`), raw)
	if err != nil {
		t.Fatal(err)
	}
	out := sheet{}
	for cell, change := range cells {
		out[cell] = change[1]
	}
	return out
}

// cells of the ledger, of every exercise.
func (w *world) cells() map[string][2]int64 {
	var rows []struct {
		Cell string `db:"cell"`
		Q    int64  `db:"quantity"`
		A    int64  `db:"amount"`
	}
	if err := w.k.App.DB().NewQuery(`SELECT exercise || ' ' || measure || ' ' || ao || ' ' || funding_year || ' ' || funding_frame || ' ' || month AS cell,
		quantity, amount FROM progress_cells`).All(&rows); err != nil {
		w.k.T.Fatal(err)
	}
	out := map[string][2]int64{}
	for _, r := range rows {
		out[r.Cell] = [2]int64{r.Q, r.A}
	}
	return out
}

func movement(before, after map[string][2]int64) map[string][2]int64 {
	out := map[string][2]int64{}
	for cell, now := range after {
		if was := before[cell]; was != now {
			out[cell] = [2]int64{now[0] - was[0], now[1] - was[1]}
		}
	}
	for cell, was := range before {
		if _, known := after[cell]; !known && was != ([2]int64{}) {
			out[cell] = [2]int64{-was[0], -was[1]}
		}
	}
	return out
}
