// Package upload receives the bytes of records over bad links: by tus, in pieces, going
// on from the byte reached after a cut, a reload or a restart of either side. It checks
// on every request who owns an upload and whether he may still bring what it is of,
// proves the bytes against the SHA-256 that their record says, knows their kind by
// content, and keeps them in a step that can be repeated.
package upload

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	tuslog "golang.org/x/exp/slog"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
)

// Files receives files. Its handlers expect the actor in the request's context.
type Files struct {
	Shelf   app.UploadShelf
	Records *app.Files
	Refuse  func(http.ResponseWriter, *fault.Fault) error
	Now     func() time.Time
	Scanner app.Scanner // nil for none
	Log     *slog.Logger
	Room    func(more int64) error // a StorageFull fault if so many bytes more are too many
	Limits  func() app.UploadLimits
	LookFor time.Duration // how long a file may be looked into; 0 for some minutes

	dir   string
	base  string // of the addresses of uploads
	tus   *handler.UnroutedHandler
	store filestore.FileStore
	busy  keyed
	looks chan struct{} // one for each file that may be looked into at once

	lookFor  time.Duration
	sweeping sync.Mutex
	asked    map[app.KeptFile]asked // the sweep's

	collected time.Time // when last; the sweep's

	moving sync.Mutex
	moveAt time.Time // not before; the mover's
}

// New keeps unfinished files in dir; base is the path under which uploads are
// addressed.
func New(f *Files, dir, base string) (*Files, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := settleIn(dir); err != nil {
		return nil, err
	}
	f.dir, f.base, f.store, f.looks = dir, base, filestore.New(dir), make(chan struct{}, maxLooks)
	f.lookFor = cmp.Or(f.LookFor, lookFor)
	f.store.DirModePerm, f.store.FileModePerm = 0o700, 0o600
	composer := handler.NewStoreComposer()
	composer.UseCore(cautious{f.store, f})
	memorylocker.New().UseIn(composer)
	var err error
	f.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: base, MaxSize: rendicion.MaxFileBytes, DisableDownload: true, DisableConcatenation: true,
		Cors:   &handler.CorsConfig{Disable: true}, // the router's
		Logger: tuslog.New(tuslog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback: func(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
			up, ok := hook.Context.Value(startedKey{}).(app.Upload)
			if !ok {
				return handler.HTTPResponse{}, handler.FileInfoChanges{}, errors.New("an upload that nobody started")
			}
			return handler.HTTPResponse{}, handler.FileInfoChanges{ID: up.ID, MetaData: handler.MetaData{"owner": up.Owner}}, nil
		},
	})
	return f, err
}

type startedKey struct{}

// settleIn makes unfinished uploads of a data directory that was moved or
// restored go on here: tusd remembers the whole path of each.
func settleIn(dir string) error {
	notes, err := filepath.Glob(filepath.Join(dir, "*.info"))
	if err != nil {
		return err
	}
	for _, note := range notes {
		raw, err := os.ReadFile(note)
		if err != nil {
			return err
		}
		var info handler.FileInfo
		bytes := strings.TrimSuffix(note, ".info")
		if json.Unmarshal(raw, &info) != nil || info.Storage == nil || info.Storage[filestore.StorageKeyPath] == bytes {
			continue // one cut short by a power loss is found missing when asked for
		}
		info.Storage[filestore.StorageKeyPath], info.Storage[filestore.StorageKeyInfoPath] = bytes, note
		if raw, err = json.Marshal(info); err != nil {
			return err
		}
		if err := os.WriteFile(note, raw, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Routes of the package, under the prefix of the API, with their handlers.
func (f *Files) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		"POST /uploads":                   f.signedIn(f.create),
		"HEAD /uploads/{upload}":          f.signedIn(f.own(f.speak(f.tus.HeadFile))),
		"PATCH /uploads/{upload}":         f.signedIn(f.own(f.fits(f.speak(f.tus.PatchFile)))),
		"DELETE /uploads/{upload}":        f.signedIn(f.remove),
		"POST /uploads/{upload}/complete": f.signedIn(f.finish),
	}
}

type handle func(http.ResponseWriter, *http.Request, actor.Actor) error

// signedIn turns faults into answers and keeps strangers out.
func (f *Files) signedIn(h handle) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := actor.From(r.Context())
		err := error(fault.New(fault.SessionExpired, ""))
		if ok {
			err = h(w, r, a)
		}
		if err == nil {
			return
		}
		what := fault.Of(err)
		if what.Ours() {
			f.Log.Error("upload failed", "path", r.URL.Path, "error", err)
		}
		if err := f.Refuse(w, what); err != nil {
			f.Log.Warn("answer not written", "path", r.URL.Path, "error", err)
		}
	})
}

// speak runs a verb of tus. Its own method override is not taken: what was
// checked is what is done.
func (f *Files) speak(verb http.HandlerFunc) handle {
	speaking := f.tus.Middleware(verb)
	return func(w http.ResponseWriter, r *http.Request, _ actor.Actor) error {
		r = r.Clone(r.Context())
		r.Header.Del("X-HTTP-Method-Override")
		r.URL.Path = r.PathValue("upload") // all that tusd takes of a path: the id
		speaking.ServeHTTP(w, r)
		return nil
	}
}

// mine finds an upload of the person; anybody else's does not exist, nor does one that
// an older app began until a record adopts it.
func (f *Files) mine(r *http.Request, a actor.Actor) (app.Upload, error) {
	up, found, err := f.Shelf.Upload(r.PathValue("upload"))
	if err == nil && (!found || up.Owner != a.User || up.Collection == "") {
		err = unheard(a, fault.New(fault.NotFound, "upload"))
	}
	return up, err
}

// unheard is why nothing is done: a device out of use is heard for the bytes of its
// records alone.
func unheard(a actor.Actor, why *fault.Fault) error {
	if a.Session.Ended {
		return fault.New(fault.DeviceRevoked, "")
	}
	return why
}

// own lets a verb through for the owner, while he may still bring what the upload is of.
func (f *Files) own(next handle) handle {
	return func(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
		up, err := f.mine(r, a)
		if err != nil {
			return err
		}
		if up.State == app.UploadRefused {
			return app.RefusalOf(up.Refusal, up.Found)
		}
		if up.State == app.UploadReceiving {
			if err := f.may(a, up.FileDescription); err != nil {
				return err
			}
		}
		return next(w, r, a)
	}
}

// may says whether a person may bring a file, now.
func (f *Files) may(a actor.Actor, d app.FileDescription) error {
	now, _, err := f.Records.May(a, d.FilePart)
	if err == nil && (now.SHA256 != d.SHA256 || now.Size != d.Size) {
		err = fault.New(fault.NotFound, "upload") // for another record of that name, once
	}
	return err
}

// remove gives an upload up. What is kept already is not undone by it.
func (f *Files) remove(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
	up, err := f.mine(r, a)
	if err != nil {
		return err
	}
	defer f.busy.lock(up.ID)()
	if up, err = f.mine(r, a); err != nil {
		return err
	}
	if up.State == app.UploadReceiving {
		if err := errors.Join(f.drop(up.ID), f.Shelf.Forget(up.ID)); err != nil {
			return err
		}
	}
	w.Header().Set("Tus-Resumable", "1.0.0")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// drop removes the bytes of an upload, those that are there.
func (f *Files) drop(id string) error {
	var out error
	for _, name := range []string{id, id + ".info"} {
		if err := os.Remove(filepath.Join(f.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			out = errors.Join(out, err)
		}
	}
	return out
}

// reached is how many bytes of an upload are here.
func (f *Files) reached(id string) int64 {
	info, err := os.Stat(filepath.Join(f.dir, id))
	if err != nil {
		return 0
	}
	return info.Size()
}

func answer(w http.ResponseWriter, body any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(body)
}

// keyed has one lock for each key in use.
type keyed struct {
	mu    sync.Mutex
	locks map[string]*counted
}

type counted struct {
	sync.Mutex
	users int
}

// lock waits for a key and answers what gives it back.
func (k *keyed) lock(key string) func() {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[string]*counted{}
	}
	l := k.locks[key]
	if l == nil {
		l = &counted{}
		k.locks[key] = l
	}
	l.users++
	k.mu.Unlock()
	l.Lock()
	return func() {
		l.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.locks, key)
		}
	}
}
