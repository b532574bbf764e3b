package imports

import (
	"context"
	"io"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// BadRow is a row to correct, as it stands in the file.
type BadRow struct {
	Row      Row
	Problems []Problem
}

// Printer writes tables for people to fill in or correct.
type Printer interface {
	// Template writes an empty table of a kind with one example row; format is
	// csv or xlsx.
	Template(w io.Writer, spec *Spec, format string) error
	// BadRows writes rows with their reasons, as CSV that a spreadsheet opens
	// without running anything in it.
	BadRows(w io.Writer, h Header, rows []BadRow, say func(*fault.Fault) string) error
}

// Template writes the empty table of a kind.
func (im *Importer) Template(a actor.Actor, w io.Writer, kind Kind, format string) error {
	spec, err := SpecOf(a, kind)
	if err != nil {
		return err
	}
	if format != "csv" && format != "xlsx" {
		return fault.New(fault.NotFound, "format")
	}
	return im.Printer.Template(w, spec, format)
}

// BadRows reads the file again and writes every bad row with its reasons, the
// first MaxRows of them.
func (im *Importer) BadRows(ctx context.Context, a actor.Actor, id string, w io.Writer, say func(*fault.Fault) string) error {
	b, spec, err := im.Find(a, id)
	if err != nil {
		return err
	}
	if b.State != Uploaded && b.State != Stopped {
		return fault.New(fault.ImportState, "")
	}
	end, err := im.working(ctx, id)
	if err != nil {
		return err
	}
	defer end()
	var rows []BadRow
	var header Header
	err = im.Archive.Read(ctx, func(base Base) error {
		p, err := im.look(ctx, a, b, spec, base, func(r Row, problems []Problem) error {
			rows = lowest(append(rows, BadRow{r, problems}), MaxRows, func(b BadRow) int { return b.Row.Number })
			return nil
		})
		if err == nil {
			header = p.Header
		}
		return err
	})
	if err != nil {
		return err
	}
	rows = first(rows, MaxRows, func(b BadRow) int { return b.Row.Number })
	if err := im.saw(a, b, "bad_rows", len(rows)); err != nil {
		return err
	}
	return im.Printer.BadRows(w, header, rows, say)
}
