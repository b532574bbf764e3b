package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// outsideRoutes are those of who answers for what raw SQL changed.
func (a *API) outsideRoutes(g *echo.Group) {
	g.GET("/outside-changes", takes(a.outsideChanges))
	g.POST("/outside-changes/answer", takes(a.answerOutside))
}

type outsideQuery struct {
	Before string `query:"before" json:"before" validate:"record"`
}

type outsideChange struct {
	Collection string             `json:"collection"`
	Record     string             `json:"record"`
	Entry      string             `json:"entry"`
	At         string             `json:"at"`
	Times      int                `json:"times"`
	Kind       string             `json:"kind"`
	Work       string             `json:"work,omitempty"`
	Fields     []app.OutsideField `json:"fields"`
}

func outsideOf(c app.OutsideChange) outsideChange {
	out := outsideChange{
		Collection: c.Collection, Record: c.Record, Entry: c.Entry, At: c.At, Times: c.Times, Kind: "changed", Work: c.Work, Fields: list(c.Fields()),
	}
	switch {
	case c.Unseen:
		out.Kind = "unseen"
	case c.Before == nil && c.After == nil:
		out.Kind = "passing"
	case c.Before == nil:
		out.Kind = "created"
	case c.After == nil:
		out.Kind = "deleted"
	}
	return out
}

func (a *API) outsideChanges(c echo.Context, q outsideQuery) (any, error) {
	changes, total, err := a.Outside.Open(who(c), q.Before)
	return page(app.OutsidePage, outsideOf)(changes, int64(total), err)
}

type outsideRow struct {
	Collection string `json:"collection" validate:"required,max=60"`
	Record     string `json:"record" validate:"required,max=100"`
	Entry      string `json:"entry" validate:"required,record"`
}

type outsideAnswer struct {
	Reason string       `json:"reason" validate:"required,max=1000"`
	Rows   []outsideRow `json:"rows" validate:"required_without=Until,excluded_with=Until,omitempty,min=1,max=500,dive"`
	Until  string       `json:"until" validate:"record"`
}

func (a *API) answerOutside(c echo.Context, q outsideAnswer) (any, error) {
	rows := each(q.Rows, func(r outsideRow) app.OutsideRow { return app.OutsideRow(r) })
	n, err := a.Outside.Answer(c.Request().Context(), who(c), q.Reason, rows, q.Until)
	return map[string]any{"answered": n}, err
}
