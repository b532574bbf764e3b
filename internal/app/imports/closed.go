package imports

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/progress"
)

// AskClosed is the code, and the key, of the question whose answer is why an
// import touches months that are closed; WhyUndone, of why it is undone.
const (
	AskClosed = "closed_months"
	WhyUndone = "closed_months_undone"
)

// closedThrough is the last closed month, "" if none is.
func (b *Book) closedThrough() day.Month {
	if b.through == nil {
		last := ""
		for _, r := range b.read("month_closes", []StoredColumn{{"month", AsText}}, "", nil) {
			last = max(last, r.Fields.Text("month"))
		}
		through := day.Month(last)
		b.through = &through
	}
	return *b.through
}

// touched is the first month whose figures a write may move, "" for none. before
// is nil for a row that is new.
func (b *Book) touched(collection string, before, after Values) day.Month {
	moved := func(fields ...string) bool {
		return before != nil && slices.ContainsFunc(fields, func(f string) bool { return before[f] != after[f] })
	}
	least := func(field string) string {
		a := after.Text(field)
		if before == nil || a == "" {
			return a
		}
		if was := before.Text(field); was != "" {
			return min(a, was)
		}
		return a
	}
	monthOf := func(on string) day.Month { return day.Month(on[:min(len(on), len("2026-11"))]) }
	yearOf := func(year int64) day.Month { return day.Month(fmt.Sprintf("%04d-12", year)) } // of the targets of a whole year
	switch collection {
	case "budget_execution":
		return monthOf(least("month"))
	case "transfers":
		counts := func(v Values) bool {
			return v != nil && progress.Transfers.Is(v.Text("state"), progress.Accrued)
		}
		if counts(before) && before.Text("accrued_on") != "" && !counts(after) {
			return monthOf(before.Text("accrued_on"))
		}
		if counts(after) {
			return monthOf(least("accrued_on"))
		}
	case "resolutions":
		if moved("published_on") {
			return monthOf(least("published_on"))
		}
	case "aos", "poi_versions":
		return yearOf(after.Int("exercise"))
	case "exercises":
		return yearOf(after.Int("year"))
	case "ao_versions":
		if v := b.byAnyID("poi_versions", after.Text("poi_version")); v != nil {
			return yearOf(v.Fields.Int("exercise"))
		}
	case "convenios":
		if moved("funding_year", "funding_frame") {
			return b.since(after.Text("intervention"))
		}
	case "interventions":
		if moved("state", "ut", "district") {
			return monthOf(least("starts_on"))
		}
	case "participants":
		if moved("alta_on", "dni", "cupo") {
			return monthOf(least("alta_on"))
		}
		if moved("baja_on") {
			return monthOf(least("baja_on"))
		}
	}
	return ""
}

func (b *Book) since(work string) day.Month {
	if w := b.byAnyID("interventions", work); w != nil && len(w.Fields.Text("starts_on")) > 7 {
		return day.Month(w.Fields.Text("starts_on")[:7])
	}
	return ""
}

// shownOf are the fields of a new row that say what it adds.
var shownOf = []string{"amount", "accrued_on", "physical_target", "financial_target", "aei"}

// closing asks for the reason of what writes change in closed months, each cell
// shown with what it was and becomes.
func (p *planner) closing(writes []Write) {
	through := p.book.closedThrough()
	if through == "" {
		return
	}
	var named names
	for _, w := range writes {
		r := p.book.ids[[2]string{w.Collection, w.ID}]
		if r == nil {
			continue
		}
		var before Values
		if !w.New {
			before = Values{}
			for name, v := range r.Fields {
				before[name] = v
			}
			for name, v := range w.Before {
				before[name] = v
			}
		}
		month := p.book.touched(w.Collection, before, r.Fields)
		if month == "" || month > through {
			continue
		}
		if named == nil {
			named = newNames(p.book)
		}
		p.closedCell(w, r, month, named)
	}
	p.askClosed(through)
}

func (p *planner) closedCell(w Write, r *Rec, month day.Month, named names) {
	what := string(month) + " · " + CollectionLabel(w.Collection) + " " + named.of(w.ID)
	if ao := r.Fields.Text("ao"); ao != "" {
		what += " · " + named.of(ao)
	}
	if string(month[5:]) == "12" && (w.Collection == "aos" || w.Collection == "poi_versions" || w.Collection == "ao_versions" || w.Collection == "exercises") {
		what = "ejercicio " + string(month[:4]) + " · " + CollectionLabel(w.Collection) + " " + named.of(w.ID)
	}
	p.closedYears[string(month[:4])] = true
	fields := slices.Sorted(maps.Keys(w.Before))
	if w.New {
		fields = nil
		for _, f := range shownOf {
			if v, has := r.Fields[f]; has && v != "" && v != int64(0) {
				fields = append(fields, f)
			}
		}
	}
	for _, f := range fields {
		before := ""
		if !w.New {
			before = named.show(f, w.Before[f])
		} else if _, number := r.Fields[f].(int64); number {
			before = named.show(f, int64(0))
		}
		p.closedCells = append(p.closedCells, Change{Row: w.Row, What: what, Field: ColumnLabel(f), Before: before, After: named.show(f, r.Fields[f])})
		p.closedCount++
	}
	p.closedCells = lowest(p.closedCells, maxChanges, func(c Change) int { return c.Row })
}

func (p *planner) askClosed(through day.Month) {
	if p.closedCount == 0 {
		return
	}
	years := make([]string, 0, len(p.closedYears))
	for y := range p.closedYears {
		if string(through) >= y+"-12" {
			y += " (ejercicio cerrado)"
		}
		years = append(years, y)
	}
	sort.Strings(years)
	cells := first(slices.Clone(p.closedCells), maxChanges, func(c Change) int { return c.Row })
	p.book.ask(cells[0].Row, Question{Key: AskClosed, Code: AskClosed})
	for i := range p.book.questions {
		q := &p.book.questions[i]
		if q.Key != AskClosed {
			continue
		}
		q.Changes = cells
		q.Args = map[string]string{
			"n": fmt.Sprint(p.closedCount), "years": strings.Join(years, ", "), "through": string(through), "open": string(through.Next()),
		}
		q.Rows = q.Rows[:0]
		for _, c := range cells {
			if len(q.Rows) < 20 && !slices.Contains(q.Rows, c.Row) {
				q.Rows = append(q.Rows, c.Row)
			}
		}
	}
}

// Closed is why the import touches closed months, "" if it does not.
func (b Batch) Closed() string { return b.Reading.Answers[AskClosed] }

// NeedsReason says that to undo it may move figures of months that are closed, since it
// moved them itself or they were closed afterwards.
func (b Batch) NeedsReason() bool {
	return b.Closed() != "" || b.ClosedSince && b.Kind != Entities && b.Kind != Users
}

// because keeps why an import whose undoing may move closed months is undone.
func (b *Batch) because(reason string) *fault.Fault {
	if !b.NeedsReason() {
		return nil
	}
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < minReason {
		return fault.New(fault.ImportUndoReason, "reason")
	}
	answers := maps.Clone(b.Reading.Answers)
	if answers == nil {
		answers = map[string]string{}
	}
	answers[WhyUndone] = reason
	b.Reading.Answers = answers
	return nil
}
