package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// aside begins the name of the folder, in the data directory, that holds what a
// restore replaced.
const aside = "reemplazado-"

const restoringPrefix = "restoring-"

// RestoreOptions of Restore. File, Dir and Prepare are required.
type RestoreOptions struct {
	File     string
	Dir      string
	Replace  bool // move aside what is there
	Check    Check
	Now      func() time.Time
	Progress io.Writer
	// Prepare readies the restored data in dir before it takes its place: it
	// migrates it and opens a new epoch of the sync history, later than that of
	// the data being replaced, whose clock is given (zero if there is none).
	Prepare func(ctx context.Context, dir string, m *Manifest, replaced Clock) error
	// Verify may be nil with CheckQuick.
	Verify Verify
	// Accept restores data in which Verify found differences.
	Accept bool
}

// Restored says what Restore did.
type Restored struct {
	Manifest    *Manifest
	Aside       string // where the replaced data is, "" if there was none
	Differences int
}

// ErrNotEmpty says that the directory holds data and Replace was not given.
var ErrNotEmpty = errors.New("la carpeta ya tiene datos; con --replace se apartan (no se borran)")

// ErrDiffers says that the copy's figures do not agree with its rows.
var ErrDiffers = errors.New("la copia tiene diferencias (arriba); con --accept-differences se restaura de todos modos")

// Restore puts an archive in place. Everything is unpacked, compared with its
// hashes, checked, migrated and verified apart, inside the directory; only then
// is what was there moved aside and the new put in its place, by renames.
func Restore(ctx context.Context, o RestoreOptions) (Restored, error) {
	b := Options{Check: o.Check, Now: o.Now, Progress: o.Progress, Verify: o.Verify}.withDefaults()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return Restored{}, err
	}
	release, err := lock(o.Dir, serverLock)
	if errors.Is(err, errLocked) {
		return Restored{}, ErrServed
	}
	if err != nil {
		return Restored{}, err
	}
	defer release()
	if err := sweep(o.Dir, restoringPrefix); err != nil {
		return Restored{}, err
	}
	there, err := contents(o.Dir)
	if err != nil {
		return Restored{}, err
	}
	if len(there) > 0 && !o.Replace {
		return Restored{}, ErrNotEmpty
	}
	fresh, err := os.MkdirTemp(filepath.Join(o.Dir, Own), restoringPrefix)
	if err != nil {
		return Restored{}, err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	r, err := o.ready(ctx, b, fresh)
	if err != nil {
		return r, err
	}
	if len(there) > 0 {
		r.Aside = filepath.Join(o.Dir, aside+b.Now().UTC().Format(stampLayout))
	}
	return r, swap(o.Dir, fresh, r.Aside, there)
}

// ready makes fresh a data directory that can be served.
func (o RestoreOptions) ready(ctx context.Context, b Options, fresh string) (Restored, error) {
	var r Restored
	var err error
	b.say("Leyendo %s y comparando cada archivo con su SHA-256", o.File)
	r.Manifest, err = unpack(ctx, o.File, func(path string, content io.Reader) error {
		return store(filepath.Join(fresh, filepath.FromSlash(path)), content)
	})
	if err != nil {
		return r, fmt.Errorf("la copia no sirve: %w", err)
	}
	if err := integrity(ctx, fresh, b.Check); err != nil {
		return r, err
	}
	b.say("Preparando los datos")
	if err := o.Prepare(ctx, fresh, r.Manifest, clockOf(ctx, o.Dir)); err != nil {
		return r, err
	}
	if b.Check == CheckQuick {
		return r, nil
	}
	b.say("Recalculando las cifras")
	if r.Differences, err = o.Verify(ctx, fresh, b.Progress); err != nil {
		return r, err
	}
	if r.Differences > 0 && !o.Accept {
		return r, ErrDiffers
	}
	return r, nil
}

// clockOf reads the sync clock of the data being replaced. If it cannot be read,
// that may be why it is replaced.
func clockOf(ctx context.Context, dir string) Clock {
	if _, err := os.Stat(filepath.Join(dir, dataDB)); err != nil {
		return Clock{}
	}
	s, err := hold(ctx, filepath.Join(dir, dataDB))
	if err != nil {
		return Clock{}
	}
	defer func() { _ = s.release() }()
	var m Manifest
	if err := s.describe(ctx, &m); err != nil {
		return Clock{}
	}
	return m.Sync
}

// store writes one file and waits until it is on the disk.
func store(file string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// contents are the entries of a data directory that a restore replaces.
func contents(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var out []string
	for _, e := range entries {
		if !elsewhere[e.Name()] && !strings.HasPrefix(e.Name(), aside) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

// swap moves the old entries aside and the fresh ones in. A mark stands while it
// lasts: a server does not start on a mixture of both.
func swap(dir, fresh, old string, there []string) error {
	mark := filepath.Join(dir, Own, halfway)
	if err := os.WriteFile(mark, []byte(old+"\n"), 0o600); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(mark)); err != nil {
		return err
	}
	if old != "" {
		if err := os.Mkdir(old, 0o700); err != nil {
			return err
		}
	}
	if err := moveAll(dir, old, there); err != nil {
		return err
	}
	entries, err := contents(fresh)
	if err != nil {
		return err
	}
	if err := moveAll(fresh, dir, entries); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := os.Remove(mark); err != nil {
		return err
	}
	return syncDir(filepath.Dir(mark))
}

func moveAll(from, to string, names []string) error {
	for _, name := range names {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}
