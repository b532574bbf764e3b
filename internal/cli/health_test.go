package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"chaski/internal/cli"
	"chaski/internal/testkit/pki"
)

func health(args ...string) error {
	c := cli.Health()
	c.SetArgs(args)
	c.SetOut(io.Discard)
	c.SilenceErrors = true
	return c.Execute()
}

// health ends well for a live server, over HTTPS too, and badly for silence, for
// a server that is not ready, and for somebody else's server.
func TestHealthCommand(t *testing.T) {
	ca := pki.New(t)
	dir := t.TempDir()
	cert, key, _ := ca.Issue(pki.Leaf{Names: []string{"chaski.oficina.pe"}})
	address := free(t)
	serve(t, address, "chaski.oficina.pe", "--https", address, "--tls-cert", ca.Write(filepath.Join(dir, "c.pem"), cert), "--tls-key", ca.Write(filepath.Join(dir, "k.pem"), key))
	t.Setenv("CHASKI_HTTPS", strings.Replace(address, "127.0.0.1", "0.0.0.0", 1))
	for _, args := range [][]string{{}, {"--ready"}, {"--url", "https://" + address}} {
		if err := health(args...); err != nil {
			t.Errorf("%v: %v", args, err)
		}
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"a":1}`) }))
	defer other.Close()
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"ready":false,"checks":{"disk":false,"database":true}}`)
	}))
	defer busy.Close()
	for base, says := range map[string]string{
		"http://" + free(t): "no responde", other.URL: "no responde Chaski", busy.URL: "no está listo: disk", "aquí": "no es una dirección",
	} {
		if err := health("--ready", "--url", base); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", base, err, says)
		}
	}
}
