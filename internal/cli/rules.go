package cli

import (
	"context"
	"errors"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
)

// ScanRules judges, while the server works, the rows that were there before this
// version of the rules, and stops with it; the next start goes on.
func ScanRules(pb core.App, engine *store.Engine) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		ctx, stop := context.WithCancel(context.Background())
		over := make(chan struct{})
		go func() {
			defer close(over)
			began := time.Now()
			n, err := engine.ScanRules(ctx, e.App)
			if err != nil && !errors.Is(err, context.Canceled) {
				e.App.Logger().Error("rows not judged by the rules", "error", err)
			} else if n > 0 {
				e.App.Logger().Info("rows judged by the rules", "rows", n, "took", time.Since(began))
			}
		}()
		e.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
			stop()
			<-over
			return e.Next()
		})
		return e.Next()
	})
}
