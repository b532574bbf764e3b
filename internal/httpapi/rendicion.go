package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/progress"
	"chaski/internal/domain/rendicion"
)

func (a *API) rendicionRoutes(g *echo.Group) {
	g.GET("/rendiciones", a.rendicionesMine)
	g.GET("/rendiciones/inbox", a.rendicionesInbox)
	g.GET("/rendiciones/overdue", a.rendicionesOverdue)
	g.GET("/rendiciones/:intervention", a.rendicion)
	g.PATCH("/rendiciones/:intervention", a.rendicionSave)
	g.POST("/rendiciones/:intervention/submit", a.rendicionSubmit)
	g.POST("/rendiciones/:intervention/review", a.rendicionReview)
	g.DELETE("/rendiciones/:intervention/documents/:document", a.rendicionWithdraw)
	g.POST("/rendiciones/:intervention/documents/:document/release", a.rendicionRelease)
}

func (a *API) rendicionesMine(c echo.Context) error {
	items, err := a.Rendiciones.Mine(who(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"items": itemsOf(items)})
}

func (a *API) rendicionesInbox(c echo.Context) error {
	items, err := a.Rendiciones.Inbox(who(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"items": itemsOf(items)})
}

func (a *API) rendicionesOverdue(c echo.Context) error {
	var asked struct {
		UT string `query:"ut" json:"ut" validate:"omitempty,record"`
	}
	if err := query(c, &asked); err != nil {
		return err
	}
	q, err := a.Rendiciones.Overdue(who(c), asked.UT)
	if err != nil {
		return err
	}
	uts := make([]overdueUT, len(q.UTs))
	for i, u := range q.UTs {
		uts[i] = overdueUT{UT: u.UT, Name: u.Name, Count: u.Count, Longest: u.Longest}
	}
	return c.JSON(http.StatusOK, map[string]any{"uts": uts, "items": itemsOf(q.Items), "total": q.Total})
}

func (a *API) rendicion(c echo.Context) error {
	x, err := a.Rendiciones.Find(who(c), c.Param("intervention"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
}

type lineChange struct {
	Line   string  `json:"line" validate:"required,max=40"`
	Amount *string `json:"amount" validate:"omitempty,max=20"` // an amount; its fault names the line
	Base   *string `json:"base" validate:"omitempty,max=20"`
}

type rendicionChange struct {
	Lines   []lineChange      `json:"lines" validate:"max=20,dive"`
	Answers map[string]string `json:"answers" validate:"max=200,dive,keys,record,endkeys,max=5000"`
}

// centimos reads an amount that may be absent.
func centimos(field string, soles *string) (*int64, error) {
	if soles == nil {
		return nil, nil
	}
	if f := tags["amount"].check(field, *soles); f != nil {
		return nil, f
	}
	n, err := progress.ParseMoney(*soles)
	return &n, err
}

func (a *API) rendicionSave(c echo.Context) error {
	var q rendicionChange
	if err := bind(c, &q); err != nil {
		return err
	}
	change := app.RendicionChange{Answers: q.Answers}
	for _, l := range q.Lines {
		amount, err := centimos(l.Line, l.Amount)
		if err != nil {
			return err
		}
		base, err := centimos(l.Line, l.Base)
		if err != nil {
			return err
		}
		change.Lines = append(change.Lines, app.LineChange{Line: rendicion.Line(l.Line), Amount: amount, Base: base})
	}
	x, err := a.Rendiciones.Save(c.Request().Context(), who(c), c.Param("intervention"), change)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
}

type submitRequest struct {
	Revision int64 `json:"revision" validate:"min=0"`
}

func (a *API) rendicionSubmit(c echo.Context) error {
	var q submitRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	x, err := a.Rendiciones.Submit(c.Request().Context(), who(c), c.Param("intervention"), q.Revision)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
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

func (a *API) rendicionReview(c echo.Context) error {
	var q reviewRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	r := app.RendicionReview{Revision: q.Revision, Approve: q.Approve, Lifted: q.Lifted}
	for _, o := range q.Observations {
		n := app.NewObservation{Target: rendicion.Target(o.Target), Item: o.Item, Text: o.Text, Also: []rendicion.Line{}}
		for _, l := range o.Also {
			n.Also = append(n.Also, rendicion.Line(l))
		}
		r.Observations = append(r.Observations, n)
	}
	x, err := a.Rendiciones.Review(c.Request().Context(), who(c), c.Param("intervention"), r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
}

func (a *API) rendicionWithdraw(c echo.Context) error {
	x, err := a.Rendiciones.Withdraw(c.Request().Context(), who(c), c.Param("intervention"), c.Param("document"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
}

type releaseRequest struct {
	Reason string `json:"reason" validate:"required,max=2000"`
}

func (a *API) rendicionRelease(c echo.Context) error {
	var q releaseRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	x, err := a.Rendiciones.Release(c.Request().Context(), who(c), c.Param("intervention"), c.Param("document"), q.Reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, rendicionOf(x))
}
