package edge_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"chaski/internal/demoaccess"
	"chaski/internal/edge"
)

// Only what a trusted proxy said survives, and only the part it vouches for.
func TestWhoIsBelieved(t *testing.T) {
	proxies, err := edge.ParseProxies([]string{"10.0.0.5", "10.1.0.0/16", " fd00::1 ", ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, peer, headers string
		client, proto       string
		secure, here        bool
	}{
		{"nobody between", "127.0.0.1:4000", "", "", "", false, true},
		{"from the network", "192.168.1.7:4000", "", "", "", false, false},
		{"a liar", "192.168.1.7:4000", "X-Forwarded-For: 127.0.0.1; X-Forwarded-Proto: https; X-Real-Ip: 8.8.8.8; Forwarded: for=1.1.1.1", "", "", false, false},
		{"a liar on this machine", "127.0.0.1:4000", "X-Forwarded-For: 127.0.0.1", "", "", false, false},
		{"an unknown proxy on this machine", "127.0.0.1:4000", "Via: 1.1 caddy", "", "", false, false},
		{"one that reads a header from settings", "192.168.1.7:4000", "X-Office: 127.0.0.1", "", "", false, false},
		{"the proxy", "10.0.0.5:4000", "X-Forwarded-For: 200.1.2.3; X-Forwarded-Proto: https", "200.1.2.3", "https", true, false},
		{"the proxy, on IPv6", "[fd00::1]:4000", "X-Forwarded-For: 2001:db8::7; X-Forwarded-Proto: https", "2001:db8::7", "https", true, false},
		{"the proxy, mapped", "[::ffff:10.0.0.5]:4000", "X-Forwarded-For: 200.1.2.3", "200.1.2.3", "", false, false},
		{"a client who lied to the proxy", "10.0.0.5:4000", "X-Forwarded-For: 127.0.0.1, 10.0.0.5, 200.1.2.3", "200.1.2.3", "", false, false},
		{"two proxies", "10.0.0.5:4000", "X-Forwarded-For: 8.8.8.8, 200.1.2.3, 10.1.7.7", "200.1.2.3", "", false, false},
		{"two headers", "10.0.0.5:4000", "X-Forwarded-For: 8.8.8.8; X-Forwarded-For: 200.1.2.3", "200.1.2.3", "", false, false},
		{"with a port", "10.0.0.5:4000", "X-Forwarded-For: 200.1.2.3:5511", "200.1.2.3", "", false, false},
		{"garbage", "10.0.0.5:4000", "X-Forwarded-For: 200.1.2.3, <script>", "", "", false, false},
		{"a claim of loopback", "10.0.0.5:4000", "X-Forwarded-For: 127.0.0.1", "127.0.0.1", "", false, false},
		{"the proxy says nothing", "10.0.0.5:4000", "", "", "", false, false},
		{"the nearest proxy's scheme", "10.0.0.5:4000", "X-Forwarded-For: 200.1.2.3; X-Forwarded-Proto: https, http", "200.1.2.3", "http", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			for _, h := range strings.Split(c.headers, "; ") {
				if name, value, ok := strings.Cut(h, ": "); ok {
					r.Header.Add(name, value)
				}
			}
			r = proxies.Believe(r, []string{"X-Office"})
			if got := strings.Join(r.Header.Values(edge.ForwardedFor), "|"); got != c.client {
				t.Errorf("client %q, want %q", got, c.client)
			}
			if got := r.Header.Get("X-Forwarded-Proto"); got != c.proto || edge.Secure(r) != c.secure {
				t.Errorf("proto %q, secure %v", got, edge.Secure(r))
			}
			for _, h := range []string{"X-Real-Ip", "Forwarded", "X-Office"} {
				if r.Header.Get(h) != "" {
					t.Errorf("%s is still there", h)
				}
			}
			if got := demoaccess.FromThisMachine(r); got != c.here {
				t.Errorf("from this machine: %v, want %v", got, c.here)
			}
		})
	}
}

func TestProxiesRefused(t *testing.T) {
	for _, bad := range []string{"proxy.local", "10.0.0.0/33", "0.0.0.0/0", "::/0"} {
		if _, err := edge.ParseProxies([]string{bad}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
