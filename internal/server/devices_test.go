package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

func order(k *testkit.Kit, as, person, device string, q map[string]any) testkit.Response {
	k.T.Helper()
	return k.Do("POST", "/api/chaski/v1/people/"+person+"/devices/"+device+"/orders", k.Token(as), q)
}

func pullCode(p *testkit.Phone) string {
	p.K.T.Helper()
	return p.K.Do("POST", "/api/chaski/v1/sync/pull", p.Token, map[string]any{"protocol": 1, "schema": 2, "device": p.ID}).Code()
}

// A revoked phone flushes and receives nothing; an order puts it back.
func TestRevokedDevice(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, map[string]any{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Pull()
	reason := map[string]any{"order": "revoke", "reason": "Perdió el teléfono en el mercado"}
	if got := order(k, testkit.Ana, testkit.Rosa, p.ID, reason); got.Code() != "forbidden" {
		t.Errorf("an analyst revokes: %s", got.Body)
	}
	if got := order(k, testkit.Otto, testkit.Ines, p.ID, reason); got.Code() != "not_found" {
		t.Errorf("another person's device: %s", got.Body)
	}
	if got := order(k, testkit.Otto, testkit.Rosa, p.ID, map[string]any{"order": "revoke", "reason": "porque sí"}); got.Code() != "too_short" {
		t.Errorf("without a reason: %s", got.Body)
	}
	order(k, testkit.Otto, testkit.Rosa, p.ID, reason).JSON(200, nil)
	if got := order(k, testkit.Otto, testkit.Rosa, p.ID, reason); got.Code() != "device_state" {
		t.Errorf("revoked twice: %s", got.Body)
	}
	if got := pullCode(p); got != "device_revoked" {
		t.Errorf("pull: %s", got)
	}
	if got := p.Push(p.Visit("v", testkit.Canal, nil))[0]; got.Status != "parked" || got.Code() != "device_revoked" {
		t.Errorf("push: %+v", got)
	}
	order(k, testkit.Otto, testkit.Rosa, p.ID, map[string]any{"order": "restore", "reason": "Apareció en la oficina"}).JSON(200, nil)
	p.Pull()
	k.Save("devices", p.ID, map[string]any{"name": "Moto de Rosa"})
	var person struct {
		History []struct{ Actor, Action, Reason, Device string }
	}
	k.Do("GET", "/api/chaski/v1/people/"+testkit.Rosa, k.Token(testkit.Otto), nil).JSON(200, &person)
	if h := person.History; len(h) < 2 || h[0].Action != "restore" || h[1].Action != "revoke" || h[1].Reason != reason["reason"] || h[1].Actor == "" || h[1].Device != "Moto de Rosa" {
		t.Errorf("history: %+v", h)
	}
}

// A wipe destroys what is unsent: it is ordered with that number in sight. The
// device confirms without a token; what it still sends before that is kept.
func TestWipedDevice(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, map[string]any{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, map[string]any{
		"protocol": 1, "schema": 2, "device": p.ID, "report": map[string]any{"outbox": 3, "oldest_pending_at": "2026-11-20T08:00:00-05:00"},
	}).JSON(200, nil)
	var person struct {
		Devices []struct {
			ID     string
			Outbox int64
		}
	}
	k.Do("GET", "/api/chaski/v1/people/"+testkit.Rosa, k.Token(testkit.Otto), nil).JSON(200, &person)
	if len(person.Devices) != 1 || person.Devices[0].Outbox != 3 {
		t.Fatalf("%+v", person)
	}
	wipe := func(with map[string]any) testkit.Response {
		q := map[string]any{"order": "wipe", "reason": "Robo denunciado en la comisaría"}
		for name, value := range with {
			q[name] = value
		}
		return order(k, testkit.Otto, testkit.Rosa, p.ID, q)
	}
	for name, with := range map[string]map[string]any{"nothing": nil, "another number": {"unsent": 0}} {
		if got := wipe(with); got.Code() != "device_reported_again" {
			t.Errorf("%s confirmed: %s", name, got.Body)
		}
	}
	said := func(install string) string {
		return k.Do("POST", "/api/chaski/v1/devices/wiped", "", map[string]any{"device": p.ID, "install": install}).Code()
	}
	install := "install-" + testkit.Rosa
	if got := said(install); got != "not_found" {
		t.Errorf("nobody ordered a wipe: %q", got)
	}
	wipe(map[string]any{"unsent": 3}).JSON(200, nil)
	if got := pullCode(p); got != "device_wiped" {
		t.Errorf("pull: %s", got)
	}
	if got := p.Push(p.Visit("v", testkit.Canal, nil))[0]; got.Status != "parked" {
		t.Errorf("push: %+v", got)
	}
	if got := said("install-of-another"); got != "not_found" {
		t.Errorf("somebody else says so: %q", got)
	}
	for range 2 {
		if got := said(install); got != "" {
			t.Errorf("said: %q", got)
		}
	}
	if n := k.Int(`SELECT count(*) FROM audit WHERE collection = 'devices' AND action = 'wiped'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	if got := pullCode(p); got != "device_wiped" {
		t.Errorf("pull afterwards: %s", got)
	}
	if got := order(k, testkit.Otto, testkit.Rosa, p.ID, map[string]any{"order": "restore", "reason": "Apareció en la oficina"}); got.Code() != "device_state" {
		t.Errorf("an empty phone put back: %s", got.Body)
	}
}

// What a repair on the phone does not cure is seen by who looks after its person,
// for as long as the phone says so.
func TestDeviceThatDiffers(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, map[string]any{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	for _, since := range []string{"2026-11-23T09:00:00.000Z", ""} {
		report := map[string]any{"outbox": 0, "differs_since": since}
		if since == "" {
			delete(report, "differs_since")
		}
		k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, map[string]any{
			"protocol": 1, "schema": 2, "device": p.ID, "report": report,
		}).JSON(200, nil)
		var person struct {
			Devices []struct {
				DiffersSince string `json:"differs_since"`
			}
		}
		k.Do("GET", "/api/chaski/v1/people/"+testkit.Rosa, k.Token(testkit.Otto), nil).JSON(200, &person)
		if len(person.Devices) != 1 || person.Devices[0].DiffersSince != since {
			t.Errorf("reported %q: %+v", since, person.Devices)
		}
	}
}
