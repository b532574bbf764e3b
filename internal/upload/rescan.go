package upload

import (
	"context"
	"slices"
	"time"

	"chaski/internal/app"
)

const (
	// again is how many contents a sweep asks a scanner about that was silent.
	again = 20
	// silences in a row say that it is the scanner, not the content.
	silences = 3
	// longestWait is how long a content waits that the scanner does not manage,
	// while it manages others.
	longestWait = time.Hour
)

// asked is when a scanner was last asked about a content, and how often it managed
// others and not this one. It is forgotten at a restart.
type asked struct {
	at    time.Time
	fails int
}

func (a asked) due(now time.Time) bool {
	wait := longestWait
	if a.fails < 6 {
		wait = time.Minute << a.fails
	}
	return a.fails == 0 || now.Sub(a.at) >= wait
}

// rescan asks about contents that wait because the scanner did not answer, those
// first that were not asked about for longest: none keeps the others waiting. What
// the inspection could not read stays in quarantine, whatever the scanner says.
func (f *Files) rescan(ctx context.Context) error {
	if f.Scanner == nil {
		return nil
	}
	waiting, err := f.Records.Book.Unscanned()
	if err != nil {
		return err
	}
	var silent []app.KeptFile
	answered, row := false, 0
	for _, k := range f.turn(waiting) {
		if f.ask(ctx, k) {
			answered, row = true, 0
			continue
		}
		silent = append(silent, k)
		if row++; row == silences {
			break // the others at the next sweep
		}
	}
	for _, k := range silent {
		a := f.asked[k]
		if a.at = f.Now(); answered {
			a.fails++
		}
		f.asked[k] = a
	}
	return nil
}

// turn is whom to ask about now.
func (f *Files) turn(waiting []app.KeptFile) []app.KeptFile {
	known, now := map[app.KeptFile]asked{}, f.Now()
	var due []app.KeptFile
	for _, k := range waiting {
		a := f.asked[k]
		known[k] = a
		if a.due(now) {
			due = append(due, k)
		}
	}
	f.asked = known
	slices.SortStableFunc(due, func(a, b app.KeptFile) int {
		return known[a].at.Compare(known[b].at)
	})
	return due[:min(len(due), again)]
}

// ask says whether there is an answer about a content, and has written it down.
func (f *Files) ask(ctx context.Context, k app.KeptFile) bool {
	r, err := f.Records.Book.Open(k)
	if err != nil {
		f.Log.Error("a file in quarantine cannot be read", "sha256", k.SHA256, "error", err)
		return false
	}
	s := app.Scan(ctx, f.Scanner, r, k.Held)
	_ = r.Close()
	if s.Scan == app.ScanSilent {
		return false
	}
	if err := f.Records.Book.Scanned(ctx, k, s); err != nil {
		f.Log.Error("what the scanner said is not noted", "sha256", k.SHA256, "error", err)
		return false
	}
	return true
}
