package accounts

import (
	"net/url"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"chaski/internal/app"
	"chaski/internal/domain/account"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

func readInstitution(db dbx.Builder) (app.Institution, error) {
	var i app.Institution
	err := db.NewQuery(`SELECT name, contact, public_address FROM institution`).Row(&i.Name, &i.Contact, &i.Address)
	return i, err
}

// needsSetup says whether nobody can manage this server. A demonstration needs
// nobody.
func needsSetup(db dbx.Builder) (bool, error) {
	var needed bool
	err := db.NewQuery(`SELECT NOT EXISTS (SELECT 1 FROM users WHERE demo OR role = 'admin' AND active)`).Row(&needed)
	return needed, err
}

// Doors implements app.Access.
func (p *People) Doors() (app.Doors, error) {
	db := p.app.ConcurrentDB()
	needed, err := needsSetup(db)
	if err != nil {
		return app.Doors{}, err
	}
	institution, err := readInstitution(db)
	return app.Doors{Institution: institution, NeedsSetup: needed, Mail: p.letters.Enabled()}, err
}

// SetupLink makes a link for the first administrator, and voids older ones; ""
// when there is one already.
func (p *People) SetupLink() (string, error) {
	var token string
	err := p.app.RunInTransaction(func(tx core.App) error {
		needed, err := needsSetup(tx.NonconcurrentDB())
		if err != nil || !needed {
			return err
		}
		token, _, err = p.issueLink(tx, account.Setup, "", "")
		return err
	})
	return token, err
}

// Setup implements app.Access.
func (p *People) Setup(q app.SetupRequest) (app.Superuser, error) {
	var super app.Superuser
	institution, err := cleanInstitution(q.Institution)
	if err != nil {
		return super, err
	}
	err = p.app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		link, err := p.findLink(db, q.Token)
		if err != nil {
			return err
		}
		if link.Purpose != string(account.Setup) {
			return fault.New(fault.LinkInvalid, "token")
		}
		needed, err := needsSetup(db)
		if err != nil {
			return err
		}
		if !needed {
			return fault.New(fault.SetupDone, "token")
		}
		r, err := p.newAccount(tx, app.Newcomer{Name: q.Name, Email: q.Email, Role: actor.Admin})
		if err != nil {
			return err
		}
		if err = account.CheckPassword(q.Password, r.Email(), r.GetString("name")); err != nil {
			return err
		}
		if err = p.useLink(db, link.ID); err != nil {
			return err
		}
		r.SetPassword(q.Password)
		r.SetVerified(true)
		r.Set("joined_at", p.engine.Now())
		if err = tx.Save(r); err != nil {
			return err
		}
		if err = p.audit(tx, r.Id, "setup", r.Id, map[string]any{"after": r.PublicExport()}); err != nil {
			return err
		}
		if err = writeInstitution(tx, institution); err != nil {
			return err
		}
		super, err = firstSuperuser(tx, r.Email())
		return err
	})
	if err != nil {
		return app.Superuser{}, err
	}
	return super, nil
}

// firstSuperuser makes the account of PocketBase's dashboard, with a password of
// its own that is shown once; nothing if there is one.
func firstSuperuser(tx core.App, email string) (app.Superuser, error) {
	total, err := tx.CountRecords(core.CollectionNameSuperusers, dbx.Not(dbx.HashExp{"email": core.DefaultInstallerEmail}))
	if err != nil || total > 0 {
		return app.Superuser{}, err
	}
	c, err := tx.FindCachedCollectionByNameOrId(core.CollectionNameSuperusers)
	if err != nil {
		return app.Superuser{}, err
	}
	out := app.Superuser{Email: email, Password: security.RandomStringWithAlphabet(24, tokenAlphabet)}
	r := core.NewRecord(c)
	r.SetEmail(out.Email)
	r.SetPassword(out.Password)
	return out, tx.Save(r)
}

// cleanInstitution is Required without a name, AddressInvalid for what is no
// address of a site.
func cleanInstitution(i app.Institution) (app.Institution, error) {
	i.Name, i.Contact = strings.TrimSpace(i.Name), strings.TrimSpace(i.Contact)
	i.Address = strings.TrimRight(strings.TrimSpace(i.Address), "/")
	if i.Name == "" {
		return i, fault.New(fault.Required, "institution")
	}
	u, err := url.Parse(i.Address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return i, fault.New(fault.AddressInvalid, "address")
	}
	return i, nil
}

func writeInstitution(tx core.App, i app.Institution) error {
	if _, err := tx.NonconcurrentDB().NewQuery(`UPDATE institution SET name = {:n}, contact = {:c}, public_address = {:a}`).
		Bind(dbx.Params{"n": i.Name, "c": i.Contact, "a": i.Address}).Execute(); err != nil {
		return err
	}
	s, err := tx.Settings().Clone()
	if err != nil {
		return err
	}
	s.Meta.AppURL = i.Address
	return tx.Save(s)
}

func mayArrange(a actor.Actor) error {
	if !a.Role.May(actor.ManageInstitution) {
		return fault.New(fault.Forbidden, "")
	}
	return nil
}

// Institution implements app.Office.
func (p *People) Institution(a actor.Actor) (app.Institution, app.MailSettings, error) {
	if err := mayArrange(a); err != nil {
		return app.Institution{}, app.MailSettings{}, err
	}
	i, err := readInstitution(p.app.ConcurrentDB())
	s := p.app.Settings()
	m := app.MailSettings{
		Enabled: s.SMTP.Enabled, Host: s.SMTP.Host, Port: s.SMTP.Port, Username: s.SMTP.Username, TLS: s.SMTP.TLS,
		SenderName: s.Meta.SenderName, Sender: s.Meta.SenderAddress,
	}
	if !m.Enabled && m.Host == "smtp.example.com" { // PocketBase's example
		m.Host, m.Sender = "", ""
	}
	return i, m, err
}

// SetInstitution implements app.Office.
func (p *People) SetInstitution(a actor.Actor, i app.Institution) error {
	if err := mayArrange(a); err != nil {
		return err
	}
	i, err := cleanInstitution(i)
	if err != nil {
		return err
	}
	return p.app.RunInTransaction(func(tx core.App) error {
		before, err := readInstitution(tx.NonconcurrentDB())
		if err != nil {
			return err
		}
		if err = writeInstitution(tx, i); err != nil {
			return err
		}
		return store.WriteAudit(tx, store.Audit{
			Actor: a.User, Action: "update", Key: store.Key{"institution", "1"}, At: p.engine.Now(),
			Detail: map[string]any{"before": before, "after": i},
		})
	})
}

// SetMail implements app.Office.
func (p *People) SetMail(a actor.Actor, m app.MailSettings) error {
	if err := mayArrange(a); err != nil {
		return err
	}
	m, err := p.cleanMail(m)
	if err != nil {
		return err
	}
	return p.app.RunInTransaction(func(tx core.App) error {
		s, err := tx.Settings().Clone()
		if err != nil {
			return err
		}
		s.SMTP.Enabled = m.Enabled
		if m.Enabled {
			s.SMTP.Host, s.SMTP.Port, s.SMTP.Username, s.SMTP.Password, s.SMTP.TLS = m.Host, m.Port, m.Username, m.Password, m.TLS
			s.Meta.SenderName, s.Meta.SenderAddress = m.SenderName, m.Sender
		}
		if err = tx.Save(s); err != nil {
			return err
		}
		m.Password = ""
		return store.WriteAudit(tx, store.Audit{
			Actor: a.User, Action: "update", Key: store.Key{"mail", "1"}, At: p.engine.Now(), Detail: map[string]any{"after": m},
		})
	})
}

// cleanMail fills in what is not said; an unsaid password is the one there is,
// but only for the same host and user: it is not to be sent elsewhere.
func (p *People) cleanMail(m app.MailSettings) (app.MailSettings, error) {
	if !m.Enabled {
		return m, nil
	}
	m.Host = strings.TrimSpace(m.Host)
	if m.Host == "" {
		return m, fault.New(fault.Required, "host")
	}
	sender, err := account.Email(m.Sender)
	if err != nil {
		return m, fault.New(fault.EmailInvalid, "sender")
	}
	m.Sender = sender
	if m.SenderName = strings.TrimSpace(m.SenderName); m.SenderName == "" {
		m.SenderName = "Chaski"
	}
	if now := p.app.Settings().SMTP; m.Password == "" && now.Host == m.Host && now.Username == m.Username {
		m.Password = now.Password
	}
	return m, nil
}

// TestMail implements app.Office.
func (p *People) TestMail(a actor.Actor, m app.MailSettings) error {
	if err := mayArrange(a); err != nil {
		return err
	}
	m.Enabled = true
	m, err := p.cleanMail(m)
	if err != nil {
		return err
	}
	i, err := readInstitution(p.app.ConcurrentDB())
	if err != nil {
		return err
	}
	if err = p.letters.Test(app.Person{Name: a.Name, Email: a.Email}, i, m); err != nil {
		return fault.New(fault.MailFailed, "host").With("reason", err.Error())
	}
	return nil
}

// FirstSteps implements app.Office.
func (p *People) FirstSteps(a actor.Actor, overTLS bool) ([]app.Step, error) {
	if err := mayArrange(a); err != nil {
		return nil, err
	}
	var n struct{ uts, entities, aos, interventions, people, participants, budget int64 }
	var address string
	err := p.app.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM uts), (SELECT count(*) FROM entities), (SELECT count(*) FROM aos),
		(SELECT count(*) FROM interventions), (SELECT count(*) FROM users WHERE active AND id <> {:me}),
		(SELECT count(*) FROM participants), (SELECT count(*) FROM budget_execution), (SELECT public_address FROM institution)`).
		Bind(dbx.Params{"me": a.User}).
		Row(&n.uts, &n.entities, &n.aos, &n.interventions, &n.people, &n.participants, &n.budget, &address)
	if err != nil {
		return nil, err
	}
	s := p.app.Settings()
	count := func(key string, n int64) app.Step { return app.Step{Key: key, Done: n > 0, Count: n} }
	state := func(key string, done bool) app.Step { return app.Step{Key: key, Done: done, Count: -1} }
	return []app.Step{
		state("https", overTLS || strings.HasPrefix(address, "https://")),
		state("mail", s.SMTP.Enabled),
		state("backup", s.Backups.Cron != ""),
		count("uts", n.uts),
		count("entities", n.entities),
		count("aos", n.aos),
		count("interventions", n.interventions),
		count("people", n.people),
		count("participants", n.participants),
		count("budget", n.budget),
	}, nil
}

// InviteFromConsole makes an account for who sits at the server, and its link.
func (p *People) InviteFromConsole(n app.Newcomer) (token string, err error) {
	err = p.app.RunInTransaction(func(tx core.App) error {
		r, err := p.newAccount(tx, n)
		if err != nil {
			return err
		}
		r.SetRandomPassword()
		r.Set("invited_at", p.engine.Now())
		if err = tx.Save(r); err != nil {
			return err
		}
		if err = p.audit(tx, console, "invite", r.Id, map[string]any{"after": r.PublicExport()}); err != nil {
			return err
		}
		token, _, err = p.issueLink(tx, account.Invitation, r.Id, console)
		return err
	})
	return token, err
}

// LinkFromConsole makes a link for an account that exists, and unlocks it.
func (p *People) LinkFromConsole(email string) (token string, err error) {
	err = p.app.RunInTransaction(func(tx core.App) error {
		r, err := tx.FindAuthRecordByEmail("users", strings.ToLower(strings.TrimSpace(email)))
		if err != nil {
			return fault.New(fault.NotFound, "email")
		}
		if !r.GetBool("active") {
			return fault.New(fault.AccountInactive, "email")
		}
		if err = unlock(tx.NonconcurrentDB(), UserAccount(r.Email())); err != nil {
			return err
		}
		r.RefreshTokenKey() // as by any other administrator's link
		if err = tx.Save(r); err != nil {
			return err
		}
		if err = p.audit(tx, console, "link", r.Id, map[string]any{"purpose": account.Reset}); err != nil {
			return err
		}
		token, _, err = p.issueLink(tx, account.Reset, r.Id, console)
		return err
	})
	return token, err
}

// console is the actor of what was done at the server itself.
const console = "console"
