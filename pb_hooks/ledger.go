package pb_hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
)

// registerLedger settles sync and progress in the transaction of every record
// write, whatever asked for it: sync push, REST, dashboard, a job.
func registerLedger(app core.App, engine *store.Engine) {
	settle := func(e *core.RecordEvent) error {
		outer := e.App
		defer func() { e.App = outer }()
		key := store.Key{Collection: e.Record.TableName(), Record: e.Record.Id}
		return engine.Around(e.App, key, func(tx core.App) error {
			e.App = tx
			return e.Next()
		})
	}
	app.OnRecordCreateExecute(tracked()...).BindFunc(settle)
	app.OnRecordUpdateExecute(tracked()...).BindFunc(settle)
	app.OnRecordDeleteExecute(tracked()...).BindFunc(settle)
}

// registerRules says no to what REST or the dashboard would save against a rule
// of the record. Those of the drain hold for every path; these are asked first,
// so that the field is told in our words.
func registerRules(app core.App, engine *store.Engine) {
	permits := func(e *core.RecordRequestEvent) error {
		if err := engine.Permits(e.App, e.Record); err != nil {
			return e.BadRequestError("No se guardó: corrija el dato que se indica.", err)
		}
		return e.Next()
	}
	app.OnRecordCreateRequest(tracked()...).BindFunc(permits)
	app.OnRecordUpdateRequest(tracked()...).BindFunc(permits)
}

// registerSigning writes who validated a daily sheet; nobody signs for another.
func registerSigning(app core.App) {
	app.OnRecordUpdateRequest("attendance_sheets").BindFunc(func(e *core.RecordRequestEvent) error {
		if e.Auth != nil && !e.Auth.IsSuperuser() {
			e.Record.Set("validated_by", e.Auth.Id)
		}
		return e.Next()
	})
}
