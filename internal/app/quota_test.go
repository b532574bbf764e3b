package app_test

import (
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
)

func TestPushQuota(t *testing.T) {
	now := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	q := &app.PushQuota{Bytes: 100, Now: func() time.Time { return now }}
	take := func(user string, n int64) bool {
		t.Helper()
		err := q.Take(user, n)
		if err != nil && fault.Of(err).Code != fault.PushedEnough {
			t.Fatal(err)
		}
		return err == nil
	}
	for _, c := range []struct {
		what, user string
		bytes      int64
		taken      bool
	}{
		{"up to the bound", "rosa", 60, true},
		{"up to the bound", "rosa", 40, true},
		{"one more", "rosa", 1, false},
		{"nothing", "rosa", 0, true},
		{"somebody else", "luis", 100, true},
	} {
		if take(c.user, c.bytes) != c.taken {
			t.Errorf("%s: taken %v", c.what, !c.taken)
		}
	}
	now = now.Add(12 * time.Hour) // midnight in Lima
	if !take("rosa", 100) {
		t.Error("the next day")
	}
	q.Bytes = 0
	if !take("rosa", 1<<40) {
		t.Error("no bound")
	}
}
