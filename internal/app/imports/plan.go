package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// MaxRows is how many rows one import may have whose plan is held in memory;
// MaxStaged, one that is planned group by group (Spec.group).
const (
	MaxRows   = 20_000
	MaxStaged = 500_000
)

// Bounds of what a preview answers; the counts are of everything.
const (
	maxProblems = 500
	maxChanges  = 200
	maxWarnings = 200
	maxSample   = 10
	maxAside    = 500
)

// Problem is what is wrong with one cell or row, and what to do (in the fault).
type Problem struct {
	Row    int
	Column string // header; of what no column brings its name; "" for the row as a whole
	Value  string
	Fault  *fault.Fault
}

// Change is a field of a row that exists, before and after.
type Change struct {
	Row    int    `json:"row"`
	What   string `json:"what"` // which row, as people name it
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Counts are rows of the file by what becomes of them.
type Counts struct{ Rows, New, Changed, Same, Bad int }

// Plan is what an import would do.
type Plan struct {
	Counts   Counts
	Problems []Problem // the first maxProblems
	Warnings []Problem // the first maxWarnings; they do not keep a plan from being carried out
	Warned   int       // how many there are
	// Questions are those a person has to answer, and those he answered.
	Questions []Question
	Changes   []Change
	Sample    []Line
	Missing   []string // required fields without a column
	Writes    []Write
	Records   map[string]*Counts // by collection
	// Notes are what was assumed of the columns; Constants, what is wrong with the
	// values that the person gave for all rows.
	Notes     []Note
	Constants []Problem
	Aside     []Aside // the first maxAside
	Asides    int     // how many there are
	// Total is how many rows of the database it writes. Writes holds them unless
	// the plan was made group by group and they are too many for one transaction.
	Total  int
	groups []Group
	print  string // of a plan by groups
	bad    func(row Row, problems []Problem) error
}

// Fingerprint names the plan; "" while it cannot be carried out.
func (p *Plan) Fingerprint() string {
	if p.Counts.Bad > 0 || len(p.Missing) > 0 || len(p.Constants) > 0 || p.open() {
		return ""
	}
	if p.print != "" {
		return p.print
	}
	return fingerprint(p.Writes)
}

// open says whether a question waits for its answer.
func (p *Plan) open() bool {
	return slices.ContainsFunc(p.Questions, func(q Question) bool { return q.Answer == "" })
}

// planner reads the rows of a table into a plan.
type planner struct {
	spec   *Spec
	book   *Book
	actor  actor.Actor
	header Header
	plan   *Plan
	seen   map[string]int // natural key -> row
	lines  map[int]*tally
	tick   func(done, of int)
	of     int // rows there are, once that is known
	held   []heldLine

	closedCells []Change // the first, of closedCount
	closedCount int
	closedYears map[string]bool

	manners       map[string]manner
	ignored, kept map[int]bool
	typed         map[string]string // constants
	constants     map[string]any
	carried       map[string]any // what the category above says
}

// heldLine is a line that waits for the end of the file.
type heldLine struct {
	row  Row
	line *Line
}

// tally says what one line of the file created or changed.
type tally struct{ created, changed bool }

// source is a table with everything a plan of it depends on.
type source struct {
	spec    *Spec
	actor   actor.Actor
	today   day.Day
	seed    string
	open    *opened
	header  Header
	reading Reading
	survey  survey
	tick    func(done, of int)
	bad     func(Row, []Problem) error // told of every bad row
	stage   Stage                      // of a kind that is planned by groups; else nil
	direct  int                        // how many writes of a plan by groups are held
}

// build reads the table to its end. An error is of the file or the base; what is
// wrong with rows is in the plan.
func build(ctx context.Context, s source, base Base) (*Plan, error) {
	p := newPlanner(s, base)
	if s.stage != nil {
		return p.staged(ctx, s)
	}
	for {
		row, err := s.open.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := p.row(ctx, row); err != nil {
			return nil, err
		}
	}
	if p.plan.Counts.Rows+p.plan.Asides == 0 {
		return nil, fault.New(fault.ImportNoRows, "")
	}
	if err := p.release(); err != nil {
		return nil, err
	}
	p.plan.Writes = p.count()
	p.plan.sorted()
	return p.plan, nil
}

func newPlanner(s source, base Base) *planner {
	p := &planner{
		spec: s.spec, book: newBook(base, s.seed, s.today, s.reading.Answers), actor: s.actor, header: s.header,
		plan: &Plan{Records: map[string]*Counts{}, bad: s.bad, Notes: s.survey.notes},
		seen: map[string]int{}, lines: map[int]*tally{}, tick: s.tick, closedYears: map[string]bool{},
		ignored: set1(s.reading.Ignored), kept: set1(s.reading.Kept), typed: s.reading.Constants,
	}
	p.manners = s.survey.decide(p.book)
	p.plan.Questions = p.book.questions
	p.constants, p.plan.Constants = s.spec.constants(s.header, s.reading.Constants)
	p.plan.Missing = s.spec.missing(s.header, p.constants)
	return p
}

func set1(rows []int) map[int]bool {
	out := make(map[int]bool, len(rows))
	for _, n := range rows {
		out[n] = true
	}
	return out
}

const tickEvery = 500

func (p *planner) row(ctx context.Context, row Row) error {
	if p.leaves(row) {
		return nil
	}
	c := &p.plan.Counts
	c.Rows++
	if most := p.spec.MaxRows(); c.Rows > most {
		return fault.New(fault.ImportTooManyRows, "").With("max", fmt.Sprint(most))
	}
	if c.Rows%tickEvery == 0 {
		if p.tick != nil {
			p.tick(c.Rows, p.of)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	l := p.read(row)
	if len(l.faults) == 0 && len(p.plan.Missing) == 0 {
		p.spec.plan(p.book, l)
		if l.held && len(l.faults) == 0 {
			p.held = append(p.held, heldLine{row, l})
			return p.book.err
		}
		p.once(l)
		p.judge(l)
	}
	return p.take(row, l)
}

// release plans what was held back until all rows were known.
func (p *planner) release() error {
	if p.spec.whole == nil {
		return nil
	}
	p.spec.whole(p.book)
	for _, h := range p.held {
		p.judge(h.line)
		if err := p.take(h.row, h.line); err != nil {
			return err
		}
	}
	return nil
}

// take notes what a line does and what is wrong with it.
func (p *planner) take(row Row, l *Line) error {
	if p.book.err != nil {
		return p.book.err
	}
	c := &p.plan.Counts
	p.plan.Sample = lowest(append(p.plan.Sample, *l), maxSample, func(l Line) int { return l.Row })
	p.lines[l.Row] = &tally{}
	p.plan.Warned += len(l.doubts)
	p.plan.Warnings = lowest(append(p.plan.Warnings, l.doubts...), maxWarnings, func(x Problem) int { return x.Row })
	if len(l.faults) == 0 {
		return nil
	}
	c.Bad++
	p.plan.Problems = lowest(append(p.plan.Problems, l.faults...), maxProblems, func(x Problem) int { return x.Row })
	if p.plan.bad != nil {
		return p.plan.bad(row, l.faults)
	}
	return nil
}

// read reads the cells of a row.
func (p *planner) read(row Row) *Line {
	l := &Line{Row: row.Number, Values: map[string]any{}, cells: map[string]string{}, header: map[string]string{}, actor: p.actor}
	last := 0
	for _, c := range p.header.Columns {
		last = max(last, c.Index)
		if c.Field == "" {
			continue
		}
		cell := row.at(c.Index)
		l.cells[c.Field], l.header[c.Field] = strings.TrimSpace(cell.Text), c.Header
		v, f := p.spec.Field(c.Field).read(cell, p.manners[c.Field])
		if f != nil {
			l.bad(c.Field, f)
		} else if v != nil {
			if text, ok := v.(string); ok && p.spec.Field(c.Field).Type == TypeText {
				v = p.mended(l, c.Field, text)
			}
			l.Values[c.Field] = v
		}
	}
	p.fillIn(l)
	if p.spec.compose != nil {
		p.spec.compose(l)
	}
	for i := last + 1; i < len(row.Cells); i++ {
		if !row.Cells[i].Blank() && row.Cells[i].Kind != Merged {
			l.bad("", fault.New(fault.ImportRowWider, "").With("value", clip(row.Cells[i].Text)))
			break
		}
	}
	return l
}

// once refuses a row that says the same thing as an earlier one.
func (p *planner) once(l *Line) {
	if l.label == "" {
		return
	}
	if first, again := p.seen[l.label]; again {
		l.bad("", fault.New(fault.ImportDuplicateRow, "").With("what", l.label).With("row", fmt.Sprint(first)))
		return
	}
	p.seen[l.label] = l.Row
}

// lowest cuts a list to those of the first rows of the file, once there are
// twice too many: groups do not come in the order of their rows.
func lowest[T any](list []T, n int, row func(T) int) []T {
	if len(list) < 2*n {
		return list
	}
	return first(list, n, row)
}

func first[T any](list []T, n int, row func(T) int) []T {
	slices.SortStableFunc(list, func(a, b T) int { return row(a) - row(b) })
	return list[:min(n, len(list))]
}

// sorted cuts what a preview shows to its bounds.
func (p *Plan) sorted() {
	p.Problems = first(p.Problems, maxProblems, func(x Problem) int { return x.Row })
	p.Warnings = first(p.Warnings, maxWarnings, func(x Problem) int { return x.Row })
	p.Changes = first(p.Changes, maxChanges, func(c Change) int { return c.Row })
	p.Aside = first(p.Aside, maxAside, func(a Aside) int { return a.Row })
	p.Sample = first(p.Sample, maxSample, func(l Line) int { return l.Row })
}

// count adds up what the rows planned so far do, by line and by collection, and
// answers it.
func (p *planner) count() []Write {
	plan := p.plan
	writes := p.book.writes()
	p.closing(writes)
	plan.Questions = p.book.questions
	plan.Total += len(writes)
	var named names
	for _, w := range writes {
		by := plan.Records[w.Collection]
		if by == nil {
			by = &Counts{}
			plan.Records[w.Collection] = by
		}
		t := p.lines[w.Row]
		if w.New {
			by.New++
			t.created = true
			continue
		}
		by.Changed++
		t.changed = true
		if named == nil {
			named = newNames(p.book)
		}
		for _, field := range slices.Sorted(maps.Keys(w.Before)) {
			plan.Changes = lowest(append(plan.Changes, Change{
				Row: w.Row, What: named.of(w.ID), Field: ColumnLabel(field),
				Before: named.show(field, w.Before[field]), After: named.show(field, w.Fields[field]),
			}), maxChanges, func(c Change) int { return c.Row })
		}
	}
	for _, t := range p.lines {
		switch {
		case t.changed:
			plan.Counts.Changed++
		case t.created:
			plan.Counts.New++
		}
	}
	plan.Counts.Same = max(0, plan.Counts.Rows-plan.Counts.Bad-plan.Counts.New-plan.Counts.Changed)
	return writes
}
