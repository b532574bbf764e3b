package pb_hooks

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/demoaccess"
	"chaski/internal/poke"

	"chaski/internal/store/accounts"
)

// connect is the topic by which PocketBase's SDK learns its client id.
const connect = "PB_CONNECT"

// registerAccess refuses demo accounts off loopback, a change that would leave
// nobody to manage the server, and record subscriptions to app users: PocketBase
// asks one query per subscriber inside every write.
func registerAccess(app core.App) {
	app.OnRecordAuthRequest("users", core.CollectionNameSuperusers).BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if demoaccess.IsDemo(e.Record) && !demoaccess.FromThisMachine(e.Request) {
			return e.ForbiddenError(demoaccess.Refused, nil)
		}
		return e.Next()
	})
	keepsAnAdmin := func(deleted bool) func(*core.RecordEvent) error {
		return func(e *core.RecordEvent) error {
			if err := accounts.KeepsAnAdmin(e.App, e.Record, deleted); err != nil {
				return err
			}
			return e.Next()
		}
	}
	app.OnRecordUpdate("users").BindFunc(keepsAnAdmin(false))
	app.OnRecordDelete("users").BindFunc(keepsAnAdmin(true))
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		for _, s := range e.Subscriptions {
			if s != poke.Topic && s != connect && !e.HasSuperuserAuth() {
				return e.ForbiddenError("Solo se puede escuchar "+poke.Topic+".", nil)
			}
		}
		return e.Next()
	})
}
