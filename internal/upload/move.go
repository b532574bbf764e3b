package upload

import (
	"context"
	"time"

	"chaski/internal/app"
)

const (
	// movedAtOnce is how many documents are looked up at a time.
	movedAtOnce = 100
	// moveAgain is when it is looked again: some could not be moved, and an older app may
	// have sent another.
	moveAgain = time.Hour
)

// Move brings the documents that were kept by their records to where contents are kept,
// one after the other, each proven before its record says so. It may end anywhere and
// goes on where it ended; what cannot be moved stays where it is, and is read from there.
// It is called every minute; while one goes on, another does nothing.
func (f *Files) Move(ctx context.Context) error {
	if !f.moving.TryLock() {
		return nil
	}
	defer f.moving.Unlock()
	if f.Now().Before(f.moveAt) {
		return nil
	}
	began, moved, left := time.Now(), 0, 0
	for after := ""; ; {
		some, err := f.Records.Book.Unmoved(after, movedAtOnce)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		for _, u := range some {
			if err := ctx.Err(); err != nil {
				return err
			}
			after = u.Document
			if err := f.move(ctx, u); err != nil {
				f.Log.Error("a document stays where it was kept", "document", u.Document, "sha256", u.SHA256, "error", err)
				left++
				continue
			}
			moved++
		}
	}
	if moved > 0 || left > 0 {
		f.Log.Info("documents moved to where contents are kept", "moved", moved, "left", left, "took", time.Since(began).String())
	}
	f.moveAt = f.Now().Add(moveAgain)
	return f.Records.Book.Tidy()
}

// move moves one, while nobody lets the same content go.
func (f *Files) move(ctx context.Context, u app.Unmoved) error {
	defer f.busy.lock("content " + u.SHA256)()
	if err := f.Room(u.Size); err != nil {
		return err
	}
	if err := f.Records.Book.Bring(u); err != nil {
		return err
	}
	return f.Records.Book.Moved(ctx, u)
}
