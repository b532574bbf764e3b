package device_test

import (
	"testing"
	"time"

	"chaski/internal/domain/device"
	"chaski/internal/domain/fault"
)

func TestRoom(t *testing.T) {
	if err := device.Room(9, 10); err != nil {
		t.Error(err)
	}
	for _, have := range []int64{10, 11} {
		if f := fault.Of(device.Room(have, 10)); f == nil || f.Code != fault.TooManyDevices || f.Args["max"] != "10" {
			t.Errorf("%d of 10: %v", have, f)
		}
	}
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	if got := now.Sub(device.ForgottenBefore(now)); got != 90*24*time.Hour {
		t.Errorf("forgotten after %v", got)
	}
}
