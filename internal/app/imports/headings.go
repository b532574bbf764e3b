package imports

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// How well a heading names a field.
const (
	exactly    = 100. // the label of our template, or the field's name
	remembered = 90.  // what a person matched to it in another file
	byWord     = 80.  // a synonym
	within     = 70.  // a part of the heading, or the merged heading over it
)

// title is a column's heading: its own text, and that of the merged cell over it.
type title struct{ over, own string }

func (t title) text() string { return strings.TrimSpace(t.over + " " + t.own) }

// named is a field with how well a heading names it.
type named struct {
	field string
	fit   float64
}

// vocabulary is what headings are recognised by, normalised, for each kind.
var vocabulary = sync.OnceValue(func() map[Kind]map[string][]named {
	out := map[Kind]map[string][]named{}
	for _, s := range Specs {
		words := map[string][]named{}
		add := func(text string, n named) {
			key := Normalize(text)
			if !slices.ContainsFunc(words[key], func(x named) bool { return x.field == n.field }) {
				words[key] = append(words[key], n)
			}
		}
		for _, f := range s.Fields {
			add(f.Label, named{f.Name, exactly})
			add(f.Name, named{f.Name, exactly})
			for _, other := range f.Synonyms {
				add(other, named{f.Name, byWord})
			}
		}
		out[s.Kind] = words
	}
	return out
})

func (s *Spec) words(text string) []named { return vocabulary()[s.Kind][Normalize(text)] }

// recognise says whether a text names a field.
func (s *Spec) recognise(text string) bool { return len(s.named(title{own: text})) > 0 }

// what stands for something else than the figure beside it: what was done, a
// share of it, a part of the year, another unit. A heading that is no field's own
// name is not taken for one that has such a word.
var otherFigures = regexp.MustCompile(`\b(ejecucion|ejecutad[oa]s?|avances?|porcentajes?|acumulad[oa]s?|saldos?|girad[oa]s?|comprometid[oa]s?|` +
	`certificad[oa]s?|variacion|diferencia|brecha|miles|millon|millones|dolares|usd|trimestres?|semestres?|mensual|` +
	`enero|febrero|marzo|abril|mayo|junio|julio|agosto|setiembre|septiembre|octubre|noviembre|diciembre)\b`)

// programmed is what a merged heading's column is called that holds the figure
// itself.
var programmed = regexp.MustCompile(`^(programacion|programad[oa]s?|previst[oa]s?|planificad[oa]s?|metas?|anual|meta (anual|programada))$`)

func never(text string) bool {
	return strings.ContainsAny(text, "%$€") || otherFigures.MatchString(Normalize(text))
}

// never says whether a heading is of no field at all, however it was matched.
func (t title) never() bool { return strings.ContainsAny(t.text(), "%$€") }

// named are the fields that a heading may name.
func (s *Spec) named(t title) []named {
	if t.never() {
		return nil
	}
	if whole := s.words(t.text()); len(whole) > 0 {
		return whole
	}
	if t.over != "" && t.own != "" {
		return s.under(t)
	}
	return s.part(t.text())
}

// under: below a merged heading "Metas" the column "Física" names a field, and
// below "Metas físicas" the column "Programación".
func (s *Spec) under(t title) []named {
	if own := s.words(t.own); len(own) > 0 {
		if never(t.over) {
			return nil
		}
		return least(own)
	}
	if programmed.MatchString(Normalize(t.own)) {
		return least(s.words(t.over))
	}
	return nil
}

// part: of "Categoría presupuestaria / Actividad operativa" one part names a field.
func (s *Spec) part(text string) []named {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || never(text) {
		return nil
	}
	var out []named
	for _, p := range parts {
		out = append(out, least(s.words(p))...)
	}
	return out
}

func least(all []named) []named {
	out := make([]named, len(all))
	for i, n := range all {
		out[i] = named{n.field, within}
	}
	return out
}

// fit is how well a heading names a field, 0 for not at all.
func (s *Spec) fit(t title, field string) float64 {
	for _, n := range s.named(t) {
		if n.field == field {
			return n.fit
		}
	}
	return 0
}

// weighed is a fit after a look at the column's values. A column whose values
// are of another sort altogether (names where a code belongs, shares where an
// amount does) is not taken for a synonym; one that has the very label is, so
// that each of its cells is refused by name.
func (f *Field) weighed(fit float64, cells []Cell) float64 {
	if fit == 0 || len(cells) == 0 {
		return fit
	}
	read, alien := 0, 0
	for _, c := range cells {
		if _, flt := f.Read(c); flt == nil {
			read++
		}
		if f.alien(c) {
			alien++
		}
	}
	n := float64(len(cells))
	const most = 0.8
	switch {
	case float64(alien) < most*n:
		return fit * (0.5 + 0.5*float64(read)/n)
	case fit < exactly || f.Type == TypePlace:
		return 0
	}
	return fit * 0.4
}

var (
	anyDigit = regexp.MustCompile(`\d`)
	// aShare is a number below 1 with more decimals than money has.
	aShare = regexp.MustCompile(`^0[.,]\d{3,}$`)
)

// alien says whether a value is of another sort than the field's.
func (f *Field) alien(c Cell) bool {
	text := strings.TrimSpace(c.Text)
	switch f.Type {
	case TypeRUC, TypeDNI, TypeUbigeo, TypeConvenio:
		return c.Kind == Date || !anyDigit.MatchString(text)
	case TypeDay, TypeDegrees, TypeYear:
		return c.Kind == Text && !anyDigit.MatchString(text)
	case TypeMoney, TypeSigned, TypeWhole:
		return c.Kind == Date || strings.HasSuffix(text, "%") || aShare.MatchString(text) || c.Kind == Text && !anyDigit.MatchString(text) && strings.Trim(text, "-–— S/.") != ""
	case TypePlace:
		return c.Kind != Text || strings.Trim(text, "0123456789") == ""
	}
	return false
}

// assign matches columns to fields so that the sum of their scores is greatest;
// it answers the field of each column, -1 for none. Of equal columns the first is
// taken. (The Hungarian method with potentials; columns and fields are few.)
func assign(scores [][]float64) []int {
	n := len(scores)
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	if n == 0 {
		return out
	}
	fields := len(scores[0])
	// Every column may stay without a field: as many empty ones follow.
	m := fields + n
	const first = 1e-6
	cost := func(i, j int) float64 {
		if j >= fields || scores[i][j] == 0 {
			return 0
		}
		return -scores[i][j] + first*float64(i)
	}
	u, v := make([]float64, n+1), make([]float64, m+1)
	match, way := make([]int, m+1), make([]int, m+1) // by field, from 1; 0 for none
	for i := 1; i <= n; i++ {
		augment(i, m, cost, u, v, match, way)
	}
	for j := 1; j <= fields; j++ {
		if i := match[j]; i > 0 && scores[i-1][j-1] > 0 {
			out[i-1] = j - 1
		}
	}
	return out
}

// augment gives row i a place, moving others along a cheapest path.
func augment(i, m int, cost func(i, j int) float64, u, v []float64, match, way []int) {
	const far = 1e18
	match[0] = i
	at := 0
	least, used := make([]float64, m+1), make([]bool, m+1)
	for j := range least {
		least[j] = far
	}
	for match[at] != 0 {
		used[at] = true
		delta, next := far, 0
		for j := 1; j <= m; j++ {
			if used[j] {
				continue
			}
			if c := cost(match[at]-1, j-1) - u[match[at]] - v[j]; c < least[j] {
				least[j], way[j] = c, at
			}
			if least[j] < delta {
				delta, next = least[j], j
			}
		}
		for j := 0; j <= m; j++ {
			if used[j] {
				u[match[j]] += delta
				v[j] -= delta
			} else {
				least[j] -= delta
			}
		}
		at = next
	}
	for at != 0 {
		match[at] = match[way[at]]
		at = way[at]
	}
}
