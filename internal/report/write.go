package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"chaski/internal/domain/cell"
	"chaski/internal/domain/day"
	"chaski/internal/domain/figures"
)

// JSON writes the document, indented.
func JSON(w io.Writer, r figures.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// CSV writes every cell as a line: table, row, column, value; before them what of
// the exercise is not official. UTF-8 with the mark that spreadsheets need to see it;
// no text in it is a formula to one.
func CSV(w io.Writer, r figures.Report) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write([]string{"cuadro", "fila", "columna", "valor", "al"}); err != nil {
		return err
	}
	if r.Note != "" {
		if err := out.Write(cell.Line("nota", "Ejercicio", "Sobre estos datos", r.Note, string(r.AsOf))); err != nil {
			return err
		}
	}
	for _, t := range Tables(r) {
		for _, row := range t.Rows {
			for i, value := range row.Cells[1:] {
				if value == "" {
					continue
				}
				if err := out.Write(cell.Line(t.Key, row.Cells[0], t.Columns[i+1].Name, value, string(r.AsOf))); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// widest is where a name is broken in text.
const widest = 60

// Text writes the tables for a terminal.
func Text(w io.Writer, r figures.Report) error {
	var b strings.Builder
	state := "en marcha"
	if r.Closed {
		state = "cerrado"
	}
	if r.Kind == "demonstration" {
		state += ", de demostración"
	}
	fmt.Fprintf(&b, "Ejercicio %d (%s). Datos al %s, calculado %s.\n", r.Exercise, state, civil(r.AsOf), local(r.ComputedAt))
	if r.Note != "" {
		fmt.Fprintf(&b, "%s\n", r.Note)
	}
	for _, t := range Tables(r) {
		fmt.Fprintf(&b, "\n%s\n\n", t.Title)
		t.text(&b)
		for _, note := range t.Notes {
			fmt.Fprintf(&b, "  %s\n", note)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// local is an instant as a clock in Lima shows it.
func local(instant string) string {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return instant
	}
	return "el " + t.In(day.Lima).Format("02/01/2006 15:04")
}

// text aligns words to the left and numbers to the right.
func (t Table) text(b *strings.Builder) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	width := make([]int, len(t.Columns))
	for _, row := range append([]Row{{Cells: names}}, t.Rows...) {
		for i, cell := range row.Cells {
			width[i] = max(width[i], min(widest, utf8.RuneCountInString(cell)))
		}
	}
	line := func(row []string) {
		b.WriteString(" ")
		for i, cell := range row {
			cell = clip(cell)
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(" " + cell + pad)
			} else if t.Columns[i].Kind == Word {
				b.WriteString("  " + cell + pad)
			} else {
				b.WriteString("  " + pad + cell)
			}
		}
		b.WriteString("\n")
	}
	line(names)
	for i, wide := range width {
		b.WriteString(strings.Repeat(" ", 2) + strings.Repeat("─", wide))
		if i == len(width)-1 {
			b.WriteString("\n")
		}
	}
	for _, row := range t.Rows {
		line(row.Cells)
	}
	b.WriteString("\n")
}

// clip keeps the end of a long name too: there the Ley's AO differ.
func clip(s string) string {
	const tail = 20
	if r := []rune(s); len(r) > widest {
		return string(r[:widest-tail-1]) + "…" + string(r[len(r)-tail:])
	}
	return s
}
