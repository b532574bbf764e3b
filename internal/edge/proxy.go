package edge

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"chaski/internal/demoaccess"
)

// Proxies are the addresses believed about where a request began.
type Proxies []netip.Prefix

// ParseProxies reads addresses and ranges ("10.0.0.5", "10.1.0.0/16").
func ParseProxies(list []string) (Proxies, error) {
	var out Proxies
	for _, s := range list {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if ip, err := netip.ParseAddr(s); err == nil {
			ip = ip.Unmap()
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %q no es una dirección (10.0.0.5) ni un rango (10.0.0.0/24)", s)
		}
		if p.Bits() == 0 {
			return nil, errors.New("--trusted-proxy: creerle a cualquier dirección deja que cualquiera diga de dónde viene")
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (p Proxies) trust(ip netip.Addr) bool {
	return ip.IsValid() && slices.ContainsFunc(p, func(r netip.Prefix) bool { return r.Contains(ip) })
}

// ForwardedFor is the one header by which the rest of the program learns the
// client's address. After Believe it is true or absent.
const ForwardedFor = "X-Forwarded-For"

// forwarding are headers by which a proxy, or a liar, says where a request began.
var forwarding = []string{
	ForwardedFor, "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Ssl", "X-Forwarded-Prefix",
	"X-Forwarded-Server", "X-Original-Forwarded-For", "X-Original-Host", "X-Client-Ip", "X-Cluster-Client-Ip",
	"Forwarded", "Forwarded-For", "X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Cf-Connecting-Ipv6",
	"Cf-Pseudo-Ipv4", "Fly-Client-Ip", "Fastly-Client-Ip", "X-Appengine-User-Ip", "X-Azure-Clientip", "Do-Connecting-Ip",
}

// Believe leaves in a request's headers only what a trusted proxy said: one
// ForwardedFor with the client's address, and X-Forwarded-Proto and -Host as the
// nearest proxy wrote them. also are further headers that must be no one's word,
// because some setting reads them. A request that came through any proxy is
// marked: it did not begin on this machine.
func (p Proxies) Believe(r *http.Request, also []string) *http.Request {
	peer := address(r.RemoteAddr)
	trusted := p.trust(peer)
	claimed := trusted || r.Header.Get("Via") != ""
	chain := r.Header.Values(ForwardedFor)
	proto, host := last(r.Header.Values("X-Forwarded-Proto")), last(r.Header.Values("X-Forwarded-Host"))
	for _, h := range slices.Concat(forwarding, also) {
		if len(r.Header.Values(h)) > 0 {
			claimed = true
			r.Header.Del(h)
		}
	}
	if trusted {
		if client := p.client(peer, chain); client != peer {
			r.Header.Set(ForwardedFor, client.String())
		}
		if proto == "https" || proto == "http" {
			r.Header.Set("X-Forwarded-Proto", proto)
		}
		if host != "" {
			r.Header.Set("X-Forwarded-Host", host)
		}
	}
	if claimed {
		return demoaccess.ThroughProxy(r)
	}
	return r
}

// client walks the chain from the nearest proxy outwards, as long as each is
// trusted; the first who is not is the client. What stands left of it is only
// his word.
func (p Proxies) client(peer netip.Addr, chain []string) netip.Addr {
	hops := strings.Split(strings.Join(chain, ","), ",")
	at := peer
	for i := len(hops) - 1; i >= 0 && p.trust(at); i-- {
		next := address(strings.TrimSpace(hops[i]))
		if !next.IsValid() {
			break
		}
		at = next
	}
	return at
}

// last is the value the nearest proxy wrote.
func last(values []string) string {
	all := strings.Split(strings.Join(values, ","), ",")
	return strings.ToLower(strings.TrimSpace(all[len(all)-1]))
}

// address reads an IP with or without a port, brackets or zone.
func address(s string) netip.Addr {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap().WithZone("")
}

// Secure says whether the client spoke TLS, to us or to a trusted proxy. It
// holds for requests that went through Believe.
func Secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// Redirect sends plain HTTP to the same address over HTTPS, on the given port.
func Redirect(port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(r.Host); err == nil {
			host = h
		}
		host = strings.Trim(host, "[]")
		if host == "" {
			http.Error(w, "Use https://", http.StatusBadRequest)
			return
		}
		switch {
		case port != "443":
			host = net.JoinHostPort(host, port)
		case strings.Contains(host, ":"):
			host = "[" + host + "]"
		}
		// 308 keeps the method: an old bookmark of a form is not turned into a GET.
		http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusPermanentRedirect)
	})
}
