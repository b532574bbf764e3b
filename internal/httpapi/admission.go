package httpapi

import (
	"math/rand/v2"
	"strconv"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
)

// startsOver says whether a pull reads some bucket from its beginning.
func startsOver(q *pullRequest) bool {
	if q.Cursor == nil {
		return true
	}
	for _, g := range q.Cursor.At {
		if g.Seq == 0 && len(g.Buckets) > 0 {
			return true
		}
	}
	return false
}

func (a *API) gateOf(q *pullRequest) *app.Gate {
	if startsOver(q) {
		return a.Admission.First
	}
	return a.Admission.Delta
}

// retryLater says when to come back: at different moments, or all would come
// together again.
func retryLater(c echo.Context) {
	c.Response().Header().Set("Retry-After", strconv.Itoa(5+rand.IntN(20))) //nolint:gosec // spreads load, guards nothing
}
