package httpapi

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

// reconcileRoutes let a device compare a bucket row by row and fetch only what
// differs; docs/protocol.md §5.
func (a *API) reconcileRoutes(g *echo.Group) {
	g.POST("/sync/digests", a.digests)
	g.POST("/sync/rows", a.rows)
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

// mayRead is nil if a request of the reconcile routes comes from a device that
// may pull.
func (a *API) mayRead(c echo.Context, protocol int, device string) error {
	if protocol != 1 {
		return fault.New(fault.ClientOutdated, "protocol")
	}
	return a.Accounts.MaySync(who(c), device)
}

func (a *API) digests(c echo.Context) error {
	var q digestsRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.mayRead(c, q.Protocol, q.Device); err != nil {
		return err
	}
	leave, err := a.Admission.Delta.Enter(c.Request().Context())
	if err != nil {
		return err
	}
	defer leave()
	d, err := a.Replica.Digests(who(c), q.Bucket, q.After)
	if err != nil {
		return err
	}
	n := len(d.Rows)
	columns := digestColumns{make([]string, n), make([]string, n), make([]int64, n), make([]string, n)}
	for i, r := range d.Rows {
		columns.Collections[i], columns.IDs[i], columns.Revs[i], columns.Digests[i] = r.Collection, r.ID, r.Rev, r.Digest
	}
	return c.JSON(http.StatusOK, digestsPage{
		Bucket: d.Bucket.Handle, Name: d.Bucket.Name, Epoch: d.Mark.Epoch, Seq: d.Mark.Seq, Nonce: d.Mark.Nonce, Rows: columns, Next: d.Next,
	})
}

type rowsRequest struct {
	Protocol int          `json:"protocol" validate:"required"`
	Device   string       `json:"device" validate:"required,max=15"`
	Bucket   int          `json:"bucket" validate:"required"`
	Keys     []app.RowKey `json:"keys" validate:"required,min=1,max=500,dive"`
}

func (a *API) rows(c echo.Context) error {
	var q rowsRequest
	if err := bind(c, &q); err != nil {
		return err
	}
	if err := a.mayRead(c, q.Protocol, q.Device); err != nil {
		return err
	}
	leave, err := a.Admission.Delta.Enter(c.Request().Context())
	if err != nil {
		return err
	}
	defer leave()
	rows, err := a.Replica.Rows(who(c), q.Bucket, q.Keys)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"rows": list(rows)})
}
