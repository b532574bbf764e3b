package httpapi

import (
	"encoding/json"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
)

func (a *API) catalogueRoutes(g *echo.Group) {
	g.GET("/catalogue", asks(a.catalogue))
	g.GET("/catalogue/districts", takes(a.districts))
	g.POST("/catalogue/parameters", takes(a.addParameter))
	g.POST("/catalogue/holidays", takes(a.addHoliday))
	g.POST("/catalogue/checklists", takes(a.addChecklist))
	g.POST("/catalogue/jurisdictions", takes(a.addJurisdiction))
}

func (a *API) catalogue(c echo.Context) (any, error) {
	return as(itself[app.Catalogue])(a.Catalogue.Read(who(c)))
}

type districtsQuery struct {
	Text   string `query:"q" json:"q" validate:"max=200"`
	UT     string `query:"ut" json:"ut" validate:"max=10"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

// districtsPage bounds an answer.
const districtsPage = 50

func (a *API) districts(c echo.Context, q districtsQuery) (any, error) {
	return page(districtsPage, itself[app.District])(a.Catalogue.Districts(who(c),
		app.DistrictQuery{Text: q.Text, UT: q.UT, Limit: districtsPage, Offset: q.Offset}))
}

type newParameter struct {
	Key        string          `json:"key" validate:"required,max=100"`
	Value      json.RawMessage `json:"value" validate:"required,max=2000"`
	ValidFrom  day.Day         `json:"valid_from" validate:"required,day"`
	Norm       string          `json:"norm" validate:"max=5000"`
	Assumption bool            `json:"assumption"`
}

func (a *API) addParameter(c echo.Context, q newParameter) (any, error) {
	return nil, a.Catalogue.AddParameter(c.Request().Context(), who(c), app.Parameter{
		Key: q.Key, Value: q.Value, ValidFrom: q.ValidFrom, Norm: q.Norm, Assumption: q.Assumption,
	})
}

type newHoliday struct {
	Day   day.Day `json:"day" validate:"required,day"`
	Name  string  `json:"name" validate:"max=200"`
	Norm  string  `json:"norm" validate:"max=5000"`
	Scope string  `json:"scope" validate:"scope"` // absent, from older clients: national
}

func (a *API) addHoliday(c echo.Context, q newHoliday) (any, error) {
	if q.Scope == "" {
		q.Scope = calendar.National
	}
	return nil, a.Catalogue.AddHoliday(c.Request().Context(), who(c), app.Holiday(q))
}

type newChecklist struct {
	Key       string         `json:"key" validate:"required,max=100"`
	Title     string         `json:"title" validate:"max=200"`
	Items     []app.Question `json:"items" validate:"max=200,dive"`
	Shots     []app.Shot     `json:"shots" validate:"max=200,dive"`
	ValidFrom day.Day        `json:"valid_from" validate:"required,day"`
}

func (a *API) addChecklist(c echo.Context, q newChecklist) (any, error) {
	return nil, a.Catalogue.AddChecklist(c.Request().Context(), who(c),
		app.Checklist{Key: q.Key, Title: q.Title, Items: q.Items, Shots: q.Shots, ValidFrom: q.ValidFrom})
}

type newJurisdiction struct {
	Ubigeo    string  `json:"ubigeo" validate:"required,ubigeo"`
	UT        string  `json:"ut" validate:"required,max=10"`
	ValidFrom day.Day `json:"valid_from" validate:"required,day"`
	Note      string  `json:"note" validate:"max=5000"`
}

func (a *API) addJurisdiction(c echo.Context, q newJurisdiction) (any, error) {
	return nil, a.Catalogue.AddJurisdiction(c.Request().Context(), who(c), app.JurisdictionChange(q))
}
