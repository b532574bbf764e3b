package main

import (
	"fmt"
	"net/http"
	"time"

	"chaski/internal/compression"
	"chaski/internal/poke"
)

// news is a change that every listener hears of.
type news struct {
	what       string
	collection string
	field      string
	id         func(manifest) string
}

// The catalogue reaches everybody by nature. A work reaches its unit, and may
// change who holds what, so that ours reads every listener's scope anew.
var heardOf = []news{
	{fanOut + ", catalogue", "parameters", "norm", func(m manifest) string { return m.PokedCatalogue }},
	{fanOut + ", a work of the unit", "interventions", "name", func(m manifest) string { return m.PokedWork }},
}

func (s *stage) pokes(count int) ([]measurement, error) {
	var out []measurement
	for _, n := range heardOf {
		for _, side := range []struct {
			name, topic string
			server      *process
		}{{ours, poke.Topic, s.chaski}, {pbPlain, n.collection + "/*", s.plain}} {
			s.h.say("%d listeners of %s: %s", count, side.name, n.what)
			some, err := s.pokesOf(n, count, side.name, side.topic, side.server)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", n.what, side.name, err)
			}
			out = append(out, some...)
		}
	}
	return out, nil
}

func (s *stage) pokesOf(n news, count int, name, topic string, server *process) ([]measurement, error) {
	c, err := s.h.gather(server.base, topic, count)
	if err != nil {
		return nil, err
	}
	defer c.leave()
	office := newWire(server.base, compression.Gzip)
	path := "/api/collections/" + n.collection + "/records/" + n.id(s.h.measured().manifest)
	var told, acks []cost
	for round := range s.h.runs + 1 {
		word := fmt.Sprintf("Canal-%d-%d", count, round)
		expect := word
		if topic == poke.Topic {
			expect = `"seq":` // a hint carries no content
		}
		if err := c.arm(expect); err != nil {
			return nil, err
		}
		var began time.Time
		var answered time.Duration
		var h heard
		all, err := s.h.clock(server, office, func() error {
			began = time.Now()
			if err := office.do(http.MethodPatch, path, s.superuser, map[string]any{n.field: word}, nil); err != nil {
				return err
			}
			answered = time.Since(began)
			var err error
			h, err = c.result()
			return err
		})
		if err != nil {
			return nil, err
		}
		if round > 0 {
			acks = append(acks, cost{Wall: answered, CPU: all.CPU, Up: all.Up, Down: all.Down, Requests: all.Requests, Peak: all.Peak})
			told = append(told, cost{Wall: time.Unix(0, h.Last).Sub(began), CPU: all.CPU, Down: h.Down, Peak: all.Peak})
		}
	}
	device := fmt.Sprintf("%d listeners", count)
	delivered, answered := summary(device, n.what, name, told), summary(device, n.what+": "+officeAck, name, acks)
	delivered.Rows = count
	return []measurement{delivered, answered}, nil
}
