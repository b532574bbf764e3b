package server

import (
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/demoaccess"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"
	"chaski/internal/store"
)

// registerSignIn counts failed sign-ins, refuses superusers from elsewhere
// before their password is looked at, and keeps PocketBase's own account mails
// from app users: they get ours.
func registerSignIn(app core.App, engine *store.Engine, people *store.People) {
	guard := store.NewGuard(engine, app)
	app.Cron().MustAdd("chaskiSignInGuard", "17 * * * *", func() {
		if err := guard.Sweep(); err != nil {
			app.Logger().Error("sign-in guard not swept", "error", err)
		}
	})
	app.OnRecordAuthWithPasswordRequest("users", core.CollectionNameSuperusers).BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		account := store.UserAccount(e.Identity)
		if e.Collection.Name == core.CollectionNameSuperusers {
			account = store.SuperuserAccount(e.Identity)
			if !superuserMayComeFrom(e.RequestEvent) {
				return httpapi.Refuse(e.Response, fault.New(fault.SuperuserElsewhere, ""))
			}
		}
		wait, err := guard.Attempt(account, e.RealIP())
		if err != nil {
			return err
		}
		if wait > 0 {
			e.Response.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			minutes := strconv.Itoa(int(math.Ceil(wait.Minutes())))
			return httpapi.Refuse(e.Response, fault.New(fault.SignInLocked, "").With("minutes", minutes))
		}
		if err = e.Next(); err != nil && !errors.Is(err, apis.ErrMFA) {
			return err
		}
		return errors.Join(err, guard.Succeeded(account, e.RealIP()))
	})
	app.OnRecordRequestPasswordResetRequest("users").BindFunc(func(e *core.RecordRequestPasswordResetRequestEvent) error {
		people.Forgot(e.Record.Email())
		return e.NoContent(http.StatusNoContent)
	})
	elsewhere := "Las cuentas se administran en la pantalla Personas y roles."
	app.OnRecordConfirmPasswordResetRequest("users").BindFunc(func(e *core.RecordConfirmPasswordResetRequestEvent) error {
		return e.ForbiddenError(elsewhere, nil)
	})
	app.OnRecordRequestVerificationRequest("users").BindFunc(func(e *core.RecordRequestVerificationRequestEvent) error {
		return e.NoContent(http.StatusNoContent)
	})
	app.OnRecordRequestEmailChangeRequest("users").BindFunc(func(e *core.RecordRequestEmailChangeRequestEvent) error {
		return e.ForbiddenError(elsewhere, nil)
	})
}

// superusersStayHere refuses superusers, and PocketBase's dashboard with them,
// from where they may not come. PocketBase checks the address of a token
// itself; that a proxy stands between, it does not know.
func superusersStayHere(e *core.RequestEvent) error {
	dashboard := e.Request.URL.Path == "/_" || strings.HasPrefix(e.Request.URL.Path, "/_/")
	if (dashboard || e.HasSuperuserAuth()) && !superuserMayComeFrom(e) {
		return httpapi.Refuse(e.Response, fault.New(fault.SuperuserElsewhere, ""))
	}
	return e.Next()
}

// superuserMayComeFrom asks PocketBase's own list of addresses (`chaski
// superuser ips`). Behind a proxy that nobody has said to trust, every request
// seems to come from the proxy: then the address says nothing.
func superuserMayComeFrom(e *core.RequestEvent) bool {
	s := e.App.Settings()
	if len(s.SuperuserIPs) == 0 {
		return true
	}
	if len(s.TrustedProxy.Headers) == 0 && demoaccess.Forwarded(e.Request) {
		return false
	}
	ip, err := netip.ParseAddr(e.RealIP())
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	for _, item := range s.SuperuserIPs {
		if network, err := netip.ParsePrefix(item); err == nil && network.Contains(ip) {
			return true
		}
		if one, err := netip.ParseAddr(item); err == nil && one.Unmap() == ip {
			return true
		}
	}
	return false
}

// dashboardPolicy is PocketBase's own without the addresses of its developers.
const dashboardPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' https://tile.openstreetmap.org data: blob:; connect-src 'self' https://nominatim.openstreetmap.org; " +
	"object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

// headers are what every answer carries; the web app and files add their own.
func headers(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-XSS-Protection", "0") // the old filter did more harm than good
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()")
	if overTLS(e) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	switch path := e.Request.URL.Path; {
	case strings.HasPrefix(path, "/_/"):
		h.Set("Content-Security-Policy", dashboardPolicy)
	case strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/api/files/"):
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	}
	return e.Next()
}

// overTLS says whether the person's connection is encrypted: here, or at a proxy
// that is trusted to say so.
func overTLS(e *core.RequestEvent) bool {
	if e.Request.TLS != nil {
		return true
	}
	return len(e.App.Settings().TrustedProxy.Headers) > 0 && strings.EqualFold(e.Request.Header.Get("X-Forwarded-Proto"), "https")
}
