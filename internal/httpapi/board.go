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
	"chaski/internal/domain/progress"
)

func (a *API) boardRoutes(g *echo.Group) {
	g.GET("/exercises", asks(a.exercises))
	g.GET("/exercises/:year/aos", asks(a.aoTable))
	g.GET("/exercises/:year/aos/:ao", takes(a.aoDetail))
	g.GET("/exercises/:year/aos/:ao/csv", a.aoCSV)
	g.GET("/exercises/:year/aos/:ao/interventions/:intervention", asks(a.aoIntervention))
	g.GET("/visits/:visit", asks(a.visit))
	g.GET("/records", takes(a.records))
}

func (a *API) exercises(c echo.Context) (any, error) {
	return items(itself[app.Exercise])(a.Board.Exercises(who(c)))
}

// yearOf is the year of the path, which has its shape (see checkPath).
func yearOf(c echo.Context) int64 {
	year, _ := strconv.ParseInt(c.Param("year"), 10, 32)
	return year
}

func (a *API) aoTable(c echo.Context) (any, error) {
	return as(boardOf)(a.Board.Table(who(c), yearOf(c)))
}

func (a *API) aoDetail(c echo.Context, q lineQuery) (any, error) {
	return as(aoDetailOf)(a.Board.AO(who(c), yearOf(c), c.Param("ao"), app.LineQuery(q)))
}

type lineQuery struct {
	Unit   string `query:"ut_name" json:"ut_name" validate:"max=200"`
	Words  string `query:"q" json:"q" validate:"max=200"`
	Order  string `query:"order" json:"order" validate:"omitempty,oneof=unit figure name"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

func (a *API) aoCSV(c echo.Context) error {
	year := yearOf(c)
	ao, lines, err := a.Board.AOLines(who(c), year, c.Param("ao"))
	if err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	rows := append([][]string{{"unidad_territorial", "linea", "convenio", "fecha", "sustento", "ultima_visita", "fisico", "financiero"}}, each(lines, lineCells)...)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="lineas-%d-%s.csv"`, year, keyInName(ao.Key)))
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
}

func lineCells(l app.Line) []string {
	return cell.Line(l.UTName, lineLabel(l), l.ConvenioCode, l.AsOf, l.Source, string(l.LastVisitOn), units(l.Physical), progress.Money(l.Financial))
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

func (a *API) aoIntervention(c echo.Context) (any, error) {
	return as(interventionOf)(a.Board.Intervention(who(c), yearOf(c), c.Param("ao"), c.Param("intervention")))
}

func (a *API) visit(c echo.Context) (any, error) {
	return as(visitOf)(a.Board.Visit(who(c), c.Param("visit")))
}
