package server

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"chaski/internal/antivirus"
	"chaski/internal/app"
	"chaski/internal/demoaccess"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/httpapi"
	"chaski/internal/ops"
	"chaski/internal/session"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
	"chaski/internal/store/uploads"
	"chaski/internal/upload"
)

// DocumentPath is where the bytes of a document are read.
const DocumentPath = "/rendiciones/{intervention}/documents/{document}/file"

// FilePath is where the bytes of a record whose row is a file are read, ThumbPath its
// thumbnail.
const (
	FilePath  = "/files/{collection}/{record}"
	ThumbPath = FilePath + "/thumb"
)

// uploadsDir is where unfinished files are kept, within the data directory.
const uploadsDir = "uploads"

// bindFiles mounts uploads and downloads. They are not Echo's: their bodies are
// not JSON, and must reach their handler without being kept on the way.
func bindFiles(e *core.ServeEvent, engine *store.Engine, rendiciones app.Rendiciones, records *app.Files, health *ops.Health) error {
	received, err := upload.New(&upload.Files{
		Shelf: uploads.New(e.App), Records: records, Refuse: noticing(health), Now: engine.Now, Log: e.App.Logger(),
		Room: health.Room, Limits: health.Uploads,
		Scanner: scannerOf(e.App),
	}, filepath.Join(e.App.DataDir(), uploadsDir), httpapi.Prefix+"/uploads/")
	if err != nil {
		return err
	}
	for route, h := range received.Routes() {
		method, path, _ := strings.Cut(route, " ")
		e.Router.Route(method, httpapi.Prefix+path, mount(unteed(h))).
			Unbind(apis.DefaultBodyLimitMiddlewareId, apis.DefaultRateLimitMiddlewareId).Bind(apis.SkipSuccessActivityLog())
	}
	d := &downloads{app: e.App, rendiciones: rendiciones, records: records, sessions: accounts.NewSessions(e.App)}
	e.Router.GET(httpapi.Prefix+DocumentPath, answering(d.document))
	e.Router.GET(httpapi.Prefix+FilePath, answering(d.part(app.PartFile)))
	e.Router.GET(httpapi.Prefix+ThumbPath, answering(d.part(app.PartThumb)))
	return errors.Join(e.App.Cron().Add("chaskiUploads", "* * * * *", func() {
		if err := received.Sweep(context.Background()); err != nil {
			e.App.Logger().Error("uploads not swept", "error", err)
		}
	}), e.App.Cron().Add("chaskiMove", "* * * * *", func() {
		if err := received.Move(context.Background()); err != nil {
			e.App.Logger().Error("documents not moved", "error", err)
		}
	}))
}

// scannerOf is the scanner the command line found, nil for none.
func scannerOf(a core.App) app.Scanner {
	s, _ := a.Store().Get(antivirus.Key).(app.Scanner)
	return s
}

// oneWayOut closes PocketBase's own downloads: files leave by DocumentPath alone,
// as attachments, to those whose rendición it is. Its short-lived tokens stay.
func oneWayOut(e *core.RequestEvent) error {
	const files = "/api/files/"
	if path := e.Request.URL.Path; strings.HasPrefix(path, files) && path != files+"token" {
		return httpapi.Refuse(e.Response, fault.New(fault.NotFound, ""))
	}
	return e.Next()
}

// noticing refuses, and lets the server know that its database is damaged.
func noticing(health *ops.Health) func(http.ResponseWriter, *fault.Fault) error {
	return func(w http.ResponseWriter, f *fault.Fault) error {
		if f.Code == fault.DataDamaged {
			health.SawDamage()
		}
		return httpapi.Refuse(w, f)
	}
}

// unteed hands the body on as it comes: PocketBase's router would keep a copy of
// every byte read.
func unteed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := r.Body
		for {
			kept, teed := body.(*router.RereadableReadCloser)
			if !teed {
				break
			}
			body = kept.ReadCloser
		}
		r.Body = body
		h.ServeHTTP(w, r)
	})
}

// downloads serves the bytes of documents.
type downloads struct {
	app         core.App
	rendiciones app.Rendiciones
	records     *app.Files
	sessions    *accounts.Sessions
}

// reader is who asks: by the token in the header, or by PocketBase's short-lived
// file token in the address, so that a browser can save a large file itself.
func (d *downloads) reader(e *core.RequestEvent) (actor.Actor, error) {
	account := e.Auth
	if account == nil {
		if token := e.Request.URL.Query().Get("token"); token != "" {
			account, _ = e.App.FindAuthRecordByToken(token, core.TokenTypeFile)
			if err := d.unnamed(account, token); err != nil {
				return actor.Actor{}, err
			}
		}
	}
	if account == nil || account.Collection().Name != "users" || !account.GetBool("active") {
		return actor.Actor{}, fault.New(fault.SessionExpired, "")
	}
	if demoaccess.IsDemo(account) && !demoaccess.FromThisMachine(e.Request) {
		return actor.Actor{}, fault.New(fault.DemoOnlyLocal, "")
	}
	return actorOf(e, account), nil
}

// unnamed refuses a file token that names no session, from the minutes before an
// update, to who has a device out of use: it may be that one's.
func (d *downloads) unnamed(account *core.Record, token string) error {
	if account == nil || session.Named(token) {
		return nil
	}
	lost, err := d.sessions.Lost(account.Id)
	if err == nil && lost {
		err = fault.New(fault.DeviceRevoked, "")
	}
	return err
}

func answering(send func(*core.RequestEvent) error) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		if err := send(e); err != nil {
			return httpapi.Refuse(e.Response, fault.Of(err))
		}
		return nil
	}
}

// part sends a part of a file.
func (d *downloads) part(part string) func(*core.RequestEvent) error {
	return func(e *core.RequestEvent) error {
		a, err := d.reader(e)
		if err != nil {
			return err
		}
		return d.send(e, a, app.FilePart{Collection: e.Request.PathValue("collection"), Record: e.Request.PathValue("record"), Part: part})
	}
}

// document sends a document by its address of before: the audit trail has links to it.
func (d *downloads) document(e *core.RequestEvent) error {
	a, err := d.reader(e)
	if err != nil {
		return err
	}
	doc, err := d.rendiciones.Document(a, e.Request.PathValue("intervention"), e.Request.PathValue("document"))
	if err != nil {
		return err
	}
	return d.send(e, a, app.FilePart{Collection: "rendicion_documents", Record: doc.ID, Part: app.PartFile})
}

// send: content never changes under its hash, so whoever was shown a picture may keep
// it; the address is of the record, whose scope is asked each time.
func (d *downloads) send(e *core.RequestEvent, a actor.Actor, p app.FilePart) error {
	c, name, err := d.records.Read(a, p)
	if err != nil {
		return err
	}
	storage, err := d.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	storage.SetContext(e.Request.Context())
	if there, err := storage.Exists(c.Key); err != nil || !there {
		return fault.Wrap(fault.NotFound, err)
	}
	h := e.Response.Header()
	h.Set("ETag", `"`+c.SHA256+`"`)
	how := "attachment" // and kept by no cache, as no answer is
	if !app.Paper(p) {  // a photograph is looked at, again and again
		how = "inline"
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": name}))
	h.Set("Content-Type", c.MIME)
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	return storage.Serve(e.Response, e.Request, c.Key, name)
}
