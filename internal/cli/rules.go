package cli

import (
	"context"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
)

// ScanRules judges, while the server works, the rows that were there before this
// version of the rules, and stops with it; the next start goes on.
func ScanRules(pb core.App, engine *store.Engine) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		store.Beside(e.App, func(ctx context.Context) {
			began := time.Now()
			n, err := untilDone(ctx, scanPause, func() (int, error) { return engine.ScanRules(ctx, e.App) }, func(err error) {
				e.App.Logger().Error("rows not judged by the rules yet", "error", err)
			})
			if err == nil && n > 0 {
				e.App.Logger().Info("rows judged by the rules", "rows", n, "took", time.Since(began).String())
			}
		})
		return e.Next()
	})
}

// scanPause is how long the scan rests after its first error; each further one
// doubles it, up to longestPause.
const (
	scanPause    = 10 * time.Second
	longestPause = time.Hour
)

// untilDone does again, after a growing pause, what failed: a disk that was full
// has space again without a restart. Each error is told. It answers how many were
// done in all, and an error only where it was stopped.
func untilDone(ctx context.Context, pause time.Duration, do func() (int, error), failed func(error)) (int, error) {
	for total := 0; ; {
		n, err := do()
		total += n
		if err == nil || ctx.Err() != nil {
			return total, err
		}
		failed(err)
		select {
		case <-ctx.Done():
			return total, ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}
