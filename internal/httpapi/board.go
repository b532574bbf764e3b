package httpapi

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"chaski/internal/domain/fault"
)

func (a *API) boardRoutes(g *echo.Group) {
	g.GET("/exercises", a.exercises)
	g.GET("/exercises/:year/aos", a.aoTable)
	g.GET("/exercises/:year/aos/:ao", a.aoDetail)
	g.GET("/exercises/:year/aos/:ao/interventions/:intervention", a.aoIntervention)
	g.GET("/visits/:visit", a.visit)
}

func (a *API) exercises(c echo.Context) error {
	all, err := a.Board.Exercises(who(c))
	if err != nil {
		return err
	}
	items := make([]exerciseShape, len(all))
	for i, e := range all {
		items[i] = exerciseOf(e)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items})
}

// yearOf reads the year of the path; what is no year is no exercise.
func yearOf(c echo.Context) (int64, error) {
	year, err := strconv.ParseInt(c.Param("year"), 10, 32)
	if err != nil {
		return 0, fault.New(fault.NotFound, "year")
	}
	return year, nil
}

func (a *API) aoTable(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	t, err := a.Board.Table(who(c), year)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, boardOf(t))
}

func (a *API) aoDetail(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	d, err := a.Board.AO(who(c), year, c.Param("ao"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, aoDetailOf(d))
}

func (a *API) aoIntervention(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	d, err := a.Board.Intervention(who(c), year, c.Param("ao"), c.Param("intervention"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, interventionOf(d))
}

func (a *API) visit(c echo.Context) error {
	d, err := a.Board.Visit(who(c), c.Param("visit"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, visitOf(d))
}
