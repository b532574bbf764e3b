// Package account has the pure rules of who may have an account and how it is
// kept safe: which scope a role needs, what a password must be, how long a
// sign-in stays locked.
package account

import (
	"net/mail"
	"strings"
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Purpose of a one-time link.
type Purpose string

// The purposes.
const (
	Setup      Purpose = "setup"      // make the first administrator
	Invitation Purpose = "invitation" // set the first password
	Reset      Purpose = "reset"      // set a new one
)

// LastsFor is how long a link of that purpose works.
func (p Purpose) LastsFor() time.Duration {
	switch p {
	case Setup:
		return 24 * time.Hour
	case Invitation:
		return 7 * 24 * time.Hour
	}
	return 2 * time.Hour
}

// NeedsUT says whether a role belongs to a territorial unit.
func NeedsUT(r actor.Role) bool { return r == actor.Supervisor || r == actor.UTCoordinator }

// NeedsEntity says whether a role belongs to an entity.
func NeedsEntity(r actor.Role) bool { return r == actor.Executor }

// CheckScope is RoleUnknown, UTRequired, EntityRequired or ScopeNotAllowed when
// a role does not go with a unit and an entity; either may be "".
func CheckScope(r actor.Role, ut, entity string) error {
	switch {
	case !r.Known():
		return fault.New(fault.RoleUnknown, "role")
	case NeedsUT(r) && ut == "":
		return fault.New(fault.UTRequired, "ut")
	case NeedsEntity(r) && entity == "":
		return fault.New(fault.EntityRequired, "entity")
	case !NeedsUT(r) && ut != "":
		return fault.New(fault.ScopeNotAllowed, "ut")
	case !NeedsEntity(r) && entity != "":
		return fault.New(fault.ScopeNotAllowed, "entity")
	}
	return nil
}

// Email is an address as accounts keep it, or EmailInvalid.
func Email(typed string) (string, error) {
	address := strings.ToLower(strings.TrimSpace(typed))
	parsed, err := mail.ParseAddress(address)
	_, domain, _ := strings.Cut(address, "@")
	if err != nil || parsed.Address != address || len(address) > 200 || !strings.Contains(domain, ".") {
		return "", fault.New(fault.EmailInvalid, "email")
	}
	return address, nil
}
