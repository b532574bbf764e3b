package httpapi

import (
	"errors"
	"reflect"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

func (a *API) peopleRoutes(g *echo.Group) {
	g.GET("/people", takes(a.people))
	g.POST("/people", takes(a.invite))
	g.GET("/people/:person", asks(a.person))
	g.PATCH("/people/:person", takes(a.updatePerson))
	g.POST("/people/:person/link", takes(a.personLink))
	g.POST("/people/:person/active", takes(a.personActive))
	g.POST("/people/:person/unlock", asks(a.personUnlock))
	g.POST("/people/:person/close-sessions", asks(a.closeSessions))
	g.POST("/session/close-others", asks(a.closeOthers))
	g.GET("/options/uts", asks(a.utOptions))
	g.GET("/options/entities", takes(a.entityOptions))
	g.GET("/roles", asks(a.roles))
}

type peopleQuery struct {
	Text   string `query:"q" json:"q" validate:"max=200"`
	Role   string `query:"role" json:"role" validate:"max=40"`
	UT     string `query:"ut" json:"ut" validate:"omitempty,record"`
	State  string `query:"state" json:"state" validate:"max=20"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

// peoplePage bounds an answer.
const peoplePage = 50

// query reads the address's parameters into dst and checks their shape.
func query(c echo.Context, dst any) error {
	if err := (&echo.DefaultBinder{}).BindQueryParams(c, dst); err != nil {
		return fault.Wrap(fault.Malformed, errors.New(err.Error())) // not echo's own, which is of a route that is not there
	}
	cleaned(reflect.ValueOf(dst))
	return c.Validate(dst)
}

func (a *API) people(c echo.Context, q peopleQuery) (any, error) {
	return page(peoplePage, itself[app.Person])(a.People.List(who(c), app.PeopleQuery{
		Text: q.Text, Role: actor.Role(q.Role), UT: q.UT, State: app.PersonState(q.State), Limit: peoplePage, Offset: q.Offset,
	}))
}

func (a *API) person(c echo.Context) (any, error) { return a.People.Person(who(c), c.Param("person")) }

type newcomerRequest struct {
	Name   string     `json:"name" validate:"required,max=200"`
	Email  string     `json:"email" validate:"required,max=200"`
	Role   actor.Role `json:"role" validate:"required,max=40"`
	UT     string     `json:"ut" validate:"omitempty,record"`
	Entity string     `json:"entity" validate:"omitempty,record"`
}

func (a *API) invite(c echo.Context, q newcomerRequest) (any, error) {
	return a.People.Invite(who(c), app.Newcomer(q))
}

type personUpdate struct {
	Name   *string     `json:"name" validate:"omitempty,max=200"`
	Role   *actor.Role `json:"role" validate:"omitempty,max=40"`
	UT     *string     `json:"ut" validate:"omitempty,max=15"`
	Entity *string     `json:"entity" validate:"omitempty,max=15"`
}

func (a *API) updatePerson(c echo.Context, q personUpdate) (any, error) {
	return a.People.Update(who(c), c.Param("person"), app.PersonUpdate(q))
}

type linkRequest struct {
	ByMail bool `json:"by_mail"`
}

func (a *API) personLink(c echo.Context, q linkRequest) (any, error) {
	return a.People.Link(who(c), c.Param("person"), q.ByMail)
}

type activeRequest struct {
	Active bool `json:"active"`
}

func (a *API) personActive(c echo.Context, q activeRequest) (any, error) {
	return a.People.SetActive(who(c), c.Param("person"), q.Active)
}

func (a *API) personUnlock(c echo.Context) (any, error) {
	return a.People.Unlock(who(c), c.Param("person"))
}

func (a *API) closeSessions(c echo.Context) (any, error) {
	return a.People.CloseSessions(who(c), c.Param("person"))
}

func (a *API) closeOthers(c echo.Context) (any, error) {
	token, err := a.People.CloseOthers(who(c))
	if err == nil {
		c.Response().Header().Set("Cache-Control", "no-store")
	}
	return map[string]string{"token": token}, err
}

func optionOf(o app.Option) any { return map[string]string{"id": o.ID, "code": o.Code, "name": o.Name} }

func (a *API) utOptions(c echo.Context) (any, error) {
	return items(optionOf)(a.People.UTs(who(c)))
}

type entityQuery struct {
	Text string `query:"q" json:"q" validate:"max=200"`
}

func (a *API) entityOptions(c echo.Context, q entityQuery) (any, error) {
	return items(optionOf)(a.People.Entities(who(c), q.Text))
}

func (a *API) roles(echo.Context) (any, error) {
	grants := each(actor.Grants(), func(g actor.Grant) any { return map[string]any{"right": g.Right, "roles": g.Roles} })
	return map[string]any{"roles": actor.Roles, "items": grants}, nil
}
