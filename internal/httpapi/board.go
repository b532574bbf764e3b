package httpapi

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/cell"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/progress"
)

func (a *API) boardRoutes(g *echo.Group) {
	g.GET("/exercises", a.exercises)
	g.GET("/exercises/:year/aos", a.aoTable)
	g.GET("/exercises/:year/aos/:ao", a.aoDetail)
	g.GET("/exercises/:year/aos/:ao/csv", a.aoCSV)
	g.GET("/exercises/:year/aos/:ao/interventions/:intervention", a.aoIntervention)
	g.GET("/visits/:visit", a.visit)
	g.GET("/records", a.records)
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
	var q lineQuery
	if err := query(c, &q); err != nil {
		return err
	}
	d, err := a.Board.AO(who(c), year, c.Param("ao"), app.LineQuery{Unit: q.Unit, Words: q.Words, Order: q.Order, Offset: q.Offset})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, aoDetailOf(d))
}

type lineQuery struct {
	Unit   string `query:"ut_name" json:"ut_name" validate:"max=200"`
	Words  string `query:"q" json:"q" validate:"max=200"`
	Order  string `query:"order" json:"order" validate:"omitempty,oneof=unit figure name"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

func (a *API) aoCSV(c echo.Context) error {
	year, err := yearOf(c)
	if err != nil {
		return err
	}
	ao, lines, err := a.Board.AOLines(who(c), year, c.Param("ao"))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	rows := append([][]string{{"unidad_territorial", "linea", "convenio", "fecha", "sustento", "ultima_visita", "fisico", "financiero"}}, lineCells(lines)...)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="lineas-%d-%s.csv"`, year, keyInName(ao.Key)))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

func lineCells(lines []app.Line) [][]string {
	out := make([][]string, len(lines))
	for i, l := range lines {
		out[i] = cell.Line(l.UTName, lineLabel(l), l.ConvenioCode, l.AsOf, l.Source, string(l.LastVisitOn), units(l.Physical), progress.Money(l.Financial))
	}
	return out
}

// keyInName keeps of a key what any disk takes.
func keyInName(key string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(key))
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
