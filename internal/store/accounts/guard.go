package accounts

import (
	"net/netip"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/account"
	"chaski/internal/store"
)

// Guard counts failed sign-ins in the database, by (account, address), by
// account and by address; docs/decisions/0010 says why these three.
type Guard struct {
	app core.App
	now func() time.Time
}

// NewGuard returns the guard of an app.
func NewGuard(e *store.Engine, app core.App) *Guard { return &Guard{app: app, now: e.Now} }

// UserAccount is how the guard names an account of users; SuperuserAccount one
// of the dashboard. What is no account is counted all the same.
func UserAccount(email string) string { return "users:" + strings.ToLower(strings.TrimSpace(email)) }

// SuperuserAccount is how the guard names an account of the dashboard.
func SuperuserAccount(email string) string {
	return core.CollectionNameSuperusers + ":" + strings.ToLower(strings.TrimSpace(email))
}

// addressKey is the address as it is counted: an IPv6 network of 64 bits is one.
func addressKey(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}

// Attempt notes an attempt before the password is looked at, so that many at
// once are all counted, or answers how long to wait: then it is not to be looked
// at. Succeeded takes the note back.
func (g *Guard) Attempt(acct, ip string) (wait time.Duration, err error) {
	address := addressKey(ip)
	err = g.app.RunInTransaction(func(tx core.App) error {
		db, now := tx.NonconcurrentDB(), g.now()
		counters := []struct {
			account, address string
			policy           account.Policy
		}{{acct, address, account.PerPair}, {acct, "", account.PerAccount}, {"", address, account.PerAddress}}
		var known int
		if err := db.NewQuery(`SELECT count(*) FROM signin_known WHERE account = {:c} AND address = {:a}`).
			Bind(dbx.Params{"c": acct, "a": address}).Row(&known); err != nil {
			return err
		}
		if known > 0 {
			counters = counters[:1] // strangers lock nobody out of where he works
		}
		read := make([]account.Counter, len(counters))
		for i, c := range counters {
			if read[i], err = readCounter(db, c.account, c.address); err != nil {
				return err
			}
			wait = max(wait, read[i].Wait(now))
		}
		if wait > 0 {
			return nil
		}
		for i, c := range counters {
			if err := writeCounter(db, c.account, c.address, c.policy.Fail(read[i], now)); err != nil {
				return err
			}
		}
		return nil
	})
	return wait, err
}

// Succeeded forgets the failures of the pair and remembers the address.
func (g *Guard) Succeeded(acct, ip string) error {
	address := addressKey(ip)
	return g.app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		key := dbx.Params{"c": acct, "a": address, "now": g.now().UTC().Format(store.StampLayout)}
		for _, sql := range []string{
			`DELETE FROM signin_guard WHERE account = {:c} AND address = {:a} AND {:now} <> ''`,
			// The attempt that went well was counted with the others.
			`UPDATE signin_guard SET failures = max(0, failures - 1)
				WHERE (account = {:c} AND address = '' OR account = '' AND address = {:a}) AND {:now} <> ''`,
			`INSERT INTO signin_known (account, address, last_at) VALUES ({:c}, {:a}, {:now})
				ON CONFLICT (account, address) DO UPDATE SET last_at = excluded.last_at`,
		} {
			if _, err := db.NewQuery(sql).Bind(key).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep forgets what no longer matters.
func (g *Guard) Sweep() error {
	now := g.now().UTC()
	_, err := g.app.NonconcurrentDB().NewQuery(`DELETE FROM signin_guard WHERE since < {:old} AND locked_until < {:old}`).
		Bind(dbx.Params{"old": now.Add(-2 * account.Quiet).Format(store.StampLayout)}).Execute()
	if err != nil {
		return err
	}
	_, err = g.app.NonconcurrentDB().NewQuery(`DELETE FROM signin_known WHERE last_at < {:old}`).
		Bind(dbx.Params{"old": now.AddDate(0, 0, -90).Format(store.StampLayout)}).Execute()
	return err
}

func unlock(db dbx.Builder, acct string) error {
	_, err := db.NewQuery(`DELETE FROM signin_guard WHERE account = {:c}`).Bind(dbx.Params{"c": acct}).Execute()
	return err
}

type counterRow struct {
	Failures    int    `db:"failures"`
	Since       string `db:"since"`
	LockedUntil string `db:"locked_until"`
	Locks       int    `db:"locks"`
}

func readCounter(db dbx.Builder, acct, address string) (account.Counter, error) {
	var rows []counterRow
	err := db.NewQuery(`SELECT failures, since, locked_until, locks FROM signin_guard WHERE account = {:c} AND address = {:a}`).
		Bind(dbx.Params{"c": acct, "a": address}).All(&rows)
	if err != nil || len(rows) == 0 {
		return account.Counter{}, err
	}
	r := rows[0]
	return account.Counter{Failures: r.Failures, Since: store.ParseStamp(r.Since), LockedUntil: store.ParseStamp(r.LockedUntil), Locks: r.Locks}, nil
}

func writeCounter(db dbx.Builder, acct, address string, c account.Counter) error {
	_, err := db.NewQuery(`INSERT INTO signin_guard (account, address, failures, since, locked_until, locks)
		VALUES ({:c}, {:a}, {:f}, {:s}, {:u}, {:l}) ON CONFLICT (account, address) DO UPDATE SET
		failures = excluded.failures, since = excluded.since, locked_until = excluded.locked_until, locks = excluded.locks`).
		Bind(dbx.Params{
			"c": acct, "a": address, "f": c.Failures, "s": store.FormatStamp(c.Since), "u": store.FormatStamp(c.LockedUntil), "l": c.Locks,
		}).Execute()
	return err
}
