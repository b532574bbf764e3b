package upload

import (
	"context"
	"io"
	"slices"
	"time"

	"chaski/internal/app"
)

const (
	// again is how many documents a sweep asks a scanner about that was silent.
	again = 20
	// silences in a row say that it is the scanner, not the document.
	silences = 3
	// longestWait is how long a document waits that the scanner does not manage,
	// while it manages others.
	longestWait = time.Hour
)

// asked is when a scanner was last asked about a document, and how often it managed
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

// rescan asks about documents that wait because the scanner did not answer, those
// first that were not asked about for longest: none keeps the others waiting. What
// the inspection could not read stays in quarantine, whatever the scanner says.
func (f *Files) rescan(ctx context.Context) error {
	if f.Scanner == nil {
		return nil
	}
	waiting, err := f.Shelf.Unscanned()
	if err != nil {
		return err
	}
	contents, err := f.Records.Book.Unscanned()
	if err != nil {
		return err
	}
	waiting = append(waiting, contents...)
	var silent []string
	answered, row := false, 0
	for _, k := range f.turn(waiting) {
		if f.ask(ctx, k) {
			answered, row = true, 0
			continue
		}
		silent = append(silent, nameOf(k))
		if row++; row == silences {
			break // the others at the next sweep
		}
	}
	for _, document := range silent {
		a := f.asked[document]
		if a.at = f.Now(); answered {
			a.fails++
		}
		f.asked[document] = a
	}
	return nil
}

// turn is whom to ask about now.
func (f *Files) turn(waiting []app.KeptFile) []app.KeptFile {
	known, now := map[string]asked{}, f.Now()
	var due []app.KeptFile
	for _, k := range waiting {
		a := f.asked[nameOf(k)]
		known[nameOf(k)] = a
		if a.due(now) {
			due = append(due, k)
		}
	}
	f.asked = known
	slices.SortStableFunc(due, func(a, b app.KeptFile) int {
		return known[nameOf(a)].at.Compare(known[nameOf(b)].at)
	})
	return due[:min(len(due), again)]
}

// nameOf is by what it is remembered: a document, or a content by its hash.
func nameOf(k app.KeptFile) string { return k.Document + k.SHA256 }

// ask says whether there is an answer about a document, and has written it down.
func (f *Files) ask(ctx context.Context, k app.KeptFile) bool {
	read, note := f.Shelf.Read, f.Shelf.Scanned
	if k.SHA256 != "" {
		read, note = func(k app.KeptFile) (io.ReadCloser, error) { return f.Records.Book.Open(k.SHA256) }, f.Records.Book.Scanned
	}
	r, err := read(k)
	if err != nil {
		f.Log.Error("a document in quarantine cannot be read", "document", nameOf(k), "error", err)
		return false
	}
	s := app.Scan(ctx, f.Scanner, r, k.Held)
	_ = r.Close()
	if s.Scan == app.ScanSilent {
		return false
	}
	if err := note(ctx, nameOf(k), s); err != nil {
		f.Log.Error("what the scanner said is not noted", "document", nameOf(k), "error", err)
		return false
	}
	return true
}
