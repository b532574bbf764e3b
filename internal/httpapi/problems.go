package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// problemRoutes are those of who corrects rows that break a rule.
func (a *API) problemRoutes(g *echo.Group) {
	g.GET("/problems", a.problems)
	g.POST("/problems/:collection/:record/correct", a.correctProblem)
}

type problemQuery struct {
	Collection string `query:"collection" json:"collection" validate:"max=60"`
	Offset     int    `query:"offset" json:"offset" validate:"min=0"`
}

type rowProblem struct {
	Field   string     `json:"field"`
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
	Since   string     `json:"since"`
	Counts  bool       `json:"counts"`
}

type problemField struct {
	Field   string        `json:"field"`
	Value   any           `json:"value"`
	Must    bool          `json:"must"`
	Form    string        `json:"form"`
	Choices []string      `json:"choices"`
	Items   []problemItem `json:"items,omitempty"`
}

type problemItem struct {
	Key      string `json:"key"`
	Value    any    `json:"value"`
	Cupo     int64  `json:"cupo"`
	Person   string `json:"person"`
	OnRoster bool   `json:"on_roster"`
}

func problemFieldOf(f app.ProblemField) problemField {
	out := problemField{Field: f.Field, Value: f.Value, Must: f.Must, Form: string(f.Form), Choices: f.Choices}
	if out.Choices == nil {
		out.Choices = []string{}
	}
	if f.Items != nil {
		out.Form = "marks"
	}
	for _, i := range f.Items {
		out.Items = append(out.Items, problemItem(i))
	}
	return out
}

type problemRow struct {
	Collection string         `json:"collection"`
	Record     string         `json:"record"`
	Work       string         `json:"work"`
	UTName     string         `json:"ut_name"`
	Person     string         `json:"person"`
	Which      string         `json:"which"`
	Problems   []rowProblem   `json:"problems"`
	Fields     []problemField `json:"fields"`
}

type problemKind struct {
	Collection string `json:"collection"`
	Rows       int    `json:"rows"`
}

func (a *API) problems(c echo.Context) error {
	var q problemQuery
	if err := query(c, &q); err != nil {
		return err
	}
	found, err := a.Problems.List(who(c), q.Collection, q.Offset)
	if err != nil {
		return err
	}
	items := make([]problemRow, len(found.Rows))
	for i, r := range found.Rows {
		items[i] = problemRow{
			Collection: r.Collection, Record: r.Record, Work: r.Work, UTName: r.UTName, Person: r.Person, Which: r.Which,
			Problems: []rowProblem{}, Fields: []problemField{},
		}
		for _, p := range r.Problems {
			items[i].Problems = append(items[i].Problems, rowProblem{p.Fault.Field, p.Fault.Code, Message(p.Fault), p.Since, p.Counts})
		}
		for _, f := range r.Fields {
			items[i].Fields = append(items[i].Fields, problemFieldOf(f))
		}
	}
	kinds := make([]problemKind, len(found.Kinds))
	for i, k := range found.Kinds {
		kinds[i] = problemKind(k)
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": found.Total, "page": app.ProblemPage, "kinds": kinds, "uncounted": found.Uncounted})
}

type correctRequest struct {
	Fields map[string]any `json:"fields" validate:"required,min=1,max=20"`
	Seen   map[string]any `json:"seen" validate:"required,max=20"`
	Reason string         `json:"reason" validate:"required,max=1000"`
}

func (a *API) correctProblem(c echo.Context) error {
	var q correctRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.Problems.Correct(c.Request().Context(), who(c), app.Correction{
		Collection: c.Param("collection"), Record: c.Param("record"), Fields: q.Fields, Seen: q.Seen, Reason: q.Reason,
	}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
