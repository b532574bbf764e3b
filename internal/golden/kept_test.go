package golden_test

import (
	"encoding/json"
	"io"
	"maps"
	"strings"
	"testing"

	"chaski/internal/app"
	"chaski/internal/golden"
	"chaski/internal/store"
	"chaski/internal/store/board"
	"chaski/internal/testkit"
	"chaski/internal/verify"
)

// anew is the report as an engine tells it that has kept nothing in memory;
// counted: nor in the database.
func (w *world) anew(t *testing.T, counted bool) sheet {
	t.Helper()
	if counted {
		w.exec(`DELETE FROM figures_kept`)
	}
	engine := store.New()
	engine.Now = w.k.Engine.Now
	r, err := app.YearOf(board.NewFigures(engine, w.k.App), w.year)
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

// verified is what differs of that from which counts are told.
func verified(t *testing.T, w *world) (out []verify.Difference) {
	t.Helper()
	r, err := verify.Run(w.k.App, func() error { return nil }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Differences {
		if d.Check == verify.CheckGroups || d.Check == verify.CheckKept {
			out = append(out, d)
		}
	}
	return out
}

func (w *world) exec(sql string) {
	w.k.T.Helper()
	if _, err := w.k.App.NonconcurrentDB().NewQuery(w.sql(sql)).Execute(); err != nil {
		w.k.T.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) basis(year string) int64 {
	return w.int(`SELECT coalesce(sum(version), 0) FROM figures_basis WHERE exercise IN (0, ` + year + `)`)
}

const (
	somebody = `(SELECT min(participant) FROM progress_people WHERE exercise = {:y})`
	another  = `(SELECT max(participant) FROM progress_people WHERE exercise = {:y})`
	transfer = `(SELECT min(source_record) FROM progress_contributions WHERE exercise = {:y} AND source_collection = 'transfers')`
	later    = `(SELECT max(source_record) FROM progress_contributions WHERE exercise = {:y} AND source_collection = 'transfers')`
	someWork = `(SELECT min(intervention) FROM progress_contributions WHERE exercise = {:y} AND measure = 'job' AND intervention <> '')`
	reported = `(SELECT min(p.source_record) FROM progress_contributions p JOIN aos a ON a.id = p.ao AND a.key = 'gestion'
		WHERE p.exercise = {:y} AND p.source_collection = 'management_reports')`
)

// Whatever moves what counts rest on, by SQL too, the next figures are those that
// are counted anew; and another exercise's stay kept.
func TestKeptCountsNeverOutliveWhatTheyRestOn(t *testing.T) {
	w := voidingWorld(t, newRand(11))
	w.k.Save("entities", testkit.ID("otra"), map[string]any{"ruc": "20131370645", "name": "Otra municipalidad"})
	for _, c := range []struct{ name, sql string }{
		{"a sex", `UPDATE participants SET sex = CASE sex WHEN 'F' THEN 'M' ELSE 'F' END WHERE id = ` + somebody},
		{"a date of birth, which no device holds", `UPDATE participants SET birth_date = '1960-02-03' WHERE id = ` + somebody},
		{"a DNI that is another's", `UPDATE participants SET dni = (SELECT dni FROM participants WHERE id = ` + another + `) WHERE id = ` + somebody},
		{"a condition", `UPDATE participant_conditions SET condition = CASE condition WHEN 'con_discapacidad' THEN 'victima_violencia_genero' ELSE 'con_discapacidad' END
			WHERE id = (SELECT min(c.id) FROM participant_conditions c JOIN progress_people g ON g.participant = c.participant AND g.exercise = {:y})`},
		{"a condition taken back", `DELETE FROM participant_conditions
			WHERE id = (SELECT max(c.id) FROM participant_conditions c JOIN progress_people g ON g.participant = c.participant AND g.exercise = {:y})`},
		{"what kind a work is", `UPDATE interventions SET kind = CASE kind WHEN 'aii' THEN 'pi' ELSE 'aii' END WHERE id = ` + someWork},
		{"the district of a work", `UPDATE interventions SET district = (SELECT id FROM districts d
			WHERE NOT EXISTS (SELECT 1 FROM interventions i WHERE i.district = d.id) ORDER BY id LIMIT 1) WHERE id = ` + someWork},
		{"the executor of an agreement", `UPDATE convenios SET executor = '` + testkit.ID("otra") + `'
			WHERE id = (SELECT convenio FROM transfers WHERE id = ` + transfer + `)`},
		{"the unit of a report", `UPDATE management_reports SET unit = CASE unit WHEN 'DE' THEN 'UFAF' ELSE 'DE' END WHERE id = ` + reported},
		{"a cupo", `UPDATE cupos SET state = 'anulado' WHERE id = (SELECT min(source_record) FROM progress_contributions WHERE exercise = {:y} AND source_collection = 'cupos')`},
		{"a participant who goes", `DELETE FROM participants WHERE id = ` + another},
		{"a transfer that goes", `DELETE FROM transfers WHERE id = ` + later},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, other := w.report(t), w.basis("2023")
			w.exec(c.sql)
			after := w.report(t) // settles, and counts
			compare(t, "told by another engine", after, w.anew(t, false))
			compare(t, "counted anew", after, w.anew(t, true))
			for _, d := range verified(t, w) {
				t.Errorf("%+v", d)
			}
			delete(before, "calculado_en")
			delete(after, "calculado_en")
			if maps.Equal(before, after) {
				t.Error("moved nothing")
			}
			if now := w.basis("2023"); now != other {
				t.Errorf("the basis of 2023 went from %d to %d", other, now)
			}
		})
	}
}

// What is kept is told as it is, not made again; unless another program kept it.
func TestKeptCountsAreNotMadeAgain(t *testing.T) {
	w := voidingWorld(t, newRand(12))
	before := w.report(t)
	w.exec(`UPDATE figures_kept SET counts = replace(counts, '"Resolution":', '"Resolution":7') WHERE exercise = {:y}`)
	const cell = "transferencias.resoluciones_ministeriales_grafico2"
	if got := w.anew(t, false)[cell]; got != "7"+before[cell] {
		t.Errorf("%s resolutions are told, %s are kept", got, "7"+before[cell])
	}
	w.exec(`UPDATE figures_kept SET program = 'another'`)
	compare(t, "kept by another program", before, w.anew(t, false))
	w.exec(`UPDATE figures_kept SET counts = 'x'`)
	compare(t, "no counts at all", before, w.anew(t, false))
	if !strings.HasPrefix(w.strings(`SELECT counts FROM figures_kept WHERE exercise = {:y}`)[0], "{") {
		t.Error("what was counted again is not kept")
	}
}

// Counts of a snapshot that a change overtook are not kept as those of after it.
func TestCountsThatWereOvertakenAreNotKept(t *testing.T) {
	w := voidingWorld(t, newRand(13))
	engine := store.New()
	engine.Now = w.k.Engine.Now
	id := w.strings(`SELECT id FROM participants WHERE id = ` + somebody)[0]
	err := board.NewFigures(engine, w.k.App).Read(func(s app.Snapshot) error {
		if _, err := s.YearRows(w.year, "2026-12-31"); err != nil {
			return err
		}
		w.k.Save("participants", id, map[string]any{"birth_date": "1960-02-03"})
		_, err := s.YearRows(w.year, "2026-12-31") // the snapshot tells what it told
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.int(`SELECT count(*) FROM figures_kept k WHERE exercise = {:y} AND version = (SELECT sum(version) FROM figures_basis WHERE exercise IN (0, {:y}))`); n != 0 {
		t.Error("counts of before the change are kept as of after it")
	}
	compare(t, "after", w.anew(t, true), w.report(t))
}
