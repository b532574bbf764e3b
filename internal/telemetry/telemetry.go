// Package telemetry owns what a running server tells those who operate it: a log
// of requests and of what went wrong, and metrics. No token, no path with an
// identifier in it, no address and no name goes into either.
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"
)

// key is where a running app keeps its Telemetry.
const key = "chaskiTelemetry"

// Telemetry of one app. It always counts; who may see it is decided by serve.
type Telemetry struct {
	*meters
	sink atomic.Pointer[slog.Handler] // where log lines go besides the dashboard
}

// Of returns the app's telemetry, made at the first call.
func Of(app core.App) *Telemetry {
	t, _ := app.Store().GetOrSet(key, func() any { return newTelemetry() }).(*Telemetry)
	return t
}

func newTelemetry() *Telemetry {
	t := &Telemetry{meters: newMeters()}
	t.write(slog.DiscardHandler)
	return t
}

func (t *Telemetry) write(h slog.Handler) { t.sink.Store(&h) }

// Output makes log lines at or above a level go to w too, as text or as JSON.
func (t *Telemetry) Output(w io.Writer, json bool, level slog.Level) {
	options := &slog.HandlerOptions{Level: level}
	if json {
		t.write(slog.NewJSONHandler(w, options))
		return
	}
	t.write(slog.NewTextHandler(w, options))
}

// Logger writes to the app's own log, which the dashboard shows, and to the
// output. Lines written with a request's context carry its id.
func (t *Telemetry) Logger(app core.App) *slog.Logger {
	return slog.New(&fork{t: t, app: app.Logger().Handler().WithAttrs([]slog.Attr{slog.Bool(passed, true)})})
}

// passed marks lines in the app's log that the output has had already.
const passed = "passed_on"

// fork is a handler for both.
type fork struct {
	t    *Telemetry
	app  slog.Handler
	wrap []func(slog.Handler) slog.Handler // With and WithGroup, for a sink chosen later
}

func (f *fork) out() slog.Handler {
	h := *f.t.sink.Load()
	for _, w := range f.wrap {
		h = w(h)
	}
	return h
}

// Enabled implements slog.Handler.
func (f *fork) Enabled(ctx context.Context, l slog.Level) bool {
	return f.app.Enabled(ctx, l) || f.out().Enabled(ctx, l)
}

// Handle implements slog.Handler.
func (f *fork) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("request", id))
	}
	if f.app.Enabled(ctx, r.Level) {
		if err := f.app.Handle(ctx, r); err != nil {
			return err
		}
	}
	if out := f.out(); out.Enabled(ctx, r.Level) {
		return out.Handle(ctx, r)
	}
	return nil
}

func (f *fork) with(app slog.Handler, w func(slog.Handler) slog.Handler) slog.Handler {
	return &fork{t: f.t, app: app, wrap: append(f.wrap[:len(f.wrap):len(f.wrap)], w)}
}

// WithAttrs implements slog.Handler.
func (f *fork) WithAttrs(a []slog.Attr) slog.Handler {
	return f.with(f.app.WithAttrs(a), func(h slog.Handler) slog.Handler { return h.WithAttrs(a) })
}

// WithGroup implements slog.Handler.
func (f *fork) WithGroup(name string) slog.Handler {
	return f.with(f.app.WithGroup(name), func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

// Bind counts and logs every request in place of PocketBase's own log of them,
// which keeps whole addresses with their query (file tokens, filters with
// e-mails), and passes on what PocketBase itself logs.
func Bind(app core.App) {
	t := Of(app)
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.Unbind(pbActivityLogger)
		e.Router.Bind(t.middleware(t.Logger(e.App)))
		return e.Next()
	})
	// PocketBase keeps its lines for some seconds and then saves them, all with
	// one record that it fills anew: after the commit only the last would be seen.
	app.OnModelCreate(core.LogsTableName).BindFunc(func(e *core.ModelEvent) error {
		if line, ok := e.Model.(*core.Log); ok && line.Data[passed] == nil {
			t.passOn(line)
		}
		return e.Next()
	})
}
