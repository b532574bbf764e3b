// Package upload receives files over bad links, documents of a rendición and those of
// records: by tus, in pieces, going on
// from the byte reached after a cut, a reload or a restart of either side. It
// checks on every request who owns an upload and whether he may still add what
// it is for, proves the bytes against the SHA-256 that was declared before they
// came, knows their kind by content, and makes them a document in a step that
// can be repeated.
package upload

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
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

// maxOpen is how many uploads one person may have under way for one rendición.
const maxOpen = rendicion.MaxDocuments

// Files receives files. Its handlers expect the actor in the request's context.
type Files struct {
	Shelf       app.UploadShelf
	Rendiciones app.Rendiciones
	Records     *app.Files
	Refuse      func(http.ResponseWriter, *fault.Fault) error
	Now         func() time.Time
	Scanner     app.Scanner // nil for none
	Log         *slog.Logger
	Room        func(more int64) error // a StorageFull fault if so many bytes more are too many
	Limits      func() app.UploadLimits
	LookFor     time.Duration // how long a file may be looked into; 0 for some minutes

	dir   string
	base  string // of the addresses of uploads
	tus   *handler.UnroutedHandler
	store filestore.FileStore
	busy  keyed
	looks chan struct{} // one for each file that may be looked into at once

	lookFor  time.Duration
	sweeping sync.Mutex
	asked    map[string]asked // by document, or hash; the sweep's

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
		"GET /uploads":                    f.signedIn(f.list),
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

// mine finds an upload of the person; anybody else's does not exist.
func (f *Files) mine(r *http.Request, a actor.Actor) (app.Upload, error) {
	up, found, err := f.Shelf.Upload(r.PathValue("upload"))
	if err == nil && (!found || up.Owner != a.User) {
		err = fault.New(fault.NotFound, "upload")
	}
	return up, err
}

// theirs: from a device out of use only the bytes of a record are taken, as its work is.
func theirs(a actor.Actor, up app.Upload, err error) error {
	if a.Session.Ended && up.Collection == "" {
		return fault.New(fault.DeviceRevoked, "")
	}
	return err
}

// own lets a verb through for the owner, while he may still add what the upload
// is for.
func (f *Files) own(next handle) handle {
	return func(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
		up, err := f.mine(r, a)
		if err = theirs(a, up, err); err != nil {
			return err
		}
		if up.State == app.UploadRefused {
			return refusal(up)
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
	if d.Collection == "" {
		return f.Rendiciones.MayUpload(a, d)
	}
	now, _, err := f.Records.May(a, d.FilePart)
	if err == nil && (now.SHA256 != d.SHA256 || now.Size != d.Size) {
		err = fault.New(fault.NotFound, "upload") // for another record of that name, once
	}
	return err
}

func refusal(up app.Upload) *fault.Fault {
	f := fault.New(up.Refusal, "")
	if found, entry, _ := strings.Cut(up.Found, "\n"); found+entry != "" {
		f = f.With("found", found).With("document", found).With("entry", entry)
	}
	return f
}

// describe reads what a creation says of its file.
func describe(r *http.Request) (app.FileDescription, error) {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return app.FileDescription{}, fault.New(fault.Malformed, "Upload-Length")
	}
	meta := handler.ParseMetadataHeader(r.Header.Get("Upload-Metadata"))
	f := app.FileDescription{
		Intervention: meta["intervention"], Kind: rendicion.Document(meta["kind"]), Replaces: meta["replaces"],
		Name: meta["filename"], SHA256: meta["sha256"], Size: size,
	}
	return f, cleaned(&f)
}

func (f *Files) create(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
	if meta := handler.ParseMetadataHeader(r.Header.Get("Upload-Metadata")); meta["collection"] != "" {
		return f.createPart(w, r, a, meta)
	}
	if err := theirs(a, app.Upload{}, nil); err != nil {
		return err
	}
	d, err := describe(r)
	if err != nil {
		return err
	}
	if err := f.may(a, d); err != nil {
		return err
	}
	up, err := f.start(a, d)
	if err != nil {
		return err
	}
	return f.speak(f.tus.PostFile)(w, r.WithContext(context.WithValue(r.Context(), startedKey{}, up)), a)
}

// remove gives an upload up. What is a document already is not undone by it.
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

type uploadShape struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Replaces string `json:"replaces"`
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`
	Size     int64  `json:"size"`
	Offset   int64  `json:"offset"`
}

// list says what a person has under way for a rendición, so that he can go on
// even from another device.
func (f *Files) list(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
	intervention := r.URL.Query().Get("intervention")
	if intervention == "" {
		return fault.New(fault.Required, "intervention")
	}
	open, err := f.Shelf.Receiving(a.User, intervention)
	if err != nil {
		return err
	}
	items := []uploadShape{}
	for _, up := range open {
		if up.Collection == "" {
			items = append(items, uploadShape{up.ID, string(up.Kind), up.Replaces, up.Name, up.SHA256, up.Size, f.reached(up.ID)})
		}
	}
	return answer(w, map[string]any{"items": items})
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
