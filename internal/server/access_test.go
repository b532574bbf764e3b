package server_test

import (
	"testing"

	"chaski/internal/domain/fault"
	"chaski/internal/mail"

	"chaski/internal/store/accounts"
	"chaski/internal/testkit"
)

// The API rules are the safety net below our routes: app users reach no
// collection (TestEveryCollectionIsClosed walks them all).
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
		{"guest lists participants", "", "GET", "participants/records", nil, 403},
		{"supervisor writes past sync", testkit.Rosa, "POST", "visits/records", visitor, 403},
		{"analyst writes a visit", testkit.Ana, "POST", "visits/records", visitor, 403},
		{"analyst reads", testkit.Ana, "GET", "visits/records", nil, 403},
		{"coordinator of another unit validates", testkit.Carla, "PATCH", "attendance_sheets/records/" + testkit.ID("s"), map[string]any{"state": "validada"}, 403},
		{"supervisor reads another person", testkit.Rosa, "GET", "users/records/" + testkit.Ines, nil, 403},
		{"supervisor reads himself", testkit.Rosa, "GET", "users/records/" + testkit.Rosa, nil, 403},
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
}

// Who asks too often reads why, and when to ask again, on our routes and on
// PocketBase's.
func TestTooOften(t *testing.T) {
	k := testkit.World(t)
	s := k.App.Settings()
	for i := range s.RateLimits.Rules {
		s.RateLimits.Rules[i].MaxRequests = 1
	}
	for _, path := range []string{"/api/chaski/v1/access/forgot", "/api/collections/users/auth-with-password"} {
		var r testkit.Response
		for range 3 {
			r = k.Do("POST", path, "", map[string]any{"email": "nadie@example.org"})
		}
		if r.Status != 429 || r.Code() != string(fault.TooOften) || r.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, r.Status, r.Body)
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

// A demonstration token is refused from elsewhere on every route, a superuser's
// too; and a proxy that names itself counts as elsewhere.
func TestDemoTokensStayHere(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Ana, map[string]any{"demo": true})
	superuser := k.Superuser("admin@demo.pe")
	for _, from := range []string{"X-Test-Remote: 192.0.2.7:999", "X-Real-IP: 192.0.2.7", "Via: 1.1 proxy"} {
		for _, c := range []struct{ method, path, token string }{
			{"GET", "/api/collections/participants/records", k.Token(testkit.Ana)},
			{"POST", "/api/collections/users/auth-refresh", k.Token(testkit.Ana)},
			{"PATCH", "/api/collections/users/records/" + testkit.Rosa, superuser},
		} {
			if r := k.Do(c.method, c.path, c.token, map[string]any{"role": "admin"}, from); r.Status != 403 {
				t.Errorf("%s: %s %s answers %d", from, c.method, c.path, r.Status)
			}
		}
	}
	k.Do("PATCH", "/api/collections/users/records/"+testkit.Rosa, superuser, map[string]any{"role": "ut_coordinator"}).JSON(200, nil)
	if k.Int(`SELECT count(*) FROM audit WHERE collection = 'users' AND action = 'update' AND actor LIKE 'superuser:%'`) != 1 {
		t.Error("a change of role left no trace")
	}
}

// Every method under our prefix answers in our shape.
func TestUnknownMethods(t *testing.T) {
	k := testkit.World(t)
	for _, method := range []string{"PUT", "PATCH", "DELETE"} {
		if r := k.Do(method, "/api/chaski/v1/session", k.Token(testkit.Rosa), nil); r.Status != 404 || r.Code() != "not_found" {
			t.Errorf("%s: %d %s", method, r.Status, r.Body)
		}
	}
	p := k.Phone(testkit.Rosa)
	if r := k.Do("POST", "/api/chaski/v1/sync/pull", p.Token, `{"protocol":1,"schema":1,"device":"`+p.ID+`"} and more`); r.Code() != "malformed" {
		t.Errorf("something after the request: %s", r.Body)
	}
}

// A demonstration needs no first administrator, and its administrator is not
// one who could be left to manage a server.
func TestDemoAdministratorDoesNotCount(t *testing.T) {
	k := testkit.World(t)
	people := accounts.NewPeople(k.Engine, k.App, mail.New(k.App))
	setup := func(wanted bool) {
		t.Helper()
		link, err := people.SetupLink()
		if err != nil || (link != "") != wanted {
			t.Errorf("setup link %q, %v", link, err)
		}
	}
	setup(true)
	k.Save("users", testkit.Aldo, map[string]any{"role": "admin", "demo": true})
	setup(false)
	k.Save("users", testkit.Ana, map[string]any{"role": "admin"})
	setup(false)

	ana, err := k.App.FindRecordById("users", testkit.Ana)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(how string, err error) {
		t.Helper()
		if f := fault.Of(err); f == nil || f.Code != fault.LastAdmin {
			t.Errorf("the last administrator, %s: %v", how, err)
		}
	}
	for name, change := range map[string]any{"active": false, "role": "director", "demo": true} {
		was := ana.Get(name)
		ana.Set(name, change)
		refused(name, k.App.Save(ana))
		ana.Set(name, was)
	}
	refused("deleted", k.App.Delete(ana))
	// The demonstration's may go.
	k.Save("users", testkit.Aldo, map[string]any{"active": false})
}
