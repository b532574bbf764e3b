package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/catalog"
	"chaski/internal/demo/national"
)

// ErrUnfinished says that a national load was cut off half-way.
var ErrUnfinished = errors.New("la carga nacional quedó a medias en esta carpeta: sus cifras no están completas. " +
	"Bórrela o elija otra y empiece de nuevo: chaski demo --national --dir carpeta-vacía")

// loadingKey marks a database whose national load has begun and not ended. It
// lies beside PocketBase's settings, where no screen shows it.
const loadingKey = "chaski_demo_loading"

// Unfinished answers ErrUnfinished for a database that must not be taken for a
// whole one.
func Unfinished(app core.App) error {
	var n int
	err := app.DB().NewQuery(`SELECT count(*) FROM _params WHERE id = '` + loadingKey + `'`).Row(&n)
	if err == nil && n > 0 {
		return ErrUnfinished
	}
	return err
}

// jobsAtOnce is how many cupos are written and derived in one transaction: whole
// works, some twenty thousand rows.
const jobsAtOnce = 4000

// loadNational fills the database with 2023 row by row, in many transactions,
// and with the running exercise. What was begun and not ended is refused later.
func loadNational(ctx context.Context, app core.App, o Options) error {
	p, err := nationalPlan(o)
	if err != nil {
		return err
	}
	p.Sample(o.Works)
	base := append(foundations(), step{"Ejercicio 2023: actividades operativas y versiones del POI", planning2023})
	if err := o.phase(ctx, app, func(l *loader) error {
		if err := emptyYet(l.app); err != nil {
			return err
		}
		if _, err := l.app.DB().NewQuery(`INSERT INTO _params (id, value, created, updated) VALUES
			('` + loadingKey + `', '"national"', strftime('%Y-%m-%d %H:%M:%fZ'), strftime('%Y-%m-%d %H:%M:%fZ'))`).Execute(); err != nil {
			return err
		}
		return l.run(base)
	}); err != nil {
		return err
	}
	w := &nationalWriter{ctx: ctx, app: app, options: o, plan: p, shown: newGauge(o, p)}
	if err := w.write(); err != nil {
		return err
	}
	if err := o.phase(ctx, app, func(l *loader) error { return l.run(running()) }); err != nil {
		return err
	}
	return o.phase(ctx, app, func(l *loader) error {
		if err := closes(l); err != nil {
			return err
		}
		_, err := l.app.DB().NewQuery(`DELETE FROM _params WHERE id = '` + loadingKey + `'`).Execute()
		return err
	})
}

func nationalPlan(o Options) (*national.Plan, error) {
	published, err := national.ReadPublished(golden2023)
	if err != nil {
		return nil, err
	}
	in := national.Input{Seed: o.Seed, Published: published, Calendar: catalog.Calendar(), SheetEvery: o.SheetEvery}
	if in.SheetEvery == 0 {
		in.SheetEvery = SheetEvery
	}
	for _, d := range catalog.Districts() {
		if d.InForce("2023-01-01") && d.InForce("2023-12-31") {
			in.Places = append(in.Places, national.Place{Ubigeo: d.Ubigeo, Name: d.Name, Province: d.Province, Department: d.Department, UT: d.UT})
		}
	}
	return national.Build(in)
}

// nationalWriter writes the plan by SQL in transactions of some thousand rows.
type nationalWriter struct {
	ctx     context.Context
	app     core.App
	options Options
	plan    *national.Plan
	shown   *gauge
	refs    *national.Refs
}

func (w *nationalWriter) write() error {
	if err := w.bulk("bodies and accounts", w.bodies); err != nil {
		return err
	}
	for from := 0; from < len(w.plan.Works); {
		to, jobs := from, 0
		for to < len(w.plan.Works) && jobs < jobsAtOnce {
			jobs += w.plan.Works[to].Jobs + 5
			to++
		}
		works := w.plan.Works[from:to]
		if err := w.bulk(fmt.Sprintf("works %d to %d", from+1, to), func(in *inserter) {
			for _, work := range works {
				if in.err = w.plan.Emit(work, w.refs, in.put); in.err != nil {
					return
				}
			}
		}); err != nil {
			return err
		}
		from = to
	}
	return w.bulk("assistances, reports and budget", w.desks)
}

func (w *nationalWriter) bulk(label string, fn func(*inserter)) error {
	rows := 0
	err := w.options.Bulk(w.ctx, w.app, label, func(tx core.App) error {
		in := newInserter(tx)
		defer in.close()
		fn(in)
		rows = in.rows
		return in.err
	})
	w.shown.add(rows)
	return err
}

// gauge tells how far the load is, with the speed and the time left.
type gauge struct {
	options Options
	began   time.Time
	rows    int
	total   int
	said    time.Time
}

// newGauge counts the rows beforehand: that takes less than a second.
func newGauge(o Options, p *national.Plan) *gauge {
	s := &gauge{options: o, began: time.Now(), total: len(p.Assistances) + len(p.Entities)}
	refs := &national.Refs{
		Entity: make([]string, len(p.Entities)), Resolution: make([]string, len(p.Resolutions)),
		Supervisor: func(string, int) string { return "" }, Coordinator: func(string) string { return "" },
	}
	for _, w := range p.Works {
		_ = p.Emit(w, refs, func(string, string, ...any) error { s.total++; return nil }) // the sink never fails
	}
	return s
}

func (s *gauge) add(rows int) {
	s.rows += rows
	whole := s.rows >= s.total
	if !s.options.Live || !whole && time.Since(s.said) < time.Second/2 {
		return
	}
	s.said = time.Now()
	spent := time.Since(s.began)
	left := time.Duration(float64(spent) * float64(max(0, s.total-s.rows)) / float64(max(1, s.rows)))
	end := ""
	if whole {
		end = "\n"
	}
	_, _ = fmt.Fprintf(s.options.Progress, "\r  %3d %%  %s filas  %.0f filas/s  faltan %s   %s",
		min(100, s.rows*100/max(1, s.total)), thousands(s.rows), float64(s.rows)/spent.Seconds(), left.Round(time.Second), end)
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
