package httpapi_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/httpapi"
	"chaski/internal/replication"
)

// slow is a replica whose first page is under way until the test says so.
type slow struct {
	app.Replica
	began, end chan struct{}
}

func (s slow) Pull(_ actor.Actor, q app.PullQuery) (app.Page, error) {
	if q.Cursor == nil {
		s.began <- struct{}{}
		<-s.end
	}
	return app.Page{Complete: true}, nil
}

func (s slow) Knows([]replication.Mark) (bool, error) { return true, nil }

func (s slow) Witness(actor.Actor, string, []replication.Mark) (app.Witness, error) {
	return app.Witness{}, nil
}

type open struct{ app.Accounts }

func (open) MaySync(actor.Actor, string) error                 { return nil }
func (open) MayPush(actor.Actor, string) error                 { return nil }
func (open) Seen(actor.Actor, string, *app.DeviceReport) error { return nil }

type nothing struct{}

func (nothing) Push(context.Context, func(app.Outbound) error) (int64, error) { return 0, nil }

// However many first syncs there are, deltas go on, and pushes pass no gate.
func TestAdmission(t *testing.T) {
	replica := slow{began: make(chan struct{}), end: make(chan struct{})}
	api := &httpapi.API{
		Log: slog.New(slog.DiscardHandler), Replica: replica, Accounts: open{}, Pusher: &app.Pusher{Commits: nothing{}, Now: time.Now},
		Admission: app.Admission{First: app.NewGate(1, 0, time.Hour), Delta: app.NewGate(1, 0, time.Hour)},
	}
	handler := api.Handler()
	ask := func(route, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", httpapi.Prefix+route, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r.WithContext(actor.In(r.Context(), actor.Actor{User: "u"})))
		return w
	}
	const first = `{"protocol":1,"schema":2,"device":"d"}`
	const zero = `{"protocol":1,"schema":2,"device":"d","cursor":{"node":"n1","epoch":1,"at":[{"seq":5,"nonce":"x","buckets":[1]},{"seq":0,"nonce":"","buckets":[2]}]}}`
	const delta = `{"protocol":1,"schema":2,"device":"d","cursor":{"node":"n1","epoch":1,"at":[{"seq":5,"nonce":"x","buckets":[1]}]}}`
	done := make(chan int)
	go func() { done <- ask("/sync/pull", first).Code }()
	<-replica.began
	for name, body := range map[string]string{"no cursor": first, "a bucket from zero": zero} {
		got := ask("/sync/pull", body)
		var f struct{ Error struct{ Code string } }
		if err := json.Unmarshal(got.Body.Bytes(), &f); err != nil || got.Code != 503 || f.Error.Code != "busy" || got.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s %v", name, got.Code, got.Body, got.Header())
		}
	}
	if got := ask("/sync/pull", delta); got.Code != 200 {
		t.Errorf("delta: %d %s", got.Code, got.Body)
	}
	if got := ask("/sync/push", `{"protocol":1,"device":"d","mutations":[]}`); got.Code != 200 {
		t.Errorf("push: %d %s", got.Code, got.Body)
	}
	close(replica.end)
	if code := <-done; code != 200 {
		t.Errorf("the first: %d", code)
	}
	go func() { <-replica.began }()
	if got := ask("/sync/pull", first); got.Code != 200 {
		t.Errorf("after it: %d %s", got.Code, got.Body)
	}
}
