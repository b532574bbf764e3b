package main

import (
	"fmt"
	"slices"

	"chaski/internal/compression"
)

// Names of the contenders, as the tables have them.
const (
	ours      = "Chaski"
	oursGzip  = "Chaski, gzip"
	oursSmall = "Chaski, small database"
	oursHTTP2 = "Chaski, HTTP/2"
	oursPack  = "Chaski, packed"
	pbPlain   = "PocketBase"
	pbGzip    = "PocketBase + gzip"
	rawZstd   = "raw + zstd"
	rawGzip   = "raw + gzip"
)

// What is measured.
const (
	firstSync = "first sync"
	delta     = "delta"
	nothing   = "nothing changed"
	pushMany  = "push"
	pushVisit = "push of one visit"
	fanOut    = "poke"
	officeAck = "the write that is told"
	// besideSmall: the same once more, turn by turn with a small database.
	besideSmall = ", large and small database"
)

type entrant struct {
	name   string
	server *process
	dir    string
	wire   *wire
	contender
}

// stage is the servers of one run with their copies of the database.
type stage struct {
	h                   *harness
	chaski, plain, raw  *process
	chaskiDir, plainDir string
	rawDir              string
	smaller             *process // on the small database, when the other is large
	superuser           string
}

func (h *harness) open() (*stage, error) {
	s := &stage{h: h, superuser: h.measured().Superuser}
	var err error
	start := func(kind, name string, from prepared) (*process, string) {
		if err != nil {
			return nil, ""
		}
		var dir string
		var p *process
		if dir, err = h.copyOf(from, name); err == nil {
			p, err = h.serve(kind, name, dir)
		}
		return p, dir
	}
	s.chaski, s.chaskiDir = start("chaski", "chaski", h.measured())
	s.plain, s.plainDir = start("plain", "plain", h.bases[h.base+"/plain"])
	s.raw, s.rawDir = start("raw", "raw", h.bases[h.base+"/plain"])
	if h.base == "national" {
		s.smaller, _ = start("chaski", "chaski-small", h.bases["demo/chaski"])
	}
	if err != nil {
		s.close()
	}
	return s, err
}

func (s *stage) close() {
	for _, p := range []*process{s.chaski, s.plain, s.raw, s.smaller} {
		if p != nil {
			p.stop()
		}
	}
}

// entrants of one device, a raw one last: the others are compared with it.
func (s *stage) entrants(n int) ([]*entrant, error) {
	d := s.h.measured().Devices[n]
	var out []*entrant
	for _, c := range []struct{ name, accept string }{{ours, "zstd, gzip"}, {oursGzip, compression.Gzip}} {
		one, err := newChaski(s.chaski.base, d, s.superuser, c.accept)
		if err != nil {
			return nil, err
		}
		out = append(out, &entrant{c.name, s.chaski, s.chaskiDir, one.wire, one})
	}
	for _, c := range []struct{ name, accept string }{{pbPlain, compression.Identity}, {pbGzip, compression.Gzip}} {
		one, err := newPlain(s.plain.base, d, s.superuser, c.accept)
		if err != nil {
			return nil, err
		}
		out = append(out, &entrant{c.name, s.plain, s.plainDir, one.wire, one})
	}
	for _, c := range []struct{ name, accept string }{{rawZstd, compression.Zstd}, {rawGzip, compression.Gzip}} {
		one := newBare(s.raw.base, s.rawDir, d, c.accept)
		out = append(out, &entrant{c.name, s.raw, s.rawDir, one.wire, one})
	}
	return out, nil
}

// called are the entrants with these names.
func called(all []*entrant, names ...string) []*entrant {
	var out []*entrant
	for _, e := range all {
		if slices.Contains(names, e.name) {
			out = append(out, e)
		}
	}
	return out
}

func (h *harness) measureAll() ([]measurement, error) {
	s, err := h.open()
	if err != nil {
		return nil, err
	}
	defer s.close()
	var out []measurement
	for n, name := range h.devices {
		device, err := loadSpec(name)
		if err != nil {
			return nil, err
		}
		some, err := s.device(n, device)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, some...)
	}
	if h.crowd > 0 {
		some, err := s.crowd(h.crowd)
		if err != nil {
			return nil, fmt.Errorf("crowd: %w", err)
		}
		out = append(out, some...)
	}
	if h.rush > 0 {
		some, err := s.rushes(len(h.devices)-1, h.rush)
		if err != nil {
			return nil, fmt.Errorf("rush: %w", err)
		}
		out = append(out, some...)
	}
	for _, count := range h.listeners {
		some, err := s.pokes(count)
		if err != nil {
			return nil, fmt.Errorf("%d listeners: %w", count, err)
		}
		out = append(out, some...)
	}
	return out, nil
}

func (s *stage) device(n int, d spec) ([]measurement, error) {
	all, err := s.entrants(n)
	if err != nil {
		return nil, err
	}
	var out []measurement
	for _, step := range []func(spec, []*entrant) ([]measurement, error){s.firstSyncs, s.scale(n), s.deltas, s.nothings(n), s.pushes} {
		some, err := step(d, all)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// rounds runs an operation of every entrant in turn, several times, so that what
// else the machine does falls on all alike. The first round is not counted.
func (s *stage) rounds(d spec, what string, runs int, all []*entrant, do func(round int, e *entrant) (cost, int, error)) ([]measurement, error) {
	s.h.say("%s: %s", d.Name, what)
	costs := make([][]cost, len(all))
	rows := make([]int, len(all))
	for round := range runs + 1 {
		for n, e := range all {
			if err := s.h.ctx.Err(); err != nil {
				return nil, err
			}
			c, count, err := do(round, e)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", what, e.name, err)
			}
			if rows[n] = count; round > 0 {
				costs[n] = append(costs[n], c)
			}
		}
	}
	out := make([]measurement, len(all))
	for n, e := range all {
		out[n] = summary(d.Name, what, e.name, costs[n])
		out[n].Rows = rows[n]
	}
	return out, nil
}

// fetch measures one call and answers what it brought.
func (s *stage) fetch(e *entrant, call func() (received, error)) (cost, contents, error) {
	var got received
	c, err := s.h.clock(e.server, e.wire, func() error {
		var err error
		got, err = call()
		return err
	})
	if err != nil {
		return c, nil, err
	}
	rows, err := got.rows()
	return c, rows, err
}

// firstSyncs: everything a device holds, and every contender brings the same.
func (s *stage) firstSyncs(d spec, all []*entrant) ([]measurement, error) {
	reference, err := all[len(all)-1].first()
	if err != nil {
		return nil, err
	}
	want, err := reference.rows()
	if err != nil {
		return nil, err
	}
	if len(want) < d.Rows {
		return nil, fmt.Errorf("the raw SELECT brings %d rows, the device holds %d", len(want), d.Rows)
	}
	return s.rounds(d, firstSync, s.h.runs, all, func(_ int, e *entrant) (cost, int, error) {
		c, got, err := s.fetch(e, e.first)
		if err == nil {
			err = differ(want, got)
		}
		return c, len(got), err
	})
}

// scale: the same device on a small database, when the other is large.
func (s *stage) scale(n int) func(spec, []*entrant) ([]measurement, error) {
	return func(d spec, all []*entrant) ([]measurement, error) {
		if s.smaller == nil {
			return nil, nil
		}
		small := s.h.bases["demo/chaski"]
		c, err := newChaski(s.smaller.base, small.Devices[n], small.Superuser, "zstd, gzip")
		if err != nil {
			return nil, err
		}
		twin := []*entrant{all[0], {oursSmall, s.smaller, "", c.wire, c}}
		out, err := s.rounds(d, firstSync, s.h.runs, twin, func(_ int, e *entrant) (cost, int, error) {
			cost, got, err := s.fetch(e, e.first)
			return cost, len(got), err
		})
		if err != nil {
			return nil, err
		}
		out[0].What, out[1].What = firstSync+besideSmall, firstSync+besideSmall
		return out, nil
	}
}

// deltas: the office changes some participants of the device.
func (s *stage) deltas(d spec, all []*entrant) ([]measurement, error) {
	var people []string
	for n := range min(s.h.changes, d.Participants) {
		work := n % d.Works
		people = append(people, d.participant(work, n/d.Works))
	}
	var want contents
	edited := map[*process]int{}
	return s.rounds(d, delta, s.h.runs, reversed(all), func(round int, e *entrant) (cost, int, error) {
		if done, known := edited[e.server]; !known || done < round {
			if err := e.edit(people, fmt.Sprintf("Cambio %s %d", d.Name, round)); err != nil {
				return cost{}, 0, err
			}
			edited[e.server] = round
		}
		c, got, err := s.fetch(e, e.changed)
		if err != nil {
			return c, 0, err
		}
		if e.server == s.raw {
			want = got
		}
		if len(got) != len(people) {
			return c, 0, fmt.Errorf("%d rows came, %d were changed", len(got), len(people))
		}
		return c, len(got), differ(want, got)
	})
}

// reversed puts the raw one first: what it brings is what the others must.
func reversed(all []*entrant) []*entrant {
	out := make([]*entrant, len(all))
	for n, e := range all {
		out[len(all)-1-n] = e
	}
	return out
}

// nothings: nobody changed anything. The device asks once more as phones do,
// through a proxy that speaks HTTP/2 with it: that takes the proxy's time, but
// the bytes are those of a phone's connection.
func (s *stage) nothings(n int) func(spec, []*entrant) ([]measurement, error) {
	return func(d spec, all []*entrant) ([]measurement, error) {
		front, err := s.proxied(n)
		if err != nil {
			return nil, err
		}
		defer front.close()
		return s.rounds(d, nothing, 3*s.h.runs, append(slices.Clone(all), front.entrant), func(_ int, e *entrant) (cost, int, error) {
			c, got, err := s.fetch(e, e.changed)
			if err == nil && len(got) != 0 {
				err = fmt.Errorf("%d rows came, nothing was changed", len(got))
			}
			return c, len(got), err
		})
	}
}
