package upload

import (
	"context"
	"os"
	"time"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/inspect"
)

// maxLooks is how many files are read from end to end at once, to be summed and
// looked into: each takes a core, and up to some 40 MB of memory.
const maxLooks = 2

// place waits for one of them; who waits may leave.
func (f *Files) place(ctx context.Context) (done func(), err error) {
	select {
	case f.looks <- struct{}{}:
		return func() { <-f.looks }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Busy, ctx.Err())
	}
}

// lookFor is how long a file is looked into: what may be packed in one takes a slow
// machine a minute. What takes longer waits in quarantine.
const lookFor = 4 * time.Minute

// look says what a whole file is and what a scanner says of it.
func (f *Files) look(ctx context.Context, path, name string) (inspect.Verdict, app.Scanned, error) {
	timed, cancel := context.WithTimeout(ctx, f.lookFor)
	defer cancel()
	verdict, err := inspect.File(timed, path, name)
	if err != nil {
		return verdict, app.Scanned{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return verdict, app.Scanned{}, err
	}
	defer func() { _ = file.Close() }()
	scanned := app.Scan(ctx, f.Scanner, file, verdict.Held)
	if scanned.Scan == app.ScanSilent {
		f.Log.Warn("the scanner did not answer; the document waits in quarantine")
	}
	return verdict, scanned, nil
}
