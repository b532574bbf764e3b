package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/attendance"
)

// attendanceRoutes are those of the unit's coordinator over daily sheets.
func (a *API) attendanceRoutes(g *echo.Group) {
	g.GET("/attendance-sheets", a.sheets)
	g.POST("/attendance-sheets/:sheet/decision", a.decideSheet)
}

// sheetPage bounds an answer.
const sheetPage = 100

type sheetQuery struct {
	State  string `query:"state" json:"state" validate:"required,oneof=registrada validada observada"`
	Offset int    `query:"offset" json:"offset" validate:"min=0"`
}

type sheetShape struct {
	ID           string           `json:"id"`
	Intervention string           `json:"intervention"`
	Name         string           `json:"name"`
	Convenio     string           `json:"convenio_code"`
	Day          string           `json:"day"`
	State        attendance.State `json:"state"`
	Reason       string           `json:"state_reason"`
	Headcount    int64            `json:"headcount"`
	Present      int64            `json:"present"`
	Absent       int64            `json:"absent"`
	ValidatedBy  string           `json:"validated_by"`
	ValidatedAt  string           `json:"validated_at"`
	Revision     int64            `json:"revision"`
}

func sheetOf(s app.Sheet) sheetShape {
	return sheetShape{
		ID: s.ID, Intervention: s.Intervention, Name: s.Name, Convenio: s.Convenio, Day: s.Day, State: s.State, Reason: s.Reason,
		Headcount: s.Headcount, Present: s.Present, Absent: s.Absent, ValidatedBy: s.ValidatedBy, ValidatedAt: s.ValidatedAt, Revision: s.Revision,
	}
}

func (a *API) sheets(c echo.Context) error {
	var q sheetQuery
	if err := query(c, &q); err != nil {
		return err
	}
	sheets, total, err := a.Sheets.List(who(c), attendance.State(q.State), sheetPage, q.Offset)
	if err != nil {
		return err
	}
	items := make([]sheetShape, len(sheets))
	for i, s := range sheets {
		items[i] = sheetOf(s)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total})
}

type sheetDecision struct {
	Decision string `json:"decision" validate:"required,oneof=validar observar devolver"`
	Reason   string `json:"reason" validate:"max=2000"`
	Revision int64  `json:"revision" validate:"min=0"`
}

func (a *API) decideSheet(c echo.Context) error {
	var q sheetDecision
	if err := bind(c, &q); err != nil {
		return err
	}
	s, err := a.Sheets.Decide(c.Request().Context(), who(c), c.Param("sheet"),
		app.SheetDecision{Decision: attendance.Decision(q.Decision), Reason: q.Reason, Revision: q.Revision})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, sheetOf(s))
}
