package store_test

import (
	"context"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
)

// A server that ends waits for what works beside it: after that its databases
// are closed, and whoever still reads them takes the process down.
func TestTheEndWaitsForWorkBeside(t *testing.T) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	began, ended := make(chan struct{}), false
	store.Beside(app, func(ctx context.Context) {
		close(began)
		<-ctx.Done()
		ended = true
	})
	<-began
	err := app.OnTerminate().Trigger(&core.TerminateEvent{App: app}, func(*core.TerminateEvent) error {
		if !ended {
			t.Error("the databases would be closed under the work")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
