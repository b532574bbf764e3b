// Package actor says who is acting.
package actor

import (
	"context"
	"time"
)

// Role of a person who signs in (docs/glossary.md).
type Role string

// The roles.
const (
	Supervisor      Role = "supervisor"
	UTCoordinator   Role = "ut_coordinator"
	Executor        Role = "executor"
	CentralAnalyst  Role = "central_analyst"
	CentralReviewer Role = "central_reviewer"
	Director        Role = "director"
	Auditor         Role = "auditor"
	DataOfficer     Role = "data_officer"
	Admin           Role = "admin"
)

// Actor is a signed-in person with his scope.
type Actor struct {
	User   string
	Name   string
	Email  string
	Role   Role
	UT     string // unit, for supervisors and coordinators
	Entity string // entity, for executors
	Demo   bool

	Session Session
}

// Session is the sign-in a request belongs to. It goes on from a token to the one
// that renews it.
type Session struct {
	ID      string    // "" outside of requests
	Expires time.Time // of the token
	// Ended: a device that was signed in with it is out of use. What it still sends
	// is at most parked; it is good for nothing else.
	Ended bool
	// Unsure: nobody knows (any more) on which device, and it may be one of the
	// person's that is out of use. It must name one that is known already.
	Unsure bool
}

// WatchesFigures says whether the role sees the AO board.
func (a Actor) WatchesFigures() bool { return a.Role.May(WatchFigures) }

type key struct{}

// In returns ctx with the actor in it.
func In(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// From returns the actor of ctx.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(key{}).(Actor)
	return a, ok
}
