package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/attendance"
)

// attendanceRoutes are those of the unit's coordinator over daily sheets.
func (a *API) attendanceRoutes(g *echo.Group) {
	g.GET("/attendance-sheets", takes(a.sheets))
	g.POST("/attendance-sheets/:sheet/decision", takes(a.decideSheet))
}

// sheetPage bounds an answer.
const sheetPage = 100

type sheetQuery struct {
	State  string `query:"state" json:"state" validate:"required,oneof=registrada validada observada"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

func (a *API) sheets(c echo.Context, q sheetQuery) (any, error) {
	sheets, total, err := a.Sheets.List(who(c), attendance.State(q.State), sheetPage, q.Offset)
	return map[string]any{"items": list(sheets), "total": total}, err
}

type sheetDecision struct {
	Decision string `json:"decision" validate:"required,oneof=validar observar devolver"`
	Reason   string `json:"reason" validate:"max=2000"`
	Revision int64  `json:"revision" validate:"min=0"`
}

func (a *API) decideSheet(c echo.Context, q sheetDecision) (any, error) {
	return as(itself[app.Sheet])(a.Sheets.Decide(c.Request().Context(), who(c), c.Param("sheet"),
		app.SheetDecision{Decision: attendance.Decision(q.Decision), Reason: q.Reason, Revision: q.Revision}))
}
