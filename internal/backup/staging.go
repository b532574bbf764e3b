package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// staging is where a moment is gathered: inside the data directory, so that
// files can be linked instead of copied.
type staging struct {
	Options
	root string
}

const stagingPrefix = "staging-"

func newStaging(o Options) (*staging, error) {
	if err := os.MkdirAll(filepath.Join(o.Dir, Own), 0o700); err != nil {
		return nil, err
	}
	root, err := os.MkdirTemp(filepath.Join(o.Dir, Own), stagingPrefix)
	return &staging{o, root}, err
}

// Points at which tests let something happen.
const (
	filesLinked = "files linked"
	momentHeld  = "moment held"
)

func (s *staging) at(point string) {
	if s.onStep != nil {
		s.onStep(point)
	}
}

func (s *staging) remove() { _ = os.RemoveAll(s.root) }

// sweep removes what a killed run left. The lock is held, so nobody uses it.
func sweep(dir, prefix string) error {
	left, err := filepath.Glob(filepath.Join(dir, Own, prefix+"*"))
	for _, d := range left {
		err = errors.Join(err, os.RemoveAll(d))
	}
	return err
}

// attempts bounds how often a moment is given up because a file it names was
// deleted within the milliseconds between the two passes.
const attempts = 20

// gather fills the staging directory with one moment and says what it is.
func (s *staging) gather(ctx context.Context) (*Manifest, error) {
	s.say("Enlazando los archivos")
	if err := s.link(ctx); err != nil {
		return nil, err
	}
	s.at(filesLinked)
	gone := map[string]bool{} // named by an earlier moment, and not found
	for range attempts {
		m, data, err := s.moment(ctx)
		if err != nil {
			return nil, err
		}
		if settled(m.Missing, gone) {
			err := s.databases(ctx, data)
			return m, errors.Join(err, data.release())
		}
		for _, name := range m.Missing {
			gone[name] = true
		}
		if err := data.release(); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("los archivos se borran más rápido de lo que se copian; repita la copia")
}

// settled: what is missing was missing a moment ago too, so its row is not being
// deleted just now. It is lost on the disk, and that is for people to know.
func settled(missing []string, gone map[string]bool) bool {
	for _, name := range missing {
		if !gone[name] {
			return false
		}
	}
	return true
}

// moment fixes one moment of the data, links what came meanwhile, and names what
// the moment has no file for.
func (s *staging) moment(ctx context.Context) (*Manifest, *snapshot, error) {
	data, err := hold(ctx, filepath.Join(s.Dir, dataDB))
	if err != nil {
		return nil, nil, err
	}
	m := &Manifest{Format: format, CreatedAt: s.Now().UTC()}
	err = data.describe(ctx, m)
	s.at(momentHeld)
	if err == nil {
		err = s.link(ctx)
	}
	if err == nil {
		m.Missing, err = s.missing(ctx, data)
	}
	if err != nil {
		return nil, nil, errors.Join(err, data.release())
	}
	return m, data, nil
}

func (s *staging) missing(ctx context.Context, data *snapshot) ([]string, error) {
	names, err := data.named(ctx)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	if data.filesElsewhere(ctx) {
		s.say("AVISO: los archivos están en S3 y no entran en esta copia; respáldelos en su proveedor.")
		return nil, nil
	}
	var out []string
	for _, name := range names {
		if _, err := os.Lstat(filepath.Join(s.root, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			out = append(out, name)
		}
	}
	return out, nil
}

// databases copies the held moment, and the logs beside it as they are now.
func (s *staging) databases(ctx context.Context, data *snapshot) error {
	if err := data.copyTo(ctx, filepath.Join(s.root, dataDB), s.pages(dataDB)); err != nil {
		return fmt.Errorf("%s: %w", dataDB, err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir, auxiliaryDB)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	aux, err := hold(ctx, filepath.Join(s.Dir, auxiliaryDB))
	if err != nil {
		return err
	}
	err = aux.copyTo(ctx, filepath.Join(s.root, auxiliaryDB), s.pages(auxiliaryDB))
	return errors.Join(err, aux.release())
}

// pages tells how far the copy is, every few seconds.
func (s *staging) pages(name string) func(done, all int) {
	last := time.Now()
	return func(done, all int) {
		if done == all || time.Since(last) > 2*time.Second {
			last = time.Now()
			s.say("%s: %d de %d páginas (%d %%)", name, done, all, done*100/max(all, 1))
		}
	}
}

// elsewhere are entries of a data directory that belong to the machine or are
// made anew: other archives, PocketBase's temporary files, keys of certificates.
var elsewhere = map[string]bool{
	Own: true, "backups": true, ".pb_temp_to_delete": true, ".autocert_cache": true, ".notify": true, "lost+found": true, manifestName: true,
}

// carried says whether a top-level entry of the data directory goes into the
// archive. The databases go their own way.
func carried(name string) bool {
	return !elsewhere[name] && !strings.HasPrefix(name, dataDB) && !strings.HasPrefix(name, auxiliaryDB) && !strings.HasPrefix(name, aside)
}

// link puts every file that is not there yet into the staging directory. A hard
// link keeps the content after the original is deleted.
func (s *staging) link(ctx context.Context) error {
	return filepath.WalkDir(s.Dir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted while we walk: no moment will need it, or missing tells
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(s.Dir, name)
		if err != nil || rel == "." {
			return err
		}
		if !strings.ContainsRune(rel, filepath.Separator) && !carried(rel) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		to := filepath.Join(s.root, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(to, 0o700)
		case d.Type().IsRegular():
			return s.linkFile(name, to)
		}
		s.say("AVISO: %s no es un archivo ni una carpeta; no entra en la copia", rel)
		return nil
	})
}

func (s *staging) linkFile(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return copyFile(from, to) // a file system without hard links
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
