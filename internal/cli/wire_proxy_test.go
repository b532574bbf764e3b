package cli_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chaski/internal/testkit"
	"chaski/internal/testkit/pki"
)

// shared is a proxy that keeps its connections to the server.
type shared struct {
	address string      // where it listens
	secure  *tls.Config // nil: plain HTTP
}

func (p shared) url() string {
	if p.secure != nil {
		return "https://" + p.address
	}
	return "http://" + p.address
}

func (p shared) client() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: p.secure.Clone()}, Timeout: time.Minute}
}

// behind sends every probe through a proxy, and after each a second client asks
// who he is. The server sees what was sent and nothing else, and the second
// client hears his own name, also on a connection that served the first.
func behind(t *testing.T, s *served, p shared) {
	t.Helper()
	clients, ines := &sent{t: t}, s.kit.Token(testkit.Ines)
	second := p.client()
	defer second.CloseIdleConnections()
	reused := 0
	eachProbe(s, []int{300, 400_000, 3_000_000}, func(what probe, size int, chunked bool) {
		c := dial(t, p.address, p.secure)
		defer func() { _ = c.Close() }()
		first := clients.next()
		go what.write(c, first, size, chunked)
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
		got, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: what.method})
		if err != nil {
			t.Errorf("%s %s, %d bytes, chunked %v: %v", what.method, what.path, size, chunked, err)
			return
		}
		_, _ = io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
		if got.StatusCode >= 500 {
			t.Errorf("%s %s, %d bytes, chunked %v: %d", what.method, what.path, size, chunked, got.StatusCode)
		}
		mine := clients.next()
		if name := whoAmI(t, second, p.url(), ines, mine); name != testkit.Ines {
			t.Errorf("%s %s, %d bytes, chunked %v: the second client was told that he is %q", what.method, what.path, size, chunked, name)
		}
		if a, b := s.seen.on(first), s.seen.on(mine); a != "" && a == b {
			reused++
		}
	})
	clients.same(s)
	t.Logf("the second client came on the first one's connection %d times", reused)
	if reused == 0 {
		t.Error("the proxy kept no connection: nothing was shown")
	}
}

// on is the connection that a request came on.
func (s *seen) on(mark string) string {
	for _, a := range s.all() {
		if a.mark == mark {
			return a.connection
		}
	}
	return ""
}

func whoAmI(t *testing.T, c *http.Client, base, token, name string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, base+"/api/chaski/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "chaski.example.pe"
	r.Header.Set("Authorization", token)
	r.Header.Set(mark, name)
	answer, err := c.Do(r)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = answer.Body.Close() }()
	var session struct {
		User string `json:"user"`
	}
	raw, _ := io.ReadAll(answer.Body)
	if err := json.Unmarshal(raw, &session); err != nil || session.User == "" {
		t.Errorf("%d %s", answer.StatusCode, raw)
	}
	return session.User
}

func TestWireBehindGosReverseProxy(t *testing.T) {
	address := free(t)
	s := serve(t, address, "--http", address, "--trusted-proxy", "127.0.0.1")
	target := &url.URL{Scheme: "http", Host: address}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Transport: &http.Transport{MaxConnsPerHost: 1},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.SetXForwarded() },
	})
	defer proxy.Close()
	behind(t, s, shared{address: proxy.Listener.Addr().String()})
}

func TestWireBehindNginx(t *testing.T) {
	program := installed(t, "nginx")
	s, p, dir := behindSnippet(t)
	conf := snippet(t, "nginx",
		"server 127.0.0.1:8090;", "server "+s.address+";",
		"listen 443 ssl", "listen "+p.address+" ssl",
		"listen 80;", "listen "+free(t)+";",
		"/etc/ssl/chaski.pem", filepath.Join(dir, "chaski.pem"), "/etc/ssl/chaski.key", filepath.Join(dir, "chaski.key"))
	own := "daemon off; master_process off; pid pid; error_log error.log; events {}\nhttp {\naccess_log off;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		own += kind + "_temp_path " + kind + ";\n"
	}
	write(t, filepath.Join(dir, "nginx.conf"), own+conf+"}\n")
	run(t, p.address, program, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", filepath.Join(dir, "nginx.conf"))
	behind(t, s, p)
	streams(t, s, p)
}

func TestWireBehindCaddy(t *testing.T) {
	program := installed(t, "caddy")
	s, p, dir := behindSnippet(t)
	conf := snippet(t, "caddy",
		"chaski.example.pe {", "https://chaski.example.pe:"+port(p.address)+" {\nbind 127.0.0.1\ntls "+filepath.Join(dir, "chaski.pem")+" "+filepath.Join(dir, "chaski.key"),
		"127.0.0.1:8090", s.address)
	write(t, filepath.Join(dir, "Caddyfile"), "{\nadmin off\nauto_https disable_redirects\n}\n"+conf)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_DATA_HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", dir)
	run(t, p.address, program, "run", "--adapter", "caddyfile", "--config", filepath.Join(dir, "Caddyfile"))
	behind(t, s, p)
	streams(t, s, p)
}

// installed finds a program, or skips.
func installed(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("SKIPPED, and so not shown: %s is not installed (Debian: apt-get install %s)", program, program)
	}
	return path
}

// behindSnippet is a server that trusts a proxy, where the proxy is to listen,
// and a directory with a certificate for it.
func behindSnippet(t *testing.T) (s *served, p shared, dir string) {
	t.Helper()
	dir, ca := t.TempDir(), pki.New(t)
	cert, key, _ := ca.Issue(pki.Leaf{Names: []string{"chaski.example.pe"}})
	ca.Write(filepath.Join(dir, "chaski.pem"), cert)
	ca.Write(filepath.Join(dir, "chaski.key"), key)
	address := free(t)
	s = serve(t, address, "--http", address, "--trusted-proxy", "127.0.0.1")
	return s, shared{free(t), &tls.Config{RootCAs: ca.Pool(), ServerName: "chaski.example.pe", NextProtos: []string{"http/1.1"}}}, dir
}

// snippet is the one of docs/operations.md in a language, with what only the
// test knows put in: pairs of what stands there and what instead.
func snippet(t *testing.T, language string, pairs ...string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(page), "```"+language+"\n")
	conf, _, whole := strings.Cut(after, "```\n")
	if !whole {
		t.Fatalf("docs/operations.md has no snippet in %s", language)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(conf, pairs[i]) {
			t.Fatalf("the snippet has no %q", pairs[i])
		}
		conf = strings.ReplaceAll(conf, pairs[i], pairs[i+1])
	}
	return conf
}

func port(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run starts a program until the test ends, and waits until it listens.
func run(t *testing.T, address, program string, args ...string) {
	t.Helper()
	var said said
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Wait() // how it ended stands in what it said
	}()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = c.Process.Kill()
			<-done
		}
	})
	for {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
		select {
		case <-done:
			t.Fatalf("%s ended:\n%s", program, said.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// streams asks for live news through a proxy: the first line comes while the
// stream is open.
func streams(t *testing.T, s *served, p shared) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url()+"/api/realtime", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "chaski.example.pe"
	r.Header.Set("Authorization", s.kit.Token(testkit.Rosa))
	client := p.client()
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	line, err := bufio.NewReader(answer.Body).ReadString('\n')
	if err != nil || answer.StatusCode != http.StatusOK || !strings.HasPrefix(line, "id:") {
		t.Errorf("%d %q %v", answer.StatusCode, line, err)
	}
}
