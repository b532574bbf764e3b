package httpapi

import (
	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// reconcileRoutes let a device compare a bucket row by row and fetch only what
// differs; docs/protocol.md §5.
func (a *API) reconcileRoutes(g *echo.Group) {
	g.POST("/sync/digests", takes(a.digests))
	g.POST("/sync/rows", takes(a.rows))
}

type digestsRequest struct {
	Protocol int    `json:"protocol" validate:"required"`
	Device   string `json:"device" validate:"required,max=15"`
	Bucket   int    `json:"bucket" validate:"required"`
	After    string `json:"after" validate:"max=200"`
}

// digestColumns keep a long list short on the wire.
type digestColumns struct {
	Collections []string `json:"c"`
	IDs         []string `json:"id"`
	Revs        []int64  `json:"rev"`
	Digests     []string `json:"digest"`
}

type digestsPage struct {
	Bucket int           `json:"bucket"`
	Name   string        `json:"name"`
	Epoch  int64         `json:"epoch"`
	Seq    int64         `json:"seq"`
	Nonce  string        `json:"nonce"`
	Rows   digestColumns `json:"rows"`
	Next   string        `json:"next"`
}

// mayRead lets a request of the reconcile routes in, which must come from a device
// that may pull, and answers how it leaves.
func (a *API) mayRead(c echo.Context, protocol int, device string) (leave func(), err error) {
	if protocol != 1 {
		return nil, fault.New(fault.ClientOutdated, "protocol")
	}
	if err := a.Accounts.MaySync(who(c), device); err != nil {
		return nil, err
	}
	return a.Admission.Delta.Enter(c.Request().Context())
}

func (a *API) digests(c echo.Context, q digestsRequest) (any, error) {
	leave, err := a.mayRead(c, q.Protocol, q.Device)
	if err != nil {
		return nil, err
	}
	defer leave()
	return as(digestsOf)(a.Replica.Digests(who(c), q.Bucket, q.After))
}

func digestsOf(d app.Digests) digestsPage {
	n := len(d.Rows)
	columns := digestColumns{make([]string, n), make([]string, n), make([]int64, n), make([]string, n)}
	for i, r := range d.Rows {
		columns.Collections[i], columns.IDs[i], columns.Revs[i], columns.Digests[i] = r.Collection, r.ID, r.Rev, r.Digest
	}
	return digestsPage{
		Bucket: d.Bucket.Handle, Name: d.Bucket.Name, Epoch: d.Mark.Epoch, Seq: d.Mark.Seq, Nonce: d.Mark.Nonce, Rows: columns, Next: d.Next,
	}
}

type rowsRequest struct {
	Protocol int          `json:"protocol" validate:"required"`
	Device   string       `json:"device" validate:"required,max=15"`
	Bucket   int          `json:"bucket" validate:"required"`
	Keys     []app.RowKey `json:"keys" validate:"required,min=1,max=500,dive"`
}

func (a *API) rows(c echo.Context, q rowsRequest) (any, error) {
	leave, err := a.mayRead(c, q.Protocol, q.Device)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := a.Replica.Rows(who(c), q.Bucket, q.Keys)
	return map[string]any{"rows": list(rows)}, err
}
