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
