// Package poke owns the news "something moved, pull": one small message on
// PocketBase's realtime stream, after commit, coalesced. It is a hint:
// correctness never depends on it.
//
// No listener costs a goroutine here. A message is handed over if its stream is
// ready to write; otherwise it waits, merged with what comes later, and is tried
// again. A listener whose stream stays busy is dropped: its phone polls, and
// connects again.
package poke

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
)

// Topic is what devices subscribe to.
const Topic = "chaski/poke"

const (
	// soon is how long the first news after a silence waits for more of the same
	// moment; window is how far apart flushes are while news keeps coming.
	soon   = 2 * time.Millisecond
	window = 250 * time.Millisecond
	// again is when a message is tried once more whose stream was busy.
	again = 50 * time.Millisecond
)

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
	// Sent is told of each message that went out, Dropped of each listener that
	// did not read. May be nil.
	Sent, Dropped func()
	// Patience is how long a listener may leave a message unread.
	Patience time.Duration

	app   core.App
	scope Scope
	today func() day.Day
	log   *slog.Logger

	gate   sync.Mutex // held by a flush; closing waits for it
	closed bool
	late   map[string]*pending // by listener; guarded by gate
	trying bool                // a retry is under way; guarded by gate

	mu      sync.Mutex
	news    *store.Moved
	flushed time.Time
	scopes  map[string]map[int]bool // by person and day; emptied when scopes may have changed
	age     int                     // how often they were emptied
}

// pending is a message that waits for its stream.
type pending struct {
	client subscriptions.Client
	message
	since time.Time
}

// New returns a Poker over the app's realtime broker. It is silent once the app
// terminates: its database closes then.
func New(app core.App, scope Scope, today func() day.Day) *Poker {
	p := &Poker{
		Patience: 30 * time.Second, app: app, scope: scope, today: today, log: app.Logger(),
		scopes: map[string]map[int]bool{}, late: map[string]*pending{},
	}
	app.OnRealtimeMessageSend().BindFunc(p.limitWrite)
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
	wait := max(soon, window-time.Since(p.flushed))
	time.AfterFunc(wait, func() { p.guarded(p.flush) })
}

// guarded runs fn on a timer's goroutine. A hint must never take the server down.
func (p *Poker) guarded(fn func()) {
	defer func() {
		if lost := recover(); lost != nil {
			p.log.Error("poke: not sent", "panic", lost)
		}
	}()
	p.gate.Lock()
	defer p.gate.Unlock()
	if !p.closed { // else nobody is left to tell
		fn()
	}
}

func (p *Poker) flush() {
	p.mu.Lock()
	news := p.news
	p.news, p.flushed = nil, time.Now()
	p.mu.Unlock()
	written := map[string][]byte{} // most listeners hear the same
	for id, client := range p.app.SubscriptionsBroker().Clients() {
		if !client.HasSubscription(Topic) {
			continue
		}
		// PocketBase keeps this record as the account is now.
		record, _ := client.Get(apis.RealtimeClientAuthKey).(*core.Record)
		if record == nil || record.IsSuperuser() {
			continue
		}
		m := p.concerns(accounts.ActorOf(record), news)
		if m == nil {
			continue
		}
		if waiting := p.late[id]; waiting != nil {
			waiting.merge(*m)
		} else if !p.hand(client, p.write(*m, written)) {
			p.late[id] = &pending{client, *m, time.Now()}
		}
	}
	p.comeBack()
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
	// Assignments begin and end by date; the account may change its role.
	key := strings.Join([]string{string(p.today()), a.User, string(a.Role), a.UT, a.Entity}, " ")
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

// write encodes a message once for all who hear the same.
func (p *Poker) write(m message, written map[string][]byte) []byte {
	key := fingerprint(m)
	data := written[key]
	if data == nil {
		data, _ = json.Marshal(m) // numbers and a bool always encode
		written[key] = data
	}
	return data
}

func fingerprint(m message) string {
	key := make([]byte, 0, 4*len(m.Buckets)+1)
	for _, b := range m.Buckets {
		key = append(key, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
	}
	if m.Figures {
		key = append(key, 1)
	}
	return string(key)
}

// hand gives a message to a stream that is ready to write it.
func (p *Poker) hand(client subscriptions.Client, data []byte) (taken bool) {
	defer func() {
		if recover() != nil { // its channel was closed meanwhile: nobody listens there
			taken = true
		}
	}()
	select {
	case client.Channel() <- subscriptions.Message{Name: Topic, Data: data}:
		if p.Sent != nil {
			p.Sent()
		}
		return true
	default:
		return client.IsDiscarded()
	}
}

func (w *pending) merge(m message) {
	seen := map[int]bool{}
	for _, b := range append(w.Buckets, m.Buckets...) {
		seen[b] = true
	}
	w.Buckets = make([]int, 0, len(seen))
	for b := range seen {
		w.Buckets = append(w.Buckets, b)
	}
	sort.Ints(w.Buckets)
	w.Seq, w.Figures = max(w.Seq, m.Seq), w.Figures || m.Figures
}

// comeBack tries what waits once more, a little later.
func (p *Poker) comeBack() {
	if len(p.late) == 0 || p.trying {
		return
	}
	p.trying = true
	time.AfterFunc(again, func() { p.guarded(p.retry) })
}

func (p *Poker) retry() {
	p.trying = false
	for id, w := range p.late {
		data, _ := json.Marshal(w.message)
		if p.hand(w.client, data) {
			delete(p.late, id)
		} else if time.Since(w.since) > p.Patience {
			delete(p.late, id)
			p.app.SubscriptionsBroker().Unregister(id)
			if p.Dropped != nil {
				p.Dropped()
			}
		}
	}
	p.comeBack()
}

// limitWrite lets a write to a stream fail that nobody reads, which ends the
// stream: TCP alone would keep it for many minutes.
func (p *Poker) limitWrite(e *core.RealtimeMessageEvent) error {
	c := http.NewResponseController(e.Response)
	if c.SetWriteDeadline(time.Now().Add(p.Patience)) == nil { // not every ResponseWriter can
		defer func() { _ = c.SetWriteDeadline(time.Time{}) }()
	}
	return e.Next()
}
