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

const reason = "Perdió el teléfono en el mercado"

func revoke(k *testkit.Kit, p *testkit.Phone, user string) {
	k.T.Helper()
	order(k, testkit.Otto, user, p.ID, fields{"order": "revoke", "reason": reason}).JSON(200, nil)
}

func restore(k *testkit.Kit, p *testkit.Phone, user string) {
	k.T.Helper()
	order(k, testkit.Otto, user, p.ID, fields{"order": "restore", "reason": "Apareció en la oficina"}).JSON(200, nil)
}

func credentials(user string) fields {
	return fields{"identity": user + "@example.org", "password": "chaski-test"}
}

// signIn is a session begun with a password.
func signIn(k *testkit.Kit, user string) string {
	k.T.Helper()
	var in struct{ Token string }
	k.Do("POST", "/api/collections/users/auth-with-password", "", credentials(user)).JSON(200, &in)
	return in.Token
}

func refresh(k *testkit.Kit, token string) string {
	k.T.Helper()
	var in struct{ Token string }
	k.Do("POST", "/api/collections/users/auth-refresh", token, nil).JSON(200, &in)
	return in.Token
}

// everywhere is a request of each kind with a token.
func everywhere(k *testkit.Kit, p *testkit.Phone, token string) map[string]testkit.Response {
	k.T.Helper()
	const at = "/api/chaski/v1"
	return map[string]testkit.Response{
		"session":      k.Do("GET", at+"/session", token, nil),
		"new install":  k.Do("POST", at+"/devices", token, fields{"install": "another-install"}),
		"same install": k.Do("POST", at+"/devices", token, fields{"install": "install-" + testkit.Rosa}),
		"pull":         k.Do("POST", at+"/sync/pull", token, fields{"protocol": 1, "schema": 2, "device": p.ID}),
		"digests":      k.Do("POST", at+"/sync/digests", token, fields{"protocol": 1, "device": p.ID, "bucket": 1, "after": ""}),
		"rows":         k.Do("POST", at+"/sync/rows", token, fields{"protocol": 1, "device": p.ID, "bucket": 1, "keys": []any{fields{"c": "visits", "id": "x"}}}),
		"refresh":      k.Do("POST", "/api/collections/users/auth-refresh", token, nil),
		"upload":       k.Do("POST", at+"/uploads", token, "", "Tus-Resumable: 1.0.0", "Upload-Length: 5"),
		"upload more":  k.Do("PATCH", at+"/uploads/abc", token, "x", "Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Type: application/offset+octet-stream"),
		"upload where": k.Do("HEAD", at+"/uploads/abc", token, nil, "Tus-Resumable: 1.0.0"),
		"upload gone":  k.Do("DELETE", at+"/uploads/abc", token, nil, "Tus-Resumable: 1.0.0"),
		"complete":     k.Do("POST", at+"/uploads/abc/complete", token, fields{}),
		"download":     k.Do("GET", at+"/rendiciones/x/documents/y/file", token, nil),
		"own account":  k.Do("GET", "/api/collections/users/records/"+testkit.Rosa, token, nil),
		"list":         k.Do("GET", "/api/collections/interventions/records", token, nil),
		"file token":   k.Do("POST", "/api/files/token", token, nil),
		"board":        k.Do("GET", at+"/exercises", token, nil),
		"people":       k.Do("GET", at+"/people", token, nil),
		"rendiciones":  k.Do("GET", at+"/rendiciones", token, nil),
		"listen":       k.Do("POST", "/api/realtime", token, fields{"clientId": "x", "subscriptions": []string{"chaski/poke"}}),
	}
}

func refused(t *testing.T, k *testkit.Kit, p *testkit.Phone, token, code string) {
	t.Helper()
	for what, got := range everywhere(k, p, token) {
		if got.Status != 403 || what != "upload where" && got.Code() != code {
			t.Errorf("%s: %d %s, want %s", what, got.Status, got.Body, code)
		}
	}
}

// Revoking a phone ends what was signed in on it, on every route; what it pushes is
// parked; and all of it comes back with an order, but for another phone's nothing
// changes.
func TestRevokedSessionIsGoodForNothing(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Token = signIn(k, testkit.Rosa)
	p.Pull()
	renewed := refresh(k, p.Token)
	var file struct{ Token string }
	k.Do("POST", "/api/files/token", renewed, nil).JSON(200, &file)
	other, browser := k.Token(testkit.Rosa), k.Token(testkit.Rosa)
	var second struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", other, fields{"install": "second-phone"}).JSON(200, &second)

	revoke(k, p, testkit.Rosa)
	refused(t, k, p, p.Token, "device_revoked")
	refused(t, k, p, renewed, "device_revoked")
	if got := k.Do("GET", "/api/chaski/v1/rendiciones/x/documents/y/file?token="+file.Token, "", nil); got.Code() != "device_revoked" {
		t.Errorf("a file token issued before: %d %s", got.Status, got.Body)
	}
	for visit, token := range map[string]string{"one": p.Token, "two": renewed} {
		p.Token = token
		if got := p.Push(p.Visit(visit, testkit.Canal, nil))[0]; got.Status != "parked" || got.Code() != "device_revoked" {
			t.Errorf("push: %+v", got)
		}
	}
	push := func(token, device string) testkit.Response {
		return k.Do("POST", "/api/chaski/v1/sync/push", token, fields{"protocol": 1, "device": device, "mutations": []any{}})
	}
	if got := push(p.Token, second.Device); got.Code() != "device_revoked" {
		t.Errorf("push as another phone of hers: %d %s", got.Status, got.Body)
	}
	push(other, second.Device).JSON(200, nil)
	k.Do("GET", "/api/chaski/v1/session", other, nil).JSON(200, nil)
	k.Do("GET", "/api/chaski/v1/session", browser, nil).JSON(200, nil)
	// A browser sends the token it has with a new sign-in.
	k.Do("POST", "/api/collections/users/auth-with-password", p.Token, credentials(testkit.Rosa)).JSON(200, nil)
	k.Do("GET", "/api/chaski/v1/access", p.Token, nil).JSON(200, nil)

	restore(k, p, testkit.Rosa)
	k.Do("GET", "/api/chaski/v1/session", p.Token, nil).JSON(200, nil)
	p.Pull()
	if got := p.Push(p.Visit("again", testkit.Canal, nil))[0]; got.Status != "applied" {
		t.Errorf("in use again: %+v", got)
	}
}

// A phone to be wiped hears so on every route, and what has erased itself comes back
// as another device, by a new sign-in.
func TestWipedSession(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Pull()
	order(k, testkit.Otto, testkit.Rosa, p.ID, fields{"order": "wipe", "reason": reason, "unsent": 0}).JSON(200, nil)
	refused(t, k, p, p.Token, "device_wiped")
	k.Do("POST", "/api/chaski/v1/devices/wiped", p.Token, fields{"device": p.ID, "install": "install-" + testkit.Rosa}).JSON(200, nil)
	refused(t, k, p, p.Token, "device_wiped")
	k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Rosa), fields{"install": "begun-anew"}).JSON(200, nil)
}

// A copy of a phone goes on with the same token under another name. When one of the
// two is to be wiped, the other is not: it sends what it has and is emptied.
func TestWipedCopy(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	var clone struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", p.Token, fields{"install": "copied-and-renamed"}).JSON(200, &clone)
	order(k, testkit.Otto, testkit.Rosa, p.ID, fields{"order": "wipe", "reason": reason, "unsent": 0}).JSON(200, nil)
	if got := pullCode(p); got != "device_wiped" {
		t.Errorf("the one: %s", got)
	}
	p.ID = clone.Device
	if got := pullCode(p); got != "device_revoked" {
		t.Errorf("its copy: %s", got)
	}
	if got := p.Push(p.Visit("v", testkit.Canal, nil))[0]; got.Status != "parked" {
		t.Errorf("its copy pushes: %+v", got)
	}
}

// Phones signed in before sessions had names stay signed in, and are bound to their
// session at the next contact; the token that renews theirs goes on with it.
func TestSignedInBeforeSessions(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	k.SQL(`DELETE FROM session_devices`)
	p.Token = k.OldToken(testkit.Rosa)
	k.Do("GET", "/api/chaski/v1/session", p.Token, nil).JSON(200, nil)
	p.Pull()
	renewed := refresh(k, p.Token)
	if renewed == p.Token {
		t.Fatal("not renewed")
	}
	revoke(k, p, testkit.Rosa)
	refused(t, k, p, p.Token, "device_revoked")
	refused(t, k, p, renewed, "device_revoked")
	head, tail := p.Token[:len(p.Token)-1], p.Token[len(p.Token)-1]
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
		if byte(c) == tail {
			continue
		}
		// The last character of a signature may be written in four ways.
		if got := k.Do("GET", "/api/chaski/v1/session", head+string(c), nil); got.Status != 403 && got.Status != 401 {
			t.Errorf("the same token written with %c: %d", c, got.Status)
		}
	}
}

// A phone put out of use before its first contact is not known by its token: until
// such a token names a device, it registers none.
func TestRevokedBeforeSessions(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	var second struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", p.Token, fields{"install": "second-phone"}).JSON(200, &second)
	k.SQL(`DELETE FROM session_devices`)
	p.Token = k.OldToken(testkit.Rosa)
	revoke(k, p, testkit.Rosa)
	for what, got := range everywhere(k, p, p.Token) {
		if what != "same install" && got.Status != 403 {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
		k.SQL(`DELETE FROM session_devices`)
	}
	// Another phone of hers names itself, and goes on.
	p.ID = second.Device
	if got := k.Do("GET", "/api/chaski/v1/session", p.Token, nil); got.Status != 403 {
		t.Errorf("%d", got.Status)
	}
	p.Pull()
	k.Do("GET", "/api/chaski/v1/session", p.Token, nil).JSON(200, nil)
}

// Who works in an office now, and once had a phone that was put out of use, names no
// device: the update does not shut him out.
func TestOfficeSignedInBeforeSessions(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	revoke(k, p, testkit.Rosa)
	k.SQL(`DELETE FROM session_devices`)
	token := k.OldToken(testkit.Rosa)
	if got := k.Do("GET", "/api/chaski/v1/session", token, nil); got.Code() != "device_revoked" {
		t.Errorf("a supervisor: %d %s", got.Status, got.Body)
	}
	k.Save("users", testkit.Rosa, fields{"role": "ut_coordinator"})
	k.Do("GET", "/api/chaski/v1/session", token, nil).JSON(200, nil)
	k.Do("GET", "/api/chaski/v1/session", refresh(k, token), nil).JSON(200, nil)
}

// What a restore lost of a session, an order cannot end: one that began since the
// backup must name a device that is known, where one of the person's is out of use.
func TestRevokedAfterRestore(t *testing.T) {
	k := testkit.World(t)
	p := k.Phone(testkit.Rosa)
	var second struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", k.Token(testkit.Rosa), fields{"install": "second-phone"}).JSON(200, &second)
	browser := signIn(k, testkit.Rosa)
	old := k.Copy()
	lost, good := signIn(k, testkit.Rosa), signIn(k, testkit.Rosa)
	p.Token = lost
	p.Pull()

	k = testkit.Open(t, old)
	p.K = k
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	k.Do("GET", "/api/chaski/v1/session", lost, nil).JSON(200, nil)
	revoke(k, p, testkit.Rosa)
	for what, got := range everywhere(k, p, lost) {
		if what != "same install" && got.Status != 403 {
			t.Errorf("%s: %d %s", what, got.Status, got.Body)
		}
		k.SQL(`DELETE FROM session_devices WHERE device = '` + p.ID + `'`)
	}
	k.Do("GET", "/api/chaski/v1/session", browser, nil).JSON(200, nil)
	if got := k.Do("GET", "/api/chaski/v1/session", good, nil); got.Status != 403 {
		t.Errorf("before it names its device: %d", got.Status)
	}
	p.ID, p.Token, p.Cursor, p.Marks = second.Device, good, nil, nil
	p.Pull()
	k.Do("GET", "/api/chaski/v1/session", good, nil).JSON(200, nil)
}

// A phone that took another name after a copy of it was found, under the same sign-in,
// is ended with its old entry (a thief could take another name as well). Its work is
// kept, and after signing in again it goes on as the device it is.
func TestOldEntryOutOfUse(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	p := k.Phone(testkit.Rosa)
	p.Pull()
	was := *p
	var renamed struct{ Device string }
	k.Do("POST", "/api/chaski/v1/devices", p.Token, fields{"install": "begun-anew"}).JSON(200, &renamed)
	p.ID = renamed.Device
	revoke(k, &was, testkit.Rosa)
	refused(t, k, p, p.Token, "device_revoked")
	if got := p.Push(p.Visit("v1", testkit.Canal, nil))[0]; got.Status != "parked" || got.Code() != "device_revoked" {
		t.Errorf("what it sends meanwhile: %+v", got)
	}
	p.Token = signIn(k, testkit.Rosa)
	p.Pull()
	if got := p.Push(p.Visit("v2", testkit.Muro, nil))[0]; got.Status != "applied" {
		t.Errorf("after signing in again: %+v", got)
	}
}

// ear listens as a browser does; gone is closed when its stream ends.
func ear(t *testing.T, base, token string) (status int, gone <-chan struct{}) {
	t.Helper()
	stream, err := http.Get(base + "/api/realtime") //nolint:bodyclose // closed in cleanup
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stream.Body.Close() })
	if stream.StatusCode != 200 {
		return stream.StatusCode, nil
	}
	ids, end := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(end)
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
			var c struct{ ClientID string }
			if _, value, data := strings.Cut(lines.Text(), "data:"); data && json.Unmarshal([]byte(value), &c) == nil && c.ClientID != "" {
				ids <- c.ClientID
			}
		}
	}()
	body, _ := json.Marshal(fields{"clientId": <-ids, "subscriptions": []string{"chaski/poke"}})
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
	return r.StatusCode, end
}

func ends(t *testing.T, what string, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Errorf("%s: the stream is open", what)
	}
}

func goesOn(t *testing.T, what string, gone <-chan struct{}) {
	t.Helper()
	select {
	case <-gone:
		t.Errorf("%s: the stream was closed", what)
	default:
	}
}

// Streams end with the access they were opened with, whoever took it away and how.
func TestStreamsEnd(t *testing.T) {
	k := testkit.World(t)
	k.Save("users", testkit.Otto, fields{"role": "admin"})
	base := k.Listen()
	p := k.Phone(testkit.Rosa)
	_, phone := ear(t, base, p.Token)
	_, browser := ear(t, base, k.Token(testkit.Rosa))
	_, ines := ear(t, base, k.Token(testkit.Ines))
	revoke(k, p, testkit.Rosa)
	ends(t, "revoked", phone)
	restore(k, p, testkit.Rosa)
	_, phone = ear(t, base, p.Token)
	k.SQL(`UPDATE devices SET state = 'por_borrar' WHERE id = '` + p.ID + `'`)
	ends(t, "to be wiped, by SQL", phone)
	goesOn(t, "her browser", browser)
	k.Do("POST", "/api/chaski/v1/people/"+testkit.Rosa+"/active", k.Token(testkit.Otto), fields{"active": false}).JSON(200, nil)
	ends(t, "deactivated", browser)
	goesOn(t, "another person's", ines)
	k.Save("users", testkit.Ines, fields{"role": "director"})
	ends(t, "another role", ines)
	_, ines = ear(t, base, k.Token(testkit.Ines))
	k.Save("users", testkit.Ines, fields{"active": false})
	ends(t, "deactivated in the dashboard", ines)
}
