// Package device says what may become of a device: who lost his phone has it
// revoked (it may still send what it holds, and receives nothing) or wiped.
package device

import (
	"cmp"
	"strconv"
	"time"

	"chaski/internal/domain/fault"
)

// State of a device.
type State string

// The states. An empty one, of devices older than states, is Active.
const (
	Active  State = "activo"
	Revoked State = "revocado"
	Wiping  State = "por_borrar" // ordered; the device has not said so yet
	Wiped   State = "borrado"
)

// Order is what an administrator may tell a device.
type Order string

// The orders.
const (
	Revoke  Order = "revoke"
	Restore Order = "restore" // back in use; also takes back a wipe that has not happened
	Wipe    Order = "wipe"
)

// MinReason is how many characters the reason of an order has at least.
const MinReason = 10

// PerAccount is how many devices in use an account may have where the catalogue says
// nothing; forgottenDays, after how many days without a word one counts no longer.
const (
	PerAccount    = 10
	forgottenDays = 90
)

// ForgottenBefore is since when a device must have been seen to count.
func ForgottenBefore(now time.Time) time.Time { return now.AddDate(0, 0, -forgottenDays) }

// Room is TooManyDevices for who has as many devices as an account may have.
func Room(have, most int64) error {
	if have >= most {
		return fault.New(fault.TooManyDevices, "").With("max", strconv.FormatInt(most, 10))
	}
	return nil
}

// Stands is nil for a device that may read. One that may not can still push:
// what a person entered is taken from any device.
func (s State) Stands() error {
	switch s {
	case Active, "":
		return nil
	case Revoked:
		return fault.New(fault.DeviceRevoked, "device")
	}
	return fault.New(fault.DeviceWiped, "device")
}

// After is the state that an order leads to; a DeviceState fault if it makes no
// sense there. What was wiped holds nothing any more and comes back as another.
func (s State) After(o Order) (State, error) {
	move, ok := Devices.Act(string(cmp.Or(s, Active)), string(o))
	if !ok || move.By != manages {
		return s, fault.New(fault.DeviceState, "device")
	}
	return State(move.To), nil
}
