package edge

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// before everything else of PocketBase's: its access log and rate limits ask
// where a request came from.
const first = -100_000

// Bind settles who is believed about a request's origin, for every route, and
// makes PocketBase read it from there (e.RealIP).
func Bind(app core.App, proxies Proxies) {
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if own := e.App.Settings().TrustedProxy.Headers; len(proxies) == 0 && len(own) > 0 {
			e.App.Logger().Warn("the dashboard trusts proxy headers, but no proxy's address is known: they are ignored; start with --trusted-proxy", "headers", own)
		}
		e.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id: "chaskiProxies", Priority: first,
			Func: func(e *core.RequestEvent) error {
				e.Request = proxies.Settle(e.Request, e.App.Settings().TrustedProxy.Headers)
				return e.Next()
			},
		})
		return e.Next()
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

// readFrom makes PocketBase read the one header that Settle vouches for.
func readFrom(app core.App) {
	if settings := app.Settings(); !slices.Equal(settings.TrustedProxy.Headers, []string{ForwardedFor}) {
		settings.TrustedProxy.Headers = []string{ForwardedFor}
	}
}
