package httpapi

import (
	"slices"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/records"
)

// reviewRoutes are those of who settles conflicts and reviews parked work.
func (a *API) reviewRoutes(g *echo.Group) {
	g.GET("/conflicts", takes(a.conflicts))
	g.GET("/conflicts/:conflict", asks(a.conflict))
	g.POST("/conflicts/:conflict/settle", takes(a.settleConflict))
	g.GET("/parked", asks(a.parked))
	g.GET("/parked/:mutation", asks(a.parkedDetail))
	g.POST("/parked/:mutation/decide", takes(a.decideParked))
}

// conflictPage bounds an answer.
const conflictPage = 50

type conflictQuery struct {
	State  string `query:"state" json:"state" validate:"omitempty,oneof=abierto resuelto"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

// conflictOf hides both numbers of a conflict about a DNI; who has to decide it
// reveals them.
func conflictOf(c app.Conflict) app.Conflict {
	c.Values = slices.Clone(list(c.Values))
	for i, v := range c.Values {
		if records.Personal(c.Collection, v.Field) {
			c.Values[i].Mine, c.Values[i].Theirs = maskedDNI(v.Mine), maskedDNI(v.Theirs)
		}
	}
	return c
}

func (a *API) conflicts(c echo.Context, q conflictQuery) (any, error) {
	return page(conflictPage, conflictOf)(a.Reviewer.Conflicts(who(c), app.ConflictQuery{State: q.State, Limit: conflictPage, Offset: q.Offset}))
}

func (a *API) conflict(c echo.Context) (any, error) {
	return as(conflictOf)(a.Reviewer.Conflict(who(c), c.Param("conflict")))
}

type settleRequest struct {
	Resolution string `json:"resolution" validate:"required,oneof=author other"`
	Seen       int64  `json:"seen" validate:"min=0"`
}

func (a *API) settleConflict(c echo.Context, q settleRequest) (any, error) {
	return as(conflictOf)(a.Reviewer.Settle(c.Request().Context(), who(c), c.Param("conflict"), q.Resolution, q.Seen))
}

type parkedWorkShape struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Convenio string `json:"convenio_code"`
	UT       string `json:"ut"`
	UTName   string `json:"ut_name"`
}

type namedShape struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type parkedShape struct {
	Mutation     string          `json:"mutation"`
	Why          fault.Code      `json:"why"`
	Intervention parkedWorkShape `json:"intervention"`
	Author       namedShape      `json:"author"`
	Device       namedShape      `json:"device"`
	Visit        string          `json:"visit"`
	VisitThere   bool            `json:"visit_there"`
	VisitedOn    string          `json:"visited_on"`
	ReceivedAt   string          `json:"received_at"`
	Mutations    int             `json:"mutations"`
}

func parkedOf(g app.ParkedGroup) parkedShape {
	first, work := g[0], g.Work()
	return parkedShape{
		Mutation: first.Mutation.ID, Why: g.Why(),
		Intervention: parkedWorkShape{work.ID, work.Name, work.ConvenioCode, work.UT, work.UTName},
		Author:       namedShape{first.User, first.UserName}, Device: namedShape{first.Device, first.DeviceName},
		Visit: first.Visit, VisitThere: first.VisitThere, VisitedOn: first.VisitedOn,
		ReceivedAt: utc(first.ReceivedAt), Mutations: len(g),
	}
}

func (a *API) parked(c echo.Context) (any, error) {
	return items(parkedOf)(a.Reviewer.Parked(who(c)))
}

type parkedItem struct {
	Mutation   string         `json:"mutation"`
	Collection string         `json:"collection"`
	Record     string         `json:"record"`
	Op         string         `json:"op"`
	Fields     map[string]any `json:"fields"`
	Name       string         `json:"name"`
	Why        fault.Code     `json:"why"`
	At         string         `json:"at"`
	ReceivedAt string         `json:"received_at"`
	Kept       bool           `json:"kept"`
	Refusal    string         `json:"refusal"`
}

func parkedDetailOf(d app.ParkedDetail) any {
	out := map[string]any{"group": parkedOf(d.Group), "items": each(d.Items, func(x app.ParkedItem) parkedItem {
		return parkedItem{x.Mutation, x.Collection, x.Record, x.Op, masked(x.Collection, x.Fields), x.Name, x.Why, x.At, utc(x.ReceivedAt), x.Kept, x.Refusal}
	})}
	if d.Visit != nil {
		out["visit"] = visitOf(*d.Visit)
	}
	return out
}

func (a *API) parkedDetail(c echo.Context) (any, error) {
	return as(parkedDetailOf)(a.Reviewer.ParkedDetail(who(c), c.Param("mutation")))
}

type decideRequest struct {
	Decision string `json:"decision" validate:"required,oneof=accept reject"`
	Reason   string `json:"reason" validate:"max=1000"`
}

func (a *API) decideParked(c echo.Context, q decideRequest) (any, error) {
	return as(func(out app.Reviewed) any {
		return map[string]any{"applied": out.Applied, "rejected": out.Rejected, "refused": each(out.Refused, func(r app.Refused) refusedShape {
			return refusedShape{r.Collection, r.Record, r.Op, r.Name, each(r.Faults, say)}
		})}
	})(a.Reviewer.Decide(c.Request().Context(), who(c), c.Param("mutation"), q.Decision == "accept", q.Reason))
}

type refusedShape struct {
	Collection string    `json:"collection"`
	Record     string    `json:"record"`
	Op         string    `json:"op"`
	Name       string    `json:"name"`
	Errors     []problem `json:"errors"`
}
