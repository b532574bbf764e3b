package app

import (
	"sync"
	"time"

	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
)

// PushBytesADay is what a server takes of one account in a day, in bytes of
// mutations, unless it is told otherwise: some hundred times what a phone sends that
// has been away for a month. Each mutation is kept with its outcome for ever, also
// one that was refused.
const PushBytesADay = 100 << 20

// PushQuotaKey is where an app keeps its PushQuota.
const PushQuotaKey = "chaskiPushQuota"

// PushQuota counts what accounts push in a day in Lima. It forgets when the server
// starts anew: it keeps a disk from being filled, nothing else depends on it.
type PushQuota struct {
	Bytes int64 // 0 for no bound
	Now   func() time.Time

	mu   sync.Mutex
	day  day.Day
	used map[string]int64
}

// Take counts a push that is about to be judged, or is PushedEnough.
func (q *PushQuota) Take(user string, bytes int64) error {
	if q == nil || q.Bytes <= 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if today := day.Of(q.Now()); today != q.day {
		q.day, q.used = today, map[string]int64{}
	}
	if q.used[user]+bytes > q.Bytes {
		return fault.New(fault.PushedEnough, "mutations")
	}
	q.used[user] += bytes
	return nil
}

// GiveBack takes a push back that the server could not keep: a device sends it
// again and again until there is space, and must not have used up its day by then.
func (q *PushQuota) GiveBack(user string, bytes int64) {
	if q == nil || q.Bytes <= 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.used[user] = max(0, q.used[user]-bytes)
}
