package edge

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// nothing may be loaded or run by an answer that is no page.
const nothing = "default-src 'none'; frame-ancestors 'none'"

// dashboardPolicy is PocketBase's own without the addresses of its developers.
const dashboardPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' https://tile.openstreetmap.org data: blob:; connect-src 'self' https://nominatim.openstreetmap.org; " +
	"object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

// dashboard is the path of PocketBase's own pages: no data is in them.
const dashboard = "/_/"

// Headers gives every answer, whoever makes it and for whatever reason, the
// headers that protect who reads it, and keeps it out of every cache. The web app
// and documents say more themselves; PocketBase says how long its dashboard's
// files are good.
func Headers(app core.App, inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-XSS-Protection", "0") // the old filter did more harm than good
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()")
		if r.TLS != nil || len(app.Settings().TrustedProxy.Headers) > 0 && Secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Content-Security-Policy", nothing)
		if strings.HasPrefix(r.URL.Path, dashboard) {
			h.Set("Content-Security-Policy", dashboardPolicy)
		} else {
			h.Set("Cache-Control", "no-store")
		}
		inner.ServeHTTP(w, r)
	})
}
