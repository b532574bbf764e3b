package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/inspect"
)

func (f *Files) finish(w http.ResponseWriter, r *http.Request, a actor.Actor) error {
	up, err := f.mine(r, a)
	if err == nil {
		err = f.Complete(r.Context(), up.ID)
	}
	if err != nil {
		return err
	}
	return isStored(w, up.SHA256)
}

// Complete keeps the bytes of a whole upload. It may be called any number of times, also
// after a crash in the middle: each step writes what it wrote before. A refusal is
// remembered and answered again. Who asked may leave while the file waits to be looked
// into; from then on nothing depends on who is still listening.
func (f *Files) Complete(ctx context.Context, id string) error {
	defer f.busy.lock(id)()
	up, found, err := f.Shelf.Upload(id)
	switch {
	case err != nil || !found:
		return orNotFound(err)
	case up.State == app.UploadRefused:
		return app.RefusalOf(up.Refusal, up.Found)
	case up.State == app.UploadDone:
		return nil
	}
	return f.complete(ctx, up)
}

func orNotFound(err error) error {
	if err == nil {
		err = fault.New(fault.NotFound, "upload")
	}
	return err
}

// judge says what a whole upload is: whether it is what was announced, then what
// is in it. Both read the file from end to end, in the place of one.
func (f *Files) judge(ctx context.Context, up app.Upload, path string) (inspect.Verdict, app.Scanned, error) {
	done, err := f.place(ctx)
	if err != nil {
		return inspect.Verdict{}, app.Scanned{}, err
	}
	defer done()
	sum, err := hash(path)
	if err != nil {
		return inspect.Verdict{}, app.Scanned{}, err
	}
	if sum != up.SHA256 {
		return inspect.Verdict{}, app.Scanned{}, fault.New(fault.FileHashMismatch, "sha256")
	}
	return f.look(context.WithoutCancel(ctx), path, up.Name)
}

// foundIn is what a refusal says was found, as an upload remembers it.
func foundIn(what *fault.Fault) string {
	detail := what.Args["found"]
	if entry := what.Args["entry"]; entry != "" {
		detail += "\n" + entry
	}
	return detail
}

func hash(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

const (
	// unusedAfter is how long an upload may rest before its bytes are let go: its phone may
	// be out of sight of any network for as long as its lease lasts.
	unusedAfter = 60 * 24 * time.Hour
	// unadoptedAfter is the same of one that an older app began.
	unadoptedAfter = 14 * 24 * time.Hour
	// settleAfter is how long a whole upload waits for its client to finish it, and how
	// long one without bytes may be at its beginning.
	settleAfter = time.Minute
	// strayAfter is how old bytes without an upload must be to be nobody's.
	strayAfter = 24 * time.Hour
)

// Sweep finishes what is whole and was left, and lets go what nobody went on with. What
// an older app sent whole waits for the record that adopts it. It is called every minute;
// while one goes on, another does nothing.
func (f *Files) Sweep(ctx context.Context) error {
	if !f.sweeping.TryLock() {
		return nil
	}
	defer f.sweeping.Unlock()
	open, err := f.Shelf.Receiving()
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, up := range open {
		known[up.ID] = true
		rested := f.Now().Sub(f.touched(up))
		switch {
		case up.Collection != "" && f.reached(up.ID) == up.Size && rested > settleAfter:
			if err := f.Complete(ctx, up.ID); err != nil && fault.Of(err).Ours() {
				f.Log.Error("upload not finished", "upload", up.ID, "error", err)
			}
		// One that did not begin may still be noted: on a full disk that could not be undone.
		case rested > unadoptedAfter && up.Collection == "", rested > unusedAfter, rested > settleAfter && !f.begun(up.ID):
			if err := errors.Join(f.drop(up.ID), f.Shelf.Forget(up.ID)); err != nil {
				f.Log.Error("upload not let go", "upload", up.ID, "error", err)
			}
		}
	}
	return errors.Join(f.strays(known), f.rescan(ctx), f.Collect(ctx))
}

// touched is when the last byte of an upload came.
func (f *Files) touched(up app.Upload) time.Time {
	info, err := os.Stat(filepath.Join(f.dir, up.ID))
	if err != nil || info.ModTime().Before(up.Created) {
		return up.Created
	}
	return info.ModTime()
}

// strays are bytes of no upload: a crash came between the two.
func (f *Files) strays(known map[string]bool) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		id := strings.TrimSuffix(e.Name(), ".info")
		info, err := e.Info()
		if known[id] || err != nil || f.Now().Sub(info.ModTime()) < strayAfter {
			continue
		}
		if err := f.drop(id); err != nil {
			return err
		}
	}
	return nil
}
