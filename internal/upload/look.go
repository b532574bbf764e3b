package upload

import (
	"context"
	"os"
	"strings"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/rendicion"
	"chaski/internal/inspect"
)

// maxLooks is how many files are looked into at once: each takes up to some 40 MB
// of memory and a core.
const maxLooks = 2

// cleaned gives a file a name that every computer can save, and keeps the one it
// was sent under beside it. Its bytes are never changed.
func cleaned(f *app.FileDescription) error {
	name := rendicion.CleanName(f.Name)
	if name == f.Name {
		return nil
	}
	if name == "" {
		return fault.New(fault.FileNameRefused, "name")
	}
	sent := strings.ToValidUTF8(f.Name, "\ufffd")
	if runes := []rune(sent); len(runes) > 500 {
		sent = string(runes[:500])
	}
	f.Name, f.SentName = name, sent
	return nil
}

// look says what a whole file is and what a scanner says of it.
func (f *Files) look(ctx context.Context, path, name string) (inspect.Verdict, app.Scanned, error) {
	f.looks <- struct{}{}
	defer func() { <-f.looks }()
	verdict, err := inspect.File(path, name)
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

// again is how many documents a sweep asks a scanner about that was silent.
const again = 20

// rescan asks about documents that wait because the scanner did not answer. What
// the inspection could not read stays in quarantine, whatever the scanner says.
func (f *Files) rescan(ctx context.Context) error {
	if f.Scanner == nil {
		return nil
	}
	waiting, err := f.Shelf.Unscanned(again)
	if err != nil {
		return err
	}
	for _, k := range waiting {
		r, err := f.Shelf.Read(k)
		if err != nil {
			f.Log.Error("a document in quarantine cannot be read", "document", k.Document, "error", err)
			continue
		}
		s := app.Scan(ctx, f.Scanner, r, k.Held)
		_ = r.Close()
		if s.Scan == app.ScanSilent {
			return nil // asked again at the next sweep
		}
		if err := f.Shelf.Scanned(ctx, k.Document, s); err != nil {
			return err
		}
	}
	return nil
}
