package app

import (
	"sort"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/insurance"
	"chaski/internal/domain/progress"
)

// Figures is the port of the board: every answer is read from one snapshot in
// which the ledger is caught up.
type Figures interface {
	Read(func(Snapshot) error) error
}

// Snapshot answers from one read transaction.
type Snapshot interface {
	Exercises() ([]Exercise, error) // newest first
	AOs(year int64) ([]AO, error)   // of the exercise's AEI; with targets, without figures
	Cells(year int64) ([]Cell, error)
	YearFacts
	Freshness() (Freshness, error)
	// Uncounted is how many rows break a rule that matters for counting, so that
	// they add to no figure: those of the exercise, and those of none that can be
	// told.
	Uncounted(year int64) (int64, error)
	Months(AO) ([]MonthFigure, error)
	Lines(AO) ([]Line, error) // without their last visits
	LastVisits([]Line) error  // fills them in
	Reconciled(AO) ([]ReconciledMonth, error)
	Work(intervention string) (Intervention, bool, error)
	Counted(ao AO, intervention string) ([]CountedRow, error)
	// WorkOf is the work a record is of, with its unit; "" for what is not there, or
	// only planned.
	WorkOf(kind, id string) (work, ut string, err error)
	Records(RecordQuery) ([]Recorded, int64, error)
	Visits(intervention string) ([]VisitSummary, error)
	VisitRow(visit string) (VisitDetail, bool, error) // without its marks
	VisitMarks(*VisitDetail) error
	// Unit is without who is uncovered; UnitWork is found only in its own unit.
	Unit(ut string) (UnitView, error)
	UnitWork(ut, intervention string) (UnitWork, bool, error)
	// OnRosters are the people of a unit's unfinished works, and what day it is.
	OnRosters(ut string) (day.Day, []OnRoster, error)
	Insurance(intervention string) (insurance.Papers, error)
}

// NewBoard returns the use cases of the board over its port. What names people
// is noted with sights.
func NewBoard(f Figures, sights Sights) Board { return &board{f, sights} }

type board struct {
	figures Figures
	sights  Sights
}

func (b *board) watch(a actor.Actor, fn func(Snapshot) error) error {
	if !a.WatchesFigures() {
		return fault.New(fault.Forbidden, "")
	}
	return b.figures.Read(fn)
}

func (b *board) Exercises(a actor.Actor) (out []Exercise, err error) {
	err = b.watch(a, func(s Snapshot) error {
		out, err = s.Exercises()
		return err
	})
	return out, err
}

func (b *board) Table(a actor.Actor, year int64) (t Table, err error) {
	err = b.watch(a, func(s Snapshot) error {
		if t.Exercise, err = exercise(s, year); err != nil {
			return err
		}
		cells, err := s.Cells(year)
		if err != nil {
			return err
		}
		if t.Items, err = figuresOf(s, t.Exercise, cells); err != nil {
			return err
		}
		t.Summary, t.AEI = summarize(t.Items), indicator(t.Exercise, cells)
		if t.Freshness, err = s.Freshness(); err != nil {
			return err
		}
		t.Uncounted, err = s.Uncounted(year)
		return err
	})
	return t, err
}

func exercise(s Snapshot, year int64) (Exercise, error) {
	all, err := s.Exercises()
	if err != nil {
		return Exercise{}, err
	}
	for _, e := range all {
		if e.Year == year {
			return e, nil
		}
	}
	return Exercise{}, fault.New(fault.NotFound, "year")
}

// figuresOf fills in what was executed. Physical counts the AO's own unit;
// financial is the devengado of every AO. Of a closed exercise that has no cell of
// it, not even of zero, nothing is held; in a running one nothing happened yet.
func figuresOf(s Snapshot, e Exercise, cells []Cell) ([]AO, error) {
	aos, err := s.AOs(e.Year)
	if err != nil {
		return nil, err
	}
	index := make(map[string]*AO, len(aos))
	for i := range aos {
		ao := &aos[i]
		ao.Physical.Target, ao.Financial.Target = ao.PhysicalTarget, ao.MoneyTarget
		ao.Physical.None, ao.Financial.None = e.Closed, e.Closed
		index[ao.ID] = ao
	}
	for _, c := range cells {
		ao := index[c.AO]
		if ao == nil {
			continue
		}
		if c.Measure == ao.UnitMeasure {
			ao.Physical.None = false
			ao.Physical.Executed += c.Quantity
			ao.Physical.Opening += c.OpeningQuantity
		}
		if c.Measure == progress.MeasureAccrued {
			ao.Financial.None = false
			ao.Financial.Executed += c.Amount
			ao.Financial.Opening += c.OpeningAmount
		}
	}
	return aos, nil
}

// summarize follows the notes of Cuadro 1: the AO with a physical target and
// approved follow-up (1); of these those at 100 % or more, compared unrounded
// (2); their money (3); the mean of what is cut at 100 (4).
func summarize(aos []AO) Summary {
	var out Summary
	var ratios []progress.Ratio
	for _, ao := range aos {
		if ao.PhysicalTarget <= 0 || !ao.FollowupApproved {
			continue
		}
		out.AOs++
		if progress.AtLeast100(ao.Physical.Executed, ao.PhysicalTarget) {
			out.AtLeast100++
		}
		out.Financial = out.Financial.plus(ao.Financial)
		ratios = append(ratios, ao.Physical.Ratio())
		out.None = out.None || ao.Physical.None
	}
	if !out.None {
		out.AverageAdjusted = progress.AverageAdjusted(ratios)
	}
	return out
}

// indicator adds up the jobs of an exercise, of whatever AO or none.
func indicator(e Exercise, cells []Cell) AEI {
	out := AEI{Target: e.AEITarget, None: e.Closed}
	type money struct {
		year  int64
		frame string
	}
	index := map[money]int{}
	for _, c := range cells {
		if c.Measure != progress.MeasureJob {
			continue
		}
		key := money{c.FundingYear, c.FundingFrame}
		i, known := index[key]
		if !known {
			i = len(out.Lines)
			index[key] = i
			out.Lines = append(out.Lines, AEILine{FundingYear: c.FundingYear, FundingFrame: c.FundingFrame})
		}
		out.None = false
		out.Lines[i].Executed += c.Quantity
		out.Lines[i].Opening += c.OpeningQuantity
		out.Executed += c.Quantity
	}
	sort.Slice(out.Lines, func(i, j int) bool {
		a, b := out.Lines[i], out.Lines[j]
		if a.FundingYear != b.FundingYear {
			return a.FundingYear < b.FundingYear
		}
		return a.FundingFrame > b.FundingFrame // ordinary before ley_31728
	})
	return out
}

func (b *board) AO(a actor.Actor, year int64, id string, q LineQuery) (d AODetail, err error) {
	err = b.watch(a, func(s Snapshot) error {
		if d.Exercise, d.AO, err = activity(s, year, id); err != nil {
			return err
		}
		if d.Uncounted, err = s.Uncounted(year); err != nil {
			return err
		}
		if d.Months, err = s.Months(d.AO); err != nil {
			return err
		}
		lines, err := s.Lines(d.AO)
		if err != nil {
			return err
		}
		d.Groups = groupLines(lines)
		d.Lines, d.Found = q.pageOf(ofOthers(a, lines))
		if err := s.LastVisits(d.Lines); err != nil || d.AO.UnitMeasure != progress.MeasureTransfer {
			return err
		}
		d.Reconciled, err = s.Reconciled(d.AO)
		return err
	})
	return d, err
}

func activity(s Snapshot, year int64, id string) (Exercise, AO, error) {
	e, err := exercise(s, year)
	if err != nil {
		return e, AO{}, err
	}
	cells, err := s.Cells(year)
	if err != nil {
		return e, AO{}, err
	}
	aos, err := figuresOf(s, e, cells)
	if err != nil {
		return e, AO{}, err
	}
	for _, ao := range aos {
		if ao.ID == id {
			return e, ao, nil
		}
	}
	return e, AO{}, fault.New(fault.NotFound, "ao")
}

func (b *board) Intervention(a actor.Actor, year int64, ao, id string) (d InterventionDetail, err error) {
	err = b.watch(a, func(s Snapshot) error {
		_, activity, err := activity(s, year, ao)
		if err != nil {
			return err
		}
		work, found, err := s.Work(id)
		if err != nil || !found || !reaches(a, work.UT) {
			return orFault(err, fault.New(fault.NotFound, "intervention"))
		}
		d.Intervention = work
		if d.Rows, err = s.Counted(activity, id); err != nil {
			return err
		}
		if len(d.Rows) == 0 && (work.FundingYear != year || work.FundingFrame != activity.FundingFrame) {
			return fault.New(fault.NotFound, "intervention") // other money: never part of this figure
		}
		if d.Visits, err = s.Visits(id); err != nil {
			return err
		}
		d.Uncounted, err = s.Uncounted(year)
		return err
	})
	if err != nil {
		return d, err
	}
	named := 0
	for _, r := range d.Rows {
		if r.Person != "" {
			named++
		}
	}
	return d, b.saw(a, "counted", "interventions", id, id, named)
}

// saw notes that names of people were shown; a page without any is none.
func (b *board) saw(a actor.Actor, what, collection, record, intervention string, rows int) error {
	if rows == 0 {
		return nil
	}
	return b.sights.Saw(Sight{
		Actor: a.User, Action: ActionRead, Collection: collection, Record: record,
		Detail: SightDetail{What: what, Intervention: intervention, Rows: rows},
	})
}

// reaches: a coordinator sees the country's figures, and the rows of his unit.
func reaches(a actor.Actor, ut string) bool {
	return a.Role != actor.UTCoordinator || a.UT != "" && a.UT == ut
}

// Visit is open to those who watch figures; who made it has it on his device.
func (b *board) Visit(a actor.Actor, id string) (d VisitDetail, err error) {
	if !a.WatchesFigures() {
		return d, fault.New(fault.Forbidden, "")
	}
	err = b.figures.Read(func(s Snapshot) error {
		row, found, err := s.VisitRow(id)
		if err != nil || !found || !reaches(a, row.UT) {
			return orFault(err, fault.New(fault.NotFound, "visit"))
		}
		d = row
		if err := s.VisitMarks(&d); err != nil {
			return err
		}
		papers, err := s.Insurance(d.Intervention)
		for i, m := range d.Marks {
			d.Marks[i].covered(papers.Coverage(d.Summary.VisitedOn, string(m.DNI)))
		}
		return err
	})
	if err != nil {
		return d, err
	}
	return d, b.saw(a, "visit", "visits", id, d.Intervention, len(d.Marks))
}
