package server

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"

	"chaski/internal/store/accounts"
	"chaski/internal/streams"
)

// registerStreams bounds the open streams and closes those of people whose access
// is another now: put out of use, deactivated, another role or unit, another
// password, all sessions closed.
func registerStreams(app core.App, sessions *accounts.Sessions) {
	refuse := func(e *core.RequestEvent) error {
		return httpapi.Refuse(e.Response, fault.New(fault.TooManyStreams, ""))
	}
	here := func(e *core.RequestEvent) actor.Session {
		s, _ := e.Get(sessionKey).(actor.Session)
		return s
	}
	open := streams.Bind(app, sessions.Ended, here, refuse)
	app.OnRecordUpdate("users").BindFunc(func(e *core.RecordEvent) error {
		was, now, user := e.Record.Original(), e.Record, e.Record.Id
		if was.GetBool("active") && !now.GetBool("active") && was.TokenKey() == now.TokenKey() {
			now.RefreshTokenKey() // by whatever path he was deactivated
		}
		// Another unit needs no new stream: what it tells is asked of the account each time.
		closes := was.TokenKey() != now.TokenKey() || was.GetString("role") != now.GetString("role")
		if err := e.Next(); err != nil || !closes {
			return err
		}
		afterCommit(e.App, func() { open.CloseOf(user) })
		return nil
	})
	app.OnRecordDelete("users").BindFunc(func(e *core.RecordEvent) error {
		user := e.Record.Id
		if err := e.Next(); err != nil {
			return err
		}
		afterCommit(e.App, func() { open.CloseOf(user) })
		return nil
	})
}

// afterCommit runs fn once what was written is there to be read.
func afterCommit(app core.App, fn func()) {
	if tx := app.TxInfo(); tx != nil {
		tx.OnComplete(func(err error) error {
			if err == nil {
				fn()
			}
			return nil
		})
		return
	}
	fn()
}
