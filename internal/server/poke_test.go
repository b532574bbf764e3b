package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"chaski/internal/testkit"
)

type news struct {
	Buckets []int
	Seq     int64
	Figures bool
}

// listen opens PocketBase's stream and subscribes; it answers the status of the
// subscription and the pokes as they come.
func listen(t *testing.T, base, token string, topics ...string) (int, <-chan news) {
	t.Helper()
	stream, err := http.Get(base + "/api/realtime") //nolint:bodyclose // closed in cleanup
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stream.Body.Close() })
	ids, pokes := make(chan string, 1), make(chan news, 8)
	go func() {
		event := ""
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ":")
			switch {
			case name == "event":
				event = strings.TrimSpace(value)
			case name == "data" && event == "PB_CONNECT":
				var c struct{ ClientID string }
				if json.Unmarshal([]byte(value), &c) == nil {
					ids <- c.ClientID
				}
			case name == "data":
				var n news
				if json.Unmarshal([]byte(value), &n) == nil {
					pokes <- n
				}
			}
		}
	}()
	body, _ := json.Marshal(map[string]any{"clientId": <-ids, "subscriptions": topics})
	q, err := http.NewRequest(http.MethodPost, base+"/api/realtime", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Authorization", token)
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	return r.StatusCode, pokes
}

// After a commit those it concerns are told, and nobody else.
func TestPoke(t *testing.T) {
	k := testkit.World(t)
	base := k.Listen()
	p := k.Phone(testkit.Rosa)
	p.Pull()
	_, executor := listen(t, base, k.Token(testkit.Elsa), "chaski/poke")
	_, analyst := listen(t, base, k.Token(testkit.Ana), "chaski/poke")
	_, stranger := listen(t, base, k.Token(testkit.Ines), "chaski/poke")
	p.Push(p.Visit("v", testkit.Canal, nil), p.Mark("v", testkit.Canal, 1, "presente"))
	expect := func(who string, from <-chan news, buckets bool, figures bool) {
		t.Helper()
		select {
		case n := <-from:
			if len(n.Buckets) > 0 != buckets || n.Figures != figures || n.Seq == 0 {
				t.Errorf("%s heard %+v", who, n)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s heard nothing", who)
		}
	}
	expect("the executor", executor, true, false)
	expect("the analyst", analyst, false, true)
	// Another unit's supervisor hears of her own work only: the next news she
	// gets is the one made now, so nothing came before it.
	k.Save("interventions", testkit.Puente, map[string]any{"place": "Otro lugar"})
	select {
	case n := <-stranger:
		if n.Seq <= 1 || n.Figures || len(n.Buckets) != 2 {
			t.Errorf("the stranger heard %+v", n)
		}
	case <-time.After(10 * time.Second):
		t.Error("the stranger heard nothing of her own work")
	}
}

// Record subscriptions cost a query per listener inside every write: refused.
func TestRecordSubscriptionsAreRefused(t *testing.T) {
	k := testkit.World(t)
	base := k.Listen()
	id := testkit.ID("v")
	for _, user := range []string{testkit.Rosa, testkit.Ana} {
		for _, topic := range []string{
			"visits", "visits/*", "visits/" + id, "users/" + user, `visits/*?options={"query":{"filter":"id!=''"}}`, "visits/*?options=%7B%7D",
			"visits/*?", " visits/*", "pbc_visits/*", "chaski/poke/*", `chaski/poke?options={"query":{}}`, "_superusers/*", "@realtime",
		} {
			if status, _ := listen(t, base, k.Token(user), topic); status != http.StatusForbidden {
				t.Errorf("%s subscribed to %s: %d", user, topic, status)
			}
			if status, _ := listen(t, base, k.Token(user), "chaski/poke", topic); status != http.StatusForbidden {
				t.Errorf("%s subscribed to %s behind the poke: %d", user, topic, status)
			}
		}
		// As PocketBase's SDK asks.
		if status, _ := listen(t, base, k.Token(user), "chaski/poke", "PB_CONNECT"); status != http.StatusNoContent {
			t.Errorf("%s may not listen to pokes: %d", user, status)
		}
	}
}

// Who holds what may change while somebody listens: a bucket gets its first row,
// a person changes his unit.
func TestPokeFollowsScope(t *testing.T) {
	k := testkit.World(t)
	base := k.Listen()
	_, rosa := listen(t, base, k.Token(testkit.Rosa), "chaski/poke")
	_, luis := listen(t, base, k.Token(testkit.Luis), "chaski/poke")
	hear := func(who string, from <-chan news) {
		t.Helper()
		select {
		case <-from:
		case <-time.After(10 * time.Second):
			t.Errorf("%s heard nothing", who)
		}
	}
	k.Save("uts", testkit.UT1, map[string]any{"name": "Otra"}) // both scopes are known now
	hear("Rosa", rosa)
	hear("Luis", luis)
	visit(k, "plan", testkit.Canal, "2026-11-30", "planificada")
	hear("Rosa, of the first planned visit", rosa)
	hear("Luis, that scopes may have changed", luis)
	k.Save("users", testkit.Luis, map[string]any{"ut": testkit.UT2})
	k.Save("uts", testkit.UT2, map[string]any{"name": "Nueva"})
	hear("Luis, of the unit he came to", luis)
}
