package device_test

import (
	"testing"

	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
)

func TestOrders(t *testing.T) {
	states := []device.State{"", device.Active, device.Revoked, device.Wiping, device.Wiped}
	want := map[device.Order][]device.State{ // "" where it is refused
		device.Revoke:  {device.Revoked, device.Revoked, "", "", ""},
		device.Restore: {"", "", device.Active, device.Active, ""},
		device.Wipe:    {device.Wiping, device.Wiping, device.Wiping, "", ""},
		"erase":        {"", "", "", "", ""},
	}
	for order, after := range want {
		for i, s := range states {
			got, err := s.After(order)
			if after[i] == "" {
				if f := fault.Of(err); f == nil || f.Code != fault.DeviceState || got != s {
					t.Errorf("%s of %q: %q, %v", order, s, got, err)
				}
			} else if err != nil || got != after[i] {
				t.Errorf("%s of %q: %q, %v", order, s, got, err)
			}
		}
	}
}

func TestStands(t *testing.T) {
	for s, code := range map[device.State]fault.Code{
		"": "", device.Active: "", device.Revoked: fault.DeviceRevoked, device.Wiping: fault.DeviceWiped, device.Wiped: fault.DeviceWiped,
	} {
		got := fault.Code("")
		if f := fault.Of(s.Stands()); f != nil {
			got = f.Code
		}
		if got != code {
			t.Errorf("%q: %q", s, got)
		}
	}
}
