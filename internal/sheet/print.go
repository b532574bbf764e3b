package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"chaski/internal/app/imports"
	"chaski/internal/domain/cell"
	"chaski/internal/domain/fault"
)

// Printer writes templates and lists of rows to correct.
type Printer struct{}

// bom makes Excel read a CSV file as UTF-8.
const bom = "\ufeff"

// Template implements imports.Printer. In the workbook every column is text, so
// that no zero of a number is eaten and no date is turned around.
func (Printer) Template(w io.Writer, spec *imports.Spec, format string) error {
	var heads, example []string
	for _, f := range spec.Fields {
		heads = append(heads, f.Label)
		example = append(example, f.Example)
	}
	if format == "csv" {
		if _, err := io.WriteString(w, bom); err != nil {
			return err
		}
		c := csv.NewWriter(w)
		return c.WriteAll([][]string{cell.Line(heads...), cell.Line(example...)})
	}
	return templateBook(w, spec, heads, example)
}

func templateBook(w io.Writer, spec *imports.Spec, heads, example []string) (err error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	const data, help = "Datos", "Ayuda"
	if err := f.SetSheetName("Sheet1", data); err != nil {
		return err
	}
	if _, err := f.NewSheet(help); err != nil {
		return err
	}
	const asText = 49 // "@", built into the format
	text, err := f.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(len(heads))
	if err != nil {
		return err
	}
	rows := func(sheet string, n int, values []string) error {
		values = cell.Line(values...)
		return f.SetSheetRow(sheet, "A"+strconv.Itoa(n), &values)
	}
	for _, step := range []func() error{
		func() error { return f.SetColStyle(data, "A:"+last, text) },
		func() error { return f.SetColWidth(data, "A", last, 22) },
		func() error { return rows(data, 1, heads) },
		func() error { return f.SetCellStyle(data, "A1", last+"1", bold) },
		func() error { return rows(data, 2, example) },
		func() error { return f.SetCellStyle(data, "A2", last+"2", text) },
		func() error { return rows(help, 1, []string{"Columna", "Obligatoria", "Qué escribir"}) },
		func() error { return f.SetColWidth(help, "A", "C", 40) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for i, field := range spec.Fields {
		if err := rows(help, i+2, []string{field.Label, yes(field.Required), Explain(field)}); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func yes(b bool) string {
	if b {
		return "sí"
	}
	return "no"
}

// Explain says what belongs in a field.
func Explain(f imports.Field) string {
	parts := []string{}
	if f.Hint != "" {
		parts = append(parts, f.Hint)
	}
	var options []string
	for _, c := range f.Choices {
		options = append(options, c.Label)
	}
	if len(options) > 0 {
		parts = append(parts, "una de: "+strings.Join(options, ", "))
	}
	switch f.Type {
	case imports.TypeDay:
		parts = append(parts, "día/mes/año")
	case imports.TypeMoney, imports.TypeSigned:
		parts = append(parts, "soles con punto decimal, sin separador de miles")
	case imports.TypeYesNo:
		parts = append(parts, "sí o no")
	}
	return strings.Join(parts, "; ")
}

// BadRows implements imports.Printer.
func (Printer) BadRows(w io.Writer, h imports.Header, rows []imports.BadRow, say func(*fault.Fault) string) error {
	if _, err := io.WriteString(w, bom); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	heads := []string{"Fila del archivo"}
	for _, col := range h.Columns {
		heads = append(heads, cell.Guard(col.Header))
	}
	if err := out.Write(append(heads, "Qué corregir")); err != nil {
		return err
	}
	for _, r := range rows {
		line := []string{strconv.Itoa(r.Row.Number)}
		for _, col := range h.Columns {
			var c imports.Cell
			if col.Index < len(r.Row.Cells) {
				c = r.Row.Cells[col.Index]
			}
			line = append(line, cell.Guard(shown(c)))
		}
		var why []string
		for _, p := range r.Problems {
			s := say(p.Fault)
			if p.Column != "" {
				s = p.Column + ": " + s
			}
			why = append(why, s)
		}
		if err := out.Write(append(line, cell.Guard(strings.Join(why, " ")))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func shown(c imports.Cell) string {
	if c.Kind == imports.Date && len(c.Text) == len("2026-11-24") {
		return c.Text[8:] + "/" + c.Text[5:7] + "/" + c.Text[:4]
	}
	return c.Text
}
