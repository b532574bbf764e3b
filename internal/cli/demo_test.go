package cli_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/cli"
	"chaski/internal/demo"
	"chaski/internal/server"
	"chaski/internal/testkit"
)

// A national load that was cut off is not served as if it were whole.
func TestAnUnfinishedLoadIsNotServed(t *testing.T) {
	k := testkit.Empty(t)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: k.Dir, DBConnect: server.Connect})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	cli.RefuseUnfinished(app)
	served := 0
	serving := func() error {
		return app.OnServe().Trigger(&core.ServeEvent{App: app}, func(*core.ServeEvent) error { served++; return nil })
	}
	if err := serving(); err != nil || served != 1 {
		t.Fatalf("%d, %v", served, err)
	}
	cut := errors.New("power gone")
	err := demo.Load(context.Background(), app, demo.Options{
		Seed: 1, Today: "2026-11-23", National: true, Works: 10,
		Bulk: func(context.Context, core.App, string, func(core.App) error) error { return cut },
	})
	if !errors.Is(err, cut) {
		t.Fatal(err)
	}
	if err := serving(); !errors.Is(err, demo.ErrUnfinished) || served != 1 {
		t.Fatalf("served %d times, %v", served, err)
	}
}
