package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"chaski/internal/testkit"
)

// Every answer, also one that no handler of ours ever saw, says how it may be
// used, and is kept by nobody unless it is a file of the web app or of the
// dashboard.
func TestEveryAnswerIsProtected(t *testing.T) {
	address := free(t)
	s := serve(t, address, "--http", address, "--trusted-proxy", "127.0.0.1")
	rosa, admin := s.kit.Token(testkit.Rosa), s.kit.Superuser("jefa@example.org")
	origin := "Origin: https://otro.pe"
	for _, c := range []struct {
		method, path, token, body string
		headers                   []string
		status                    int
		cache                     string // "": no-store
	}{
		{"GET", "/", "", "", nil, 200, "no-cache"},
		{"GET", "/assets/app.js", "", "", nil, 200, "public, max-age=31536000, immutable"},
		{"HEAD", "/assets/app.js", "", "", nil, 200, "public, max-age=31536000, immutable"},
		{"GET", "/_/", "", "", nil, 200, "-"},
		{"GET", "/nada", "", "", nil, 404, ""},
		{"POST", "/nada", "", "{}", nil, 404, ""},
		{"GET", "/api", "", "", nil, 404, ""},
		{"GET", "/api/nada", "", "", nil, 404, ""},
		{"GET", "/api/chaski/v1/nada", rosa, "", nil, 404, ""},
		{"GET", "/api/chaski/v1/session", rosa, "", nil, 200, ""},
		{"GET", "/api/chaski/v1/session", "", "", nil, 401, ""},
		{"DELETE", "/api/chaski/v1/session", rosa, "", nil, 404, ""},
		{"POST", "/api/chaski/v1/sync/push", rosa, "{", nil, 400, ""},
		{"POST", "/api/chaski/v1/sync/push", rosa, strings.Repeat(" ", 3<<20), nil, 413, ""},
		{"GET", "/api/chaski/v1/health/live", "", "", nil, 200, ""},
		{"POST", "/api/chaski/v1/uploads", rosa, "", nil, 400, ""},
		{"GET", "//api/chaski/v1/session", rosa, "", nil, 307, ""},
		{"GET", "/api/../nada", "", "", nil, 307, ""},
		{"GET", "/_", "", "", nil, 307, ""},
		{"GET", "/_/index.html", "", "", nil, 301, "-"},
		{"OPTIONS", "/api/settings", "", "", nil, 204, ""},
		{"OPTIONS", "/api/chaski/v1/session", "", "", []string{origin, "Access-Control-Request-Method: GET"}, 204, ""},
		{"OPTIONS", "*", "", "", nil, 400, ""},
		{"TRACE", "/api/settings", "", "", nil, 404, ""},
		{"GET", "/api/health", admin, "", nil, 200, ""},
		{"GET", "/api/settings", "", "", nil, 401, ""},
		{"GET", "/api/settings", rosa, "", nil, 403, ""},
		{"GET", "/api/settings", admin, "", nil, 200, ""},
		{"GET", "/api/collections/users/records", admin, "", []string{origin}, 200, ""},
		{"GET", "/api/files/rendicion_documents/nada/nada.pdf", admin, "", nil, 404, ""},
		{"POST", "/api/files/token", rosa, "", nil, 200, ""},
		{"POST", "/api/collections/users/auth-refresh", rosa, "{}", nil, 200, ""},
		{"POST", "/api/collections/users/auth-with-password", "", `{"identity":"` + testkit.Rosa + `@example.org","password":"chaski-test"}`, nil, 200, ""},
		{"POST", "/api/collections/users/auth-with-password", "", `{"identity":"nadie@example.org","password":"x"}`, nil, 400, ""},
		{"POST", "/api/realtime", "", "{}", nil, 400, ""},
	} {
		t.Run(c.method+" "+c.path+" "+fmt.Sprint(c.status), func(t *testing.T) {
			status, headers := s.answer(c.method, c.path, c.token, c.body, append(c.headers, "X-Forwarded-Proto: https"))
			if status != c.status {
				t.Errorf("status %d", status)
			}
			protected(t, headers, c.cache)
		})
	}
}

// protected checks an answer's headers. cache is what it may say of caches: ""
// for no-store, "-" for whatever it likes.
func protected(t *testing.T, h http.Header, cache string) {
	t.Helper()
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Xss-Protection": "0", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
	}
	if cache == "" {
		cache = "no-store"
	}
	if cache != "-" {
		want["Cache-Control"] = cache
	}
	for name, value := range want {
		if got := strings.Join(h.Values(name), ", "); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, "default-src") {
		t.Errorf("Content-Security-Policy: %q", policy)
	}
	if !strings.Contains(h.Get("Permissions-Policy"), "microphone=()") {
		t.Errorf("Permissions-Policy: %q", h.Get("Permissions-Policy"))
	}
	if got := h.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("pages of %s may call", got)
	}
}

// answer asks with a path as it is written, and follows nothing.
func (s *served) answer(method, path, token, body string, headers []string) (status int, got http.Header) {
	s.t.Helper()
	r, err := http.NewRequest(method, "http://"+s.address+"/", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.URL.Opaque, r.URL.RawQuery = path, ""
	if strings.HasPrefix(path, "//") {
		r.URL.Opaque = "http://" + s.address + path // else the transport takes its beginning for a host
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", token)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode, answer.Header
}
