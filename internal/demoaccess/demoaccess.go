// Package demoaccess owns one rule: demonstration accounts, whose password is
// printed, work on the server's own machine and nowhere else.
package demoaccess

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Domain ends the e-mail of every demonstration account.
const Domain = "@demo.pe"

// Refused says why, and what to do.
const Refused = "Las cuentas de demostración solo funcionan en la misma computadora del servidor. Use una cuenta real."

// IsDemo says whether an account, superusers too, is for demonstration.
func IsDemo(account *core.Record) bool {
	return account != nil && (account.GetBool("demo") || account.IsSuperuser() && strings.HasSuffix(account.Email(), Domain))
}

// forwarding are the headers by which a proxy tells that a request began
// elsewhere.
var forwarding = []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via", "Cf-Connecting-Ip", "True-Client-Ip"}

type proxied struct{}

// ThroughProxy marks a request as one that began elsewhere, whatever its
// headers still say.
func ThroughProxy(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), proxied{}, true))
}

// Forwarded says whether a proxy that names itself stands between.
func Forwarded(r *http.Request) bool {
	if r.Context().Value(proxied{}) != nil {
		return true
	}
	for _, h := range forwarding {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	return false
}

// FromThisMachine says whether a request came over loopback and through no proxy
// that names itself. A proxy that adds no header cannot be told from a local
// browser: the demo must never stand behind one.
func FromThisMachine(r *http.Request) bool {
	if Forwarded(r) {
		return false
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
