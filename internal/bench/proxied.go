package main

import (
	"crypto/x509"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
)

// proxied is a device behind a proxy of this process, with TLS and HTTP/2. It
// has read all it holds.
type proxied struct {
	*entrant
	close func()
}

func (s *stage) proxied(n int) (proxied, error) {
	target, err := url.Parse(s.chaski.base)
	if err != nil {
		return proxied{}, err
	}
	proxy := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }})
	proxy.EnableHTTP2 = true
	proxy.StartTLS()
	trusted := x509.NewCertPool()
	trusted.AddCert(proxy.Certificate())
	w := newWireTrusting(proxy.URL, "zstd, gzip", trusted)
	one, err := newChaskiOver(w, s.chaski.base, s.h.measured().Devices[n], s.superuser)
	if err == nil {
		_, err = one.first()
	}
	if err != nil {
		proxy.Close()
	}
	return proxied{&entrant{oursHTTP2, s.chaski, s.chaskiDir, w, one}, proxy.Close}, err
}
