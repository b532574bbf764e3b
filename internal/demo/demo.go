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
}

// Load fills the database in one transaction: either the whole demo is there
// or nothing of it. It writes records with app.Save, so the hooks registered on
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
	started := time.Now()
	err := app.RunInTransaction(func(tx core.App) error {
		count, err := tx.CountRecords("interventions")
		if err != nil {
			return err
		}
		if count > 0 {
			return ErrNotEmpty
		}
		if err := opts.phase(ctx, tx, content); err != nil {
			return err
		}
		return opts.phase(ctx, tx, closes)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(opts.Progress, "Demostración cargada en %.1f s\n", time.Since(started).Seconds())
	return err
}

func plainTransaction(ctx context.Context, app core.App, fn func(context.Context, core.App) error) error {
	return app.RunInTransaction(func(tx core.App) error { return fn(ctx, tx) })
}

func (o Options) phase(ctx context.Context, app core.App, fn func(*loader) error) error {
	return o.InTransaction(ctx, app, func(ctx context.Context, tx core.App) error {
		return fn(newLoader(ctx, tx, o))
	})
}

// content loads everything but the closes, what is referred to first.
func content(l *loader) error {
	steps := []struct {
		say string
		do  func(*loader) error
	}{
		{"Catálogo: territorio, unidades territoriales, feriados, parámetros y lista de verificación", catalogue},
		{"Municipalidades ficticias", municipalities},
		{"Cuentas de demostración", accounts},
		{"Ejercicio 2023 (cerrado): saldos de la Ficha", exercise2023},
		{"Ejercicio de demostración: actividades operativas y metas", runningExercise},
		{"Actividades en ejecución: convenios, padrones, pólizas, asistencia y visitas", allWorks},
		{"Actividades terminadas y sus rendiciones de cuentas", rendiciones},
		{"Ejecución presupuestal por mes", budget},
	}
	for _, s := range steps {
		l.say(s.say)
		if err := s.do(l); err != nil {
			return fmt.Errorf("demo: %s: %w", s.say, err)
		}
	}
	return nil
}

// closes: 2023 whole, and the months of the running exercise up to two months
// before today's. Closed-ness is contiguous (everything up to the last one).
func closes(l *loader) error {
	l.say("Cierre de meses")
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
		if _, err := l.put("month_closes", string(m), values{"month": string(m), "note": note}); err != nil {
			return err
		}
	}
	return nil
}
