package httpapi

import (
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/identity"
	"chaski/internal/records"
)

// recordPage bounds an answer.
const recordPage = 100

type recordQuery struct {
	Kind         string `query:"kind" json:"kind" validate:"required,max=60"`
	Intervention string `query:"intervention" json:"intervention" validate:"omitempty,record"`
	Parent       string `query:"parent" json:"parent" validate:"omitempty,record"`
	Waiting      bool   `query:"waiting" json:"waiting"`
	Offset       int    `query:"offset" json:"offset" validate:"min=0"`
}

type recordedShape struct {
	ID         string         `json:"id"`
	Rev        int64          `json:"rev"`
	Data       map[string]any `json:"data"`
	Person     string         `json:"person"`
	Maker      namedShape     `json:"maker"`
	On         string         `json:"on"`
	ReceivedAt string         `json:"received_at"`
}

func (a *API) records(c echo.Context) error {
	var q recordQuery
	if err := query(c, &q); err != nil {
		return err
	}
	found, total, err := a.Board.Records(who(c), app.RecordQuery{
		Kind: q.Kind, Intervention: q.Intervention, Parent: q.Parent, Waiting: q.Waiting, Limit: recordPage, Offset: q.Offset,
	})
	if err != nil {
		return err
	}
	items := make([]recordedShape, len(found))
	for i, r := range found {
		items[i] = recordedShape{r.ID, r.Rev, masked(q.Kind, r.Data), r.Person, namedShape{r.Maker, r.MakerName}, r.On, r.ReceivedAt}
	}
	return c.JSON(http.StatusOK, map[string]any{"items": items, "total": total, "page": recordPage})
}

// masked are the fields of a record as those see them who work online: who somebody
// is, is hidden until it is revealed.
func masked(kind string, fields map[string]any) map[string]any {
	out := maps.Clone(fields)
	for name := range out {
		if records.Personal(kind, name) {
			out[name] = maskedDNI(out[name])
		}
	}
	return out
}

func maskedDNI(v any) any {
	if s, ok := v.(string); ok {
		return identity.Mask(s)
	}
	return v
}
