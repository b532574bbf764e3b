package main

import (
	"fmt"
	"path/filepath"
)

// A crowd is the data of many devices like one in one database.
const crowdSync = firstSync + ", many devices' data and one's"

// clones are units like that of a device, each with people and works of its own.
func (s spec) clones(count int) []spec {
	out := make([]spec, count)
	for n := range out {
		out[n] = s
		out[n].Unit, out[n].Seed = fmt.Sprintf("UT7%03d", n), s.Seed+n+1
	}
	return out
}

// crowd compares the last device's first sync out of a database with the data of
// count like it with the same out of the one that is measured, turn by turn.
func (s *stage) crowd(count int) ([]measurement, error) {
	h, n := s.h, len(s.h.devices)-1
	d, err := loadSpec(h.devices[n])
	if err != nil {
		return nil, err
	}
	from, err := h.prepareCrowd(d.Name, count)
	if err != nil {
		return nil, err
	}
	var pair []*entrant
	for _, side := range []struct {
		name string
		from prepared
	}{{ours, from}, {oursSmall, h.measured()}} {
		dir, err := h.copyOf(side.from, "crowd of "+side.name)
		if err != nil {
			return nil, err
		}
		server, err := h.serve("chaski", filepath.Base(dir), dir)
		if err != nil {
			return nil, err
		}
		defer server.stop()
		c, err := newChaski(server.base, side.from.Devices[n], side.from.Superuser, "zstd, gzip")
		if err != nil {
			return nil, err
		}
		pair = append(pair, &entrant{side.name, server, dir, c.wire, c})
	}
	out, err := s.rounds(d, crowdSync, h.runs, pair, func(_ int, e *entrant) (cost, int, error) {
		c, got, err := s.fetch(e, e.first)
		return c, len(got), err
	})
	if err == nil {
		out[0].Note, out[1].Note = fmt.Sprintf("%d rows in the database", from.Rows), fmt.Sprintf("%d rows in the database", h.measured().Rows)
	}
	return out, err
}

// prepareCrowd adds the clones to a copy of the measured database.
func (h *harness) prepareCrowd(name string, count int) (prepared, error) {
	key, err := h.sourceKey(h.base, "crowd", name, fmt.Sprint(count))
	if err != nil {
		return prepared{}, err
	}
	dir := filepath.Join(h.cache, h.base+"-crowd-"+key)
	err = h.cached(dir, func(dir string) error {
		if err := copyDir(h.measured().dir, dir); err != nil {
			return err
		}
		return h.run(h.role("add-crowd", dir, name, fmt.Sprint(count)))
	})
	if err != nil {
		return prepared{}, err
	}
	m, err := readManifest(dir)
	return prepared{dir, m}, err
}
