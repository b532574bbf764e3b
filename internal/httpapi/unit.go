package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// unitRoutes are those of a coordinator over the works of his unit.
func (a *API) unitRoutes(g *echo.Group) {
	g.GET("/unit", asks(a.unit))
	g.GET("/unit/works/:intervention", asks(a.unitWork))
}

func (a *API) unit(c echo.Context) (any, error) {
	return as(func(u app.UnitView) any {
		return map[string]any{"name": u.Name, "works": list(u.Works), "total": u.Total, "phones": list(u.Phones)}
	})(a.Board.Unit(who(c)))
}

func (a *API) unitWork(c echo.Context) (any, error) {
	return as(func(d app.UnitWorkDetail) any {
		return map[string]any{"work": d.Work, "visits": list(d.Visits)}
	})(a.Board.UnitWork(who(c), c.Param("intervention")))
}
