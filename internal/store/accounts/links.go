package accounts

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"chaski/internal/app"
	"chaski/internal/domain/account"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// A token is the link's id and its secret, in letters that are not mistaken for
// one another; of the secret (160 bits) only the hash is kept.
const (
	tokenAlphabet = "abcdefghjkmnpqrstuvwxyz23456789"
	linkIDLength  = 10
	tokenLength   = linkIDLength + 33
)

type linkRow struct{ ID, Hash, Purpose, User, ExpiresAt, UsedAt string }

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// issueLink makes a link and voids the older ones of that person. It answers the
// token, which nothing else keeps.
func (p *People) issueLink(tx core.App, purpose account.Purpose, user, by string) (token string, expires time.Time, err error) {
	db := tx.NonconcurrentDB()
	if err = voidLinks(db, user); err != nil {
		return "", expires, err
	}
	token = security.RandomStringWithAlphabet(tokenLength, tokenAlphabet)
	now := p.engine.Now()
	expires = now.Add(purpose.LastsFor())
	_, err = db.Insert("access_links", dbx.Params{
		"id": token[:linkIDLength], "hash": hashOf(token), "purpose": string(purpose), "user": user, "issued_by": by,
		"issued_at": p.engine.Stamp(), "expires_at": expires.UTC().Format(store.StampLayout),
	}).Execute()
	return token, expires, err
}

// voidLinks takes back the unused links of a person ("" for setup links).
func voidLinks(db dbx.Builder, user string) error {
	_, err := db.NewQuery(`DELETE FROM access_links WHERE user = {:u} AND used_at = ''`).Bind(dbx.Params{"u": user}).Execute()
	return err
}

// findLink is LinkInvalid unless the whole token fits; only then does it tell
// that it was used or is too old.
func (p *People) findLink(db dbx.Builder, token string) (linkRow, error) {
	var rows []linkRow
	if len(token) != tokenLength {
		return linkRow{}, fault.New(fault.LinkInvalid, "token")
	}
	err := db.NewQuery(`SELECT id, hash, purpose, user, expires_at, used_at FROM access_links WHERE id = {:id}`).
		Bind(dbx.Params{"id": token[:linkIDLength]}).All(&rows)
	if err != nil {
		return linkRow{}, err
	}
	if len(rows) == 0 || subtle.ConstantTimeCompare([]byte(rows[0].Hash), []byte(hashOf(token))) != 1 {
		return linkRow{}, fault.New(fault.LinkInvalid, "token")
	}
	switch {
	case rows[0].UsedAt != "":
		return linkRow{}, fault.New(fault.LinkUsed, "token")
	case !store.ParseStamp(rows[0].ExpiresAt).After(p.engine.Now()):
		return linkRow{}, fault.New(fault.LinkExpired, "token")
	}
	return rows[0], nil
}

// useLink marks a link used; of two who use it at once, one is told LinkUsed.
func (p *People) useLink(db dbx.Builder, id string) error {
	r, err := db.NewQuery(`UPDATE access_links SET used_at = {:now} WHERE id = {:id} AND used_at = ''`).
		Bind(dbx.Params{"id": id, "now": p.engine.Stamp()}).Execute()
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.LinkUsed, "token")
	}
	return nil
}

// CheckLink implements app.Access.
func (p *People) CheckLink(token string) (app.Link, error) {
	db := p.app.ConcurrentDB()
	row, err := p.findLink(db, token)
	if err != nil {
		return app.Link{}, err
	}
	link := app.Link{Purpose: account.Purpose(row.Purpose), ExpiresAt: store.ParseStamp(row.ExpiresAt)}
	if link.Purpose == account.Setup {
		needed, err := needsSetup(db)
		if err == nil && !needed {
			err = fault.New(fault.SetupDone, "token")
		}
		return link, err
	}
	user, err := p.app.FindRecordById("users", row.User)
	if err != nil || !user.GetBool("active") {
		return app.Link{}, fault.New(fault.LinkInvalid, "token")
	}
	link.Name, link.Email = user.GetString("name"), user.Email()
	return link, nil
}

// UseLink implements app.Access.
func (p *People) UseLink(token, password string) (string, error) {
	var email string
	err := p.app.RunInTransaction(func(tx core.App) error {
		row, err := p.findLink(tx.NonconcurrentDB(), token)
		if err != nil {
			return err
		}
		user, err := tx.FindRecordById("users", row.User)
		if err != nil || !user.GetBool("active") || row.Purpose == string(account.Setup) {
			return fault.New(fault.LinkInvalid, "token")
		}
		if err = account.CheckPassword(password, user.Email(), user.GetString("name")); err != nil {
			return err
		}
		if err = p.useLink(tx.NonconcurrentDB(), row.ID); err != nil {
			return err
		}
		if err = voidLinks(tx.NonconcurrentDB(), user.Id); err != nil {
			return err
		}
		user.SetPassword(password) // ends every session
		user.SetVerified(true)
		if user.GetDateTime("joined_at").IsZero() {
			user.Set("joined_at", p.engine.Now())
		}
		if err = tx.Save(user); err != nil {
			return err
		}
		email = user.Email()
		if err = unlock(tx.NonconcurrentDB(), UserAccount(email)); err != nil {
			return err
		}
		return p.audit(tx, user.Id, "password_set", user.Id, map[string]any{"by": row.Purpose})
	})
	return email, err
}
