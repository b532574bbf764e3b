// Package ops owns what keeps a server running well: which of PocketBase's own
// jobs stay, the schedule of backups, whether it is alive and ready, and that
// one server only works on a data directory.
package ops

import (
	"context"
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/backup"
)

const (
	pbOptimize = "__pbDBOptimize__" // PocketBase's nightly job
	optimize   = "chaski_optimize"
	nightly    = "0 5 * * *" // UTC: midnight in Lima
)

// ErrRestoreByCommand refuses PocketBase's own restore.
var ErrRestoreByCommand = errors.New("restaure con el servidor detenido: chaski restore ARCHIVO --dir CARPETA --replace")

// Bind replaces what PocketBase does with the database files: its nightly job
// and its backups. It holds for every app, served or not.
func Bind(app core.App) {
	app.OnBootstrap().BindFunc(func(e *core.BootstrapEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		return replaceOptimize(e.App)
	})
	app.OnBackupRestore().BindFunc(func(*core.BackupEvent) error { return ErrRestoreByCommand })
}

// replaceOptimize: PocketBase truncates the WAL every night, which stops every
// writer for as long as any reader is busy. SQLite reuses the WAL by itself;
// what is wanted nightly is fresh statistics for its query planner.
func replaceOptimize(app core.App) error {
	app.Cron().Remove(pbOptimize)
	return app.Cron().Add(optimize, nightly, func() {
		_, data := app.NonconcurrentDB().NewQuery(`PRAGMA optimize`).Execute()
		_, aux := app.AuxNonconcurrentDB().NewQuery(`PRAGMA optimize`).Execute()
		if err := errors.Join(data, aux); err != nil {
			app.Logger().Warn("nightly optimize failed", "error", err)
		}
	})
}

// Backups makes PocketBase's button and schedule in the dashboard make our
// archives: its own copies live database files, with every writer stopped.
func Backups(app core.App, run func(context.Context) error) {
	app.OnBackupCreate().BindFunc(func(e *core.BackupEvent) error { return run(e.Context) })
}

// Exclusive lets one server at a time work on the app's data directory, and none
// on one that a restore left halfway.
func Exclusive(app core.App) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		release, err := backup.Serve(e.App.DataDir())
		if err != nil {
			return err
		}
		e.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
			err := e.Next()
			release() // after the databases are closed
			return err
		})
		if err := e.Next(); err != nil {
			release()
			return err
		}
		return nil
	})
}
