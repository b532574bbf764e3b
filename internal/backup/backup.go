// Package backup owns copies of a data directory: one archive with the databases
// as they stood at one moment and every file they name, taken while the server
// works, read back before it counts, and put back by Restore.
//
// A live database file is never copied. A read transaction holds the moment, and
// SQLite's own backup interface copies the pages that belong to it; writers go
// on meanwhile. VACUUM INTO would do too, but cannot run inside a transaction,
// so the moment could not be tied to the files, and it may renumber rowids.
//
// Files first, the moment after, files once more. A row is committed after its
// file is stored, and its file is removed after the row is gone. So: (1) link
// what is there, (2) begin the read transaction, (3) link what came meanwhile.
// A file that the moment names and neither pass found was stored after (1) and
// its row deleted before (3); then the moment is given up, which costs nothing
// yet, and a later one is taken, in which that row is gone.
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

// Own is the directory, inside the data directory, of what belongs to this
// machine: locks, the last result, work in progress. It is in no archive.
const Own = ".chaski"

// Check says how much of a finished archive is proved before it counts.
type Check string

// Every level reads the archive back and compares each file's SHA-256.
const (
	CheckFull  Check = "full"  // integrity_check, and Verify on the copy
	CheckQuick Check = "quick" // quick_check only
)

// Verify recomputes everything in a data directory that nobody else uses, writes
// a report and answers how many differences it found. It may change the copy.
type Verify func(ctx context.Context, dir string, report io.Writer) (differences int, err error)

// Options of Create. Dir and To are required.
type Options struct {
	Dir      string // the data directory, served or not
	To       string // a directory, or the archive's name ending in Suffix
	Version  string // of the program, for the manifest
	Check    Check  // CheckFull if empty
	Keep     int    // how many of the archives in a directory To stay; 0 is all
	Now      func() time.Time
	Progress io.Writer // lines for people; may be nil
	Verify   Verify    // demanded by CheckFull
	// Room refuses to take so many bytes more on the disk of a directory; nil for
	// as many as fit.
	Room func(dir string, more int64) error

	onStep func(point string) // tests only
}

// Suffix of an archive. `tar --zstd -xf` opens it without this program.
const Suffix = ".tar.zst"

const stampLayout = "20060102-150405"

// Result is what became of one backup, for people, /ready and metrics.
type Result struct {
	At          time.Time `json:"at"` // the moment it holds
	OK          bool      `json:"ok"` // written, read back, and nothing found wrong
	Archive     string    `json:"archive,omitempty"`
	Bytes       int64     `json:"bytes,omitempty"`     // of the archive
	Databases   int64     `json:"databases,omitempty"` // bytes before compression
	Files       int       `json:"files"`
	Missing     []string  `json:"missing,omitempty"` // files that rows name and the disk no longer has
	Check       Check     `json:"check"`
	Differences int       `json:"differences"` // found by Verify
	Removed     []string  `json:"removed,omitempty"`
	Seconds     float64   `json:"seconds"`
	Error       string    `json:"error,omitempty"`
}

// ErrRunning says that another backup of the same directory is under way.
var ErrRunning = errors.New("otra copia de esta carpeta está en curso; espere a que termine")

// Create makes one archive. It never stops the server's writers. The result is
// kept in the data directory (see Last), failures too.
//
// With an error nothing usable was left behind. Without one the archive can be
// restored; what was already wrong in the original (missing files, differences)
// is in the result, and OK is false.
func Create(ctx context.Context, o Options) (Result, error) {
	o = o.withDefaults()
	if _, err := os.Stat(filepath.Join(o.Dir, dataDB)); err != nil {
		return Result{}, fmt.Errorf("en %s no hay una base de Chaski; indíquela con --dir", o.Dir)
	}
	if inside(o.Dir, o.To) {
		return Result{}, errors.New("la copia no puede ir dentro de los datos que copia; use --to con otra carpeta (o ninguna: van a backups)")
	}
	unlock, err := lock(o.Dir, backupLock)
	if errors.Is(err, errLocked) {
		return Result{}, ErrRunning
	}
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	began := time.Now()
	r, err := create(ctx, o)
	r.Seconds = time.Since(began).Seconds()
	if err != nil {
		r.OK, r.Error = false, err.Error()
	}
	return r, errors.Join(err, remember(o.Dir, r))
}

// inside says whether a backup written to a place would be part of the next.
func inside(dir, to string) bool {
	a, errA := filepath.Abs(dir)
	b, errB := filepath.Abs(to)
	rel, err := filepath.Rel(a, b)
	if errors.Join(errA, errB, err) != nil || !filepath.IsLocal(rel) {
		return false
	}
	top, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	return top != "backups"
}

func (o Options) withDefaults() Options {
	if o.Check == "" {
		o.Check = CheckFull
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return o
}

func create(ctx context.Context, o Options) (Result, error) {
	r := Result{At: o.Now().UTC(), Check: o.Check}
	if err := sweep(o.Dir, stagingPrefix); err != nil {
		return r, err
	}
	archive, err := o.archive()
	if err != nil {
		return r, err
	}
	if err := o.fits(archive); err != nil {
		return r, err
	}
	s, err := newStaging(o)
	if err != nil {
		return r, err
	}
	defer s.remove()
	m, err := s.gather(ctx)
	if err != nil {
		return r, err
	}
	r.Missing = m.Missing
	m.Version = o.Version
	o.say("Escribiendo %s", archive)
	partial := archive + ".partial"
	defer func() { _ = os.Remove(partial) }() // gone already when all went well
	if err := write(ctx, partial, s.root, m, o.Progress); err != nil {
		return r, err
	}
	r.At, r.Files, r.Databases = m.CreatedAt, m.storedFiles(), m.databaseBytes()
	o.say("Leyendo la copia para comprobarla")
	if err := readBack(ctx, partial, m); err != nil {
		return r, fmt.Errorf("la copia no se lee como se escribió: %w", err)
	}
	if r.Differences, err = o.prove(ctx, s.root); err != nil {
		return r, err
	}
	if err := publish(partial, archive, m); err != nil {
		return r, err
	}
	r.Archive = archive
	if info, err := os.Stat(archive); err == nil {
		r.Bytes = info.Size()
	}
	r.OK = len(r.Missing) == 0 && r.Differences == 0
	r.Removed, err = rotate(filepath.Dir(archive), o.Keep)
	return r, err
}

// prove checks the databases of a copy that nobody else uses.
func (o Options) prove(ctx context.Context, dir string) (differences int, err error) {
	o.say("Revisando las bases de la copia")
	if err := integrity(ctx, dir, o.Check); err != nil {
		return 0, err
	}
	if o.Check == CheckQuick {
		return 0, nil
	}
	if o.Verify == nil {
		return 0, errors.New("backup: CheckFull needs Verify")
	}
	o.say("Recalculando las cifras de la copia")
	return o.Verify(ctx, dir, o.Progress)
}

// archive is the name to write.
func (o Options) archive() (string, error) {
	if filepath.Ext(o.To) == ".zst" {
		return o.To, os.MkdirAll(filepath.Dir(o.To), 0o700)
	}
	if err := os.MkdirAll(o.To, 0o700); err != nil {
		return "", err
	}
	name := filepath.Join(o.To, prefix+o.Now().UTC().Format(stampLayout)+Suffix)
	if _, err := os.Stat(name); err == nil {
		return "", fmt.Errorf("%s ya existe", name)
	}
	return name, nil
}

func (o Options) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.Progress, format+"\n", args...)
}

// publish gives a proved archive its name and lays its manifest beside it, so
// that what is in it can be read without opening it.
func publish(partial, archive string, m *Manifest) error {
	if err := m.save(archive + ".json"); err != nil {
		return err
	}
	if err := os.Rename(partial, archive); err != nil {
		return err
	}
	return syncDir(filepath.Dir(archive))
}
