package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"
	"chaski/internal/session"

	"chaski/internal/store/accounts"
)

// sessionKey is where a request keeps its actor.Session.
const sessionKey = "chaskiSession"

// registerSessions names the session in every token of an app user that is handed
// out (PocketBase's sign-in and refresh, its file tokens), and forgets sessions
// whose last token has run out.
func registerSessions(app core.App, sessions *accounts.Sessions) {
	app.OnRecordAuthRequest("users").BindFunc(func(e *core.RecordAuthRequestEvent) error {
		token := bearer(e.Request)
		renewed := e.AuthMethod == "" && e.Auth != nil && e.Auth.Id == e.Record.Id && e.Auth.Collection().Id == e.Record.Collection().Id
		if renewed && !session.Renews(token) { // it stays what it is
			return e.Next()
		}
		id := session.New()
		if renewed {
			id = session.Of(token).ID
		}
		signed, err := session.Sign(e.Record, e.Token, id)
		if err != nil {
			return err
		}
		e.Token = signed
		if renewed {
			if err := sessions.Renewed(session.Of(signed)); err != nil {
				return err
			}
		} else {
			sessions.Begun(session.Of(signed))
		}
		return e.Next()
	})
	app.OnFileTokenRequest("users").BindFunc(func(e *core.FileTokenRequestEvent) error {
		signed, err := session.Sign(e.Record, e.Token, session.Of(bearer(e.Request)).ID)
		if err != nil {
			return err
		}
		e.Token = signed
		return e.Next()
	})
	app.Cron().MustAdd("chaskiForgetSessions", "29 8 * * *", func() {
		if err := sessions.Forget(time.Now()); err != nil { // tokens run out by the machine's clock
			app.Logger().Error("old sessions not forgotten", "error", err)
		}
	})
}

// bearer is the token of a request, as PocketBase reads it.
func bearer(r *http.Request) string {
	token := r.Header.Get("Authorization")
	if len(token) > 7 && strings.EqualFold(token[:7], "Bearer ") {
		return token[7:]
	}
	return token
}

// forGuests are the routes that ask for no token. Whoever comes there with that of
// an ended session (a browser sends the one it has) is a guest.
var forGuests = []string{
	"/api/collections/users/auth-with-password", "/api/collections/users/auth-methods",
	"/api/collections/users/request-password-reset", "/api/health",
	httpapi.Prefix + "/access", httpapi.Prefix + "/access/", httpapi.Prefix + "/health/", httpapi.Prefix + "/devices/wiped",
}

func forGuest(path string) bool {
	for _, open := range forGuests {
		if path == open || strings.HasSuffix(open, "/") && strings.HasPrefix(path, open) {
			return true
		}
	}
	return false
}

// fromOutOfUse are the two routes on which an ended session is heard: what it
// pushes is at most parked, and a pull tells the device what it is to do.
var fromOutOfUse = map[string]bool{httpapi.Prefix + "/sync/push": true, httpapi.Prefix + "/sync/pull": true}

// heardOutOfUse: those two, and the bytes of what such a device recorded, which the
// uploads hold to that. A wiped device has none.
func heardOutOfUse(method, path string, why *fault.Fault) bool {
	switch method {
	case http.MethodPost, http.MethodHead, http.MethodPatch:
		files := httpapi.Prefix + "/uploads"
		return method == http.MethodPost && fromOutOfUse[path] ||
			why.Code == fault.DeviceRevoked && (path == files || strings.HasPrefix(path, files+"/"))
	}
	return false
}

// namesItsDevice are the routes on which a session says where it is used.
var namesItsDevice = map[string]bool{
	httpapi.Prefix + "/devices": true, httpapi.Prefix + "/sync/push": true, httpapi.Prefix + "/sync/pull": true,
	httpapi.Prefix + "/sync/digests": true, httpapi.Prefix + "/sync/rows": true,
}

// sessionsEnd refuses the token of a session one of whose devices is out of use, on
// every route: ours, PocketBase's, uploads, files, the realtime stream.
func sessionsEnd(sessions *accounts.Sessions) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		path := e.Request.URL.Path
		here := sessionOf(e)
		if here.ID == "" || !strings.HasPrefix(path, "/api/") {
			return e.Next()
		}
		user, role := "", actor.Role("")
		if e.Auth != nil {
			user, role = e.Auth.Id, actor.Role(e.Auth.GetString("role"))
		}
		unsure, err := sessions.Check(user, role, here)
		if unsure && !namesItsDevice[path] {
			err = fault.New(fault.DeviceRevoked, "")
		}
		if err != nil {
			switch f := fault.Of(err); {
			case f.Ours():
				return httpapi.Refuse(e.Response, f)
			case forGuest(path):
				e.Auth = nil
				return e.Next()
			case e.Auth == nil || !heardOutOfUse(e.Request.Method, path, f):
				return httpapi.Refuse(e.Response, f)
			}
			here.Ended = true
		}
		here.Unsure = unsure
		e.Set(sessionKey, here)
		return e.Next()
	}
}

// sessionOf is the session of a request of an app user, by his token or by a file
// token in the address. The latter's signature is for who serves the file to check:
// a made-up one only leads to fewer doors.
func sessionOf(e *core.RequestEvent) actor.Session {
	if e.Auth != nil {
		if e.Auth.Collection().Name != "users" {
			return actor.Session{}
		}
		return session.Of(bearer(e.Request))
	}
	if token := e.Request.URL.Query().Get("token"); token != "" {
		return session.Of(token)
	}
	return actor.Session{}
}

// actorOf is the acting person with his session; the caller has checked the account.
func actorOf(e *core.RequestEvent, account *core.Record) actor.Actor {
	a := accounts.ActorOf(account)
	a.Session, _ = e.Get(sessionKey).(actor.Session)
	return a
}
