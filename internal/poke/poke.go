// Package poke owns the news "something moved, pull": one small message on
// PocketBase's realtime stream, after commit, coalesced, at most one in flight
// for each listener. It is a hint: correctness never depends on it.
package poke

import (
	"encoding/json"
	"log/slog"
	"sort"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/store"
)

// Topic is what devices subscribe to.
const Topic = "chaski/poke"

// window is how long news is gathered before it is sent.
const window = 150 * time.Millisecond

// message is what a listener gets.
type message struct {
	Buckets []int `json:"buckets"`
	Seq     int64 `json:"seq"`
	Figures bool  `json:"figures"`
}

// Scope answers which bucket handles a person's devices hold.
type Scope func(actor.Actor) (map[int]bool, error)

// Poker gathers news and tells those it concerns.
type Poker struct {
	// Sent is told of each message that went out. May be nil.
	Sent func()

	app   core.App
	scope Scope
	today func() day.Day
	log   *slog.Logger

	gate   sync.Mutex // held by a flush; closing waits for it
	closed bool

	mu      sync.Mutex
	news    *store.Moved
	scopes  map[string]map[int]bool // by person and day; emptied when scopes may have changed
	age     int                     // how often they were emptied
	waiting map[string]*message     // by listener: news that came while one was in flight
}

// New returns a Poker over the app's realtime broker. It is silent once the app
// terminates: its database closes then.
func New(app core.App, scope Scope, today func() day.Day) *Poker {
	p := &Poker{app: app, scope: scope, today: today, log: app.Logger(), scopes: map[string]map[int]bool{}, waiting: map[string]*message{}}
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		p.gate.Lock()
		p.closed = true
		p.gate.Unlock()
		return e.Next()
	})
	return p
}

// Tell notes what a commit moved. It never blocks the writer.
func (p *Poker) Tell(m store.Moved) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.Scopes {
		clear(p.scopes)
		p.age++
	}
	if p.news != nil {
		p.news.Seq = max(p.news.Seq, m.Seq)
		p.news.Buckets = append(p.news.Buckets, m.Buckets...)
		p.news.Figures = p.news.Figures || m.Figures
		p.news.Scopes = p.news.Scopes || m.Scopes
		return
	}
	p.news = &m
	time.AfterFunc(window, p.flush)
}

// flush runs on a timer's goroutine. A hint must never take the server down.
func (p *Poker) flush() {
	defer func() {
		if lost := recover(); lost != nil {
			p.log.Error("poke: not sent", "panic", lost)
		}
	}()
	p.gate.Lock()
	defer p.gate.Unlock()
	if p.closed {
		return // nobody is left to tell
	}
	p.mu.Lock()
	news := p.news
	p.news = nil
	p.mu.Unlock()
	for _, client := range p.app.SubscriptionsBroker().Clients() {
		if !client.HasSubscription(Topic) {
			continue
		}
		// PocketBase keeps this record as the account is now.
		record, _ := client.Get(apis.RealtimeClientAuthKey).(*core.Record)
		if record == nil || record.IsSuperuser() {
			continue
		}
		if m := p.concerns(store.ActorOf(record), news); m != nil {
			p.send(client, *m)
		}
	}
}

// concerns is what a person hears of the news; nil if nothing. When scopes moved
// everybody is poked: whose bucket list changed is for the pull to say.
func (p *Poker) concerns(a actor.Actor, news *store.Moved) *message {
	held, err := p.held(a)
	if err != nil {
		p.log.Warn("poke: scope not known", "user", a.User, "error", err)
		return nil
	}
	mine := map[int]bool{}
	for _, b := range news.Buckets {
		if held[b] {
			mine[b] = true
		}
	}
	m := message{Buckets: make([]int, 0, len(mine)), Seq: news.Seq, Figures: news.Figures && a.WatchesFigures()}
	for b := range mine {
		m.Buckets = append(m.Buckets, b)
	}
	sort.Ints(m.Buckets)
	if len(m.Buckets) == 0 && !m.Figures && !news.Scopes {
		return nil
	}
	return &m
}

func (p *Poker) held(a actor.Actor) (map[int]bool, error) {
	key := string(p.today()) + a.User + a.UT // assignments begin and end by date
	p.mu.Lock()
	known, ok := p.scopes[key]
	age := p.age
	p.mu.Unlock()
	if ok {
		return known, nil
	}
	held, err := p.scope(a)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if age == p.age { // else it was read before a change: good for now only
		p.scopes[key] = held
	}
	return held, nil
}

// send delivers to one listener. While a message to it is in flight, later ones
// are merged into one that follows: a slow phone costs one goroutine.
func (p *Poker) send(client subscriptions.Client, m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if waiting, busy := p.waiting[client.Id()]; busy {
		p.waiting[client.Id()] = merge(waiting, m)
		return
	}
	p.waiting[client.Id()] = nil
	go p.deliver(client, m)
}

func merge(a *message, b message) *message {
	if a == nil {
		return &b
	}
	return &message{Buckets: append(a.Buckets, b.Buckets...), Seq: max(a.Seq, b.Seq), Figures: a.Figures || b.Figures}
}

func (p *Poker) deliver(client subscriptions.Client, m message) {
	for {
		if data, err := json.Marshal(m); err == nil {
			client.Send(subscriptions.Message{Name: Topic, Data: data})
			if p.Sent != nil {
				p.Sent()
			}
		}
		p.mu.Lock()
		next := p.waiting[client.Id()]
		if next == nil || client.IsDiscarded() {
			delete(p.waiting, client.Id())
			p.mu.Unlock()
			return
		}
		p.waiting[client.Id()] = nil
		p.mu.Unlock()
		m = *next
	}
}
