package streams

import (
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/tools/subscriptions"
)

func counting() *Streams {
	return &Streams{PerAccount: PerAccount, address: map[string]int{}, accounts: map[string]map[string]bool{}}
}

// A subscription that comes when its stream has ended takes no place: nobody would
// free it. PocketBase discards the client first, and the connection's handler ends
// after that.
func TestSubscribedTooLate(t *testing.T) {
	s, client := counting(), subscriptions.NewDefaultClient()
	client.Discard()
	s.forget(client)
	if !s.seat(client, listener{"rosa", "s"}) || len(s.accounts) != 0 {
		t.Errorf("%v", s.accounts)
	}
}

func TestSeatsAreFreedWhoeverComesFirst(t *testing.T) {
	s := counting()
	for range 2000 {
		client := subscriptions.NewDefaultClient()
		var both sync.WaitGroup
		both.Go(func() { s.seat(client, listener{"rosa", "s"}) })
		both.Go(func() {
			client.Discard()
			s.forget(client)
		})
		both.Wait()
	}
	if len(s.accounts) != 0 {
		t.Errorf("%d places are taken", len(s.accounts["rosa"]))
	}
}

// A stream on which somebody else signs in is his, and no longer the first one's.
func TestSeatChangesHands(t *testing.T) {
	s, client := counting(), subscriptions.NewDefaultClient()
	s.seat(client, listener{"rosa", "s"})
	s.seat(client, listener{"ines", "t"})
	if s.accounts["rosa"] != nil || !s.accounts["ines"][client.Id()] {
		t.Errorf("%v", s.accounts)
	}
	client.Discard()
	if s.forget(client); len(s.accounts) != 0 {
		t.Errorf("%v", s.accounts)
	}
}
