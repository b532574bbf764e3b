package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/calendar"
	"chaski/internal/domain/day"
	"chaski/internal/domain/parameter"
)

func (a *API) catalogueRoutes(g *echo.Group) {
	g.GET("/catalogue", a.catalogue)
	g.GET("/catalogue/districts", a.districts)
	g.POST("/catalogue/parameters", a.addParameter)
	g.POST("/catalogue/holidays", a.addHoliday)
	g.POST("/catalogue/checklists", a.addChecklist)
	g.POST("/catalogue/jurisdictions", a.addJurisdiction)
}

type parameterShape struct {
	Key        string          `json:"key"`
	Value      json.RawMessage `json:"value"`
	Unit       string          `json:"unit"`
	ValidFrom  day.Day         `json:"valid_from"`
	ValidTo    day.Day         `json:"valid_to,omitempty"`
	Norm       string          `json:"norm"`
	Assumption bool            `json:"assumption"`
	Kind       parameter.Kind  `json:"kind,omitempty"` // absent: no rule reads it
	Choices    []string        `json:"choices,omitempty"`
	Min        int64           `json:"min,omitempty"`
	Max        int64           `json:"max,omitempty"`
}

type holidayShape struct {
	Day   day.Day `json:"day"`
	Name  string  `json:"name"`
	Norm  string  `json:"norm"`
	Scope string  `json:"scope"`
}

type departmentShape struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type checklistShape struct {
	Key       string         `json:"key"`
	Version   int64          `json:"version"`
	Title     string         `json:"title"`
	Items     []app.Question `json:"items"`
	ValidFrom day.Day        `json:"valid_from"`
}

type unitShape struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Note       string `json:"note,omitempty"`
	Assumption bool   `json:"assumption"`
	Districts  int64  `json:"districts"`
}

type catalogueShape struct {
	BusinessDate day.Day           `json:"business_date"`
	MayEdit      bool              `json:"may_edit"`
	Parameters   []parameterShape  `json:"parameters"`
	Holidays     []holidayShape    `json:"holidays"`
	Departments  []departmentShape `json:"departments"`
	Checklists   []checklistShape  `json:"checklists"`
	Units        []unitShape       `json:"units"`
}

func (a *API) catalogue(c echo.Context) error {
	all, err := a.Catalogue.Read(who(c))
	if err != nil {
		return err
	}
	out := catalogueShape{
		BusinessDate: all.BusinessDate, MayEdit: all.MayEdit, Parameters: make([]parameterShape, len(all.Parameters)),
		Holidays: make([]holidayShape, len(all.Holidays)), Checklists: make([]checklistShape, len(all.Checklists)), Units: make([]unitShape, len(all.Units)),
	}
	for i, p := range all.Parameters {
		out.Parameters[i] = parameterShape{
			Key: p.Key, Value: p.Value, Unit: p.Unit, ValidFrom: p.ValidFrom, ValidTo: p.ValidTo, Norm: p.Norm, Assumption: p.Assumption,
		}
		if p.Spec != nil {
			s := &out.Parameters[i]
			s.Kind, s.Choices, s.Min, s.Max = p.Spec.Kind, p.Spec.Choices, p.Spec.Min, p.Spec.Max
		}
	}
	for i, h := range all.Holidays {
		out.Holidays[i] = holidayShape(h)
	}
	out.Departments = make([]departmentShape, len(all.Departments))
	for i, d := range all.Departments {
		out.Departments[i] = departmentShape(d)
	}
	for i, l := range all.Checklists {
		out.Checklists[i] = checklistShape(l)
	}
	for i, u := range all.Units {
		out.Units[i] = unitShape{Code: u.Code, Name: u.Name, Note: u.Note, Assumption: u.Assumption, Districts: u.Districts}
	}
	return c.JSON(http.StatusOK, out)
}

type districtsQuery struct {
	Text   string `query:"q" json:"q" validate:"max=200"`
	UT     string `query:"ut" json:"ut" validate:"max=10"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

type jurisdictionShape struct {
	UT         string  `json:"ut"`
	UTName     string  `json:"ut_name"`
	ValidFrom  day.Day `json:"valid_from"`
	ValidTo    day.Day `json:"valid_to,omitempty"`
	Assumption bool    `json:"assumption"`
	Note       string  `json:"note,omitempty"`
}

type districtShape struct {
	Ubigeo        string              `json:"ubigeo"`
	Name          string              `json:"name"`
	Province      string              `json:"province"`
	Department    string              `json:"department"`
	ValidFrom     day.Day             `json:"valid_from"`
	ValidTo       day.Day             `json:"valid_to,omitempty"`
	Assumption    bool                `json:"assumption"`
	Note          string              `json:"note,omitempty"`
	Jurisdictions []jurisdictionShape `json:"jurisdictions"`
}

// districtsPage bounds an answer.
const districtsPage = 50

func (a *API) districts(c echo.Context) error {
	var q districtsQuery
	if err := query(c, &q); err != nil {
		return err
	}
	list, total, err := a.Catalogue.Districts(who(c), app.DistrictQuery{Text: q.Text, UT: q.UT, Limit: districtsPage, Offset: q.Offset})
	if err != nil {
		return err
	}
	items := make([]districtShape, len(list))
	for i, d := range list {
		items[i] = districtShape{
			Ubigeo: d.Ubigeo, Name: d.Name, Province: d.Province, Department: d.Department, ValidFrom: d.ValidFrom, ValidTo: d.ValidTo,
			Assumption: d.Assumption, Note: d.Note, Jurisdictions: make([]jurisdictionShape, len(d.Jurisdictions)),
		}
		for n, j := range d.Jurisdictions {
			items[i].Jurisdictions[n] = jurisdictionShape(j)
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "page": districtsPage})
}

type newParameter struct {
	Key        string          `json:"key" validate:"required,max=100"`
	Value      json.RawMessage `json:"value" validate:"required,max=2000"`
	ValidFrom  day.Day         `json:"valid_from" validate:"required,day"`
	Norm       string          `json:"norm" validate:"max=5000"`
	Assumption bool            `json:"assumption"`
}

func (a *API) addParameter(c echo.Context) error {
	var q newParameter
	if err := bind(c, &q); err != nil {
		return err
	}
	return done(c, a.Catalogue.AddParameter(c.Request().Context(), who(c), app.Parameter{
		Key: q.Key, Value: q.Value, ValidFrom: q.ValidFrom, Norm: q.Norm, Assumption: q.Assumption,
	}))
}

type newHoliday struct {
	Day   day.Day `json:"day" validate:"required,day"`
	Name  string  `json:"name" validate:"max=200"`
	Norm  string  `json:"norm" validate:"max=5000"`
	Scope string  `json:"scope" validate:"scope"` // absent, from older clients: national
}

func (a *API) addHoliday(c echo.Context) error {
	var q newHoliday
	if err := bind(c, &q); err != nil {
		return err
	}
	if q.Scope == "" {
		q.Scope = calendar.National
	}
	return done(c, a.Catalogue.AddHoliday(c.Request().Context(), who(c), app.Holiday(q)))
}

type newChecklist struct {
	Key       string         `json:"key" validate:"required,max=100"`
	Title     string         `json:"title" validate:"max=200"`
	Items     []app.Question `json:"items" validate:"max=200,dive"`
	ValidFrom day.Day        `json:"valid_from" validate:"required,day"`
}

func (a *API) addChecklist(c echo.Context) error {
	var q newChecklist
	if err := bind(c, &q); err != nil {
		return err
	}
	return done(c, a.Catalogue.AddChecklist(c.Request().Context(), who(c), app.Checklist{Key: q.Key, Title: q.Title, Items: q.Items, ValidFrom: q.ValidFrom}))
}

type newJurisdiction struct {
	Ubigeo    string  `json:"ubigeo" validate:"required,ubigeo"`
	UT        string  `json:"ut" validate:"required,max=10"`
	ValidFrom day.Day `json:"valid_from" validate:"required,day"`
	Note      string  `json:"note" validate:"max=5000"`
}

func (a *API) addJurisdiction(c echo.Context) error {
	var q newJurisdiction
	if err := bind(c, &q); err != nil {
		return err
	}
	return done(c, a.Catalogue.AddJurisdiction(c.Request().Context(), who(c), app.JurisdictionChange(q)))
}

func done(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
