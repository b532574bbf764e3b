package app

import (
	"cmp"
	"slices"
	"strings"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/naturalkey"
)

// LinesPage is how many lines of works, assistances or reports one answer carries:
// a national figure is made of thousands.
const LinesPage = 100

// The orders of lines.
const (
	ByUnit   = "unit"   // unit, then convenio
	ByFigure = "figure" // what counts most first
	ByName   = "name"
)

// LineQuery asks for some of the lines behind a figure.
type LineQuery struct {
	Unit   string // name of one
	Words  string // all of them in the line's name, convenio or unit
	Order  string // ByUnit if empty
	Offset int
}

// LineGroup is what one territorial unit adds to the figure; of name "" what is of
// none. The groups of an AO add up to its figure.
type LineGroup struct {
	Unit                string
	Lines               int
	Physical, Financial int64
}

// ofWork says whether a line is one of many: what is of no work (balances, months
// of SIAF, what came after the close) is a handful.
func (l Line) ofWork() bool {
	switch l.Kind {
	case LineBalance, LineBudget, LineAdjustment:
		return false
	}
	return true
}

// groupLines sums up all lines by unit, in the order of names; none last.
func groupLines(lines []Line) []LineGroup {
	at := map[string]int{}
	var out []LineGroup
	for _, l := range lines {
		unit := ""
		if l.ofWork() {
			unit = l.UTName
		}
		i, known := at[unit]
		if !known {
			i = len(out)
			at[unit] = i
			out = append(out, LineGroup{Unit: unit})
		}
		out[i].Lines++
		out[i].Physical += l.Physical
		out[i].Financial += l.Financial
	}
	slices.SortFunc(out, func(a, b LineGroup) int {
		if (a.Unit == "") != (b.Unit == "") {
			return cmp.Compare(b.Unit, a.Unit)
		}
		return cmp.Compare(a.Unit, b.Unit)
	})
	return out
}

// pageOf answers the page of the lines of works that was asked for, between the
// handful of others, and how many lines of works were found.
func (q LineQuery) pageOf(lines []Line) (page []Line, total int) {
	words := strings.Fields(naturalkey.Fold(q.Words))
	var some, after []Line
	begun := false
	for _, l := range lines {
		begun = begun || l.ofWork()
		if !l.ofWork() && begun {
			after = append(after, l)
		} else if !l.ofWork() {
			page = append(page, l)
		} else if q.Unit == "" || l.UTName == q.Unit {
			if text := naturalkey.Fold(l.Name + " " + l.ConvenioCode + " " + l.UTName); hasAll(text, words) {
				some = append(some, l)
			}
		}
	}
	switch q.Order {
	case ByFigure:
		slices.SortStableFunc(some, func(a, b Line) int {
			return cmp.Or(cmp.Compare(b.Physical, a.Physical), cmp.Compare(b.Financial, a.Financial))
		})
	case ByName:
		slices.SortStableFunc(some, func(a, b Line) int { return cmp.Compare(naturalkey.Fold(a.Name), naturalkey.Fold(b.Name)) })
	}
	total = len(some)
	from := min(q.Offset, total)
	page = append(page, some[from:min(from+LinesPage, total)]...)
	return append(page, after...), total
}

func hasAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// AOLines is every line of a figure, to be taken away.
func (b *board) AOLines(a actor.Actor, year int64, id string) (ao AO, lines []Line, err error) {
	err = b.watch(a, func(s Snapshot) error {
		if _, ao, err = activity(s, year, id); err != nil {
			return err
		}
		if lines, err = s.Lines(ao); err != nil {
			return err
		}
		lines = ofOthers(a, lines)
		return s.LastVisits(lines)
	})
	return ao, lines, err
}
