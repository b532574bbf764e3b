package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// personalRoutes are those by which staff see people. What is asked for is in
// the body: an address is kept in logs and histories.
func (a *API) personalRoutes(g *echo.Group) {
	g.POST("/personal/search", takes(a.personalSearch))
	g.POST("/personal/reveal", takes(a.personalReveal))
	g.GET("/personal/accesses", takes(a.personalAccesses))
}

// personalPage bounds an answer.
const personalPage = 50

type personalQuery struct {
	List         string `json:"list" validate:"required,oneof=participants insured_persons"`
	Intervention string `json:"intervention" validate:"omitempty,record"`
	UT           string `json:"ut" validate:"omitempty,record"`
	Name         string `json:"name" validate:"omitempty,min=3,max=100"`
	DNI          string `json:"dni" validate:"omitempty,dni"`
	Offset       int    `json:"offset" validate:"min=0"`
}

func (a *API) personalSearch(c echo.Context, q personalQuery) (any, error) {
	return page(personalPage, itself[app.Enrolled])(a.Personal.Search(who(c), app.PersonalQuery{
		List: q.List, Intervention: q.Intervention, UT: q.UT, Name: q.Name, DNI: q.DNI, Limit: personalPage, Offset: q.Offset,
	}))
}

type revealRequest struct {
	Collection string `json:"collection" validate:"required,max=60"`
	Record     string `json:"record" validate:"required,record"`
	Reason     string `json:"reason" validate:"required,max=500"`
}

type revealedShape struct {
	Name      string `json:"name"`
	DNI       string `json:"dni"`
	OtherDNI  string `json:"other_dni"`
	BirthDate string `json:"birth_date"`
}

func (a *API) personalReveal(c echo.Context, q revealRequest) (any, error) {
	return as(func(found app.Identity) revealedShape {
		return revealedShape{found.Name, found.DNI, found.OtherDNI, found.BirthDate}
	})(a.Personal.Reveal(who(c), q.Collection, q.Record, q.Reason))
}

type accessQuery struct {
	Person string `query:"person" json:"person" validate:"omitempty,record"`
	Actor  string `query:"actor" json:"actor" validate:"max=30"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

type accessShape struct {
	Actor            string            `json:"actor"`
	ActorName        string            `json:"actor_name"`
	ActorRole        string            `json:"actor_role"`
	Revealed         bool              `json:"revealed"`
	What             string            `json:"what"`
	Collection       string            `json:"collection"`
	Record           string            `json:"record"`
	Person           string            `json:"person"`
	Intervention     string            `json:"intervention"`
	InterventionName string            `json:"intervention_name"`
	Filter           map[string]string `json:"filter"`
	Rows             int               `json:"rows"`
	Times            int               `json:"times"`
	FirstAt          string            `json:"first_at"`
	LastAt           string            `json:"last_at"`
	Reason           string            `json:"reason"`
}

func accessOf(e app.AccessEntry) accessShape {
	d := e.Detail
	out := accessShape{
		Actor: e.Actor, ActorName: e.ActorName, ActorRole: e.ActorRole, Revealed: e.Action == app.ActionReveal, What: d.What,
		Collection: e.Collection, Record: e.Record, Person: e.Person, Intervention: d.Intervention, InterventionName: e.InterventionName,
		Filter: d.Filter, Rows: d.Rows, Times: e.Times, FirstAt: utc(e.FirstAt), LastAt: utc(e.LastAt), Reason: d.Reason,
	}
	if out.Filter == nil {
		out.Filter = map[string]string{}
	}
	return out
}

func (a *API) personalAccesses(c echo.Context, q accessQuery) (any, error) {
	return page(personalPage, accessOf)(a.Personal.Accesses(who(c),
		app.AccessQuery{Person: q.Person, Actor: q.Actor, Limit: personalPage, Offset: q.Offset}))
}
