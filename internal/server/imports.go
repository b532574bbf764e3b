package server

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/app/imports"
	"chaski/internal/sheet"
	"chaski/internal/store"
	importstore "chaski/internal/store/imports"
)

// ImporterKey is where a running app keeps its imports.Importer.
const ImporterKey = "chaskiImporter"

// newImporter makes the importer of a server; CarryImports goes on with what is
// under way.
func newImporter(pb core.App, engine *store.Engine, sights app.Sights) (*imports.Importer, error) {
	archive := importstore.New(engine, pb)
	if err := archive.UnstageAll(); err != nil {
		return nil, err
	}
	im := &imports.Importer{
		Archive: archive, Opener: sheet.Opener{}, Printer: sheet.Printer{}, Today: engine.Today, Sights: sights, Log: pb.Logger(),
	}
	pb.Store().Set(ImporterKey, im)
	return im, nil
}

// CarryImports goes on with imports that are under way, from when the server
// begins until it ends: then the step that is being written is, and no more.
func CarryImports(pb core.App) {
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		store.Beside(e.App, e.App.Store().Get(ImporterKey).(*imports.Importer).Run)
		return nil
	})
}
