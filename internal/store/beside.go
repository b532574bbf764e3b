package store

import (
	"context"

	"github.com/pocketbase/pocketbase/core"
)

// Beside does work next to the requests. When the app terminates, ctx ends and
// the end of the work is awaited: the databases close next.
func Beside(app core.App, work func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	hook := app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		cancel()
		<-over
		return e.Next()
	})
	go func() {
		defer app.OnTerminate().Unbind(hook)
		defer close(over)
		defer cancel()
		work(ctx)
	}()
}
