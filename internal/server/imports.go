package server

import (
	"context"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/app/imports"
	"chaski/internal/sheet"
	"chaski/internal/store"
)

// ImporterKey is where a running app keeps its imports.Importer.
const ImporterKey = "chaskiImporter"

// bindImports goes on with imports that are under way, now and until the server
// ends: then the step that is being written is, and no more.
func bindImports(pb core.App, engine *store.Engine, sights app.Sights) (*imports.Importer, error) {
	archive := store.NewImports(engine, pb)
	if err := archive.UnstageAll(); err != nil {
		return nil, err
	}
	im := &imports.Importer{
		Archive: archive, Opener: sheet.Opener{}, Printer: sheet.Printer{}, Today: engine.Today, Sights: sights, Log: pb.Logger(),
	}
	pb.Store().Set(ImporterKey, im)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		im.Run(ctx)
	}()
	pb.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		cancel()
		<-done
		return e.Next()
	})
	return im, nil
}
