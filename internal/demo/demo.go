// Package demo fills an empty database with two exercises: 2023, closed, with
// the figures the programme published; and a running one around the business
// date, marked as a demonstration, with works in execution in two units.
//
// Everything follows from the seed and the date: the same two give the same
// rows with the same ids. People are plainly fictitious: their surnames are
// plants, birds and stars of the Andes and their DNI lie in 99000000–99999999,
// presumed unissued.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/day"
)

// ErrNotEmpty says that the database already holds interventions; the demo is
// only loaded into an empty one.
var ErrNotEmpty = errors.New("la base ya tiene actividades: use una carpeta vacía (--dir)")

// Options of Load. Today is required.
type Options struct {
	Seed  int64
	Today day.Day // the business date the running exercise is built around
	// Progress is told what is being done, a line each; nil for silence.
	Progress io.Writer
	// InTransaction runs one phase of the load in a transaction, handing on a
	// context for its record writes; nil for PocketBase's RunInTransaction. The
	// caller may pass one that derives sync and progress once, at the end.
	InTransaction func(context.Context, core.App, func(context.Context, core.App) error) error

	// National writes 2023 row by row instead of the published balances: over a
	// million rows, in many transactions. See Unfinished.
	National bool
	// Works is how many of the year's works to write, spread over it; 0 for all.
	// Totals are then those of the works written.
	Works int
	// SheetEvery is the working days from one daily sheet of the national year to
	// the next; 0 for SheetEvery.
	SheetEvery int
	// Live says that Progress is a terminal: how far the load is, with its speed
	// and the time left, is then shown on one line.
	Live bool
	// Bulk runs a transaction that writes many rows by SQL, past the hooks; nil
	// for PocketBase's RunInTransaction. The caller derives sync and progress.
	Bulk func(ctx context.Context, app core.App, label string, fn func(core.App) error) error
}

// SheetEvery is the default of Options.SheetEvery: a sheet a week. One a day
// would be some eight million marks, which prove no other figure.
const SheetEvery = 5

// Load fills the database in one transaction: either the whole demo is there
// or nothing of it (but see Options.National). It writes records with app.Save, so the hooks registered on
// app see every row. Months are closed last, in a phase of their own: what is
// loaded into a month must be counted there before it closes.
func Load(ctx context.Context, app core.App, opts Options) error {
	if _, err := day.Parse(string(opts.Today)); err != nil {
		return fmt.Errorf("demo: Today: %w", err)
	}
	if opts.Progress == nil {
		opts.Progress = io.Discard
	}
	if opts.InTransaction == nil {
		opts.InTransaction = plainTransaction
	}
	if opts.Bulk == nil {
		opts.Bulk = plainBulk
	}
	started := time.Now()
	load := loadWhole
	if opts.National {
		load = loadNational
	}
	if err := load(ctx, app, opts); err != nil {
		return err
	}
	_, err := fmt.Fprintf(opts.Progress, "Demostración cargada en %.1f s\n", time.Since(started).Seconds())
	return err
}

func loadWhole(ctx context.Context, app core.App, opts Options) error {
	return app.RunInTransaction(func(tx core.App) error {
		if err := emptyYet(tx); err != nil {
			return err
		}
		if err := opts.phase(ctx, tx, content); err != nil {
			return err
		}
		return opts.phase(ctx, tx, closes)
	})
}

func emptyYet(app core.App) error {
	if err := Unfinished(app); err != nil {
		return err
	}
	count, err := app.CountRecords("interventions")
	if err == nil && count > 0 {
		err = ErrNotEmpty
	}
	return err
}

func plainBulk(_ context.Context, app core.App, _ string, fn func(core.App) error) error {
	return app.RunInTransaction(fn)
}

func plainTransaction(ctx context.Context, app core.App, fn func(context.Context, core.App) error) error {
	return app.RunInTransaction(func(tx core.App) error { return fn(ctx, tx) })
}

func (o Options) phase(ctx context.Context, app core.App, fn func(*loader) error) error {
	return o.InTransaction(ctx, app, func(ctx context.Context, tx core.App) error {
		return fn(newLoader(ctx, tx, o))
	})
}

type step struct {
	say string
	do  func(*loader)
}

// foundations are what both exercises stand on.
func foundations() []step {
	return []step{
		{"Catálogo: territorio, unidades territoriales, feriados, parámetros y lista de verificación", catalogue},
		{"Municipalidades ficticias", municipalities},
		{"Cuentas de demostración", accounts},
	}
}

// running is the exercise of today.
func running() []step {
	return []step{
		{"Ejercicio de demostración: actividades operativas y metas", runningExercise},
		{"Actividades en ejecución: convenios, padrones, pólizas, asistencia y visitas", allWorks},
		{"Actividades terminadas y sus rendiciones de cuentas", rendiciones},
		{"Ejecución presupuestal por mes", budget},
	}
}

// content loads everything but the closes, what is referred to first.
func content(l *loader) error {
	steps := append(foundations(), step{"Ejercicio 2023 (cerrado): saldos de la Ficha", exercise2023})
	return l.run(append(steps, running()...))
}

func (l *loader) run(steps []step) error {
	for _, s := range steps {
		l.say(s.say)
		if s.do(l); l.err != nil {
			return fmt.Errorf("demo: %s: %w", s.say, l.err)
		}
	}
	return nil
}

// closes: 2023 whole, and the months of the running exercise up to two months
// before today's. Closed-ness is contiguous (everything up to the last one).
func closes(l *loader) error { return l.run([]step{{"Cierre de meses", closeMonths}}) }

func closeMonths(l *loader) {
	last := monthsBefore(l.today.Month(), 2)
	months := monthsOf(2023)
	for _, m := range monthsOf(last.Year()) {
		if m <= last && last.Year() > 2023 {
			months = append(months, m)
		}
	}
	for _, m := range months {
		note := "Ejercicio de demostración"
		if m.Year() == 2023 {
			note = "Ejercicio cerrado (Ficha de implementación, 2023)"
		}
		l.put("month_closes", string(m), values{"month": string(m), "note": note})
	}
}
