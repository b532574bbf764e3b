package server

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/fault"
)

// outOfOrder answers what PocketBase's own routes and hooks came back with when
// the disk is full or the database damaged, as ours would: to PocketBase that is
// a request like any other that went wrong (400).
func outOfOrder(refuse func(http.ResponseWriter, *fault.Fault) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		err := unreadable(e)
		if err == nil {
			err = e.Next()
		}
		if f := fault.Of(err); f != nil && f.Ours() && f.Code != fault.Internal && !e.Written() {
			e.App.Logger().Error("request failed", "path", e.Request.Pattern, "error", err)
			return refuse(e.Response, f)
		}
		return err
	}
}

// unreadable: PocketBase takes a token that it cannot look up for none at all,
// and a device that hears "no session" shows its sign-in. That the database
// cannot be read is no answer about a session.
func unreadable(e *core.RequestEvent) error {
	token := strings.TrimPrefix(e.Request.Header.Get("Authorization"), "Bearer ")
	if e.Auth != nil || token == "" {
		return nil
	}
	_, err := e.App.FindAuthRecordByToken(token, core.TokenTypeAuth)
	if f := fault.Of(err); f != nil && f.Ours() && f.Code != fault.Internal {
		return f
	}
	return nil
}
