package server_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/account"
	"chaski/internal/replication"

	"chaski/internal/store/accounts"
	"chaski/internal/streams"
	"chaski/internal/testkit"
)

// An account has a bounded number of devices in use: what is out of use, or was not
// seen for long, makes room, and who is there already is never turned away.
func TestDevicesPerAccount(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	token := k.Token(testkit.Rosa)
	register := func(n int) testkit.Response {
		return k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Rosa), fields{"install": fmt.Sprintf("install-%d", n)})
	}
	var first struct{ Device string }
	register(1).JSON(200, &first)
	for n := 2; n <= 10; n++ {
		register(n).JSON(200, nil)
	}
	if got := register(11); got.Status != 409 || got.Code() != "too_many_devices" || !strings.Contains(string(got.Body), "10") {
		t.Errorf("an eleventh: %d %s", got.Status, got.Body)
	}
	register(10).JSON(200, nil)
	k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Ines), fields{"install": "install-11"}).JSON(200, nil)
	order(k, testkit.Otto, testkit.Rosa, first.Device, fields{"order": "revoke", "reason": reason}).JSON(200, nil)
	register(11).JSON(200, nil)
	if got := register(12); got.Code() != "too_many_devices" {
		t.Errorf("and another: %d %s", got.Status, got.Body)
	}
	k.SQL(`UPDATE devices SET last_seen_at = '2026-08-01 00:00:00.000Z' WHERE install = 'install-2'`)
	register(12).JSON(200, nil)
	k.Save("parameters", testkit.ID("many"), fields{"key": "device.per_account", "value": 11, "valid_from": "2026-11-01", "norm": "Prueba"})
	register(13).JSON(200, nil)
	if got := register(14); got.Code() != "too_many_devices" {
		t.Errorf("beyond the catalogue's number: %d %s", got.Status, got.Body)
	}
	k.Do("GET", "/api/chaski/v1/session", token, nil).JSON(200, nil)
}

// Open streams are bounded by account and by address, and a place that is left is
// free again.
func TestStreamsPerAccountAndAddress(t *testing.T) {
	k := testkit.World(t)
	base := k.Listen()
	open := streams.Of(k.App)
	if open.PerAccount != streams.PerAccount || open.PerAddress != streams.PerAddress {
		t.Fatalf("%+v", open)
	}
	open.PerAccount, open.PerAddress = 2, 4
	_, first := ear(t, base, k.Token(testkit.Rosa))
	ear(t, base, k.Token(testkit.Rosa))
	status, third := ear(t, base, k.Token(testkit.Rosa))
	if status != 429 {
		t.Errorf("a third of one account: %d", status)
	}
	ends(t, "the third", third)
	for range 2 {
		if status, _ := ear(t, base, k.Token(testkit.Ines)); status != 204 {
			t.Errorf("somebody else: %d", status)
		}
	}
	if status, _ := ear(t, base, k.Token(testkit.Luis)); status != 429 {
		t.Errorf("a fifth from one address: %d", status)
	}
	open.CloseOf(testkit.Rosa)
	ends(t, "closed", first)
	if status, _ := ear(t, base, k.Token(testkit.Luis)); status != 204 {
		t.Errorf("the place that was left: %d", status)
	}
}

// Marks that somebody makes up are answered, and leave little behind: no epochs, no
// audit trail without end. What the server gave itself is always believed.
func TestMadeUpMarks(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Pull()
	epoch := k.Int(`SELECT epoch FROM sync_clock`)
	claim := func(m any) {
		t.Helper()
		var got struct{ Rewound bool }
		k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, fields{"protocol": 1, "schema": 2, "device": p.ID, "marks": []any{m}}).JSON(200, &got)
		if !got.Rewound {
			t.Error("a mark of another history is confirmed")
		}
	}
	for n := range 60 {
		claim(replication.Mark{Epoch: epoch + int64(n), Seq: 7, Nonce: fmt.Sprintf("%08x", n)})
		claim(replication.Mark{Epoch: epoch + int64(n), Seq: 9, Nonce: strings.Repeat("a", 1000)})
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'rewound'`); n != 20 {
		t.Errorf("%d notes", n)
	}
	if now := k.Int(`SELECT epoch FROM sync_clock`); now != epoch+3 {
		t.Errorf("epoch %d from %d", now, epoch)
	}
	var key string
	if err := k.App.DB().NewQuery(`SELECT key FROM sync_clock`).Row(&key); err != nil || len(key) != 32 {
		t.Fatalf("key %q: %v", key, err)
	}
	for n := range 30 {
		claim(replication.Proven(key, replication.Mark{Epoch: epoch + 3 + int64(n), Seq: 7, Nonce: fmt.Sprintf("%08x", n)}))
	}
	if now := k.Int(`SELECT epoch FROM sync_clock`); now != epoch+33 {
		t.Errorf("epoch %d after rewinds that happened", now)
	}
}

// What a server gives out it knows again.
func TestMarksGivenAreProven(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v", testkit.Canal, nil))
	var m replication.Mark
	var key string
	if err := k.App.DB().NewQuery(`SELECT epoch, seq, nonce FROM sync_commits ORDER BY seq DESC LIMIT 1`).Row(&m.Epoch, &m.Seq, &m.Nonce); err != nil {
		t.Fatal(err)
	}
	if err := k.App.DB().NewQuery(`SELECT key FROM sync_clock`).Row(&key); err != nil || !replication.Genuine(key, m) {
		t.Errorf("%+v with key %q: %v", m, key, err)
	}
}

// More than a day's worth waits on the phone: nothing of such a push is judged.
func TestPushesOfADay(t *testing.T) {
	k := testkit.World(t)
	p, other := k.Phone(testkit.Rosa), k.Phone(testkit.Luis)
	p.Push(p.Visit("v1", testkit.Canal, nil))
	k.App.Store().Get(app.PushQuotaKey).(*app.PushQuota).Bytes = 900
	visit := p.Visit("v2", testkit.Canal, nil)
	got := k.Do("POST", "/api/chaski/v1/sync/push", p.Token, fields{"protocol": 1, "device": p.ID, "mutations": []any{visit}})
	if got.Status != 429 || got.Code() != "pushed_enough" || got.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if n := k.Int(`SELECT count(*) FROM sync_mutations`); n != 1 {
		t.Errorf("%d mutations", n)
	}
	other.Push(other.Visit("v3", testkit.Canal, nil))
	k.Clock = k.Clock.AddDate(0, 0, 1)
	if got := p.Push(visit)[0]; got.Status != "applied" {
		t.Errorf("the next day: %+v", got)
	}
}

// A link that an administrator issues ends the sessions at once; one asked for at
// the sign-in screen ends them when it is used.
func TestLinksEndSessions(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	admin, rosa := k.Token(testkit.Otto), k.Token(testkit.Rosa)
	session := func(token string) int { return k.Do("GET", "/api/chaski/v1/session", token, nil).Status }
	people := accounts.NewPeople(k.Engine, k.App, &sent{})
	people.Forgot(testkit.Rosa + "@example.org")
	eventually(t, func() bool { return k.Int(`SELECT count(*) FROM access_links`) == 1 })
	if got := session(rosa); got != 200 {
		t.Errorf("asked for at sign-in: %d", got)
	}
	var link struct{ Token string }
	k.Do("POST", "/api/chaski/v1/people/"+testkit.Rosa+"/link", admin, fields{"by_mail": false}).JSON(200, &link)
	if got := session(rosa); got != 401 {
		t.Errorf("issued by an administrator: %d", got)
	}
	rosa = k.Token(testkit.Rosa)
	k.Do("POST", "/api/chaski/v1/access/password", "", fields{"token": link.Token, "password": "tres palabras largas 8"}).JSON(200, nil)
	if got := session(rosa); got != 401 {
		t.Errorf("used: %d", got)
	}
	k.Do("POST", "/api/chaski/v1/people/"+testkit.Otto+"/link", admin, fields{"by_mail": false}).JSON(200, nil)
	if got := session(admin); got != 200 {
		t.Errorf("one's own: %d", got)
	}
}

// Whoever knows an address writes to its person a few times a day at most.
func TestForgotten(t *testing.T) {
	k := testkit.World(t)
	letters := &sent{}
	people := accounts.NewPeople(k.Engine, k.App, letters)
	for n := range 6 {
		k.Clock = k.Clock.Add(10 * time.Minute)
		people.Forgot(testkit.Rosa + "@example.org")
		eventually(t, func() bool { return letters.n.Load() == int64(n+1) })
	}
	k.Clock = k.Clock.Add(10 * time.Minute)
	people.Forgot(testkit.Rosa + "@example.org")
	people.Forgot(testkit.Ines + "@example.org")
	eventually(t, func() bool { return letters.n.Load() > 6 })
	time.Sleep(200 * time.Millisecond) // a seventh to Rosa would be on its way as long as Ines's
	if n := k.Int(`SELECT count(*) FROM audit WHERE action = 'forgot'`); n != 7 {
		t.Errorf("%d entries", n)
	}
}

// All sessions are closed by the person, but for the one he does it in, or by an
// administrator; what they ended cannot be used, and both are in the trail.
func TestCloseSessions(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Pull()
	other := k.Token(testkit.Rosa)
	base := k.Listen()
	_, listening := ear(t, base, other)
	var mine struct{ Token string }
	k.Do("POST", "/api/chaski/v1/session/close-others", p.Token, nil).JSON(200, &mine)
	ends(t, "another of hers", listening)
	for what, token := range map[string]string{"another": other, "the old token of this one": p.Token} {
		if got := k.Do("GET", "/api/chaski/v1/session", token, nil); got.Status != 401 {
			t.Errorf("%s: %d", what, got.Status)
		}
	}
	p.Token = mine.Token
	p.Pull()
	revoke(k, p, testkit.Rosa) // it is the same session still
	k.SQL(`UPDATE devices SET state = 'activo'`)
	if got := k.Do("POST", "/api/chaski/v1/people/"+testkit.Rosa+"/close-sessions", k.Token(testkit.Ana), nil); got.Code() != "forbidden" {
		t.Errorf("an analyst: %d %s", got.Status, got.Body)
	}
	k.Do("POST", "/api/chaski/v1/people/"+testkit.Rosa+"/close-sessions", k.Token(testkit.Otto), nil).JSON(200, nil)
	if got := k.Do("GET", "/api/chaski/v1/session", p.Token, nil); got.Status != 401 {
		t.Errorf("by an administrator: %d", got.Status)
	}
	// What was not sent is sent after signing in again.
	p.Token = k.Token(testkit.Rosa)
	if got := p.Push(p.Visit("v", testkit.Canal, nil))[0]; got.Status != "applied" {
		t.Errorf("%+v", got)
	}
	for action, by := range map[string]string{"close_others": testkit.Rosa, "close_sessions": testkit.Otto} {
		if n := k.Int(`SELECT count(*) FROM audit WHERE action = '` + action + `' AND record = '` + testkit.Rosa + `' AND actor = '` + by + `'`); n != 1 {
			t.Errorf("%s: %d entries", action, n)
		}
	}
}

// The name by which an installation proves itself is in no answer and no trail.
func TestInstallIsServedToNobody(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	secret := "install-" + testkit.Rosa
	revoke(k, p, testkit.Rosa)
	super := k.Superuser("super@example.org")
	k.Do("PATCH", "/api/collections/devices/records/"+p.ID, super, fields{"name": "otra"}).JSON(200, nil)
	for _, as := range []string{testkit.Rosa, testkit.Ana, testkit.Dora, testkit.Aldo, testkit.Otto} {
		for _, path := range []string{
			"/api/chaski/v1/people/" + testkit.Rosa, "/api/chaski/v1/people", "/api/collections/devices/records",
			"/api/collections/devices/records/" + p.ID, "/api/collections/audit/records", "/api/collections/users/records",
		} {
			if got := k.Do("GET", path, k.Token(as), nil); strings.Contains(string(got.Body), secret) {
				t.Errorf("%s as %s: %s", path, as, got.Body)
			}
		}
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE detail LIKE '%` + secret + `%'`); n != 0 {
		t.Errorf("%d entries of the trail", n)
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE collection = 'devices' AND action = 'update'`); n != 1 {
		t.Errorf("%d updates in the trail", n)
	}
}

// sent counts letters.
type sent struct{ n atomic.Int64 }

func (*sent) Enabled() bool { return true }
func (s *sent) Send(account.Purpose, app.Person, app.Institution, string, time.Time) error {
	s.n.Add(1)
	return nil
}
func (*sent) Test(app.Person, app.Institution, app.MailSettings) error { return nil }

func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for range 500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never happened")
}
