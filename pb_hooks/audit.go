package pb_hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/store"
)

// registerAudit notes who changed what over REST or the dashboard, in the same
// transaction as the change. What devices push is noted in sync_mutations.
func registerAudit(app core.App, engine *store.Engine) {
	note := func(action string) func(*core.RecordRequestEvent) error {
		return func(e *core.RecordRequestEvent) error {
			outer := e.App
			defer func() { e.App = outer }()
			return e.App.RunInTransaction(func(tx core.App) error {
				e.App = tx
				before := visible(e.Record.Fresh())
				if err := e.Next(); err != nil {
					return err
				}
				return store.WriteAudit(tx, store.Audit{
					Actor: actorOf(e.Auth), Action: action, At: engine.Now(),
					Key:    store.Key{Collection: e.Collection.Name, Record: e.Record.Id},
					Detail: map[string]any{"before": before, "after": visible(e.Record)},
				})
			})
		}
	}
	watched := append(tracked(), "users", "devices")
	app.OnRecordCreateRequest(watched...).BindFunc(note("create"))
	app.OnRecordUpdateRequest(watched...).BindFunc(note("update"))
	app.OnRecordDeleteRequest(watched...).BindFunc(note("delete"))
}

// visible is a record without what its collection hides: a superuser's request
// shows him that too, the trail nobody.
func visible(r *core.Record) map[string]any {
	out := r.PublicExport()
	for _, f := range r.Collection().Fields {
		if f.GetHidden() {
			delete(out, f.GetName())
		}
	}
	return out
}

func actorOf(auth *core.Record) string {
	switch {
	case auth == nil:
		return ""
	case auth.IsSuperuser():
		return "superuser:" + auth.Id
	}
	return auth.Id
}
