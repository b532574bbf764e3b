package edge_test

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaski/internal/edge"
	"chaski/internal/testkit/pki"
)

var silent = slog.New(slog.DiscardHandler)

// What no phone would accept is refused at the start, saying why.
func TestCertificatesRefused(t *testing.T) {
	ca := pki.New(t)
	good, key, _ := ca.Issue(pki.Leaf{Names: []string{"chaski.oficina.pe", "10.0.0.9"}})
	_, otherKey, _ := ca.Issue(pki.Leaf{Names: []string{"otra.pe"}})
	expired, expiredKey, _ := ca.Issue(pki.Leaf{Names: []string{"chaski.oficina.pe"}, NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	early, earlyKey, _ := ca.Issue(pki.Leaf{Names: []string{"chaski.oficina.pe"}, NotBefore: time.Now().Add(time.Hour)})
	nameless, namelessKey, _ := ca.Issue(pki.Leaf{})
	for _, c := range []struct {
		name      string
		cert, key []byte
		names     []string
		says      string
	}{
		{"good", good, key, nil, ""},
		{"good, for its names", good, key, []string{"chaski.oficina.pe", "10.0.0.9"}, ""},
		{"other name", good, key, []string{"chaski.ejemplo.pe"}, "no vale para chaski.ejemplo.pe, sino para: chaski.oficina.pe, 10.0.0.9"},
		{"other address", good, key, []string{"10.0.0.10"}, "no vale para 10.0.0.10"},
		{"key of another", good, otherKey, nil, "no es la del certificado"},
		{"expired", expired, expiredKey, nil, "venció el"},
		{"not yet", early, earlyKey, nil, "recién vale desde"},
		{"no name in it", nameless, namelessKey, nil, "no nombra ningún equipo"},
		{"files swapped", key, good, nil, "no es un certificado en formato PEM"},
		{"no key in it", good, []byte("hola"), nil, "no es una clave sin contraseña"},
		{"empty", nil, nil, nil, "no es un certificado"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			cert, key := ca.Write(filepath.Join(dir, "c.pem"), c.cert), ca.Write(filepath.Join(dir, "k.pem"), c.key)
			_, err := edge.LoadCertificate(cert, key, c.names, silent)
			switch {
			case c.says == "" && err != nil:
				t.Error(err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("says %v, want %q", err, c.says)
			}
		})
	}
	if _, err := edge.LoadCertificate("no-existe.pem", "tampoco.pem", nil, silent); err == nil || !strings.Contains(err.Error(), "no-existe.pem") {
		t.Errorf("says %v", err)
	}
}

// Real TLS and HTTP/2 on loopback: the certificate in use is the one on the
// disk, without a restart, unless that one is bad.
func TestCertificateReload(t *testing.T) {
	ca := pki.New(t)
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	leaf := pki.Leaf{Names: []string{"127.0.0.1"}}
	install := func() int64 {
		c, k, serial := ca.Issue(leaf)
		ca.Write(certFile, c)
		ca.Write(keyFile, k)
		return serial
	}
	first := install()
	own, err := edge.LoadCertificate(certFile, keyFile, []string{"127.0.0.1"}, silent)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{TLSConfig: own.Config(), ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hola") })}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	defer func() { _ = server.Close() }()
	serving := func() int64 {
		t.Helper()
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		answer, err := (&http.Client{Transport: transport}).Get("https://" + listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.ProtoMajor != 2 {
			t.Errorf("spoke %s", answer.Proto)
		}
		return answer.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serving(); got != first {
		t.Fatalf("serial %d, want %d", got, first)
	}
	second := install()
	own.Hurry()
	if got := serving(); got != second {
		t.Errorf("after a renewal serial %d, want %d", got, second)
	}
	// Half of a renewal: the key is new, the certificate not yet.
	c, k, third := ca.Issue(leaf)
	ca.Write(keyFile, k)
	own.Hurry()
	if got := serving(); got != second {
		t.Errorf("in mid-renewal serial %d, want %d", got, second)
	}
	ca.Write(certFile, c)
	own.Hurry()
	if got := serving(); got != third {
		t.Errorf("after the renewal serial %d, want %d", got, third)
	}
	expired, key, _ := ca.Issue(pki.Leaf{Names: leaf.Names, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	ca.Write(certFile, expired)
	ca.Write(keyFile, key)
	own.Hurry()
	if got := serving(); got != third {
		t.Errorf("an expired one was taken: serial %d, want %d", got, third)
	}
}

// Plain HTTP is sent to the same page over HTTPS, with the method kept.
func TestRedirect(t *testing.T) {
	for _, c := range []struct{ port, host, want string }{
		{"443", "chaski.pe", "https://chaski.pe/a%20b?c=d"},
		{"443", "chaski.pe:80", "https://chaski.pe/a%20b?c=d"},
		{"8443", "10.0.0.9:8080", "https://10.0.0.9:8443/a%20b?c=d"},
		{"443", "[fd00::9]", "https://[fd00::9]/a%20b?c=d"},
		{"8443", "[fd00::9]:8080", "https://[fd00::9]:8443/a%20b?c=d"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/a%20b?c=d", nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		edge.Redirect(c.port).ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != c.want || w.Code != http.StatusPermanentRedirect {
			t.Errorf("%s on %s: %d %s, want %s", c.host, c.port, w.Code, got, c.want)
		}
	}
}
