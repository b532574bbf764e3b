package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"chaski/internal/compression"
	"chaski/internal/domain/day"
)

// The morning rush: many devices get signal within a minute, and each pushes a
// visit with its marks.
const (
	rush       = "morning rush, one push"
	rushRows   = 20
	rushWithin = time.Minute
)

// rushes lets the same devices, at the same moments, push to each server.
func (s *stage) rushes(n int, count int) ([]measurement, error) {
	d, err := loadSpec(s.h.devices[n])
	if err != nil {
		return nil, err
	}
	all, err := s.entrants(n)
	if err != nil {
		return nil, err
	}
	var out []measurement
	for _, e := range called(all, ours, pbGzip, rawGzip) {
		s.h.say("%d devices push to %s within %s", count, e.name, rushWithin)
		m, err := s.rushOf(d, n, e, count)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		out = append(out, m)
	}
	return out, nil
}

func (s *stage) rushOf(d spec, n int, e *entrant, count int) (measurement, error) {
	phones, err := s.phones(n, e, count)
	if err != nil {
		return measurement{}, err
	}
	visits := make([]visitDraft, count)
	for i := range visits {
		visits[i] = d.rushDraft(i)
	}
	arrivals := rand.New(rand.NewPCG(uint64(count), 1)) //nolint:gosec // the same moments for all
	before, err := e.server.used()
	if err != nil {
		return measurement{}, err
	}
	took, faults := make([]time.Duration, count), make([]error, count)
	var wait sync.WaitGroup
	for i, phone := range phones {
		at := time.Duration(arrivals.Int64N(int64(rushWithin)))
		wait.Go(func() {
			time.Sleep(at)
			began := time.Now()
			faults[i] = phone.push(visits[i : i+1])
			took[i] = time.Since(began)
		})
	}
	wait.Wait()
	after, err := e.server.used()
	if err != nil {
		return measurement{}, err
	}
	failed := 0
	for _, fault := range faults {
		if fault != nil {
			failed, err = failed+1, fault
		}
	}
	if failed > 0 {
		return measurement{}, fmt.Errorf("%d of %d pushes failed, one with %w", failed, count, err)
	}
	stored, err := countStored(e.dir, visits)
	if err == nil && stored != count*rushRows {
		err = fmt.Errorf("%d of %d rows are in the database", stored, count*rushRows)
	}
	costs := make([]cost, count)
	for i := range costs {
		costs[i] = cost{Wall: took[i], CPU: (after.cpu - before.cpu) / time.Duration(count), Peak: after.peak}
	}
	slices.Sort(took)
	m := summary(fmt.Sprintf("%d devices", count), rush, e.name, costs)
	m.Rows, m.Note = stored, fmt.Sprintf("95 in 100 within %.0f ms", ms(took[count*95/100]))
	return m, err
}

// phones are as many devices of the person, registered where that is asked.
func (s *stage) phones(n int, e *entrant, count int) ([]contender, error) {
	out := make([]contender, count)
	d := s.h.measured().Devices[n]
	for i := range out {
		c, ours := e.contender.(*chaski)
		if !ours {
			out[i] = e.contender
			if p, plainly := e.contender.(*plain); plainly {
				out[i] = &plain{wire: p.wire, token: p.token, batch: rushRows + 1}
			}
			continue
		}
		one := &chaski{wire: newWire(s.chaski.base, compression.Gzip), token: c.token}
		var answer struct{ Device string }
		if err := one.wire.do(http.MethodPost, api+"/devices", d.Token, map[string]any{"install": fmt.Sprintf("medicion-%d", i)}, &answer); err != nil {
			return nil, err
		}
		one.device = answer.Device
		out[i] = one
	}
	return out, nil
}

// rushDraft is the visit of one device in a rush, to the works in turn.
func (s spec) rushDraft(i int) visitDraft {
	w := i % s.Works
	v := visitDraft{
		ID: s.id("rush visit %d", i), Intervention: s.work(w), Convenio: s.convenio(w), Supervisor: s.user(), VisitedOn: string(day.Of(time.Now())),
	}
	for p := range rushRows - 1 {
		v.Marks = append(v.Marks, markDraft{ID: s.id("rush mark %d %d", i, p), Participant: s.participant(w, p%s.roster(w)), Mark: "presente"})
	}
	return v
}
