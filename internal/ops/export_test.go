package ops

import "time"

// Again makes the next Ready look again.
func (h *Health) Again() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = time.Time{}
}

// Disk sets how much is free.
func (h *Health) Disk(free int64, err error) {
	h.diskFree = func(string) (int64, error) { return free, err }
}

// Next is when a schedule is due after a moment.
func Next(expression string, now time.Time) time.Time {
	h := NewHealth(nil, nil)
	h.Backups(expression, nil)
	return next(h.backups.schedule, now)
}
