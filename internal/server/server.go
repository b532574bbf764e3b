// Package server owns the wiring: it binds the ledger, the hooks, the routes and
// the web app to a PocketBase app. main, the tests and the simulation start the
// same thing here.
package server

import (
	"errors"
	"io/fs"
	"net/http"
	"runtime"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/demoaccess"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/day"
	"chaski/internal/domain/fault"
	"chaski/internal/edge"
	"chaski/internal/httpapi"
	"chaski/internal/mail"
	"chaski/internal/ops"
	"chaski/internal/poke"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
	"chaski/internal/store/board"
	"chaski/internal/store/catalogue"
	"chaski/internal/store/files"
	"chaski/internal/store/jornales"
	"chaski/internal/store/personal"
	"chaski/internal/store/problems"
	"chaski/internal/store/pull"
	"chaski/internal/store/push"
	"chaski/internal/store/rendiciones"
	"chaski/internal/store/review"
	"chaski/internal/store/rosters"
	"chaski/internal/store/sheets"
	"chaski/internal/telemetry"
	"chaski/internal/verify"
	"chaski/internal/webui"
	"chaski/pb_hooks"
	_ "chaski/pb_migrations" // the schema
)

// Connect opens a database so that an acknowledged commit survives power loss:
// with WAL that takes synchronous=FULL, which PocketBase does not set. Without
// recursive_triggers a row that REPLACE removes would go unnoticed. Defensive
// mode keeps SQL from damaging the file itself.
func Connect(path string) (*dbx.DB, error) { return dbx.Open("sqlite", DataSource(path)) }

// DataSource names a database file with the settings of Connect.
func DataSource(path string) string {
	return path + "?_defensive=1&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=recursive_triggers(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"
}

// Bind wires everything to an app. dist may be nil: then no web app is served.
// What works beside the requests is bound by itself (CarryImports).
func Bind(pb core.App, engine *store.Engine, dist fs.FS) {
	edge.Seal(pb)
	engine.Say = httpapi.Message
	pb.Store().Set(verify.TodayKey, func() day.Day { return engine.Today() })
	pb_hooks.Register(pb, engine)
	ops.Bind(pb)
	told := telemetry.Of(pb)
	telemetry.Bind(pb)
	people := accounts.NewPeople(engine, pb, mail.New(pb))
	sessions := accounts.NewSessions(pb)
	registerSignIn(pb, engine, people)
	registerSessions(pb, sessions)
	registerStreams(pb, sessions)
	forgetRemovals(pb, engine)
	health := ops.NewHealth(pb, func() time.Time { return engine.Now() })
	pb.Store().Set(ops.HealthKey, health)
	quota := &app.PushQuota{Bytes: app.PushBytesADay, Now: func() time.Time { return engine.Now() }}
	pb.Store().Set(app.PushQuotaKey, quota)
	pb.OnServe().BindFunc(func(e *core.ServeEvent) error {
		health.SetScanner(scannerOf(e.App))
		replica, commits := pull.NewReplica(engine, e.App), push.NewCommits(engine, e.App)
		poker := poke.New(e.App, replica.Handles, engine.Today)
		poker.Sent, poker.Dropped = told.Poked, told.Dropped
		engine.AfterCommit, engine.Drained, engine.Rewound = poker.Tell, told.Drained, told.Rewound
		admission := app.NewAdmission(runtime.GOMAXPROCS(0))
		told.Gates(admission)
		personal := personal.New(engine, e.App)
		importer, err := newImporter(e.App, engine, personal)
		if err != nil {
			return err
		}
		api := &httpapi.API{
			Admission: admission,
			Replica:   told.Replica(replica), Accounts: accounts.NewAccounts(engine, e.App), Board: board.New(engine, e.App), Log: told.Logger(e.App), Routed: telemetry.Routed,
			Rendiciones: rendiciones.New(engine, e.App),
			Operations:  health,
			Pusher:      &app.Pusher{Commits: told.Commits(commits), Now: engine.Now, Say: httpapi.Message},
			PushQuota:   quota,
			Reviewer: &app.Reviewer{
				Commits: commits, Book: review.New(engine, e.App), Now: func() time.Time { return engine.Now() }, Say: httpapi.Message, Sights: personal,
			},
			Sheets:    &app.Sheets{Book: sheets.New(engine, e.App)},
			Movements: &app.Movements{Book: rosters.New(engine, e.App), Sights: personal},
			Disputed:  &app.Disputed{Book: jornales.New(engine, e.App), Sights: personal},
			Access:    people, People: people, Office: people,
			Outside:   app.Outside{Book: problems.NewOutside(engine, e.App), Sights: personal},
			Problems:  app.Problems{Book: problems.New(engine, e.App), Sights: personal},
			Catalogue: &app.Catalogues{Book: catalogue.New(engine, e.App)},
			Imports:   importer,
			Personal:  &app.Personal{Book: personal},
		}
		api.Files = &app.Files{Book: files.New(engine, e.App), Review: api.Reviewer.Book, Sights: personal, Rendiciones: api.Rendiciones}
		e.InstallerFunc = nil                                    // the first administrator is made by a link of ours
		e.Router.Unbind(apis.DefaultSecurityHeadersMiddlewareId) // ours are stricter, and around everything
		e.Router.Bind(tooOften)
		e.Router.BindFunc(oneWayOut, outOfOrder(noticing(health)), demoStaysHere, superusersStayHere, sessionsEnd(sessions), forgetForm)
		routes := mount(api.Handler())
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			e.Router.Route(method, httpapi.Prefix+"/{path...}", routes).Bind(apis.Gzip())
		}
		e.Router.POST(httpapi.Prefix+"/sync/pull", routes) // compresses by itself
		if err := bindFiles(e, engine, api.Rendiciones, api.Files, health); err != nil {
			return err
		}
		if dist != nil {
			pages, err := webui.Handler(dist)
			if err != nil {
				return err
			}
			e.Router.GET("/{path...}", apis.WrapStdHandler(pages))
		}
		return e.Next()
	})
}

// forgetRemovals runs every night, at 03:43 in Lima.
func forgetRemovals(pb core.App, engine *store.Engine) {
	pb.Cron().MustAdd("chaskiForgetRemovals", "43 8 * * *", func() {
		began := time.Now()
		n, err := engine.ForgetRemovals(pb)
		if err != nil {
			pb.Logger().Error("old removals not forgotten", "error", err)
			return
		}
		pb.Logger().Info("old removals forgotten", "removals", n, "took", time.Since(began).String())
	})
}

// demoStaysHere refuses a demonstration account's token from elsewhere, on every
// route: ours, PocketBase's and its dashboard's.
func demoStaysHere(e *core.RequestEvent) error {
	if demoaccess.IsDemo(e.Auth) && !demoaccess.FromThisMachine(e.Request) {
		return httpapi.Refuse(e.Response, fault.New(fault.DemoOnlyLocal, ""))
	}
	return e.Next()
}

// forgetForm removes the files of a large form. net/http does so for the request
// it made; what was read is a copy's.
func forgetForm(e *core.RequestEvent) error {
	err := e.Next()
	if form := e.Request.MultipartForm; form != nil {
		err = errors.Join(err, form.RemoveAll())
	}
	return err
}

// mount carries PocketBase's signed-in account into Echo as a domain actor.
func mount(h http.Handler) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		r := e.Request
		if e.Auth != nil && e.Auth.Collection().Name == "users" && e.Auth.GetBool("active") {
			r = r.WithContext(actor.In(r.Context(), actorOf(e, e.Auth)))
		}
		h.ServeHTTP(e.Response, r)
		return nil
	}
}
