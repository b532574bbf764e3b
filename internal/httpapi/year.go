package httpapi

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/figures"
	"chaski/internal/report"
)

func (a *API) yearRoutes(g *echo.Group) {
	g.GET("/figures/:year", asks(a.yearFigures))
	g.GET("/figures/:year/csv", a.yearCSV)
}

// yearShape carries the report as it is: its keys are those of the document that
// `chaski figures` writes.
type yearShape struct {
	Freshness freshness      `json:"freshness"`
	Figures   figures.Report `json:"figures"`
	Tables    []report.Table `json:"tables"`
	Uncounted int64          `json:"uncounted"`
}

func (a *API) yearFigures(c echo.Context) (any, error) {
	return as(func(r app.YearReport) yearShape {
		return yearShape{freshnessOf(r.Freshness), r.Figures, each(report.Tables(r.Figures), withRows), r.Uncounted}
	})(a.Board.Year(who(c), yearOf(c)))
}

func withRows(t report.Table) report.Table {
	t.Rows = list(t.Rows)
	return t
}

func (a *API) yearCSV(c echo.Context) error {
	year := yearOf(c)
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
