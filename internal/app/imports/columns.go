package imports

import (
	"fmt"
	"regexp"
	"strings"
)

// manner is how the values of a column are read where one alone could be two:
// "03/04/1990", "1,234", "2026.1". The column decides if all of it agrees; else a
// person is asked, once.
type manner struct {
	monthFirst bool
	comma      use
	point      use
	zeroMonth  int // the month of "2026.1": 1 or 10, 0 while unknown
}

// use is what a mark does in the amounts of a column.
type use uint8

const (
	unknown use = iota
	asGroups
	asDecimals
)

// evidence is what a column says for one reading and for the other, and the
// first values that could be both.
type evidence struct {
	one, other int
	open       []doubt
}

type doubt struct {
	row  int
	text string
}

// survey decides how columns are read by the rows read ahead.
type survey struct {
	manners map[string]manner
	notes   []Note
	ask     []asked
}

// asked is a question that waits for its answer, with what to do about it.
type asked struct {
	question Question
	rows     []int
	answer   func(m map[string]manner, answer string)
}

func (s *Spec) survey(h Header, rows []Row) survey {
	out := survey{manners: map[string]manner{}}
	dates := map[int]evidence{}
	for _, c := range h.Columns {
		f := s.Field(c.Field)
		if f == nil {
			continue
		}
		switch f.Type {
		case TypeDay:
			dates[c.Index] = dayEvidence(rows, c.Index)
		case TypeMoney, TypeSigned, TypeWhole:
			out.marks(f, c, rows)
		case TypeMonth:
			out.months(f, c, rows)
		}
	}
	out.dates(h, dates)
	out.alike(s, h)
	return out
}

// alike notes columns that are not read and would have done as well as another.
func (s *survey) alike(spec *Spec, h Header) {
	for i, c := range h.Columns {
		f := spec.Field(c.Field)
		if f == nil || spec.fit(c.title, c.Field) == 0 {
			continue
		}
		for j, other := range h.Columns {
			if j != i && other.Field == "" && spec.fit(other.title, c.Field) >= spec.fit(c.title, c.Field) {
				s.note("columns_alike", c, doubt{}, "field", f.Label, "letter", Letters(c.Index))
				break
			}
		}
	}
}

// Letters names a column as spreadsheets do.
func Letters(index int) string {
	out := ""
	for n := index + 1; n > 0; n = (n - 1) / 26 {
		out = string(rune('A'+(n-1)%26)) + out
	}
	return out
}

func (s *survey) set(field string, change func(*manner)) {
	m := s.manners[field]
	change(&m)
	s.manners[field] = m
}

func (s *survey) note(code string, c Column, d doubt, more ...string) {
	args := map[string]string{"column": c.Header, "value": d.text}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i]] = more[i+1]
	}
	s.notes = append(s.notes, Note{Code: code, Args: args})
}

func rowsOf(open []doubt) []int {
	var out []int
	for _, d := range open {
		out = append(out, d.row)
	}
	return out
}

// dayEvidence: one is for the day first.
func dayEvidence(rows []Row, column int) (e evidence) {
	for _, r := range rows {
		c := r.at(column)
		if c.Kind != Text {
			continue
		}
		m := dayFirst.FindStringSubmatch(bareDay(c.Text))
		if m == nil || len(m[3]) != 4 {
			continue
		}
		first, second := atoi(m[1]), atoi(m[2])
		switch {
		case first > 12 && second <= 12:
			e.one++
		case second > 12 && first <= 12:
			e.other++
			if e.other == 1 {
				e.open = append([]doubt{{r.Number, clip(c.Text)}}, e.open...)
			}
		case first <= 12 && second <= 12 && first != second:
			e.open = append(e.open, doubt{r.Number, clip(c.Text)})
		}
	}
	return e
}

// dates: a column that agrees in itself decides. One that says nothing is read
// day first, as in Peru, where another of the file is; else a person is asked,
// once for all of them.
func (s *survey) dates(h Header, found map[int]evidence) {
	days, months := 0, 0
	for _, e := range found {
		days, months = days+e.one, months+e.other
	}
	var open []Column
	var all []doubt
	for _, c := range h.Columns {
		e, is := found[c.Index]
		switch {
		case !is || len(e.open) == 0 || e.one > 0 && e.other == 0:
		case e.other > 0 && e.one == 0:
			s.set(c.Field, func(m *manner) { m.monthFirst = true })
			s.note("dates_month_first", c, e.open[0])
		case e.one == 0 && days > 0 && months == 0:
			s.note("dates_day_first", c, e.open[0])
		default:
			open, all = append(open, c), append(all, e.open...)
		}
	}
	if len(open) == 0 {
		return
	}
	var names []string
	for _, c := range open {
		names = append(names, "«"+c.Header+"»")
	}
	m := dayFirst.FindStringSubmatch(bareDay(all[len(all)-1].text))
	s.ask = append(s.ask, asked{
		question: Question{
			Key: "dates", Code: "dates", Options: []string{"day_first", "month_first"},
			Args: map[string]string{"columns": strings.Join(names, ", "), "value": m[0], "day_first": spoken(m[1], m[2], m[3]), "month_first": spoken(m[2], m[1], m[3])},
		},
		rows: rowsOf(all),
		answer: func(manners map[string]manner, answer string) {
			for _, c := range open {
				was := manners[c.Field]
				was.monthFirst = answer == "month_first"
				manners[c.Field] = was
			}
		},
	})
}

var monthsInWords = [...]string{
	"", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre",
}

// spoken writes a date so that nobody can take it for another.
func spoken(day, month, year string) string {
	if n := atoi(month); n >= 1 && n <= 12 {
		return fmt.Sprintf("%d de %s de %s", atoi(day), monthsInWords[n], year)
	}
	return day + "/" + month + "/" + year
}

// marks decides what commas and points of an amount are.
func (s *survey) marks(f *Field, c Column, rows []Row) {
	found := map[byte]*evidence{',': {}, '.': {}} // one: groups; other: decimals
	whole := false
	for _, r := range rows {
		cell := r.at(c.Index)
		if cell.Kind != Text {
			continue
		}
		text, _ := bareAmount(cell.Text)
		group, decimal, both := marksOf(text)
		if found[group] != nil {
			found[group].one++
		}
		if found[decimal] != nil {
			found[decimal].other++
		}
		if found[both] != nil {
			found[both].open = append(found[both].open, doubt{r.Number, clip(cell.Text)})
			whole = whole || !strings.HasSuffix(text, "000")
		}
	}
	for _, mark := range []byte{',', '.'} {
		if e := found[mark]; len(e.open) > 0 {
			other := found[','+'.'-mark]
			s.mark(f, c, mark, decided(*e, *other, f.Type == TypeWhole && whole), e.open)
		}
	}
}

// decided is what a mark does, by itself or because the other does the opposite.
func decided(e, other evidence, whole bool) use {
	switch {
	case e.one > 0 && e.other > 0:
		return unknown
	case e.one > 0, e.other == 0 && other.other > 0 && other.one == 0:
		return asGroups
	case e.other > 0, other.one > 0 && other.other == 0:
		return asDecimals
	case whole: // counts have no decimals
		return asGroups
	}
	return unknown
}

// mark notes how a mark is read, or asks. A point that nothing speaks for is
// left to be refused: here it is the mark of decimals.
func (s *survey) mark(f *Field, c Column, mark byte, is use, open []doubt) {
	set := func(m *manner, is use) {
		if mark == ',' {
			m.comma = is
		} else {
			m.point = is
		}
	}
	as := map[use]string{asGroups: "marks_group", asDecimals: "marks_decimal"}
	switch {
	case is != unknown:
		s.set(c.Field, func(m *manner) { set(m, is) })
		s.note(as[is], c, open[0])
	case mark == ',':
		s.set(c.Field, func(m *manner) { set(m, asGroups) }) // until it is answered
		text, _ := bareAmount(open[0].text)
		s.ask = append(s.ask, asked{
			question: Question{
				Key: "marks " + f.Name, Code: "marks", Options: []string{"mark_groups", "mark_decimals"},
				Args: map[string]string{"column": c.Header, "value": open[0].text, "groups": strings.ReplaceAll(text, ",", ""), "decimals": strings.ReplaceAll(text, ",", ".")},
			},
			rows: rowsOf(open),
			answer: func(manners map[string]manner, answer string) {
				m := manners[c.Field]
				if answer == "mark_decimals" {
					set(&m, asDecimals)
				}
				manners[c.Field] = m
			},
		})
	}
}

var (
	// zeroMonth is October written as a number, or January.
	zeroMonth = regexp.MustCompile(`^(\d{4})[.,]1$`)
	padded    = regexp.MustCompile(`^\d{4}[.,]0[1-9]$`)
)

// months: "2026.10" typed as a number is kept as 2026.1. Where January is 2026.01
// it cannot be January; else a person is asked.
func (s *survey) months(f *Field, c Column, rows []Row) {
	var open []doubt
	sure := false
	for _, r := range rows {
		cell := r.at(c.Index)
		text := strings.TrimSpace(cell.Text)
		switch {
		case cell.Kind != Text && cell.Kind != Number:
		case padded.MatchString(text):
			sure = true
		case zeroMonth.MatchString(text):
			open = append(open, doubt{r.Number, text})
		}
	}
	if len(open) == 0 {
		return
	}
	const january, october = 1, 10
	s.set(c.Field, func(m *manner) { m.zeroMonth = october })
	if sure {
		s.note("month_october", c, open[0])
		return
	}
	s.ask = append(s.ask, asked{
		question: Question{
			Key: "month " + f.Name, Code: "month", Options: []string{"october", "january"},
			Args: map[string]string{"column": c.Header, "value": open[0].text, "year": open[0].text[:4]},
		},
		rows: rowsOf(open),
		answer: func(manners map[string]manner, answer string) {
			m := manners[c.Field]
			if answer == "january" {
				m.zeroMonth = january
			}
			manners[c.Field] = m
		},
	})
}

// decide asks what is open, and answers how each field is read then.
func (s survey) decide(b *Book) map[string]manner {
	out := map[string]manner{}
	for name, m := range s.manners {
		out[name] = m
	}
	for _, q := range s.ask {
		answer := ""
		for _, row := range q.rows[:min(len(q.rows), maxNamed)] {
			answer = b.ask(row, q.question)
		}
		if answer != "" {
			q.answer(out, answer)
		}
	}
	return out
}
