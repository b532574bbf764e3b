package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// outsideRoutes are those of who answers for what raw SQL changed.
func (a *API) outsideRoutes(g *echo.Group) {
	g.GET("/outside-changes", a.outsideChanges)
	g.POST("/outside-changes/answer", a.answerOutside)
}

type outsideQuery struct {
	Before string `query:"before" json:"before" validate:"record"`
}

type outsideField struct {
	Field  string `json:"field"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

type outsideChange struct {
	Collection string         `json:"collection"`
	Record     string         `json:"record"`
	Entry      string         `json:"entry"`
	At         string         `json:"at"`
	Times      int            `json:"times"`
	Kind       string         `json:"kind"`
	Work       string         `json:"work,omitempty"`
	Fields     []outsideField `json:"fields"`
}

func outsideOf(c app.OutsideChange) outsideChange {
	out := outsideChange{
		Collection: c.Collection, Record: c.Record, Entry: c.Entry, At: c.At, Times: c.Times, Kind: "changed", Work: c.Work, Fields: []outsideField{},
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
	for _, f := range c.Fields() {
		out.Fields = append(out.Fields, outsideField(f))
	}
	return out
}

func (a *API) outsideChanges(c echo.Context) error {
	var q outsideQuery
	if err := query(c, &q); err != nil {
		return err
	}
	changes, total, err := a.Outside.Open(who(c), q.Before)
	if err != nil {
		return err
	}
	items := make([]outsideChange, len(changes))
	for i, x := range changes {
		items[i] = outsideOf(x)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "page": app.OutsidePage})
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

func (a *API) answerOutside(c echo.Context) error {
	var q outsideAnswer
	if err := bind(c, &q); err != nil {
		return err
	}
	rows := make([]app.OutsideRow, len(q.Rows))
	for i, r := range q.Rows {
		rows[i] = app.OutsideRow(r)
	}
	n, err := a.Outside.Answer(c.Request().Context(), who(c), q.Reason, rows, q.Until)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"answered": n})
}
