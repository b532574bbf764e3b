// Package session owns what stands in a token of ours: the name of the sign-in it
// comes from. Tokens are PocketBase's, signed with its keys; the name is one claim
// more, and goes from a token to the one that renews it.
package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"chaski/internal/domain/actor"
)

// claim is the name of a session within a token.
const claim = "sid"

// unnamed begins the name of a session that stands in no token.
const unnamed = "t-"

// New is the name of a new session.
func New() string { return security.RandomString(20) }

// Unnamed says whether a session began with a token from before they had names.
func Unnamed(id string) bool { return strings.HasPrefix(id, unnamed) }

// Of reads the session of a token whose signature was checked. A token from
// before sessions had names is a session of its own, named by what is signed of
// it: the signature itself can be written in more than one way.
func Of(token string) actor.Session {
	claims, err := security.ParseUnverifiedJWT(token)
	if err != nil {
		return actor.Session{}
	}
	var s actor.Session
	if at, err := claims.GetExpirationTime(); err == nil && at != nil {
		s.Expires = at.UTC()
	}
	if s.ID, _ = claims[claim].(string); s.ID == "" {
		sum := sha256.Sum256([]byte(token[:max(0, strings.LastIndexByte(token, '.'))]))
		s.ID = unnamed + hex.EncodeToString(sum[:16])
	}
	return s
}

// Named says whether a token bears the name of its session.
func Named(token string) bool {
	claims, err := security.ParseUnverifiedJWT(token)
	id, named := claims[claim].(string)
	return err == nil && named && id != ""
}

// Renews says whether a token can be exchanged for a newer one.
func Renews(token string) bool {
	claims, err := security.ParseUnverifiedJWT(token)
	renews, _ := claims[core.TokenClaimRefreshable].(bool)
	return err == nil && renews
}

// Sign answers a token of a record with a session's name in it, otherwise as it
// was: the same claims, the same end.
func Sign(record *core.Record, token, id string) (string, error) {
	claims, err := security.ParseUnverifiedJWT(token)
	if err != nil {
		return "", err
	}
	key, err := keyOf(record, claims[core.TokenClaimType])
	if err != nil {
		return "", err
	}
	claims[claim] = id
	return security.NewJWT(claims, key, time.Minute) // the end that is in the claims comes first
}

func keyOf(record *core.Record, kind any) (string, error) {
	switch kind {
	case core.TokenTypeAuth:
		return record.TokenKey() + record.Collection().AuthToken.Secret, nil
	case core.TokenTypeFile:
		return record.TokenKey() + record.Collection().FileToken.Secret, nil
	}
	return "", fmt.Errorf("session: a token of kind %v", kind)
}

// Fresh is a new token of a record for a session.
func Fresh(record *core.Record, id string) (string, error) {
	token, err := record.NewAuthToken()
	if err != nil {
		return "", err
	}
	return Sign(record, token, id)
}
