package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"
)

// tally counts connections that carried data into a toxic, by its kind.
var tally = struct {
	sync.Mutex
	of map[string]int64
}{of: map[string]int64{}}

// met lets everything through and counts the connection once, with its first bytes.
type met struct {
	Kind string `json:"kind"`
}

type metState struct{ counted bool }

// NewState is toxiproxy's: one a connection.
func (m *met) NewState() any { return new(metState) }

// Pipe is toxiproxy's: it moves the data of a connection.
func (m *met) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			if state := stub.State.(*metState); !state.counted {
				state.counted = true
				tally.Lock()
				tally.of[m.Kind]++
				tally.Unlock()
			}
			stub.Output <- chunk
		}
	}
}

func init() { toxics.Register("met", new(met)) }

// link is the way of one phone to the server. Whenever the weather changes its
// open connections break.
type link struct {
	addr, upstream string
	api            *toxiproxy.ApiServer
	proxy          *toxiproxy.Proxy
}

func newLink(upstream string) (*link, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	l := &link{addr: addr, upstream: upstream, api: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())}
	return l, l.change(weather{})
}

// weather is one toxic, or none.
type weather struct {
	kind, stream string
	attributes   map[string]any
	lasts        time.Duration
}

func (l *link) change(w weather) error {
	l.close()
	p := toxiproxy.NewProxy(l.api, "phone", l.addr, l.upstream)
	if w.kind != "" {
		for _, t := range []map[string]any{
			{"name": "met", "type": "met", "stream": w.stream, "attributes": map[string]any{"kind": w.kind}},
			{"name": w.kind, "type": w.kind, "stream": w.stream, "attributes": w.attributes},
		} {
			text, err := json.Marshal(t)
			if err != nil {
				return err
			}
			if _, err := p.Toxics.AddToxicJson(strings.NewReader(string(text))); err != nil {
				return fmt.Errorf("%s: %w", w.kind, err)
			}
		}
	}
	// A process that is being started holds a copy of the port that was closed.
	err := p.Start()
	for range 100 {
		if err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
		err = p.Start()
	}
	l.proxy = p
	return err
}

func (l *link) close() {
	if l.proxy != nil {
		l.proxy.Stop()
	}
}

// draw is the next weather. Times and sizes reach from harmless to hopeless: a
// connection cut after 100 bytes carries no request, one after 20 kB some.
func draw(r *rand.Rand) weather {
	w := weather{stream: []string{"upstream", "downstream"}[r.IntN(2)], lasts: time.Duration(400+r.IntN(2600)) * time.Millisecond}
	switch r.IntN(7) {
	case 0, 1:
		w.kind, w.attributes = "latency", map[string]any{"latency": 20 + r.IntN(300), "jitter": r.IntN(100)}
	case 2:
		w.kind, w.attributes = "slicer", map[string]any{"average_size": 64 + r.IntN(900), "size_variation": 32, "delay": r.IntN(3000)}
	case 3:
		w.kind, w.attributes = "bandwidth", map[string]any{"rate": 4 + r.IntN(60)}
	case 4:
		w.kind, w.attributes = "limit_data", map[string]any{"bytes": 100 + r.IntN(20_000)}
	case 5:
		w.kind, w.attributes = "reset_peer", map[string]any{"timeout": r.IntN(400)}
	}
	return w
}
