package pb_hooks

import (
	"net"
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/poke"
)

// DemoDomain ends the e-mail of every demonstration account.
const DemoDomain = "@demo.pe"

// connect is the topic by which PocketBase's SDK learns its client id.
const connect = "PB_CONNECT"

const demoOnly = "Las cuentas de demostración solo funcionan en la misma computadora del servidor. Use una cuenta real."

// registerAccess refuses demo accounts off loopback and record subscriptions to
// app users: PocketBase asks one query per subscriber inside every write.
func registerAccess(app core.App) {
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if e.Record.GetBool("demo") && !FromThisMachine(e.RequestEvent) {
			return e.ForbiddenError(demoOnly, nil)
		}
		return e.Next()
	})
	app.OnRecordAuthRequest(core.CollectionNameSuperusers).BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if strings.HasSuffix(e.Record.Email(), DemoDomain) && !FromThisMachine(e.RequestEvent) {
			return e.ForbiddenError(demoOnly, nil)
		}
		return e.Next()
	})
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		for _, s := range e.Subscriptions {
			if s != poke.Topic && s != connect && !e.HasSuperuserAuth() {
				return e.ForbiddenError("Solo se puede escuchar "+poke.Topic+".", nil)
			}
		}
		return e.Next()
	})
}

// FromThisMachine says whether a request came over loopback and through no
// proxy that might hide where it began.
func FromThisMachine(e *core.RequestEvent) bool {
	if e.Request.Header.Get("X-Forwarded-For") != "" || e.Request.Header.Get("Forwarded") != "" {
		return false
	}
	return isLoopback(e.Request)
}

func isLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
