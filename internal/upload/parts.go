package upload

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"

	"github.com/tus/tusd/v2/pkg/handler"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/inspect"
)

// create begins the bytes of a part of a record, or goes on with them: the same person
// asking for the same part gets the same upload, so that going on never depends on what a
// phone remembered. What is kept already is said to be.
func (f *Files) create(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
	meta := handler.ParseMetadataHeader(r.Header.Get("Upload-Metadata"))
	part := app.FilePart{Collection: meta["collection"], Record: meta["record"], Part: meta["part"]}
	if part.Collection == "" {
		return unheard(a, fault.New(fault.InvalidValue, "collection"))
	}
	defer f.busy.lock("part " + a.User + " " + part.Collection + " " + part.Record + " " + part.Part)()
	d, x, err := f.Records.May(a, part)
	if err != nil {
		return err
	}
	if size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64); err != nil {
		return fault.New(fault.Malformed, "Upload-Length")
	} else if size != d.Size || meta["sha256"] != d.SHA256 {
		return fault.New(fault.FileHashMismatch, "sha256") // not what the record is of
	}
	up, found, err := f.Shelf.OfPart(a.User, part)
	if err == nil && !found && app.Paper(part) {
		up, found, err = f.adopt(a, d)
	}
	if err != nil {
		return err
	}
	switch {
	case !found, up.SHA256 != d.SHA256, up.Size != d.Size:
	case up.State == app.UploadDone:
		kept, err := f.restamp(r.Context(), up, x)
		if err != nil {
			return err
		}
		if kept {
			return isStored(w, d.SHA256)
		}
	case up.State == app.UploadReceiving && f.begun(up.ID):
		w.Header().Set("Tus-Resumable", "1.0.0")
		w.Header().Set("Location", f.base+up.ID)
		w.Header().Set("Upload-Offset", strconv.FormatInt(f.reached(up.ID), 10))
		w.WriteHeader(http.StatusCreated)
		return nil
	case up.State == app.UploadRefused && up.Refusal != fault.FileHashMismatch:
		return app.RefusalOf(up.Refusal, up.Found)
	}
	if found && up.State == app.UploadReceiving { // of a record that was another, or its bytes are lost
		if err := errors.Join(f.drop(up.ID), f.Shelf.Forget(up.ID)); err != nil {
			return err
		}
	}
	if up, err = f.start(a, d); err != nil {
		return err
	}
	return f.speak(f.tus.PostFile)(w, r.WithContext(context.WithValue(r.Context(), startedKey{}, up)), a)
}

// adopt goes on with what an older app of this person had half sent.
func (f *Files) adopt(a actor.Actor, d app.FileDescription) (app.Upload, bool, error) {
	up, found, err := f.Shelf.Adopt(a.User, d)
	if found && err == nil {
		f.Log.Info("an upload of an older app goes on", "upload", up.ID, "reached", f.reached(up.ID), "size", up.Size)
	}
	return up, found, err
}

// restamp says whether what was brought once is still kept, and says so on a record
// that does not: it came back from a copy of before.
func (f *Files) restamp(ctx context.Context, up app.Upload, x app.FileFacts) (bool, error) {
	c, kept, err := f.Records.Book.Brought(up.FilePart, up.SHA256)
	if err != nil || !kept || x.Stored || up.Part != app.PartFile {
		return kept, err
	}
	return true, f.Records.Book.Stored(ctx, up, c.MIME, app.Scanned{})
}

// begun says whether tusd knows an upload.
func (f *Files) begun(id string) bool {
	_, err := f.store.GetUpload(context.Background(), id)
	return err == nil
}

func isStored(w http.ResponseWriter, sha256 string) error {
	w.Header().Set("Tus-Resumable", "1.0.0")
	return answer(w, map[string]any{"stored": true, "sha256": sha256})
}

// taken says why what is in a file is not taken. A document is of the type that its
// record says, and waits in quarantine where a scanner finds something.
func (f *Files) taken(up app.Upload, verdict inspect.Verdict, scanned app.Scanned) error {
	if !app.Paper(up.FilePart) {
		if scanned.Quarantine == app.QuarantineVirus {
			return fault.New(fault.FileVirus, "file").With("found", scanned.Finding)
		}
		return nil
	}
	stated, err := f.Records.Stated(up)
	if err == nil && stated != "" && stated != verdict.Format.MIME {
		err = fault.New(fault.FileNameMismatch, "name").With("found", verdict.Format.MIME)
	}
	return err
}

// complete proves the whole bytes of a part, looks into them, keeps them by their hash,
// and only then says so. Each step may be done again.
func (f *Files) complete(ctx context.Context, up app.Upload) error {
	if f.reached(up.ID) != up.Size {
		return fault.New(fault.UploadIncomplete, "upload")
	}
	path := filepath.Join(f.dir, up.ID)
	verdict, scanned, err := f.judge(ctx, up, path)
	if err == nil {
		err = f.taken(up, verdict, scanned)
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		what := fault.Of(err)
		if what.Ours() || what.Code == fault.Busy {
			return err
		}
		if err := f.Records.Book.Refused(ctx, up, what.Code, foundIn(what)); err != nil {
			return err
		}
		if err := f.drop(up.ID); err != nil {
			f.Log.Warn("bytes of a refused upload are still there", "upload", up.ID, "error", err)
		}
		return what
	}
	// While it is kept nobody collects it.
	defer f.busy.lock("content " + up.SHA256)()
	if err := f.Records.Book.Keep(up.SHA256, path); err != nil {
		return err
	}
	if err := f.Records.Book.Stored(ctx, up, verdict.Format.MIME, scanned); err != nil {
		return err
	}
	return f.drop(up.ID)
}
