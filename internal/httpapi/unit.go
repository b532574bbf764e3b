package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// unitRoutes are those of a coordinator over the works of his unit.
func (a *API) unitRoutes(g *echo.Group) {
	g.GET("/unit", a.unit)
	g.GET("/unit/works/:intervention", a.unitWork)
}

type unitWorkShape struct {
	Intervention string           `json:"intervention"`
	Name         string           `json:"name"`
	ConvenioCode string           `json:"convenio_code"`
	Executor     string           `json:"executor"`
	State        string           `json:"state"`
	StartsOn     string           `json:"starts_on"`
	EndsOn       string           `json:"ends_on"`
	LastVisitOn  string           `json:"last_visit_on"`
	Visits       int64            `json:"visits"`
	Waiting      map[string]int64 `json:"waiting"`
	Uncovered    int64            `json:"uncovered"`
}

func unitWorkOf(w app.UnitWork) unitWorkShape {
	return unitWorkShape{
		w.ID, w.Name, w.ConvenioCode, w.Executor, w.State, string(w.StartsOn), string(w.EndsOn), string(w.LastVisitOn), w.Visits, w.Waiting, w.Uncovered,
	}
}

type unitPhone struct {
	Name       string `json:"name"`
	LastSeenAt string `json:"last_seen_at"`
	Stale      bool   `json:"stale"`
	Pending    int64  `json:"pending"`
}

func (a *API) unit(c echo.Context) error {
	u, err := a.Board.Unit(who(c))
	if err != nil {
		return err
	}
	works, phones := make([]unitWorkShape, len(u.Works)), make([]unitPhone, len(u.Phones))
	for i, w := range u.Works {
		works[i] = unitWorkOf(w)
	}
	for i, p := range u.Phones {
		phones[i] = unitPhone(p)
	}
	return c.JSON(http.StatusOK, map[string]any{"name": u.Name, "works": works, "total": u.Total, "phones": phones})
}

func (a *API) unitWork(c echo.Context) error {
	d, err := a.Board.UnitWork(who(c), c.Param("intervention"))
	if err != nil {
		return err
	}
	visits := make([]visitSummary, len(d.Visits))
	for i, v := range d.Visits {
		visits[i] = visitSummaryOf(v)
	}
	return c.JSON(http.StatusOK, map[string]any{"work": unitWorkOf(d.Work), "visits": visits})
}
