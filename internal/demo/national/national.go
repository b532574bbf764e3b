// Package national makes the exercise 2023 of the whole country row by row, so
// that every figure of the published report (Ficha de implementación de la
// AEI.07.04, 2023) comes out of counting. It knows nothing of a database: Build
// plans who works where and when, and Emit hands over the rows of one work after
// another.
//
// What the report gives is met to the unit and to the céntimo. What it does not
// give (departments, months, sizes, dates, who is who) is drawn from the seed;
// the same seed gives the same rows with the same ids. People and bodies are
// plainly fictitious; districts are real.
package national

import (
	"fmt"
	"math/rand/v2"

	"chaski/internal/demo/fictitious"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
)

// Year of the exercise.
const Year = 2023

// Frames of funding.
const (
	Ordinary = "ordinary"
	Ley      = "ley_31728"
)

// Place is a district in use, with the unit that serves it.
type Place struct {
	Ubigeo, Name, Province, Department, UT string
}

// Input of Build.
type Input struct {
	Seed      int64
	Published Published
	Places    []Place // in a stable order
	Calendar  calendar.Calendar
	// SheetEvery is how many working days lie between two daily sheets of a work;
	// 1 for every day worked.
	SheetEvery int
}

// Plan is the whole year. Works are in order of their first day.
type Plan struct {
	Input
	Resolutions []Resolution
	Entities    []Entity
	Works       []*Work
	People      People
	Assistances []Assistance
	Reports     []Report

	dnis int // where this seed's numbers begin
}

// Entity is the municipality of a place.
type Entity struct {
	RUC, Name string
	Place     int
}

// Work is one intervention with its agreement and its money.
type Work struct {
	N           int // position in the plan of the whole year; the ids follow from it
	Kind        string
	Frame       string
	FundingYear int
	Place       int
	Entity      int
	Executed    bool
	Name, Site  string
	Code        string // of the convenio
	State       string

	Resolution int // index, -1: no transfer in the exercise
	Accrued    day.Day
	Amount     int64 // céntimos

	Starts, Ends day.Day
	Jobs         int       // cupos that count
	Days         []day.Day // of its sheets
	Seats        []Seat
	Extra        []Extra
	Unvalidated  int // index of the sheet the unit never validated, -1: none
	Visits       []Visit
}

// Seat is a cupo that counts and who held it. Indexes of days are of Work.Days.
type Seat struct {
	First  int // person
	From   int // the first day of First
	Second int // person who took over, -1: nobody
	Handed int // the first day of Second
}

// Extra is a cupo that must not count.
type Extra struct {
	Void   bool // annulled
	Person int  // who is on the roster for it, -1: nobody ever
}

// Visit is one of a supervisor.
type Visit struct {
	Day         int // of Work.Days
	Unannounced bool
	Supervisor  int // of the unit, from 0
}

// Build plans the year and checks that it is possible.
func Build(in Input) (*Plan, error) {
	if in.SheetEvery < 1 {
		in.SheetEvery = 1
	}
	p := &Plan{Input: in, dnis: fictitious.DNIs(in.Seed), Resolutions: resolutions(in.Calendar)}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"territory", p.territory},
		{"works", p.works},
		{"money", p.money},
		{"time", p.schedule},
		{"people", p.people},
		{"visits", p.visits},
		{"assistances", p.assistances},
		{"reports", p.reports},
	} {
		if err := step.do(); err != nil {
			return nil, fmt.Errorf("national: %s: %w", step.what, err)
		}
	}
	return p, nil
}

// Sample leaves n works, spread over the year; all of them for 0. Totals are
// then those of the works left.
func (p *Plan) Sample(n int) {
	if n <= 0 || n >= len(p.Works) {
		return
	}
	kept := make([]*Work, n)
	for i := range kept {
		kept[i] = p.Works[i*len(p.Works)/n]
	}
	p.Works = kept
}

func (p *Plan) rng(subject string) *rand.Rand { return fictitious.Draw(p.Seed, "national "+subject) }

// Supervisors is how many each unit has.
const Supervisors = 9
