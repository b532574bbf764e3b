package server_test

import (
	"testing"

	"chaski/internal/testkit"
)

// The API rules are the safety net below our routes: app users reach no
// collection but what their role needs.
func TestCollectionRules(t *testing.T) {
	k := testkit.World(t)
	k.Save("attendance_sheets", testkit.ID("s"), map[string]any{"intervention": testkit.Puente, "day": "2026-11-10", "state": "registrada", "marks": map[string]string{}})
	visitor := map[string]any{
		"intervention": testkit.Canal, "convenio_code": testkit.Codes[testkit.Canal], "supervisor": testkit.Rosa, "kind": "in_situ",
		"state": "sincronizada", "visited_on": "2026-11-20",
	}
	for _, c := range []struct {
		name, user, method, path string
		body                     any
		status                   int
	}{
		{"guest lists participants", "", "GET", "participants/records", nil, 200}, // PocketBase answers guests an empty list
		{"supervisor writes past sync", testkit.Rosa, "POST", "visits/records", visitor, 403},
		{"analyst writes a visit", testkit.Ana, "POST", "visits/records", visitor, 403},
		{"analyst reads", testkit.Ana, "GET", "visits/records", nil, 200},
		{"coordinator of another unit validates", testkit.Carla, "PATCH", "attendance_sheets/records/" + testkit.ID("s"), map[string]any{"state": "validada"}, 404},
		{"supervisor reads another person", testkit.Rosa, "GET", "users/records/" + testkit.Ines, nil, 404},
		{"nobody signs up", "", "POST", "users/records", map[string]any{"email": "x@example.org", "password": "12345678", "passwordConfirm": "12345678"}, 403},
		{"nobody changes his role", testkit.Rosa, "PATCH", "users/records/" + testkit.Rosa, map[string]any{"role": "admin"}, 403},
	} {
		token := ""
		if c.user != "" {
			token = k.Token(c.user)
		}
		r := k.Do(c.method, "/api/collections/"+c.path, token, c.body)
		if r.Status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, r.Status, c.status, r.Body)
		}
	}
	for _, user := range []string{"", testkit.Rosa, testkit.Elsa, testkit.Otto} {
		token := ""
		if user != "" {
			token = k.Token(user)
		}
		for _, collection := range []string{"participants", "visits", "visit_marks", "insured_persons", "audit", "devices"} {
			var out struct{ TotalItems int }
			k.Do("GET", "/api/collections/"+collection+"/records", token, nil).JSON(200, &out)
			if out.TotalItems > 0 {
				t.Errorf("%q lists %d %s over REST", user, out.TotalItems, collection)
			}
		}
	}
}

// Demo accounts work on this machine alone, with an old token too.
func TestDemoAccountsOnlyOnLoopback(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Rosa, map[string]any{"demo": true})
	sign := map[string]any{"identity": testkit.Rosa + "@example.org", "password": "chaski-test"}
	k.Do("POST", "/api/collections/users/auth-with-password", "", sign).JSON(200, nil)
	for _, from := range []string{"X-Test-Remote: 192.0.2.7:999", "X-Forwarded-For: 192.0.2.7"} {
		if r := k.Do("POST", "/api/collections/users/auth-with-password", "", sign, from); r.Status != 403 {
			t.Errorf("%s signed in: %d", from, r.Status)
		}
		if r := k.Do("GET", "/api/chaski/v1/session", k.Token(testkit.Rosa), nil, from); r.Status != 403 || r.Code() != "demo_only_on_this_machine" {
			t.Errorf("%s used a token: %d %s", from, r.Status, r.Body)
		}
	}
}

// An account put out of use is cut off at once, not when its token ends.
func TestInactiveAccount(t *testing.T) {
	k := testkit.World(t)
	token := k.Token(testkit.Rosa)
	k.Save("users", testkit.Rosa, map[string]any{"active": false})
	if r := k.Do("GET", "/api/chaski/v1/session", token, nil); r.Status != 401 {
		t.Errorf("still in: %d", r.Status)
	}
}

// Registering again answers the same device and how far its counter came.
func TestRegistrationIsIdempotent(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	p.Push(p.Visit("v", testkit.Canal, nil))
	var again struct {
		Device      string
		LastCounter int64 `json:"last_counter"`
	}
	k.Do("POST", "/api/chaski/v1/devices", p.Token, map[string]any{"install": "install-" + testkit.Rosa}).JSON(200, &again)
	if again.Device != p.ID || again.LastCounter != 1 {
		t.Errorf("%+v", again)
	}
	var other struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Ines), map[string]any{"install": "install-" + testkit.Rosa}).JSON(200, &other)
	if other.Device == p.ID {
		t.Error("two people share a device")
	}
}
