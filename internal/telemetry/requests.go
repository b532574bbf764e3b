package telemetry

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

const pbActivityLogger = apis.DefaultActivityLoggerMiddlewareId

// priority: after it is known which proxies are believed, before everything PocketBase does.
const priority = -99_990

type contextKey int

const (
	idKey contextKey = iota
	routeKey
)

// RequestID of the request that a context belongs to, "" outside one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(idKey).(string)
	return id
}

// Routed notes the route, as the router writes it, that a request took. Paths
// themselves are not kept: they have identifiers in them, and some have tokens.
func Routed(ctx context.Context, route string) {
	if kept, ok := ctx.Value(routeKey).(*string); ok {
		*kept = route
	}
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

func (t *Telemetry) middleware(log *slog.Logger) *hook.Handler[*core.RequestEvent] {
	return &hook.Handler[*core.RequestEvent]{
		Id: "chaskiTelemetry", Priority: priority,
		Func: func(e *core.RequestEvent) error {
			began := time.Now()
			id, route := newID(), new(string)
			ctx := context.WithValue(context.WithValue(e.Request.Context(), idKey, id), routeKey, route)
			e.Request = e.Request.WithContext(ctx)
			e.Response.Header().Set("X-Request-Id", id)
			w := &counter{ResponseWriter: e.Response}
			e.Response = w
			err := e.Next()
			r := request{method: method(e.Request.Method), route: *route, status: w.status, bytes: w.bytes, took: time.Since(began), err: err}
			if r.route == "" {
				r.route = pattern(e.Request)
			}
			if r.status == 0 {
				r.status = http.StatusOK
				if err != nil {
					r.status = router.ToApiError(err).Status
				}
			}
			t.count(r)
			if r.worthALine() {
				log.LogAttrs(ctx, r.level(), "request", r.attrs(e)...)
			}
			return err
		},
	}
}

// request is what is known of one when it is over.
type request struct {
	method, route string
	status        int
	bytes         int64
	took          time.Duration
	err           error
}

// worthALine: a health check every few seconds, or a part of the web app that
// was served, is not.
func (r request) worthALine() bool {
	quiet := strings.Contains(r.route, "/health") || strings.HasSuffix(r.route, "{path...}")
	return !quiet || r.status >= http.StatusBadRequest && r.status != http.StatusNotFound
}

func (r request) level() slog.Level {
	switch {
	case r.status >= http.StatusInternalServerError:
		return slog.LevelError
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden, r.status == http.StatusTooManyRequests:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

func (r request) attrs(e *core.RequestEvent) []slog.Attr {
	out := []slog.Attr{
		slog.String("type", "request"), // as the dashboard groups them
		slog.String("method", r.method), slog.String("url", r.route), slog.Int("status", r.status),
		slog.Int64("bytes", r.bytes), slog.Float64("execTime", float64(r.took.Microseconds())/1000),
	}
	if c := e.Request.PathValue("collection"); c != "" {
		if known, err := e.App.FindCachedCollectionByNameOrId(c); err == nil {
			out = append(out, slog.String("collection", known.Name))
		}
	}
	if e.Auth != nil {
		out = append(out, slog.String("auth", e.Auth.Collection().Name), slog.String("user", e.Auth.Id))
	}
	if r.err != nil && r.status >= http.StatusInternalServerError {
		out = append(out, slog.String("error", r.err.Error()))
	}
	return out
}

// pattern is the route without its method; what no route took is one of them.
func pattern(r *http.Request) string {
	_, path, ok := strings.Cut(r.Pattern, " ")
	switch {
	case ok:
		return path
	case r.Pattern == "":
		return "none"
	}
	return r.Pattern
}

// method is one of the known ones: a made-up one must not make a new series.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "OTHER"
}

// counter counts what is sent, as it goes over the wire.
type counter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (c *counter) WriteHeader(status int) {
	if c.status == 0 && status >= http.StatusOK {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (c *counter) Write(p []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

// Flush lets a stream go out.
func (c *counter) Flush() { _ = http.NewResponseController(c.ResponseWriter).Flush() }

// Unwrap is for http.ResponseController and PocketBase.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// passOn writes a line of PocketBase's own to the output.
func (t *Telemetry) passOn(line *core.Log) {
	level := slog.Level(line.Level)
	out := *t.sink.Load()
	if line.Data["type"] == "request" || !out.Enabled(context.Background(), level) {
		return
	}
	r := slog.NewRecord(line.Created.Time(), level, line.Message, 0)
	for name, value := range line.Data {
		r.AddAttrs(slog.Any(name, value))
	}
	_ = out.Handle(context.Background(), r) // there is nowhere to tell
}
