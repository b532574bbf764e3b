package accounts

import (
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/session"
)

// CloseSessions implements app.People.
func (p *People) CloseSessions(a actor.Actor, id string) (app.Person, error) {
	return p.change(a, id, func(tx core.App, r *core.Record) error { return p.closeAll(tx, a.User, "close_sessions", r) })
}

// CloseOthers implements app.People.
func (p *People) CloseOthers(a actor.Actor) (token string, err error) {
	err = p.app.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById("users", a.User)
		if err != nil {
			return fault.New(fault.SessionExpired, "")
		}
		if err = p.closeAll(tx, a.User, "close_others", r); err != nil {
			return err
		}
		id := a.Session.ID
		if id == "" {
			id = session.New()
		}
		if token, err = session.Fresh(r, id); err != nil {
			return err
		}
		return NewSessions(tx).Renewed(session.Of(token))
	})
	return token, err
}

// closeAll ends every session of an account: no token it has is good any more.
func (p *People) closeAll(tx core.App, by, action string, r *core.Record) error {
	r.RefreshTokenKey()
	if err := tx.Save(r); err != nil {
		return err
	}
	return p.audit(tx, by, action, r.Id, map[string]any{})
}
