package cli_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/cli"
	"chaski/internal/server"
	"chaski/internal/store"
	"chaski/internal/testkit"
	"chaski/internal/testkit/pki"
)

// served is the serve command at work on a world's data.
type served struct {
	t    *testing.T
	kit  *testkit.Kit
	app  core.App
	said *said
	seen *seen

	address string
}

// said gathers what the command tells people.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func serve(t *testing.T, address string, args ...string) *served {
	t.Helper()
	s := &served{t: t, kit: testkit.World(t), said: &said{}, seen: &seen{}, address: address}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: s.kit.Dir, DBConnect: server.Connect})
	s.app = app
	s.seen.watch(app)
	server.Bind(app, store.New(), fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html>")}, "assets/app.js": {Data: []byte("export {}")},
	})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	app.Settings().SuperuserIPs = nil // these tests ask as one what the client's address is
	c := cli.Serve(app, "test")
	c.SetArgs(args)
	c.SetErr(s.said)
	done := make(chan error, 1)
	go func() { done <- c.Execute() }()
	t.Cleanup(func() {
		event := &core.TerminateEvent{}
		event.App = app
		if err := app.OnTerminate().Trigger(event, func(e *core.TerminateEvent) error { return e.App.ClearBootstrap() }); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return s
		}
		select {
		case err := <-done:
			done <- nil // for the cleanup
			t.Fatalf("serve ended: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// free is an address nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// An office's own certificate: HTTPS with HTTP/2 for those who trust its
// authority, and plain HTTP sent there.
func TestServeWithOwnCertificate(t *testing.T) {
	ca := pki.New(t)
	dir := t.TempDir()
	cert, key, _ := ca.Issue(pki.Leaf{Names: []string{"127.0.0.1", "chaski.oficina.pe"}})
	secure, plain := free(t), free(t)
	s := serve(t, secure, "--https", secure, "--http", plain,
		"--tls-cert", ca.Write(filepath.Join(dir, "c.pem"), cert), "--tls-key", ca.Write(filepath.Join(dir, "k.pem"), key))
	phone := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, ForceAttemptHTTP2: true}}
	defer phone.CloseIdleConnections()
	answer, err := phone.Get("http://" + plain + "/api/health")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || answer.Request.URL.Host != secure {
		t.Errorf("%d over %s at %s", answer.StatusCode, answer.Proto, answer.Request.URL)
	}
	if stranger, err := http.Get("https://" + secure); err == nil {
		_ = stranger.Body.Close()
		t.Error("trusted by who does not know the authority")
	}
	if !strings.Contains(s.said.String(), "vale para chaski.oficina.pe, 127.0.0.1") {
		t.Errorf("said: %s", s.said)
	}
}

// Behind a proxy that is trusted the client's address is the client's, whatever
// he wrote himself; from anybody else such headers are nothing. A demo account
// is refused through any proxy, also one on this machine.
func TestServeBehindAProxy(t *testing.T) {
	for _, c := range []struct {
		name    string
		trusted []string
		realIP  string
	}{
		{"trusted", []string{"--trusted-proxy", "127.0.0.1"}, "127.0.0.2"},
		{"unknown", nil, "127.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := free(t)
			s := serve(t, address, append(c.trusted, "--http", address)...)
			proxy := s.proxy(address)
			admin := s.kit.Superuser("jefa@example.org")
			s.app.Settings().SuperuserIPs = nil // here the question is which address is seen
			forged := map[string]string{"X-Forwarded-For": "8.8.8.8", "X-Real-Ip": "8.8.8.8", "Cf-Connecting-Ip": "8.8.8.8"}
			if got := s.realIP(proxy, admin, forged); got != c.realIP {
				t.Errorf("through the proxy the client is %s, want %s", got, c.realIP)
			}
			// Straight to the server, past the proxy: the peer is 127.0.0.2, not trusted.
			if got := s.realIP("http://"+address, admin, forged); got != "127.0.0.2" {
				t.Errorf("past the proxy the client is %s", got)
			}
			s.kit.SQL(`UPDATE users SET demo = true WHERE id = '` + testkit.Rosa + `'`)
			login := `{"identity":"` + testkit.Rosa + `@example.org","password":"chaski-test"}`
			if got, _ := s.ask("http://"+address, "POST", "/api/collections/users/auth-with-password", "", login, nil); got != 200 {
				t.Errorf("a demo account on this machine: %d", got)
			}
			if got, _ := s.ask(proxy, "POST", "/api/collections/users/auth-with-password", "", login, nil); got != 403 {
				t.Errorf("a demo account signs in through a proxy: %d", got)
			}
			token := s.kit.Token(testkit.Rosa)
			if got, _ := s.ask(proxy, "GET", "/api/chaski/v1/session", token, "", nil); got != 403 {
				t.Errorf("a demo account's token through a proxy: %d", got)
			}
			if got, _ := s.ask("http://"+address, "GET", "/api/chaski/v1/session", token, "", nil); got != 200 {
				t.Errorf("a demo account's token on this machine: %d", got)
			}
		})
	}
}

// proxy is a reverse proxy on 127.0.0.1 that appends who asked it.
func (s *served) proxy(address string) string {
	target := &url.URL{Scheme: "http", Host: address}
	p := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"] // what the client claimed stays, as most proxies have it
		r.SetXForwarded()
	}})
	s.t.Cleanup(p.Close)
	return p.URL
}

// ask calls from 127.0.0.2, to tell a client from a proxy on 127.0.0.1.
func (s *served) ask(base, method, path, token, body string, headers map[string]string) (status int, content []byte) {
	s.t.Helper()
	r, err := http.NewRequest(method, base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", token)
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	transport := &http.Transport{DialContext: from.DialContext}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if content, err = io.ReadAll(answer.Body); err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, content
}

func (s *served) realIP(base, token string, headers map[string]string) string {
	s.t.Helper()
	var health struct {
		Data struct {
			RealIP string `json:"realIP"`
		} `json:"data"`
	}
	_, content := s.ask(base, "GET", "/api/health", token, "", headers)
	if err := json.Unmarshal(content, &health); err != nil {
		s.t.Fatal(err)
	}
	return health.Data.RealIP
}

// Without TLS on an address others reach, serve says what phones will not do;
// on loopback and behind a proxy it does not.
func TestServeWarnsOfPlainHTTP(t *testing.T) {
	_, port, err := net.SplitHostPort(free(t))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, "127.0.0.1:"+port, "--http", "127.0.0.1:"+port)
	if strings.Contains(s.said.String(), "AVISO") {
		t.Errorf("warned on loopback: %s", s.said)
	}
	for address, warned := range map[string]bool{"0.0.0.0:1": true, ":1": true, "10.0.0.9:1": true, "localhost:1": false, "127.0.0.5:1": false, "[::1]:1": false} {
		if got := cli.WarnsOfPlainHTTP(address, false); got != warned {
			t.Errorf("%s: warned %v", address, got)
		}
		if cli.WarnsOfPlainHTTP(address, true) {
			t.Errorf("%s: warned behind a proxy", address)
		}
	}
}

// Mistakes in the options are told before anything is served.
func TestServeRefusesBadOptions(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no key":       {[]string{"--tls-cert", "c.pem"}, "--tls-key van juntos"},
		"no such file": {[]string{"--tls-cert", "c.pem", "--tls-key", "k.pem"}, "c.pem"},
		"no port":      {[]string{"--tls-cert", "c.pem", "--tls-key", "k.pem", "--https", "0.0.0.0"}, "dirección y puerto"},
		"proxy":        {[]string{"--trusted-proxy", "casa"}, `"casa" no es una dirección`},
	} {
		t.Run(name, func(t *testing.T) {
			command := cli.Serve(testkit.Empty(t).App, "test")
			command.SetArgs(c.args)
			command.SilenceErrors = true
			if err := command.Execute(); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("says %v", err)
			}
		})
	}
}

// Options come from the environment too; the command line wins.
func TestServeOptionsFromTheEnvironment(t *testing.T) {
	t.Setenv("CHASKI_TRUSTED_PROXY", "casa")
	command := cli.Serve(testkit.Empty(t).App, "test")
	command.SetArgs([]string{})
	command.SilenceErrors = true
	if err := command.Execute(); err == nil || !strings.Contains(err.Error(), "casa") {
		t.Errorf("says %v", err)
	}
	command = cli.Serve(testkit.Empty(t).App, "test")
	command.SetArgs([]string{"--trusted-proxy", "patio"})
	command.SilenceErrors = true
	if err := command.Execute(); err == nil || !strings.Contains(err.Error(), "patio") {
		t.Errorf("says %v", err)
	}
}
