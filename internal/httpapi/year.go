package httpapi

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/domain/figures"
	"chaski/internal/report"
)

func (a *API) yearRoutes(g *echo.Group) {
	g.GET("/figures/:year", a.yearFigures)
	g.GET("/figures/:year/csv", a.yearCSV)
}

// yearShape carries the report as it is: its keys are those of the document that
// `chaski figures` writes.
type yearShape struct {
	Freshness freshness      `json:"freshness"`
	Figures   figures.Report `json:"figures"`
	Tables    []yearTable    `json:"tables"`
	Uncounted int64          `json:"uncounted"`
}

type yearTable struct {
	Key     string       `json:"key"`
	Title   string       `json:"title"`
	Notes   []string     `json:"notes"`
	Columns []yearColumn `json:"columns"`
	Rows    []yearRow    `json:"rows"`
}

type yearColumn struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

type yearRow struct {
	Cells []string `json:"cells"`
	AO    string   `json:"ao,omitempty"`
	Total bool     `json:"total"`
}

// tablesOf are the tables that text and CSV have, for the screen.
func tablesOf(r figures.Report) []yearTable {
	var out []yearTable
	for _, t := range report.Tables(r) {
		shape := yearTable{Key: t.Key, Title: t.Title, Notes: t.Notes, Rows: make([]yearRow, len(t.Rows))}
		for _, c := range t.Columns {
			shape.Columns = append(shape.Columns, yearColumn{c.Name, c.Kind})
		}
		for i, row := range t.Rows {
			shape.Rows[i] = yearRow{row.Cells, row.AO, row.Total}
		}
		out = append(out, shape)
	}
	return out
}

func (a *API) yearFigures(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	r, err := a.Board.Year(who(c), year)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, yearShape{freshnessOf(r.Freshness), r.Figures, tablesOf(r.Figures), r.Uncounted})
}

func (a *API) yearCSV(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	r, err := a.Board.Year(who(c), year)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := report.CSV(&out, r.Figures); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="cifras-%d.csv"`, year))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}
