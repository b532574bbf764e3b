package app

import (
	"time"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
)

// Session is who a token belongs to.
type Session struct {
	Actor        actor.Actor
	UTName       string
	EntityName   string
	DemoData     bool   // the server holds a demonstration exercise
	UnitsNote    string // what is assumed of the units' names and reach; "" for nothing
	BusinessDate day.Day
	ServerTime   time.Time
}

// DeviceRequest describes an installation of the app.
type DeviceRequest struct{ Install, Name, Platform, AppVersion string }

// Device is an installation as the registry knows it.
type Device struct {
	ID          string
	LastCounter int64
}

// DeviceReport is what a device says of itself with each pull.
type DeviceReport struct {
	AppVersion                string
	Outbox                    int64
	OldestPendingAt           string
	Rejected, Parked          int64
	StorageUsed, StorageQuota int64
	Persisted                 bool
	LastHealAt, DiffersSince  string
}

// Accounts knows people and their devices.
type Accounts interface {
	Session(actor.Actor) (Session, error)
	// Register answers the same device for the same (person, install).
	Register(actor.Actor, DeviceRequest) (Device, error)
	// MaySync is DeviceUnknown, DeviceRevoked or DeviceWiped if a device may not pull.
	// It notes that the actor's session is used on it.
	MaySync(a actor.Actor, device string) error
	// MayPush is DeviceRevoked for an ended session, unless it was used on that
	// device. Any other may push, from any device of its own. It notes as MaySync.
	MayPush(a actor.Actor, device string) error
	// Seen notes a device's report. It gives way to writers: an error means that
	// the report was not kept, and nothing else.
	Seen(actor.Actor, string, *DeviceReport) error
}
