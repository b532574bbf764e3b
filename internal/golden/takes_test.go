package golden_test

import (
	"os"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/store"
	"chaski/internal/store/board"
	"chaski/internal/testkit"
)

// What figures take on the national year, each beside the others in one run: nothing
// is asserted, docs/performance.md says what was seen. `make national` runs it.
func TestNationalYearFiguresTake(t *testing.T) {
	dir := os.Getenv("NATIONAL_DATA")
	if dir == "" {
		t.Skip("NATIONAL_DATA names no data directory")
	}
	w := &world{k: testkit.From(t, dir), year: 2023}
	took := func(what string, work func() error) {
		const rounds = 5
		best := time.Hour
		for range rounds {
			began := time.Now()
			if err := work(); err != nil {
				t.Fatal(what, err)
			}
			best = min(best, time.Since(began))
		}
		t.Logf("%-60s %8.1f ms", what, float64(best.Microseconds())/1000)
	}
	report := func(anew bool) func() error {
		return func() error {
			engine := w.k.Engine
			if anew {
				w.exec(`DELETE FROM figures_kept`)
				engine = store.New()
				engine.Now = w.k.Engine.Now
			}
			_, err := app.YearOf(board.NewFigures(engine, w.k.App), w.year)
			return err
		}
	}
	took("report, counted by looking at every person and contribution", func() error {
		for _, sql := range lookedThrough {
			var n int64
			if err := w.k.App.DB().NewQuery(w.sql(sql)).Row(&n); err != nil {
				return err
			}
		}
		return nil
	})
	took("report, counted from the sums (as after each event)", report(true))
	took("report, kept", report(false))
	board := board.New(w.k.Engine, w.k.App)
	who := actor.Actor{User: "national", Role: actor.CentralAnalyst}
	took("board", func() error {
		_, err := board.Table(who, w.year)
		return err
	})
	table, err := board.Table(who, w.year)
	if err != nil {
		t.Fatal(err)
	}
	for _, ao := range table.Items {
		took(ao.Key+": every line, as it was answered before there were pages", func() error {
			_, _, err := board.AOLines(who, w.year, ao.ID)
			return err
		})
		took(ao.Key+": what it is made of, first page", func() error {
			_, err := board.AO(who, w.year, ao.ID, app.LineQuery{})
			return err
		})
	}
}

// lookedThrough are the counts as they were made before sums were kept.
var lookedThrough = []string{
	`SELECT count(*) FROM (SELECT DISTINCT ao, measure, rule FROM progress_contributions WHERE exercise = {:y})`,
	`SELECT count(*) FROM (WITH worked AS (SELECT DISTINCT funding_year, funding_frame, intervention FROM progress_contributions
		WHERE measure = 'job' AND exercise = {:y} AND intervention <> '')
		SELECT w.funding_year, count(DISTINCT d.ubigeo) FROM worked w JOIN interventions i ON i.id = w.intervention LEFT JOIN districts d ON d.id = i.district GROUP BY 1, w.funding_frame)`,
	`SELECT count(*) FROM (SELECT min(p.sex), max(p.sex), min(p.birth_date), max(p.birth_date), min(p.id)
		FROM progress_people g JOIN participants p ON p.id = g.participant WHERE g.exercise = {:y} GROUP BY p.dni)`,
	`SELECT count(*) FROM (SELECT c.condition, count(DISTINCT p.dni) FROM participant_conditions c
		JOIN progress_people g ON g.exercise = {:y} AND g.participant = c.participant JOIN participants p ON p.id = c.participant GROUP BY 1)`,
}
