package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// quarantineRoutes are those of who lets files out of quarantine, of whatever kind.
func (a *API) quarantineRoutes(g *echo.Group) {
	g.GET("/quarantine", takes(a.quarantine))
	g.POST("/quarantine/:collection/:file/release", takes(a.release))
}

type quarantineQuery struct {
	Offset int `query:"offset" json:"offset" validate:"min=0"`
}

type quarantinedShape struct {
	Collection   string          `json:"collection"`
	Record       string          `json:"record"`
	Name         string          `json:"name"`
	Size         int64           `json:"size"`
	CapturedAt   string          `json:"captured_at"`
	Since        string          `json:"since"`
	Quarantine   string          `json:"quarantine"` // in Spanish
	Author       namedShape      `json:"author"`
	Intervention parkedWorkShape `json:"intervention"`
	Visit        string          `json:"visit"`
	Mutation     string          `json:"mutation"`
}

func quarantinedOf(q app.Quarantined) quarantinedShape {
	w := q.Work
	return quarantinedShape{
		Collection: q.Collection, Record: q.Record, Name: q.Name, Size: q.Size, CapturedAt: q.CapturedAt, Since: q.Since,
		Quarantine: Quarantined(q.Quarantine, q.Finding), Author: namedShape{q.User, q.UserName},
		Intervention: parkedWorkShape{w.ID, w.Name, w.ConvenioCode, w.UT, w.UTName}, Visit: q.Visit, Mutation: q.Mutation,
	}
}

func (a *API) quarantine(c echo.Context, q quarantineQuery) (any, error) {
	return page(app.QuarantinePage, quarantinedOf)(a.Files.Quarantine(who(c), q.Offset))
}

type releaseRequest struct {
	Reason string `json:"reason" validate:"required,max=2000"`
}

func (a *API) release(c echo.Context, q releaseRequest) (any, error) {
	return nil, a.Files.Release(c.Request().Context(), who(c), c.Param("collection"), c.Param("file"), q.Reason)
}
