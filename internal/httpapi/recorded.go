package httpapi

import (
	"maps"

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
	Files        bool   `query:"files" json:"files"`
	Offset       int    `query:"offset" json:"offset" validate:"min=0"`
}

type recordedShape struct {
	ID         string          `json:"id"`
	Rev        int64           `json:"rev"`
	Data       map[string]any  `json:"data"`
	Person     string          `json:"person"`
	Maker      namedShape      `json:"maker"`
	On         string          `json:"on"`
	ReceivedAt string          `json:"received_at"`
	Files      []recordedShape `json:"files"`
}

func (a *API) records(c echo.Context, q recordQuery) (any, error) {
	return page(recordPage, recordedOf)(a.Board.Records(who(c), app.RecordQuery{
		Kind: q.Kind, Intervention: q.Intervention, Parent: q.Parent, Waiting: q.Waiting, Files: q.Files, Limit: recordPage, Offset: q.Offset,
	}))
}

func recordedOf(r app.Recorded) recordedShape {
	return recordedShape{
		r.ID, r.Rev, masked(r.Kind, r.Data), r.Person, namedShape{r.Maker, r.MakerName}, r.On, r.ReceivedAt, each(r.Files, recordedOf),
	}
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
