package app

import (
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/figures"
	"chaski/internal/domain/parameter"
	"chaski/internal/domain/progress"
)

// YearReport is the report of an exercise and how fresh it is.
type YearReport struct {
	Figures   figures.Report
	Freshness Freshness
	Uncounted int64 // see Snapshot
}

// YearFacts is the part of the port that only the yearly report needs.
type YearFacts interface {
	Clock() time.Time
	// LateCells are sums posted outside the exercise's months, AO by id.
	LateCells(year int64) ([]LateCell, error)
	Versions(year int64) ([]figures.Version, error)
	// YearRows are the counts of distinct rows behind the figures, ages as of a day.
	YearRows(year int64, ageOn day.Day) (figures.Rows, error)
	// Parameter is the JSON value of a dated parameter; nil if none holds.
	Parameter(key string, on day.Day) ([]byte, error)
}

// LateCell is a sum of an exercise in a month that is not its own.
type LateCell struct {
	Cell
	Month day.Month
}

func (b *board) Year(a actor.Actor, year int64) (out YearReport, err error) {
	if !a.Role.May(actor.WatchYear) {
		return out, fault.New(fault.Forbidden, "")
	}
	err = b.figures.Read(func(s Snapshot) error {
		if out.Figures, err = yearOf(s, year); err != nil {
			return err
		}
		if out.Freshness, err = s.Freshness(); err != nil {
			return err
		}
		out.Uncounted, err = s.Uncounted(year)
		return err
	})
	return out, err
}

// YearOf is the report of an exercise for a command on the server, which has no
// actor. An unknown exercise is NotFound.
func YearOf(f Figures, year int64) (out figures.Report, err error) {
	err = f.Read(func(s Snapshot) error {
		out, err = yearOf(s, year)
		return err
	})
	return out, err
}

// yearOf puts together what the rules need. A year's figures are the sum of its
// cells in whatever month they were posted: what came late is in them, and said.
func yearOf(s Snapshot, year int64) (figures.Report, error) {
	var out figures.Report
	e, err := exercise(s, year)
	if err != nil {
		return out, err
	}
	in := figures.Input{
		Exercise: year, Kind: e.Kind, Closed: e.Closed, Note: e.Note, AEI: e.AEI, AEITarget: e.AEITarget,
		Now: s.Clock(), Today: day.Of(s.Clock()),
	}
	if err := fillParameters(s, &in); err != nil {
		return out, err
	}
	if in.Rows, err = s.YearRows(year, in.AgeOn); err != nil {
		return out, err
	}
	if err := fillLedger(s, e, &in); err != nil {
		return out, err
	}
	if in.Versions, err = s.Versions(year); err != nil {
		return out, err
	}
	if in.Uncounted, err = s.Uncounted(year); err != nil {
		return out, err
	}
	return figures.Of(in), nil
}

func fillLedger(s Snapshot, e Exercise, in *figures.Input) error {
	cells, err := s.Cells(in.Exercise)
	if err != nil {
		return err
	}
	late, err := s.LateCells(in.Exercise)
	if err != nil {
		return err
	}
	for _, l := range late {
		cells = append(cells, l.Cell)
	}
	aos, err := figuresOf(s, e, cells)
	if err != nil {
		return err
	}
	keys := map[string]string{}
	for _, ao := range aos {
		keys[ao.ID] = ao.Key
		in.AOs = append(in.AOs, figures.Activity{
			ID: ao.ID, Key: ao.Key, Code: ao.Code, Name: ao.Name, Unit: ao.UnitMeasure, Category: ao.BudgetCategory, Frame: ao.FundingFrame,
			FollowupApproved: ao.FollowupApproved, PhysicalTarget: ao.PhysicalTarget, Physical: ao.Physical.Executed,
			PhysicalOpening: ao.Physical.Opening, MoneyTarget: ao.MoneyTarget, Money: ao.Financial.Executed, MoneyOpening: ao.Financial.Opening,
			NoPhysical: ao.Physical.None, NoMoney: ao.Financial.None,
		})
	}
	for _, c := range cells {
		if c.Measure == progress.MeasureJob || c.Measure == progress.MeasureTransfer {
			in.Cells = append(in.Cells, figures.Cell{
				AO: c.AO, Measure: c.Measure, Frame: c.FundingFrame, FundingYear: c.FundingYear,
				Quantity: c.Quantity, Amount: c.Amount, Opening: c.OpeningQuantity,
			})
		}
	}
	for _, l := range late {
		in.Late = append(in.Late, figures.Late{AO: keys[l.AO], Measure: l.Measure, Month: l.Month, Quantity: l.Quantity, Amount: l.Amount})
	}
	fillRules(in)
	return nil
}

func fillRules(in *figures.Input) {
	seen := map[figures.Rule]bool{}
	for _, c := range in.CountedBy {
		for i := range in.AOs {
			a := &in.AOs[i]
			if a.ID == c.AO && (c.Measure == a.Unit || c.Measure == progress.MeasureAccrued) {
				a.Rules = append(a.Rules, c.Rule)
				if c.Measure == a.Unit { // the unit's own before the money's
					a.Rules = append([]string{c.Rule}, a.Rules...)
				}
			}
		}
		if r := (figures.Rule{Figure: c.Measure, Rule: c.Rule}); !seen[r] {
			seen[r] = true
			in.Rules = append(in.Rules, r)
		}
	}
	for i := range in.AOs {
		in.AOs[i].Rules = distinct(in.AOs[i].Rules)
	}
}

func distinct(in []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// fillParameters reads the dated parameters as of the exercise's last day.
func fillParameters(s Snapshot, in *figures.Input) error {
	end := figures.AgeReference("", in.Exercise)
	reference, err := s.Parameter(parameter.AgeReference, end)
	if err != nil {
		return err
	}
	var when string
	if reference != nil {
		if when, err = parameter.TextOf(parameter.AgeReference, end, reference); err != nil {
			return err
		}
	}
	in.AgeOn = figures.AgeReference(when, in.Exercise)
	ceiling, err := s.Parameter(parameter.LeyCeiling, end)
	if err != nil || ceiling == nil {
		return err
	}
	in.LeyCeiling, err = parameter.IntOf(parameter.LeyCeiling, end, ceiling)
	return err
}
