package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// accessTables are side tables of our own that no record API reaches.
var accessTables = []string{
	// The institution that runs this server. public_address is empty until the
	// first administrator has said it.
	`CREATE TABLE institution (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL DEFAULT '',
		contact TEXT NOT NULL DEFAULT '', public_address TEXT NOT NULL DEFAULT '')`,
	`INSERT INTO institution (one) VALUES (1)`,
	// One-time links. Of the secret only its hash is kept. purpose: setup, invitation, reset.
	`CREATE TABLE access_links (id TEXT PRIMARY KEY, hash TEXT NOT NULL, purpose TEXT NOT NULL, user TEXT NOT NULL,
		issued_by TEXT NOT NULL, issued_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT NOT NULL DEFAULT '')`,
	`CREATE INDEX idx_access_links_user ON access_links (user)`,
	// Failed sign-ins. An empty address counts an account over all addresses, an
	// empty account an address over all accounts.
	`CREATE TABLE signin_guard (account TEXT NOT NULL, address TEXT NOT NULL, failures INTEGER NOT NULL,
		since TEXT NOT NULL, locked_until TEXT NOT NULL, locks INTEGER NOT NULL,
		PRIMARY KEY (account, address)) WITHOUT ROWID`,
	// Where an account has signed in well: there it is not locked by what strangers try.
	`CREATE TABLE signin_known (account TEXT NOT NULL, address TEXT NOT NULL, last_at TEXT NOT NULL,
		PRIMARY KEY (account, address)) WITHOUT ROWID`,
}

// Access: invitations, one-time links, lockout; and the settings that keep a
// server that nobody has hardened from being an open one.
func init() {
	m.Register(func(app core.App) error {
		for _, sql := range accessTables {
			if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
				return err
			}
		}
		users := find(app, "users")
		users.Fields.Add(instant("invited_at"), instant("joined_at"))
		if password, ok := users.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok {
			password.Min = 10
		}
		// A phone changes its address all day: an alert each time teaches people
		// to ignore alerts.
		users.AuthAlert.Enabled = false
		if err := app.Save(users); err != nil {
			return err
		}
		return app.Save(hardened(app.Settings()))
	}, func(app core.App) error {
		users := find(app, "users")
		users.Fields.RemoveByName("invited_at")
		users.Fields.RemoveByName("joined_at")
		if password, ok := users.Fields.GetByName(core.FieldNamePassword).(*core.PasswordField); ok {
			password.Min = 8
		}
		users.AuthAlert.Enabled = true
		if err := app.Save(users); err != nil {
			return err
		}
		for _, name := range []string{"signin_known", "signin_guard", "access_links", "institution"} {
			if _, err := app.DB().NewQuery(`DROP TABLE ` + name).Execute(); err != nil {
				return err
			}
		}
		settings := app.Settings()
		settings.RateLimits.Enabled = false
		settings.SuperuserIPs = nil
		return app.Save(settings)
	})
}

// hardened are the settings of a fresh server; docs/decisions/0010 says why.
func hardened(s *core.Settings) *core.Settings {
	s.Meta.AppName = "Chaski"
	s.Meta.SenderName = "Chaski"
	// The dashboard is for whoever sits at the server, until he says otherwise.
	s.SuperuserIPs = []string{"127.0.0.0/8", "::1"}
	s.Batch.Enabled = false
	s.RateLimits = core.RateLimitsConfig{Enabled: true, Rules: []core.RateLimitRule{
		// By address; a whole office may share one. The lockout is by account.
		{Label: "*:authWithPassword", MaxRequests: 120, Duration: 60},
		{Label: "*:auth", MaxRequests: 30, Duration: 60},
		{Label: "*:requestPasswordReset", MaxRequests: 30, Duration: 300},
		{Label: "*:create", MaxRequests: 100, Duration: 10},
		{Label: "POST /api/chaski/v1/access/", MaxRequests: 120, Duration: 60},
		{Label: "/api/batch", MaxRequests: 3, Duration: 1},
		{Label: "/api/", MaxRequests: 5000, Duration: 10},
	}}
	return s
}
