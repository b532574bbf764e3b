package imports

import (
	"regexp"
	"strings"
)

// Aside is a row that is not read as data, or that one may want to leave out.
type Aside struct {
	Row  int    `json:"row"`
	Why  string `json:"why"`  // a code: total, note, category, header, hidden, chosen
	Text string `json:"text"` // how it begins
	Left bool   `json:"left"` // it is left out
}

// The reasons.
const (
	asideTotal    = "total"
	asideNote     = "note"
	asideCategory = "category"
	asideHeader   = "header"
	asideHidden   = "hidden"
	asideChosen   = "chosen"
)

var (
	bareTotal = regexp.MustCompile(`^(sub ?total|total|totales|total general|sumas?|suma total)$`)
	totals    = regexp.MustCompile(`^(sub ?total|total|totales|sumas?)\b`)
	// notes stand below tables of reports: where they come from and who made them.
	notesBelow = regexp.MustCompile(`^(fuentes?|elaboracion|elaborado|notas?|leyenda|observaciones?|revisado|aprobado por|firma|v b|actualizado|fecha de (corte|reporte))\b`)
	footnote   = regexp.MustCompile(`^(\*|\(\*+\)|\(?\d{1,2}/|\(\d{1,2}\) )`)
)

// aside says why a row is no data, "" if it may be: a sum, a note, a category
// whose amounts are those below added up, the header once more. All but a bare
// "Total" lack something that every row of data has.
func (p *planner) aside(row Row) string {
	first, filled := "", 0
	for _, c := range row.Cells {
		if c.Blank() || c.Kind == Merged {
			continue
		}
		filled++
		if first == "" {
			first = c.Text
		}
	}
	text := Normalize(first)
	switch {
	case p.repeats(row):
		return asideHeader
	case bareTotal.MatchString(text):
		return asideTotal
	case !p.lacks(row):
		return ""
	case totals.MatchString(text):
		return asideTotal
	case notesBelow.MatchString(text) || filled == 1 && footnote.MatchString(strings.TrimSpace(first)):
		return asideNote
	case p.spec.category != nil && p.spec.category(first) != nil:
		return asideCategory
	}
	return ""
}

// lacks says whether a column that every row must fill is empty.
func (p *planner) lacks(row Row) bool {
	for _, c := range p.header.Columns {
		if f := p.spec.Field(c.Field); f != nil && f.Required {
			if cell := row.at(c.Index); cell.Blank() || cell.Kind == Merged {
				return true
			}
		}
	}
	return false
}

// repeats says whether a row is the header once more, as on a new page.
func (p *planner) repeats(row Row) bool {
	n := 0
	for _, c := range p.header.Columns {
		own := Normalize(c.title.own)
		if c.Field == "" || own == "" {
			continue
		}
		if Normalize(row.at(c.Index).Text) != own {
			return false
		}
		n++
	}
	return n > 1
}

// set aside: whether a row is left out, which the person decides in the end.
func (p *planner) leaves(row Row) bool {
	why := p.aside(row)
	switch {
	case p.ignored[row.Number]:
		if why == "" || why == asideHidden {
			why = asideChosen
		}
	case why == "" && row.Hidden:
		why = asideHidden
	case why == "":
		return false
	}
	left := why != asideHidden && !p.kept[row.Number]
	if why == asideCategory && left {
		p.carried = p.spec.category(firstText(row))
	}
	p.plan.Asides++
	p.plan.Aside = lowest(append(p.plan.Aside, Aside{row.Number, why, clip(joined(row)), left}), maxAside, func(a Aside) int { return a.Row })
	return left
}

func firstText(row Row) string {
	for _, c := range row.Cells {
		if !c.Blank() && c.Kind != Merged {
			return c.Text
		}
	}
	return ""
}

func joined(row Row) string {
	var out []string
	for _, c := range row.Cells {
		if !c.Blank() && c.Kind != Merged {
			out = append(out, strings.TrimSpace(c.Text))
		}
	}
	return strings.Join(out, " · ")
}
