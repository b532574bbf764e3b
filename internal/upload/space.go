package upload

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
)

// starting is the key under which uploads begin one after the other: each must
// find the room that those before it were promised taken.
const starting = "starting"

// promisedFor is how long room is kept for bytes that do not come. What goes on
// later goes on if there is room then.
const promisedFor = time.Hour

// start notes an upload for which there is room.
func (f *Files) start(a actor.Actor, d app.FileDescription) (app.Upload, error) {
	defer f.busy.lock(starting)()
	open, err := f.Shelf.Receiving()
	if err != nil {
		return app.Upload{}, err
	}
	promised := d.Size
	for _, up := range open {
		if f.Now().Sub(f.touched(up)) < promisedFor {
			promised += max(0, up.Size-f.reached(up.ID))
		}
	}
	used, err := f.Shelf.Space(a.User, d.Intervention)
	if err != nil {
		return app.Upload{}, err
	}
	limits := f.Limits()
	if d.Intervention == "" { // how many pictures a record may have is declared
		limits.Documents = 0
	}
	if err := errors.Join(limits.Refuses(used, d.Size), f.Room(promised)); err != nil {
		return app.Upload{}, err
	}
	return f.Shelf.Start(a.User, d)
}

// fits lets a piece through if there is room for all of it. What is there stays,
// and goes on when there is.
func (f *Files) fits(next handle) handle {
	return func(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
		if err := f.Room(max(0, r.ContentLength)); err != nil {
			return err
		}
		return next(w, r, a)
	}
}

// cautious is where tusd keeps bytes, with an eye on the disk and with answers
// of ours when it takes no more.
type cautious struct {
	filestore.FileStore
	files *Files
}

// NewUpload implements handler.DataStore.
func (c cautious) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	up, err := c.FileStore.NewUpload(ctx, info)
	if err != nil {
		// It has no bytes and nobody was told of it.
		if undo := errors.Join(c.files.drop(info.ID), c.files.Shelf.Forget(info.ID)); undo != nil {
			c.files.Log.Warn("an upload that did not begin is still noted", "upload", info.ID, "error", undo)
		}
		return nil, c.files.told(err)
	}
	return cautiousUpload{up, c.files}, nil
}

// GetUpload implements handler.DataStore.
func (c cautious) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	up, err := c.FileStore.GetUpload(ctx, id)
	if err != nil {
		return nil, err
	}
	return cautiousUpload{up, c.files}, nil
}

type cautiousUpload struct {
	handler.Upload
	files *Files
}

// WriteChunk implements handler.Upload. The bytes that came before an error are
// kept.
func (u cautiousUpload) WriteChunk(ctx context.Context, offset int64, src io.Reader) (int64, error) {
	n, err := u.Upload.WriteChunk(ctx, offset, &watchful{src: src, room: u.files.Room})
	return n, u.files.told(err)
}

// lookEvery is how many bytes come between two looks at the disk: others write
// to it too.
const lookEvery = 4 << 20

// watchful ends when the disk is about to be too full.
type watchful struct {
	src   io.Reader
	room  func(int64) error
	since int64
}

// Read implements io.Reader.
func (w *watchful) Read(p []byte) (int, error) {
	if w.since >= lookEvery {
		w.since = 0
		if err := w.room(0); err != nil {
			return 0, err
		}
	}
	n, err := w.src.Read(p)
	w.since += int64(n)
	return n, err
}

// told turns a fault of the server's disk into what tusd answers.
func (f *Files) told(err error) error {
	what := fault.Of(err)
	if what == nil || !what.Ours() || what.Code == fault.Internal {
		return err
	}
	f.Log.Error("upload interrupted", "error", err)
	page := &answerPage{header: http.Header{}}
	if err := f.Refuse(page, what); err != nil {
		return err
	}
	header := handler.HTTPHeader{}
	for name := range page.header {
		header[name] = page.header.Get(name)
	}
	return handler.Error{
		ErrorCode: string(what.Code), Message: err.Error(),
		HTTPResponse: handler.HTTPResponse{StatusCode: page.status, Body: page.body.String(), Header: header},
	}
}

// answerPage keeps an answer instead of sending it.
type answerPage struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (p *answerPage) Header() http.Header { return p.header }

// WriteHeader implements http.ResponseWriter.
func (p *answerPage) WriteHeader(status int) { p.status = status }

// Write implements http.ResponseWriter.
func (p *answerPage) Write(b []byte) (int, error) { return p.body.Write(b) }
