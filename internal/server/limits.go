package server

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"

	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"
)

// calmer is when who asked too often may ask again: the length of PocketBase's
// shortest window that people meet.
const calmer = 10 * time.Second

// tooOften answers what PocketBase's limits by address refuse as everything else
// is refused: with a code, a sentence in Spanish and when to try again. It stands
// around them, and they around all other handlers.
var tooOften = &hook.Handler[*core.RequestEvent]{
	Id: "chaskiTooOften", Priority: apis.DefaultRateLimitMiddlewarePriority - 1,
	Func: func(e *core.RequestEvent) error {
		err := e.Next()
		var refused *router.ApiError
		if !errors.As(err, &refused) || refused.Status != http.StatusTooManyRequests || e.Written() {
			return err
		}
		e.Response.Header().Set("Retry-After", strconv.Itoa(int(calmer.Seconds())))
		return httpapi.Refuse(e.Response, fault.New(fault.TooOften, ""))
	},
}
