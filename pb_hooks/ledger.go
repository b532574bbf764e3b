package pb_hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
	"chaski/internal/store/sheets"
)

// registerLedger brings up to date sync and progress in the transaction of every record
// write, whatever asked for it: sync push, REST, dashboard, a job.
func registerLedger(app core.App, engine *store.Engine) {
	remember := func(e *core.RecordEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		key := store.Key{Collection: e.Record.TableName(), Record: e.Record.Id}
		return engine.Around(e.App, key, func(tx core.App) error {
			e.App = tx
			return e.Next()
		})
	}
	app.OnRecordCreateExecute(tracked()...).BindFunc(remember)
	app.OnRecordUpdateExecute(tracked()...).BindFunc(remember)
	app.OnRecordDeleteExecute(tracked()...).BindFunc(remember)
}

// registerRules says no to what REST or the dashboard would save against a rule
// of the record. Those of the drain hold for every path; these are asked first,
// so that the field is told in our words.
func registerRules(app core.App, engine *store.Engine) {
	permits := func(e *core.RecordRequestEvent) error {
		store.Spell(e.Record)
		if err := engine.Permits(e.App, e.Record); err != nil {
			return e.BadRequestError("No se guardó: corrija el dato que se indica.", err)
		}
		return e.Next()
	}
	app.OnRecordCreateRequest(tracked()...).BindFunc(permits)
	app.OnRecordUpdateRequest(tracked()...).BindFunc(permits)
}

// registerSheets holds every write of a daily sheet against the rule of its
// validation, in the transaction that registerLedger opened for it.
func registerSheets(app core.App, engine *store.Engine) {
	app.OnRecordUpdateExecute("attendance_sheets").BindFunc(func(e *core.RecordEvent) error {
		if err := sheets.Judge(e.Context, engine, e.App, e.Record); err != nil {
			return err
		}
		return e.Next()
	})
}
