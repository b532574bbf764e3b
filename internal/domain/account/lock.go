package account

import "time"

// Counter is what is remembered of failed sign-ins.
type Counter struct {
	Failures    int       // since Since, or since the last lock
	Since       time.Time // the first of them
	LockedUntil time.Time
	Locks       int // locks in a row; each is twice as long
}

// Policy says when a counter locks.
type Policy struct {
	Limit      int           // failures that lock
	Window     time.Duration // within which they count
	First, Max time.Duration // of a lock
}

// The policies (docs/decisions/0010).
var (
	// PerPair is one account from one address: who forgot his password.
	PerPair = Policy{Limit: 5, Window: 15 * time.Minute, First: time.Minute, Max: time.Hour}
	// PerAccount is one account from all addresses where it has never signed in.
	PerAccount = Policy{Limit: 50, Window: time.Hour, First: 15 * time.Minute, Max: 4 * time.Hour}
	// PerAddress is one address over all accounts; an office may share one.
	PerAddress = Policy{Limit: 150, Window: 15 * time.Minute, First: 5 * time.Minute, Max: time.Hour}
)

// Quiet is how long after a lock the next one is again the first.
const Quiet = 24 * time.Hour

// Wait is how long a counter still locks; 0 if it does not.
func (c Counter) Wait(now time.Time) time.Duration { return max(0, c.LockedUntil.Sub(now)) }

// Fail is the counter after one more failure.
func (p Policy) Fail(c Counter, now time.Time) Counter {
	if c.Failures == 0 || now.Sub(c.Since) > p.Window {
		c.Failures, c.Since = 0, now
	}
	if now.Sub(c.LockedUntil) > Quiet {
		c.Locks = 0
	}
	c.Failures++
	if c.Failures >= p.Limit {
		lasts := p.First << min(c.Locks, 20)
		c.LockedUntil = now.Add(min(lasts, p.Max))
		c.Locks++
		c.Failures = 0
	}
	return c
}
