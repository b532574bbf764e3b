package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// problemRoutes are those of who corrects rows that break a rule.
func (a *API) problemRoutes(g *echo.Group) {
	g.GET("/problems", takes(a.problems))
	g.POST("/problems/:collection/:record/correct", takes(a.correctProblem))
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
	Field   string            `json:"field"`
	Value   any               `json:"value"`
	Must    bool              `json:"must"`
	Form    string            `json:"form"`
	Choices []string          `json:"choices"`
	Items   []app.ProblemItem `json:"items,omitempty"`
}

func problemFieldOf(f app.ProblemField) problemField {
	out := problemField{Field: f.Field, Value: f.Value, Must: f.Must, Form: string(f.Form), Choices: list(f.Choices), Items: f.Items}
	if f.Items != nil {
		out.Form = "marks"
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

func problemRowOf(r app.ProblemRow) problemRow {
	return problemRow{
		Collection: r.Collection, Record: r.Record, Work: r.Work, UTName: r.UTName, Person: r.Person, Which: r.Which,
		Problems: each(r.Problems, func(p app.RowProblem) rowProblem {
			return rowProblem{p.Fault.Field, p.Fault.Code, Message(p.Fault), p.Since, p.Counts}
		}),
		Fields: each(r.Fields, problemFieldOf),
	}
}

func (a *API) problems(c echo.Context, q problemQuery) (any, error) {
	return as(func(found app.ProblemList) any {
		return map[string]any{
			"items": each(found.Rows, problemRowOf), "total": found.Total, "page": app.ProblemPage, "kinds": list(found.Kinds), "uncounted": found.Uncounted,
		}
	})(a.Problems.List(who(c), q.Collection, q.Offset))
}

type correctRequest struct {
	Fields map[string]any `json:"fields" validate:"required,min=1,max=20"`
	Seen   map[string]any `json:"seen" validate:"required,max=20"`
	Reason string         `json:"reason" validate:"required,max=1000"`
}

func (a *API) correctProblem(c echo.Context, q correctRequest) (any, error) {
	return nil, a.Problems.Correct(c.Request().Context(), who(c), app.Correction{
		Collection: c.Param("collection"), Record: c.Param("record"), Fields: q.Fields, Seen: q.Seen, Reason: q.Reason,
	})
}
