package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/rendicion"
)

func (a *API) rendicionRoutes(g *echo.Group) {
	g.GET("/rendiciones", asks(a.rendicionesMine))
	g.GET("/rendiciones/inbox", asks(a.rendicionesInbox))
	g.GET("/rendiciones/overdue", takes(a.rendicionesOverdue))
	g.GET("/rendiciones/:intervention", asks(a.rendicion))
	g.POST("/rendiciones/:intervention/review", takes(a.rendicionReview))
}

func (a *API) rendicionesMine(c echo.Context) (any, error) {
	return items(itself[app.RendicionItem])(a.Rendiciones.Mine(who(c)))
}

func (a *API) rendicionesInbox(c echo.Context) (any, error) {
	return items(itself[app.RendicionItem])(a.Rendiciones.Inbox(who(c)))
}

type overdueQuery struct {
	UT string `query:"ut" json:"ut" validate:"omitempty,record"`
}

func (a *API) rendicionesOverdue(c echo.Context, asked overdueQuery) (any, error) {
	return as(func(q app.RendicionOverdue) any {
		return map[string]any{"uts": list(q.UTs), "items": list(q.Items), "total": q.Total}
	})(a.Rendiciones.Overdue(who(c), asked.UT))
}

func (a *API) rendicion(c echo.Context) (any, error) {
	return as(rendicionOf)(a.Rendiciones.Find(who(c), c.Param("intervention")))
}

type newObservation struct {
	Target string   `json:"target" validate:"required,oneof=line document missing"`
	Item   string   `json:"item" validate:"required,max=40"`
	Also   []string `json:"also" validate:"max=10,dive,max=40"`
	Text   string   `json:"text" validate:"required,max=5000"`
}

type reviewRequest struct {
	Revision     int64            `json:"revision" validate:"min=0"`
	Approve      bool             `json:"approve"`
	Lifted       []string         `json:"lifted" validate:"max=500,dive,record"`
	Observations []newObservation `json:"observations" validate:"max=100,dive"`
}

func (a *API) rendicionReview(c echo.Context, q reviewRequest) (any, error) {
	return as(rendicionOf)(a.Rendiciones.Review(c.Request().Context(), who(c), c.Param("intervention"), app.RendicionReview{
		Revision: q.Revision, Approve: q.Approve, Lifted: q.Lifted,
		Observations: each(q.Observations, func(o newObservation) app.NewObservation {
			return app.NewObservation{Target: rendicion.Target(o.Target), Item: o.Item, Text: o.Text, Also: each(o.Also, func(l string) rendicion.Line { return rendicion.Line(l) })}
		}),
	}))
}
