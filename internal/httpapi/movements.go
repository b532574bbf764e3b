package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// movementRoutes are those of the unit's coordinator over movements of rosters.
func (a *API) movementRoutes(g *echo.Group) {
	g.GET("/movements", takes(a.movements))
	g.POST("/movements/:movement/decision", takes(a.decideMovement))
}

type movementQuery struct {
	State  string `query:"state" json:"state" validate:"required,oneof=registrado validado cubierto vencido_sin_constancia anulado"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

func (a *API) movements(c echo.Context, q movementQuery) (any, error) {
	found, total, err := a.Movements.List(who(c), q.State, q.Offset)
	return map[string]any{"items": list(found), "total": total}, err
}

type movementDecision struct {
	Decision string `json:"decision" validate:"required,oneof=validar anular"`
	Reason   string `json:"reason" validate:"max=2000"`
	Revision int64  `json:"revision" validate:"min=0"`
}

func (a *API) decideMovement(c echo.Context, q movementDecision) (any, error) {
	return as(itself[app.MovementSeen])(a.Movements.Decide(c.Request().Context(), who(c), c.Param("movement"),
		app.MovementDecision{Decision: q.Decision, Reason: q.Reason, Revision: q.Revision}))
}
