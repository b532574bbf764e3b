package edge

import (
	"net/http"
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Bind decides who is believed about a request's origin, before anything else
// sees it, and makes PocketBase read it from there (e.RealIP).
func Bind(app core.App, proxies Proxies) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id: "chaskiProxies", Priority: outermost,
		Func: func(e *core.ServeEvent) error {
			if own := e.App.Settings().TrustedProxy.Headers; len(proxies) == 0 && len(own) > 0 {
				e.App.Logger().Warn("the dashboard trusts proxy headers, but no proxy's address is known: they are ignored; start with --trusted-proxy", "headers", own)
			}
			if err := e.Next(); err != nil {
				return err
			}
			inner := e.Server.Handler
			e.Server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				inner.ServeHTTP(w, proxies.Believe(r, app.Settings().TrustedProxy.Headers))
			})
			return nil
		},
	})
	if len(proxies) == 0 {
		return
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		readFrom(e.App)
		return e.Next()
	})
	app.OnSettingsReload().BindFunc(func(e *core.SettingsReloadEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		readFrom(e.App)
		return nil
	})
}

// readFrom makes PocketBase read the one header that Believe vouches for.
func readFrom(app core.App) {
	if settings := app.Settings(); !slices.Equal(settings.TrustedProxy.Headers, []string{ForwardedFor}) {
		settings.TrustedProxy.Headers = []string{ForwardedFor}
	}
}
