package httpapi

import (
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

func (a *API) peopleRoutes(g *echo.Group) {
	g.GET("/people", a.people)
	g.POST("/people", a.invite)
	g.GET("/people/:person", a.person)
	g.PATCH("/people/:person", a.updatePerson)
	g.POST("/people/:person/link", a.personLink)
	g.POST("/people/:person/active", a.personActive)
	g.POST("/people/:person/unlock", a.personUnlock)
	g.POST("/people/:person/close-sessions", a.closeSessions)
	g.POST("/session/close-others", a.closeOthers)
	g.GET("/options/uts", a.utOptions)
	g.GET("/options/entities", a.entityOptions)
	g.GET("/roles", a.roles)
}

type personShape struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Email       string          `json:"email"`
	Role        actor.Role      `json:"role"`
	UT          string          `json:"ut,omitempty"`
	UTName      string          `json:"ut_name,omitempty"`
	Entity      string          `json:"entity,omitempty"`
	EntityName  string          `json:"entity_name,omitempty"`
	State       app.PersonState `json:"state"`
	Demo        bool            `json:"demo"`
	InvitedAt   string          `json:"invited_at,omitempty"`
	JoinedAt    string          `json:"joined_at,omitempty"`
	LockedUntil string          `json:"locked_until,omitempty"`
	LastSeenAt  string          `json:"last_seen_at,omitempty"`
}

// utcOrNone is "" for the zero time.
func utcOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return utc(t)
}

func personOf(p app.Person) personShape {
	return personShape{
		ID: p.ID, Name: p.Name, Email: p.Email, Role: p.Role, UT: p.UT, UTName: p.UTName, Entity: p.Entity,
		EntityName: p.EntityName, State: p.State, Demo: p.Demo, InvitedAt: utcOrNone(p.InvitedAt),
		JoinedAt: utcOrNone(p.JoinedAt), LockedUntil: utcOrNone(p.LockedUntil), LastSeenAt: utcOrNone(p.LastSeenAt),
	}
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

func (a *API) people(c echo.Context) error {
	var q peopleQuery
	if err := query(c, &q); err != nil {
		return err
	}
	people, total, err := a.People.List(who(c), app.PeopleQuery{
		Text: q.Text, Role: actor.Role(q.Role), UT: q.UT, State: app.PersonState(q.State), Limit: peoplePage, Offset: q.Offset,
	})
	if err != nil {
		return err
	}
	items := make([]personShape, len(people))
	for i, p := range people {
		items[i] = personOf(p)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "page": peoplePage})
}

type personDetail struct {
	personShape
	Assignments int64            `json:"assignments"`
	Devices     []personDevice   `json:"devices"`
	History     []map[string]any `json:"history"`
}

func (a *API) person(c echo.Context) error {
	d, err := a.People.Person(who(c), c.Param("person"))
	if err != nil {
		return err
	}
	out := personDetail{personShape: personOf(d.Person), Assignments: d.Assignments, Devices: []personDevice{}, History: []map[string]any{}}
	for _, v := range d.Devices {
		out.Devices = append(out.Devices, deviceOf(v))
	}
	for _, h := range d.History {
		out.History = append(out.History, map[string]any{
			"at": utc(h.At), "actor": h.Actor, "action": h.Action, "before": h.Before, "after": h.After,
			"device": h.Device, "reason": h.Reason,
		})
	}
	return c.JSON(http.StatusOK, out)
}

type newcomerRequest struct {
	Name   string     `json:"name" validate:"required,max=200"`
	Email  string     `json:"email" validate:"required,max=200"`
	Role   actor.Role `json:"role" validate:"required,max=40"`
	UT     string     `json:"ut" validate:"omitempty,record"`
	Entity string     `json:"entity" validate:"omitempty,record"`
}

type issuedShape struct {
	Person    personShape `json:"person"`
	Purpose   string      `json:"purpose"`
	Token     string      `json:"token,omitempty"`
	ExpiresAt string      `json:"expires_at"`
	Mailed    bool        `json:"mailed"`
	MailError bool        `json:"mail_error"`
}

// issued answers a link; its token is for the eyes of who asked.
func issued(c echo.Context, i app.Issued) error {
	return c.JSON(http.StatusOK, issuedShape{
		Person: personOf(i.Person), Purpose: string(i.Purpose), Token: i.Token, ExpiresAt: utc(i.ExpiresAt), Mailed: i.Mailed, MailError: i.MailError,
	})
}

func (a *API) invite(c echo.Context) error {
	var q newcomerRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	i, err := a.People.Invite(who(c), app.Newcomer(q))
	if err != nil {
		return err
	}
	return issued(c, i)
}

type personUpdate struct {
	Name   *string     `json:"name" validate:"omitempty,max=200"`
	Role   *actor.Role `json:"role" validate:"omitempty,max=40"`
	UT     *string     `json:"ut" validate:"omitempty,max=15"`
	Entity *string     `json:"entity" validate:"omitempty,max=15"`
}

func (a *API) updatePerson(c echo.Context) error {
	var q personUpdate
	if err := bind(c, &q); err != nil {
		return err
	}
	p, err := a.People.Update(who(c), c.Param("person"), app.PersonUpdate{Name: q.Name, Role: q.Role, UT: q.UT, Entity: q.Entity})
	return answerPerson(c, p, err)
}

func answerPerson(c echo.Context, p app.Person, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, personOf(p))
}

type linkRequest struct {
	ByMail bool `json:"by_mail"`
}

func (a *API) personLink(c echo.Context) error {
	var q linkRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	i, err := a.People.Link(who(c), c.Param("person"), q.ByMail)
	if err != nil {
		return err
	}
	return issued(c, i)
}

type activeRequest struct {
	Active bool `json:"active"`
}

func (a *API) personActive(c echo.Context) error {
	var q activeRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	p, err := a.People.SetActive(who(c), c.Param("person"), q.Active)
	return answerPerson(c, p, err)
}

func (a *API) personUnlock(c echo.Context) error {
	p, err := a.People.Unlock(who(c), c.Param("person"))
	return answerPerson(c, p, err)
}

func (a *API) closeSessions(c echo.Context) error {
	p, err := a.People.CloseSessions(who(c), c.Param("person"))
	return answerPerson(c, p, err)
}

func (a *API) closeOthers(c echo.Context) error {
	token, err := a.People.CloseOthers(who(c))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, map[string]string{"token": token})
}

func optionsOf(list []app.Option) map[string]any {
	items := make([]map[string]string, len(list))
	for i, o := range list {
		items[i] = map[string]string{"id": o.ID, "code": o.Code, "name": o.Name}
	}
	return map[string]any{"items": items}
}

func (a *API) utOptions(c echo.Context) error {
	list, err := a.People.UTs(who(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, optionsOf(list))
}

func (a *API) entityOptions(c echo.Context) error {
	var q struct {
		Text string `query:"q" json:"q" validate:"max=200"`
	}
	if err := query(c, &q); err != nil {
		return err
	}
	list, err := a.People.Entities(who(c), q.Text)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, optionsOf(list))
}

func (a *API) roles(c echo.Context) error {
	grants := actor.Grants()
	items := make([]map[string]any, len(grants))
	for i, g := range grants {
		items[i] = map[string]any{"right": g.Right, "roles": g.Roles}
	}
	return c.JSON(http.StatusOK, map[string]any{"roles": actor.Roles, "items": items})
}
