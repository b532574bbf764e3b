package upload

import (
	"context"
	"errors"
	"time"
)

// collectEvery is how often what nobody names is looked for.
const collectEvery = 24 * time.Hour

// Collect lets contents go that nobody has named for long, and bytes that a crash left
// without a row. It does so once a day, however often it is asked.
func (f *Files) Collect(ctx context.Context) error {
	now := f.Now()
	if f.collected.Add(collectEvery).After(now) {
		return nil
	}
	f.collected = now
	unnamed, err := f.Records.Book.Unnamed()
	if err != nil {
		return err
	}
	strays, err := f.Records.Book.Strays(now.Add(-strayAfter))
	if err != nil {
		return err
	}
	var out error
	for _, sum := range append(unnamed, strays...) {
		if ctx.Err() != nil {
			return errors.Join(out, ctx.Err())
		}
		out = errors.Join(out, f.collect(sum))
	}
	if n := len(unnamed) + len(strays); n > 0 {
		f.Log.Info("files that nobody names are let go", "unnamed", len(unnamed), "strays", len(strays))
	}
	return out
}

// collect lets one go, while nobody keeps the same.
func (f *Files) collect(sum string) error {
	defer f.busy.lock("content " + sum)()
	return f.Records.Book.Collect(sum)
}
