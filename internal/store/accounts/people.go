package accounts

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/domain/account"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// Letters writes and sends the mail of accounts. Enabled says whether this
// server can send at all.
type Letters interface {
	Enabled() bool
	Send(purpose account.Purpose, to app.Person, institution app.Institution, token string, expires time.Time) error
	Test(to app.Person, institution app.Institution, s app.MailSettings) error
}

// People implements app.People, app.Access and app.Office.
type People struct {
	engine  *store.Engine
	app     core.App
	letters Letters
}

// NewPeople answers from an app's accounts.
func NewPeople(e *store.Engine, a core.App, letters Letters) *People {
	return &People{engine: e, app: a, letters: letters}
}

func (p *People) audit(tx core.App, by, action, user string, detail any) error {
	return store.WriteAudit(tx, store.Audit{Actor: by, Action: action, Key: store.Key{"users", user}, Detail: detail, At: p.engine.Now()})
}

// mayManage is Forbidden unless the actor manages accounts.
func mayManage(a actor.Actor) error {
	if !a.Role.May(actor.ManagePeople) {
		return fault.New(fault.Forbidden, "")
	}
	return nil
}

// inTransaction runs fn with the right to manage, on the account as it is now.
func (p *People) change(a actor.Actor, id string, fn func(tx core.App, r *core.Record) error) (app.Person, error) {
	if err := mayManage(a); err != nil {
		return app.Person{}, err
	}
	err := p.app.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindRecordById("users", id)
		if err != nil {
			return fault.New(fault.NotFound, "")
		}
		return fn(tx, r)
	})
	if err != nil {
		return app.Person{}, err
	}
	return p.one(id)
}

// save writes an account and says before and after in the audit.
func (p *People) save(tx core.App, by, action string, r *core.Record) error {
	before := r.Original().PublicExport()
	if err := tx.SaveWithContext(context.Background(), r); err != nil {
		return err
	}
	return p.audit(tx, by, action, r.Id, map[string]any{"before": before, "after": r.PublicExport()})
}

// Invite implements app.People.
func (p *People) Invite(a actor.Actor, n app.Newcomer) (app.Issued, error) {
	if err := mayManage(a); err != nil {
		return app.Issued{}, err
	}
	var out app.Issued
	var id string
	err := p.app.RunInTransaction(func(tx core.App) error {
		r, err := p.newAccount(tx, n)
		if err != nil {
			return err
		}
		r.SetRandomPassword() // nobody knows it: the link is the way in
		r.Set("invited_at", p.engine.Now())
		if err = tx.Save(r); err != nil {
			return err
		}
		if err = p.audit(tx, a.User, "invite", r.Id, map[string]any{"after": r.PublicExport()}); err != nil {
			return err
		}
		id = r.Id
		out.Purpose = account.Invitation
		out.Token, out.ExpiresAt.Time, err = p.issueLink(tx, account.Invitation, id, a.User)
		return err
	})
	if err != nil {
		return app.Issued{}, err
	}
	return p.deliver(out, id, true)
}

// newAccount is a valid record that is not saved yet.
func (p *People) newAccount(tx core.App, n app.Newcomer) (*core.Record, error) {
	email, err := account.Email(n.Email)
	if err != nil {
		return nil, err
	}
	name := strings.Join(strings.Fields(n.Name), " ")
	if name == "" {
		return nil, fault.New(fault.Required, "name")
	}
	if _, err = tx.FindAuthRecordByEmail("users", email); err == nil {
		return nil, fault.New(fault.EmailTaken, "email")
	} else if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	c, err := tx.FindCachedCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	r := core.NewRecord(c)
	r.SetEmail(email)
	r.Set("name", name)
	r.Set("active", true)
	return r, setScope(tx, r, n.Role, n.UT, n.Entity)
}

// setScope sets role, unit and entity if they go together and exist.
func setScope(tx core.App, r *core.Record, role actor.Role, ut, entity string) error {
	if err := account.CheckScope(role, ut, entity); err != nil {
		return err
	}
	for _, c := range []struct{ collection, id, field string }{{"uts", ut, "ut"}, {"entities", entity, "entity"}} {
		if c.id == "" {
			continue
		}
		if _, err := tx.FindRecordById(c.collection, c.id); err != nil {
			return fault.New(fault.InvalidValue, c.field)
		}
	}
	r.Set("role", string(role))
	r.Set("ut", ut)
	r.Set("entity", entity)
	return nil
}

// Link implements app.People.
func (p *People) Link(a actor.Actor, id string, byMail bool) (app.Issued, error) {
	var out app.Issued
	_, err := p.change(a, id, func(tx core.App, r *core.Record) error {
		if !r.GetBool("active") {
			return fault.New(fault.AccountInactive, "")
		}
		out.Purpose = account.Reset
		if r.GetDateTime("joined_at").IsZero() && !r.GetDateTime("invited_at").IsZero() {
			out.Purpose = account.Invitation
			r.Set("invited_at", p.engine.Now())
		}
		if id != a.User {
			r.RefreshTokenKey() // whoever may have the old password is out now, not when the link is used
		}
		err := tx.Save(r)
		if err != nil {
			return err
		}
		if out.Token, out.ExpiresAt.Time, err = p.issueLink(tx, out.Purpose, id, a.User); err != nil {
			return err
		}
		return p.audit(tx, a.User, "link", id, map[string]any{"purpose": out.Purpose, "expires_at": out.ExpiresAt.UTC().Format(store.StampLayout)})
	})
	if err != nil {
		return app.Issued{}, err
	}
	return p.deliver(out, id, byMail)
}

// deliver mails a link if it can and should, and then shows it to nobody else.
func (p *People) deliver(out app.Issued, id string, byMail bool) (app.Issued, error) {
	var err error
	if out.Person, err = p.one(id); err != nil {
		return out, err
	}
	if !byMail || !p.letters.Enabled() {
		return out, nil
	}
	institution, err := readInstitution(p.app.ConcurrentDB())
	if err != nil {
		return out, err
	}
	if err = p.letters.Send(out.Purpose, out.Person, institution, out.Token, out.ExpiresAt.Time); err != nil {
		p.app.Logger().Error("mail not sent", "purpose", out.Purpose, "error", err)
		out.MailError = true
		return out, nil
	}
	out.Mailed, out.Token = true, ""
	return out, nil
}

// Update implements app.People.
func (p *People) Update(a actor.Actor, id string, u app.PersonUpdate) (app.Person, error) {
	return p.change(a, id, func(tx core.App, r *core.Record) error {
		if u.Name != nil {
			name := strings.Join(strings.Fields(*u.Name), " ")
			if name == "" {
				return fault.New(fault.Required, "name")
			}
			r.Set("name", name)
		}
		role, ut, entity := actor.Role(r.GetString("role")), r.GetString("ut"), r.GetString("entity")
		wantRole, wantUT, wantEntity := or(u.Role, role), or(u.UT, ut), or(u.Entity, entity)
		if wantRole != role || wantUT != ut || wantEntity != entity {
			if id == a.User {
				return fault.New(fault.OwnRole, "role")
			}
			if err := setScope(tx, r, wantRole, wantUT, wantEntity); err != nil {
				return err
			}
		}
		return p.save(tx, a.User, "update", r)
	})
}

func or[T any](v *T, otherwise T) T {
	if v != nil {
		return *v
	}
	return otherwise
}

// SetActive implements app.People.
func (p *People) SetActive(a actor.Actor, id string, active bool) (app.Person, error) {
	return p.change(a, id, func(tx core.App, r *core.Record) error {
		if id == a.User {
			return fault.New(fault.OwnRole, "")
		}
		if r.GetBool("active") == active {
			return nil
		}
		r.Set("active", active)
		action := "reactivate"
		if !active {
			action = "deactivate"
			r.RefreshTokenKey() // every token of his ends now
			if err := voidLinks(tx.NonconcurrentDB(), id); err != nil {
				return err
			}
		}
		return p.save(tx, a.User, action, r)
	})
}

// Unlock implements app.People.
func (p *People) Unlock(a actor.Actor, id string) (app.Person, error) {
	return p.change(a, id, func(tx core.App, r *core.Record) error {
		if err := unlock(tx.NonconcurrentDB(), UserAccount(r.Email())); err != nil {
			return err
		}
		return p.audit(tx, a.User, "unlock", id, map[string]any{})
	})
}

// Forgot implements app.Access.
func (p *People) Forgot(email string) {
	go func() {
		defer func() {
			if lost := recover(); lost != nil {
				p.app.Logger().Error("forgot: not sent", "panic", lost)
			}
		}()
		if err := p.forgot(email); err != nil {
			p.app.Logger().Error("forgot: not sent", "error", err)
		}
	}()
}

// forgotEvery bounds how often one person is written to, forgotADay how many times
// within a day: whoever knows an address may ask for it.
const (
	forgotEvery = 2 * time.Minute
	forgotADay  = 6
)

func (p *People) forgot(typed string) error {
	email, err := account.Email(typed)
	if err != nil || !p.letters.Enabled() {
		return nil
	}
	user, err := p.app.FindAuthRecordByEmail("users", email)
	if err != nil || !user.GetBool("active") || user.GetBool("demo") {
		return nil
	}
	out := app.Issued{Purpose: account.Reset}
	err = p.app.RunInTransaction(func(tx core.App) error {
		var recent int
		if err := tx.NonconcurrentDB().NewQuery(`SELECT count(*) FROM access_links WHERE user = {:u} AND issued_at > {:t} AND used_at = ''`).
			Bind(dbx.Params{"u": user.Id, "t": store.FormatStamp(p.engine.Now().Add(-forgotEvery))}).Row(&recent); err != nil || recent > 0 {
			return err
		}
		var asked int
		if err := tx.NonconcurrentDB().NewQuery(`SELECT count(*) FROM audit WHERE collection = 'users' AND record = {:u}
			AND action = 'forgot' AND created > {:t}`).Bind(dbx.Params{"u": user.Id, "t": store.PBTime(p.engine.Now().AddDate(0, 0, -1))}).
			Row(&asked); err != nil || asked >= forgotADay {
			return err
		}
		if user.GetDateTime("joined_at").IsZero() && !user.GetDateTime("invited_at").IsZero() {
			out.Purpose = account.Invitation
		}
		if out.Token, out.ExpiresAt.Time, err = p.issueLink(tx, out.Purpose, user.Id, ""); err != nil {
			return err
		}
		return p.audit(tx, "", "forgot", user.Id, map[string]any{})
	})
	if err != nil || out.Token == "" {
		return err
	}
	_, err = p.deliver(out, user.Id, true)
	return err
}

// KeepsAnAdmin is LastAdmin when a change of an account would leave the server
// without anybody to manage it. It looks inside the transaction of the change.
// A demo account does not count: nobody gets in with it from another machine.
func KeepsAnAdmin(tx core.App, r *core.Record, deleted bool) error {
	if !manages(r.Original()) || !deleted && manages(r) {
		return nil
	}
	var others int
	if err := tx.DB().NewQuery(`SELECT count(*) FROM users WHERE role = 'admin' AND active AND NOT demo AND id <> {:id}`).
		Bind(dbx.Params{"id": r.Id}).Row(&others); err != nil {
		return err
	}
	if others == 0 {
		return fault.New(fault.LastAdmin, "")
	}
	return nil
}

func manages(r *core.Record) bool {
	return r.GetString("role") == string(actor.Admin) && r.GetBool("active") && !r.GetBool("demo")
}
