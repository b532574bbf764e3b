// Package streams owns who may listen, how many, and until when: PocketBase's
// realtime connections, which stay open for half an hour, are counted by address
// and by account, and closed when the session that listens has ended.
package streams

import (
	"sync"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"chaski/internal/domain/actor"
)

// The bounds, unless serve is told otherwise. An office, or a whole operator's
// network, is one address; a person has some phones and some tabs.
const (
	PerAddress = 2000
	PerAccount = 30
)

// every is how often open streams are looked over. A stream of an ended session
// lives at most so long, and little longer.
const every = 2 * time.Second

// key is where the broker's clients keep who listens.
const key = "chaskiListener"

type listener struct {
	user, session string
}

// Streams counts and closes.
type Streams struct {
	// PerAddress and PerAccount are how many may be open at a time; 0 for no bound.
	PerAddress, PerAccount int
	// Refused is told of each stream that was too many. May be nil.
	Refused func()

	app   core.App
	ended func() (map[string]bool, error)

	mu       sync.Mutex
	address  map[string]int
	accounts map[string]map[string]bool // user -> ids of his clients
	stop     chan struct{}
	stopped  sync.WaitGroup
}

// storeKey is where an app keeps its Streams.
const storeKey = "chaskiStreams"

// Of are the streams of an app that Bind has seen; nil otherwise.
func Of(app core.App) *Streams {
	s, _ := app.Store().Get(storeKey).(*Streams)
	return s
}

// Bind counts an app's streams. ended answers which sessions may not go on; refuse
// writes that there are too many; here is the session of a request.
func Bind(app core.App, ended func() (map[string]bool, error), here func(*core.RequestEvent) actor.Session, refuse func(*core.RequestEvent) error) *Streams {
	s := &Streams{
		PerAddress: PerAddress, PerAccount: PerAccount, app: app, ended: ended,
		address: map[string]int{}, accounts: map[string]map[string]bool{}, stop: make(chan struct{}),
	}
	app.Store().Set(storeKey, s)
	app.OnRealtimeConnectRequest().BindFunc(func(e *core.RealtimeConnectRequestEvent) error {
		leave, ok := s.enter(e.RealIP())
		if !ok {
			return refuse(e.RequestEvent)
		}
		defer leave()
		defer s.forget(e.Client)
		return e.Next() // as long as the stream is open
	})
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		if e.Auth != nil && e.Auth.Collection().Name == "users" && !s.seat(e.Client, listener{e.Auth.Id, here(e.RequestEvent).ID}) {
			app.SubscriptionsBroker().Unregister(e.Client.Id())
			return refuse(e.RequestEvent)
		}
		return e.Next()
	})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		s.stopped.Go(s.watch)
		return e.Next()
	})
	app.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
		s.end()
		return e.Next()
	})
	return s
}

func (s *Streams) end() {
	s.mu.Lock()
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	s.mu.Unlock()
	s.stopped.Wait()
}

// enter takes a place of an address.
func (s *Streams) enter(address string) (leave func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.PerAddress > 0 && s.address[address] >= s.PerAddress {
		s.tell()
		return nil, false
	}
	s.address[address]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.address[address]--; s.address[address] == 0 {
			delete(s.address, address)
		}
	}, true
}

// seat takes a place of an account; a client that has one keeps it. One whose stream
// has ended takes none: forget came before, or comes once the lock is free.
func (s *Streams) seat(client subscriptions.Client, l listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if client.IsDiscarded() {
		return true
	}
	if was, listens := client.Get(key).(listener); listens && was.user != l.user {
		s.leave(client, was)
	}
	mine := s.accounts[l.user]
	if s.PerAccount > 0 && !mine[client.Id()] && len(mine) >= s.PerAccount {
		s.tell()
		return false
	}
	if mine == nil {
		mine = map[string]bool{}
		s.accounts[l.user] = mine
	}
	mine[client.Id()] = true
	client.Set(key, l)
	return true
}

func (s *Streams) tell() {
	if s.Refused != nil {
		s.Refused()
	}
}

func (s *Streams) forget(client subscriptions.Client) {
	s.mu.Lock() // before it is read who listens: see seat
	defer s.mu.Unlock()
	if l, listens := client.Get(key).(listener); listens {
		s.leave(client, l)
	}
}

// leave frees a place; the caller holds the lock.
func (s *Streams) leave(client subscriptions.Client, l listener) {
	client.Unset(key)
	if delete(s.accounts[l.user], client.Id()); len(s.accounts[l.user]) == 0 {
		delete(s.accounts, l.user)
	}
}

// CloseOf closes what a person's devices and browsers listen on: each opens anew if
// it still may.
func (s *Streams) CloseOf(user string) {
	s.mu.Lock()
	var ids []string
	for id := range s.accounts[user] {
		ids = append(ids, id)
	}
	s.mu.Unlock()
	for _, id := range ids {
		s.app.SubscriptionsBroker().Unregister(id)
	}
}

// watch looks the open streams over until the app ends.
func (s *Streams) watch() {
	clock := time.NewTicker(every)
	defer clock.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-clock.C:
			s.closeEnded()
		}
	}
}

// closeEnded closes the streams of sessions that have ended, by whatever path a
// device was put out of use.
func (s *Streams) closeEnded() {
	defer func() { // a stream less or more must never take the server down
		if lost := recover(); lost != nil {
			s.app.Logger().Error("streams not looked over", "panic", lost)
		}
	}()
	s.mu.Lock()
	none := len(s.accounts) == 0
	s.mu.Unlock()
	if none {
		return
	}
	ended, err := s.ended()
	if err != nil {
		s.app.Logger().Error("streams not looked over", "error", err)
		return
	}
	if len(ended) == 0 {
		return
	}
	for _, chunk := range s.app.SubscriptionsBroker().ChunkedClients(500) {
		for _, client := range chunk {
			if l, listens := client.Get(key).(listener); listens && ended[l.session] {
				s.app.SubscriptionsBroker().Unregister(client.Id())
			}
		}
	}
}
