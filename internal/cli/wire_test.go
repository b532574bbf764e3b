package cli_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"chaski/internal/testkit"
	"chaski/internal/testkit/pki"
)

// mark is a header by which a test knows the requests it sent.
const mark = "X-Test-Request"

// seen are the requests that reached the server, as net/http read them from the
// wire, before anything else had them.
type seen struct {
	mu       sync.Mutex
	requests []arrival
}

type arrival struct{ mark, line, connection string }

func (s *seen) watch(app core.App) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Priority: -1_000_000, Func: func(e *core.ServeEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		inner := e.Server.Handler
		e.Server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			s.requests = append(s.requests, arrival{r.Header.Get(mark), r.Method + " " + r.RequestURI, r.RemoteAddr})
			s.mu.Unlock()
			inner.ServeHTTP(w, r)
		})
		return nil
	}})
}

func (s *seen) all() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// sent is the other side: what the clients of a test sent.
type sent struct {
	t     *testing.T
	marks []string
}

// next marks a request.
func (s *sent) next() string {
	s.marks = append(s.marks, fmt.Sprintf("%s-%d", s.t.Name(), len(s.marks)))
	return s.marks[len(s.marks)-1]
}

// same compares: the server may have answered nothing that nobody sent, nothing
// twice, and what was sent, all of it.
func (s *sent) same(server *served) {
	s.t.Helper()
	times, ours, strange, lost := map[string]int{}, map[string]bool{}, 0, 0
	for _, m := range s.marks {
		ours[m] = true
	}
	for _, a := range server.seen.all() {
		times[a.mark]++
		if !ours[a.mark] {
			if strange++; strange == 1 {
				s.t.Errorf("the server answered what nobody sent: %s on %s", a.line, a.connection)
			}
		}
	}
	for _, m := range s.marks {
		if times[m] != 1 {
			if lost++; lost == 1 {
				s.t.Errorf("the server saw %s %d times", m, times[m])
			}
		}
	}
	s.t.Logf("%d requests sent, %d seen; %d that nobody sent, %d lost or doubled", len(s.marks), len(server.seen.all()), strange, lost)
}

// hidden fills a body of n bytes with requests: wherever somebody goes on reading
// in the middle of it, he reads one or a piece of one.
func hidden(n int) []byte {
	one := []byte("GET /api/chaski/v1/health/live?hidden HTTP/1.1\r\nHost: x\r\n\r\n")
	return bytes.Repeat(one, n/len(one)+1)[:n]
}

// waits is of a sender who should wait until he is told to send; these do not.
const waits = "Expect: 100-continue"

// probe is a request whose handler leaves its body unread, in part or whole.
type probe struct {
	method, path string
	headers      []string
	before       string // begins the body
}

// probes meet every way in which a request ends before its body does.
func probes(s *served) []probe {
	rosa := "Authorization: " + s.kit.Token(testkit.Rosa)
	elsa := "Authorization: " + s.kit.Token(testkit.Elsa)
	admin := "Authorization: " + s.kit.Superuser("jefa@example.org")
	const v1, js = "/api/chaski/v1", "Content-Type: application/json"
	out := []probe{
		{"POST", v1 + "/uploads", []string{js}, ""},
		{"POST", v1 + "/uploads", []string{elsa, "Tus-Resumable: 1.0.0", "Upload-Length: 10"}, ""},
		{"PATCH", v1 + "/uploads/nada", []string{elsa, "Tus-Resumable: 1.0.0", "Upload-Offset: 0", "Content-Type: application/offset+octet-stream"}, ""},
		{"POST", v1 + "/uploads/nada/complete", []string{elsa}, ""},
		{"POST", v1 + "/session", []string{js}, ""},
		{"GET", v1 + "/session", []string{rosa}, ""},
		{"POST", v1 + "/sync/push", []string{js}, ""},
		{"POST", v1 + "/sync/push", []string{js, rosa}, ""},
		{"POST", v1 + "/sync/push", []string{js, rosa}, `{"protocol":1,"device":"`},
		{"POST", v1 + "/sync/push", []string{js, rosa}, `{} `},
		{"POST", v1 + "/sync/push", []string{js, rosa, "Content-Encoding: gzip"}, ""},
		{"POST", v1 + "/sync/push", []string{js, rosa, "Content-Encoding: br"}, ""},
		{"POST", v1 + "/sync/push", []string{js, rosa, waits}, ""},
		{"POST", v1 + "/sync/pull", []string{js, rosa}, `{"protocol":1,`},
		{"POST", v1 + "/nada", []string{js}, ""},
		{"GET", v1 + "/health/live", nil, ""},
		{"POST", "/api/settings", []string{js}, ""},
		{"PATCH", "/api/settings", []string{js, admin}, ""},
		{"POST", "/nada", []string{js}, ""},
		{"GET", "/", nil, ""},
		{"GET", "/assets/app.js", nil, ""},
		{"DELETE", "/", nil, ""},
		{"HEAD", "/", nil, ""},
		{"OPTIONS", "/api/settings", []string{"Origin: https://otro.pe", "Access-Control-Request-Method: POST"}, ""},
		{"POST", "//nada", []string{js}, ""},
		{"POST", "/api/collections/users/auth-refresh", []string{js}, ""},
		{"POST", "/api/collections/users/auth-with-password", []string{js}, `{"identity":"`},
		{"POST", "/api/collections/users/records", []string{"Content-Type: multipart/form-data; boundary=x"}, "--x\r\n"},
		{"POST", "/api/collections/nada/records", []string{js}, ""},
		{"POST", "/api/batch", []string{js}, ""},
		{"POST", "/api/files/token", []string{rosa}, ""},
		{"POST", "/api/realtime", []string{js}, ""},
		{"POST", "/api/realtime", []string{js}, `{"clientId":"`},
		{"POST", "/_/", []string{js}, ""},
	}
	return out
}

// write sends a request, its body with a length or in chunks. That the server
// hangs up meanwhile is its right.
func (p probe) write(to io.Writer, name string, size int, chunked bool) {
	body := append([]byte(p.before), hidden(size-len(p.before))...)
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: chaski.example.pe\r\n%s: %s\r\n", p.method, p.path, mark, name)
	for _, h := range p.headers {
		fmt.Fprintf(&out, "%s\r\n", h)
	}
	if !chunked {
		fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n%s", len(body), body)
	} else {
		fmt.Fprintf(&out, "Transfer-Encoding: chunked\r\n\r\n")
		for piece := range slices.Chunk(body, 10_000) {
			fmt.Fprintf(&out, "%x\r\n%s\r\n", len(piece), piece)
		}
		fmt.Fprintf(&out, "0\r\n\r\n")
	}
	_, _ = to.Write(out.Bytes())
}

// answers reads what comes back on a connection until it ends: first the
// probe's, then that of an honest request.
func answers(c net.Conn, method string) (statuses []int) {
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(c)
	for {
		r, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if r.StatusCode == http.StatusContinue {
			continue
		}
		statuses = append(statuses, r.StatusCode)
		method = http.MethodGet
	}
}

// eachProbe goes through probes, sizes of body, and both ways to send one.
func eachProbe(s *served, sizes []int, do func(p probe, size int, chunked bool)) {
	for _, p := range probes(s) {
		for _, size := range sizes {
			do(p, size, false)
			do(p, size, true)
		}
	}
}

// direct sends every probe on a connection of its own, and an honest request
// after it on the same one. Both are answered, and nothing else.
func direct(t *testing.T, s *served, sizes []int, dial func() net.Conn) {
	t.Helper()
	clients := &sent{t: t}
	eachProbe(s, sizes, func(p probe, size int, chunked bool) {
		c := dial()
		defer func() { _ = c.Close() }()
		first, second := clients.next(), clients.next()
		go func() {
			p.write(c, first, size, chunked)
			_, _ = fmt.Fprintf(c, "GET /api/chaski/v1/health/live HTTP/1.1\r\nHost: x\r\n%s: %s\r\nConnection: close\r\n\r\n", mark, second)
		}()
		got := answers(c, p.method)
		if slices.Contains(p.headers, waits) && len(got) == 1 {
			clients.marks = clients.marks[:len(clients.marks)-1] // it was not told to send, and sent: the server may hang up
			return
		}
		if len(got) != 2 || got[0] >= 500 || got[1] != http.StatusOK {
			t.Errorf("%s %s, %d bytes, chunked %v: answers %v", p.method, p.path, size, chunked, got)
		}
	})
	clients.same(s)
}

// What a handler leaves of a body is never the next request.
func TestWireNoHiddenRequests(t *testing.T) {
	t.Run("plain", func(t *testing.T) {
		address := free(t)
		direct(t, serve(t, address, "--http", address), []int{300, 200_000, 400_000, 3_000_000}, func() net.Conn { return dial(t, address, nil) })
	})
	t.Run("own certificate", func(t *testing.T) {
		ca, dir, address := pki.New(t), t.TempDir(), free(t)
		cert, key, _ := ca.Issue(pki.Leaf{Names: []string{"127.0.0.1"}})
		s := serve(t, address, "--https", address, "--tls-cert", ca.Write(filepath.Join(dir, "c.pem"), cert), "--tls-key", ca.Write(filepath.Join(dir, "k.pem"), key))
		direct(t, s, []int{400_000}, func() net.Conn {
			return dial(t, address, &tls.Config{RootCAs: ca.Pool(), NextProtos: []string{"http/1.1"}})
		})
	})
}

// The same with a certificate that PocketBase obtained.
func TestWireWithAnObtainedCertificate(t *testing.T) {
	const name = "chaski.example.pe"
	ca, secure, plain := pki.New(t), free(t), free(t)
	cert, key, _ := ca.Issue(pki.Leaf{Names: []string{name}, NotAfter: time.Now().Add(80 * 24 * time.Hour)})
	s := serve(t, secure, name, "--https", secure, "--http", plain)
	kept := filepath.Join(s.kit.Dir, core.LocalAutocertCacheDirName)
	if err := os.MkdirAll(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(kept, name), string(key)+string(cert))
	direct(t, s, []int{400_000}, func() net.Conn {
		return dial(t, secure, &tls.Config{RootCAs: ca.Pool(), ServerName: name, NextProtos: []string{"http/1.1"}})
	})
	s.address = plain
	status, headers := s.answer("GET", "/", "", "", nil)
	if status != http.StatusFound || !strings.HasPrefix(headers.Get("Location"), "https://") || headers.Get("Referrer-Policy") == "" {
		t.Errorf("plain HTTP: %d %v", status, headers)
	}
}

// dial connects, with TLS if there is a config for it.
func dial(t *testing.T, address string, secure *tls.Config) net.Conn {
	t.Helper()
	var c net.Conn
	var err error
	if secure != nil {
		c, err = tls.Dial("tcp", address, secure)
	} else {
		c, err = net.Dial("tcp", address)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}
