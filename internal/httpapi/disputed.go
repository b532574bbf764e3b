package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/identity"
)

// disputedRoutes are those of who decides about days of which validated evidence
// says what cannot both be.
func (a *API) disputedRoutes(g *echo.Group) {
	g.GET("/disputed-days", takes(a.disputedDays))
	g.POST("/disputed-days/:row/:day/decision", takes(a.decideDay))
}

type disputedQuery struct {
	State  string `query:"state" json:"state" validate:"required,oneof=abierto resuelto"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

type disputedShape struct {
	app.DisputedDay
	DNI string `json:"dni"` // masked
}

func disputedOf(d app.DisputedDay) disputedShape { return disputedShape{d, identity.Mask(d.DNI)} }

func (a *API) disputedDays(c echo.Context, q disputedQuery) (any, error) {
	return page(app.DisputedPage, disputedOf)(a.Disputed.List(who(c), q.State == "resuelto", q.Offset))
}

type dayDecision struct {
	Source      string `json:"source" validate:"required,oneof=visit_marks attendance_sheets"`
	Record      string `json:"record" validate:"required,max=100"`
	Participant string `json:"participant" validate:"required,max=100"`
	Seen        string `json:"seen" validate:"required,max=100"`
	Reason      string `json:"reason" validate:"max=2000"`
}

func (a *API) decideDay(c echo.Context, q dayDecision) (any, error) {
	return as(disputedOf)(a.Disputed.Decide(c.Request().Context(), who(c), c.Param("row"), c.Param("day"),
		app.DayDecision{Source: q.Source, Record: q.Record, Participant: q.Participant, Seen: q.Seen, Reason: q.Reason}))
}
