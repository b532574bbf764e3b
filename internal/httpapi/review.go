package httpapi

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/records"
	"chaski/internal/replication"
)

// reviewRoutes are those of who settles conflicts and reviews parked work.
func (a *API) reviewRoutes(g *echo.Group) {
	g.GET("/conflicts", a.conflicts)
	g.GET("/conflicts/:conflict", a.conflict)
	g.POST("/conflicts/:conflict/settle", a.settleConflict)
	g.GET("/parked", a.parked)
	g.GET("/parked/:mutation", a.parkedDetail)
	g.POST("/parked/:mutation/decide", a.decideParked)
}

// conflictPage bounds an answer.
const conflictPage = 50

type conflictQuery struct {
	State  string `query:"state" json:"state" validate:"omitempty,oneof=abierto resuelto"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

type conflictShape struct {
	ID             string             `json:"id"`
	Version        int64              `json:"version"`
	Kind           string             `json:"kind"`
	Collection     string             `json:"collection"`
	Record         string             `json:"record"`
	Intervention   string             `json:"intervention"`
	Label          string             `json:"label"`
	Values         []replication.Lost `json:"values"`
	Author         string             `json:"author"`
	AuthorName     string             `json:"author_name"`
	AuthorAt       string             `json:"author_at"`
	Other          string             `json:"other"`
	OtherName      string             `json:"other_name"`
	OtherAt        string             `json:"other_at"`
	Rule           string             `json:"rule"`
	State          string             `json:"state"`
	Resolution     string             `json:"resolution"`
	ResolvedByName string             `json:"resolved_by_name"`
	ResolvedAt     string             `json:"resolved_at"`
}

func conflictOf(c app.Conflict) conflictShape {
	return conflictShape{
		ID: c.ID, Version: c.Version, Kind: c.Kind, Collection: c.Collection, Record: c.Record, Intervention: c.Intervention, Label: c.Label, Values: maskedValues(c),
		Author: c.Author, AuthorName: c.AuthorName, AuthorAt: c.AuthorAt, Other: c.Other, OtherName: c.OtherName, OtherAt: c.OtherAt,
		Rule: c.Rule, State: c.State, Resolution: c.Resolution, ResolvedByName: c.ResolvedByName, ResolvedAt: c.ResolvedAt,
	}
}

// maskedValues hide both numbers of a conflict about a DNI; who has to decide it
// reveals them.
func maskedValues(c app.Conflict) []replication.Lost {
	out := slices.Clone(list(c.Values))
	for i, v := range out {
		if records.Personal(c.Collection, v.Field) {
			out[i].Mine, out[i].Theirs = maskedDNI(v.Mine), maskedDNI(v.Theirs)
		}
	}
	return out
}

func (a *API) conflicts(c echo.Context) error {
	var q conflictQuery
	if err := query(c, &q); err != nil {
		return err
	}
	found, total, err := a.Reviewer.Conflicts(who(c), app.ConflictQuery{State: q.State, Limit: conflictPage, Offset: q.Offset})
	if err != nil {
		return err
	}
	items := make([]conflictShape, len(found))
	for i, x := range found {
		items[i] = conflictOf(x)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "page": conflictPage})
}

func (a *API) conflict(c echo.Context) error {
	x, err := a.Reviewer.Conflict(who(c), c.Param("conflict"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, conflictOf(x))
}

type settleRequest struct {
	Resolution string `json:"resolution" validate:"required,oneof=author other"`
	Seen       int64  `json:"seen" validate:"min=0"`
}

func (a *API) settleConflict(c echo.Context) error {
	var q settleRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	x, err := a.Reviewer.Settle(c.Request().Context(), who(c), c.Param("conflict"), q.Resolution, q.Seen)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, conflictOf(x))
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

func (a *API) parked(c echo.Context) error {
	groups, err := a.Reviewer.Parked(who(c))
	if err != nil {
		return err
	}
	items := make([]parkedShape, len(groups))
	for i, g := range groups {
		items[i] = parkedOf(g)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items})
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
}

func (a *API) parkedDetail(c echo.Context) error {
	d, err := a.Reviewer.ParkedDetail(who(c), c.Param("mutation"))
	if err != nil {
		return err
	}
	items := make([]parkedItem, len(d.Items))
	for i, x := range d.Items {
		items[i] = parkedItem{x.Mutation, x.Collection, x.Record, x.Op, masked(x.Collection, x.Fields), x.Name, x.Why, x.At, utc(x.ReceivedAt)}
	}
	out := map[string]any{"group": parkedOf(d.Group), "items": items}
	if d.Visit != nil {
		out["visit"] = visitOf(*d.Visit)
	}
	return c.JSON(http.StatusOK, out)
}

type decideRequest struct {
	Decision string `json:"decision" validate:"required,oneof=accept reject"`
	Reason   string `json:"reason" validate:"max=1000"`
}

func (a *API) decideParked(c echo.Context) error {
	var q decideRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	out, err := a.Reviewer.Decide(c.Request().Context(), who(c), c.Param("mutation"), q.Decision == "accept", q.Reason)
	if err != nil {
		return err
	}
	refused := make([]refusedShape, len(out.Refused))
	for i, r := range out.Refused {
		refused[i] = refusedShape{r.Collection, r.Record, r.Op, r.Name, sayAll(r.Faults)}
	}
	return c.JSON(http.StatusOK, map[string]any{"applied": out.Applied, "rejected": out.Rejected, "refused": refused})
}

type refusedShape struct {
	Collection string    `json:"collection"`
	Record     string    `json:"record"`
	Op         string    `json:"op"`
	Name       string    `json:"name"`
	Errors     []problem `json:"errors"`
}
