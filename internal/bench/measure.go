package main

import (
	"cmp"
	"slices"
	"time"
)

// cost is what one run of one operation took.
type cost struct {
	Wall     time.Duration
	CPU      time.Duration // of the server's process
	Down, Up int64         // bytes on the device's connections, headers and all
	Requests int64
	Peak     int64 // resident memory of the server, highest during the run
}

// spread is what several runs came to.
type spread[T cmp.Ordered] struct {
	Min    T `json:"min"`
	Median T `json:"median"`
	Max    T `json:"max"`
}

func spreadOf[T cmp.Ordered](costs []cost, of func(cost) T) spread[T] {
	all := make([]T, len(costs))
	for i, c := range costs {
		all[i] = of(c)
	}
	slices.Sort(all)
	return spread[T]{all[0], all[len(all)/2], all[len(all)-1]}
}

// measurement is one operation of one contender.
type measurement struct {
	Device    string          `json:"device"`
	What      string          `json:"what"`
	Contender string          `json:"contender"`
	Runs      int             `json:"runs"`
	WallMs    spread[float64] `json:"wall_ms"`
	CPUMs     spread[float64] `json:"server_cpu_ms"`
	Down      spread[int64]   `json:"bytes_down"`
	Up        spread[int64]   `json:"bytes_up"`
	Requests  spread[int64]   `json:"requests"`
	Peak      spread[int64]   `json:"server_rss_peak"`
	Rows      int             `json:"rows"` // what it carried, checked
	Note      string          `json:"note,omitempty"`
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func summary(device, what, contender string, costs []cost) measurement {
	return measurement{
		Device: device, What: what, Contender: contender, Runs: len(costs),
		WallMs:   spreadOf(costs, func(c cost) float64 { return ms(c.Wall) }),
		CPUMs:    spreadOf(costs, func(c cost) float64 { return ms(c.CPU) }),
		Down:     spreadOf(costs, func(c cost) int64 { return c.Down }),
		Up:       spreadOf(costs, func(c cost) int64 { return c.Up }),
		Requests: spreadOf(costs, func(c cost) int64 { return c.Requests }),
		Peak:     spreadOf(costs, func(c cost) int64 { return c.Peak }),
	}
}

// clock measures do, done over w against the server p. The server is watched
// for a while after it answered, so that work put off is counted too.
func (h *harness) clock(p *process, w *wire, do func() error) (cost, error) {
	p.resetPeak()
	before, err := p.used()
	if err != nil {
		return cost{}, err
	}
	up, down, reqs := w.up.Load(), w.down.Load(), w.reqs.Load()
	began := time.Now()
	if err := do(); err != nil {
		return cost{}, err
	}
	c := cost{Wall: time.Since(began)}
	c.Up, c.Down, c.Requests = w.up.Load()-up, w.down.Load()-down, w.reqs.Load()-reqs
	time.Sleep(h.afterwards)
	after, err := p.used()
	c.CPU, c.Peak = after.cpu-before.cpu, after.peak
	return c, err
}
