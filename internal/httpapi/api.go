// Package httpapi is the HTTP face of the use cases: request and response
// shapes, validation of shape, and the one place where a fault becomes a status
// and a Spanish sentence. Echo routes it; PocketBase's router carries it (see
// docs/decisions/0002).
package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/labstack/echo/v4"

	"chaski/internal/app"
	"chaski/internal/app/imports"
	"chaski/internal/compression"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// Prefix is where the routes live.
const Prefix = "/api/chaski/v1"

// maxBody bounds a request; a full push of 1,000 mutations stays well below.
const maxBody = 2 << 20

// API has the use cases the routes call.
type API struct {
	Replica     app.Replica
	Admission   app.Admission
	Pusher      *app.Pusher
	PushQuota   *app.PushQuota // may be nil
	Accounts    app.Accounts
	Board       app.Board
	Rendiciones app.Rendiciones
	Operations  app.Operations
	Log         *slog.Logger
	Routed      func(ctx context.Context, route string) // told which route a request took; may be nil
	Access      app.Access
	People      app.People
	Office      app.Office
	Imports     *imports.Importer
	Catalogue   *app.Catalogues
	Reviewer    *app.Reviewer
	Files       *app.Files
	Outside     app.Outside
	Problems    app.Problems
	Sheets      *app.Sheets
	Movements   *app.Movements
	Disputed    *app.Disputed
	Personal    *app.Personal
}

// Handler returns the routes. Requests must carry the actor in their context.
func (a *API) Handler() http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Validator = newShapes()
	e.HTTPErrorHandler = a.fail
	e.Use(a.tellRoute)
	a.accessRoutes(e.Group(Prefix))
	e.POST(Prefix+"/devices/wiped", takes(a.wiped)) // the token went with the rest
	e.GET(Prefix+"/health/live", a.live)            // nobody signs in to ask these two
	e.GET(Prefix+"/health/ready", a.ready)
	g := e.Group(Prefix, requireActor, checkPath)
	g.GET("/session", asks(a.session))
	g.GET("/operations", a.operations)
	g.POST("/operations/backup", a.backUp)
	g.POST("/devices", takes(a.register))
	g.POST("/sync/pull", a.pull)
	g.POST("/sync/push", takes(a.push))
	a.reconcileRoutes(g)
	a.boardRoutes(g)
	a.unitRoutes(g)
	a.yearRoutes(g)
	a.rendicionRoutes(g)
	a.peopleRoutes(g)
	g.POST("/people/:person/devices/:device/orders", takes(a.orderDevice))
	a.officeRoutes(g)
	a.importRoutes(g)
	a.catalogueRoutes(g)
	a.reviewRoutes(g)
	a.quarantineRoutes(g)
	a.outsideRoutes(g)
	a.problemRoutes(g)
	a.attendanceRoutes(g)
	a.movementRoutes(g)
	a.disputedRoutes(g)
	a.personalRoutes(g)
	// Below all routes: one that is added later would go unseen.
	if strange := unshaped(e.Routes()); strange != nil {
		panic("no shape for a parameter of " + strings.Join(strange, ", "))
	}
	return e
}

func (a *API) tellRoute(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if a.Routed != nil {
			a.Routed(c.Request().Context(), c.Path())
		}
		return next(c)
	}
}

func requireActor(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if _, ok := actor.From(c.Request().Context()); !ok {
			return fault.New(fault.SessionExpired, "")
		}
		return next(c)
	}
}

func who(c echo.Context) actor.Actor {
	a, _ := actor.From(c.Request().Context())
	return a
}

// bind reads a JSON body, plain or gzip, into dst, cleans its texts and checks its
// shape.
func bind(c echo.Context, dst any) error {
	body := http.MaxBytesReader(c.Response(), c.Request().Body, maxBody)
	plain, err := compression.Open(c.Request().Header.Get(echo.HeaderContentEncoding), body)
	if err != nil {
		return fault.Wrap(fault.Malformed, err)
	}
	d := json.NewDecoder(http.MaxBytesReader(c.Response(), plain, maxBody)) // unpacked it may be no larger either
	d.DisallowUnknownFields()
	if err := d.Decode(dst); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return fault.New(fault.BodyTooLarge, "")
		}
		return fault.Wrap(fault.Malformed, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, "") // something follows the request
	}
	cleaned(reflect.ValueOf(dst))
	return c.Validate(dst)
}

// statuses are those of faults; what is not listed is the client's request at fault.
var statuses = map[int][]fault.Code{
	http.StatusBadRequest:   {fault.FileNameRefused},
	http.StatusUnauthorized: {fault.SessionExpired},
	http.StatusForbidden: {
		fault.Forbidden, fault.TwoUnits, fault.DemoOnlyLocal, fault.DeviceRevoked, fault.DeviceWiped, fault.SuperuserElsewhere,
	},
	http.StatusNotFound: {fault.NotFound, fault.LinkInvalid, fault.RecordNotFound, fault.FilePending},
	http.StatusConflict: {
		fault.DeviceState, fault.DeviceReported, fault.DeviceUnknown, fault.TooManyDevices, fault.ParameterMissing,
		fault.ParameterMalformed, fault.ImportStale, fault.ImportState, fault.UploadQuotaPerson, fault.DocumentsQuota, fault.Conflict,
		fault.ConflictSettled, fault.ConflictMoved, fault.ParkedDecided, fault.SheetState, fault.SheetValidated, fault.CertificateSettled, fault.MovementState, fault.MovementFollowed, fault.RendicionClosed,
		fault.RendicionItemClosed, fault.RendicionChanged, fault.WorkNotEnded, fault.DocumentDuplicate, fault.TooManyDocuments, fault.DocumentsPending,
		fault.DocumentQuarantined, fault.QuarantineOver, fault.UploadIncomplete, fault.SetupDone, fault.EmailTaken, fault.OwnRole,
		fault.LastAdmin, fault.AccountInactive,
	},
	http.StatusGone:                  {fault.LinkExpired, fault.LinkUsed},
	http.StatusRequestEntityTooLarge: {fault.BodyTooLarge, fault.FileTooLarge, fault.ArchiveTooLarge},
	http.StatusUnsupportedMediaType: {
		fault.FileKindRefused, fault.FileNameMismatch, fault.FileDamaged, fault.FileProtected, fault.FileActive, fault.FileDisguised,
		fault.FileTypeRefused, fault.FileVirus, fault.FileHEIC, fault.FileXMLRefused, fault.ImageTooLarge, fault.ArchiveEntryRefused, fault.ArchiveUnsafe,
	},
	http.StatusUnprocessableEntity: {fault.FileHashMismatch},
	http.StatusUpgradeRequired:     {fault.ClientOutdated},
	http.StatusTooManyRequests: {
		fault.SignInLocked, fault.RevealedEnough, fault.ReadEnough, fault.TooManyStreams, fault.PushedEnough, fault.TooOften,
	},
	http.StatusInternalServerError: {fault.Internal},
	// 503 and not 507: phones take any other 5xx of a push for one record that the
	// server fails on, and look for it by sending ever smaller batches.
	http.StatusServiceUnavailable: {fault.Busy, fault.StorageFull, fault.DataDamaged, fault.DataBusy, fault.UploadQuotaTotal},
}

var status = func() map[fault.Code]int {
	out := map[fault.Code]int{}
	for code, faults := range statuses {
		for _, f := range faults {
			out[f] = code
		}
	}
	return out
}()

// fail turns any error into a fault body.
func (a *API) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var missing *echo.HTTPError
	if errors.As(err, &missing) {
		err = fault.Wrap(fault.NotFound, err)
		if missing.Code == http.StatusRequestEntityTooLarge {
			err = fault.Wrap(fault.BodyTooLarge, err)
		}
	}
	var shape *shapeError
	if errors.As(err, &shape) {
		a.answer(c, http.StatusBadRequest, problem{Code: fault.Malformed, Field: shape.field, Message: shape.message})
		return
	}
	f := fault.Of(err)
	code := statusOf(f)
	retryLater(c.Response(), f)
	if f.Code == fault.DataDamaged {
		a.Operations.SawDamage()
	}
	if code >= http.StatusInternalServerError && f.Code != fault.Busy { // which is counted, and no error
		a.Log.ErrorContext(c.Request().Context(), "request failed", "route", c.Path(), "error", err)
	}
	a.answer(c, code, say(f))
}

func (a *API) answer(c echo.Context, code int, p problem) {
	if err := c.JSON(code, map[string]problem{"error": p}); err != nil {
		a.Log.WarnContext(c.Request().Context(), "answer not written", "route", c.Path(), "error", err)
	}
}

func statusOf(f *fault.Fault) int {
	if code, known := status[f.Code]; known {
		return code
	}
	return http.StatusBadRequest
}

// Refuse answers a fault outside the routes: before a request has reached them, or
// for files, which are not JSON.
func Refuse(w http.ResponseWriter, f *fault.Fault) error {
	w.Header().Set("Content-Type", "application/json")
	retryLater(w, f)
	w.WriteHeader(statusOf(f))
	return json.NewEncoder(w).Encode(map[string]problem{"error": say(f)})
}
