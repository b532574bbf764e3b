package httpapi

import (
	"math/rand/v2"
	"net/http"
	"strconv"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
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

// patience is after how many seconds to come back, at least, and over how many
// more to spread.
var patience = map[fault.Code]struct{ least, spread int }{
	fault.Busy: {5, 20},
	// Somebody has to free space first.
	fault.StorageFull:      {30, 60},
	fault.UploadQuotaTotal: {30, 60},
	fault.DataDamaged:      {120, 120},
	fault.DataBusy:         {10, 20},
	fault.TooManyStreams:   {60, 60},
	fault.PushedEnough:     {1800, 1800},
	fault.RevealedEnough:   {3600, 600},
	fault.ReadEnough:       {3600, 600},
}

// retryLater says when to come back: at different moments, or all would come
// together again.
func retryLater(w http.ResponseWriter, f *fault.Fault) {
	if p, known := patience[f.Code]; known {
		w.Header().Set("Retry-After", strconv.Itoa(p.least+rand.N(p.spread)))
	}
}
