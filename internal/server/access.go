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
	"chaski/internal/store/accounts"
)

// registerSignIn counts failed sign-ins, refuses superusers from elsewhere
// before their password is looked at, and keeps PocketBase's own account mails
// from app users: they get ours.
func registerSignIn(app core.App, engine *store.Engine, people *accounts.People) {
	guard := accounts.NewGuard(engine, app)
	app.Cron().MustAdd("chaskiSignInGuard", "17 * * * *", func() {
		if err := guard.Sweep(); err != nil {
			app.Logger().Error("sign-in guard not swept", "error", err)
		}
	})
	app.OnRecordAuthWithPasswordRequest("users", core.CollectionNameSuperusers).BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		account := accounts.UserAccount(e.Identity)
		if e.Collection.Name == core.CollectionNameSuperusers {
			account = accounts.SuperuserAccount(e.Identity)
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
