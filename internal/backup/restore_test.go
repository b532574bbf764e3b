package backup_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"chaski/internal/backup"
	"chaski/internal/testkit"
)

// A damaged archive is refused before anything in the directory is touched.
func TestDamagedArchive(t *testing.T) {
	s := newSite(t)
	if _, err := s.upload(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(s.backup(t.TempDir()).Archive)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, good...)
	flipped[len(flipped)/2] ^= 1
	for name, body := range map[string][]byte{
		"cut":      good[:len(good)-100],
		"cut half": good[:len(good)/2],
		"flipped":  flipped,
		"empty":    {},
		"no zstd":  []byte("esto no es una copia"),
	} {
		t.Run(name, func(t *testing.T) {
			file, dir := filepath.Join(t.TempDir(), "bad"+backup.Suffix), t.TempDir()
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
			keep(t, dir, "data.db", "lo que había")
			o := restoring(file, dir)
			o.Replace = true
			if _, err := backup.Restore(context.Background(), o); err == nil {
				t.Error("restored")
			}
			if got := read(t, dir, "data.db"); got != "lo que había" {
				t.Errorf("touched: %q", got)
			}
		})
	}
}

// What only looks like an archive of this program is refused: a file changed
// under its recorded hash, one that is not listed, one missing, paths that lead
// out, links.
func TestForgedArchive(t *testing.T) {
	s := newSite(t)
	if _, err := s.upload(); err != nil {
		t.Fatal(err)
	}
	good := s.backup(t.TempDir()).Archive
	for name, forge := range map[string]func(*tar.Header, []byte) (*tar.Header, []byte, bool){
		"changed": func(h *tar.Header, body []byte) (*tar.Header, []byte, bool) {
			if strings.HasPrefix(h.Name, "storage/") {
				body = append([]byte("X"), body[1:]...)
			}
			return h, body, true
		},
		"missing": func(h *tar.Header, body []byte) (*tar.Header, []byte, bool) {
			return h, body, !strings.HasPrefix(h.Name, "storage/")
		},
		"renamed": func(h *tar.Header, body []byte) (*tar.Header, []byte, bool) {
			h.Name = strings.Replace(h.Name, "storage/", "other/", 1)
			return h, body, true
		},
		"outside": func(h *tar.Header, body []byte) (*tar.Header, []byte, bool) {
			h.Name = strings.Replace(h.Name, "storage/", "../../storage/", 1)
			return h, body, true
		},
		"link": func(h *tar.Header, body []byte) (*tar.Header, []byte, bool) {
			if strings.HasPrefix(h.Name, "storage/") {
				h.Typeflag, h.Linkname, h.Size, body = tar.TypeSymlink, "/etc/passwd", 0, nil
			}
			return h, body, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			file, dir := filepath.Join(t.TempDir(), "forged"+backup.Suffix), t.TempDir()
			rewrite(t, good, file, forge)
			if _, err := restore(file, dir); err == nil {
				t.Fatal("restored")
			}
			if _, err := os.Stat(filepath.Join(dir, "data.db")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was put in place: %v", err)
			}
		})
	}
}

func rewrite(t *testing.T, from, to string, change func(*tar.Header, []byte) (*tar.Header, []byte, bool)) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	unpacked, err := zstd.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	defer unpacked.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := zstd.NewWriter(out)
	if err != nil {
		t.Fatal(err)
	}
	r, w := tar.NewReader(unpacked), tar.NewWriter(packed)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		h, body, stays := change(h, body)
		if !stays {
			continue
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), packed.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
}

// Restore refuses a directory with data or one that is served; with Replace it
// puts the old data aside, whole, and leaves other backups where they are.
func TestRestoreOverData(t *testing.T) {
	s := newSite(t)
	r := s.backup(t.TempDir())
	dir := t.TempDir()
	keep(t, dir, "data.db", "base vieja")
	keep(t, dir, "storage/c/r/f.txt", "documento viejo")
	keep(t, dir, "backups/chaski-20260101-000000.tar.zst", "otra copia")
	if _, err := restore(r.Archive, dir); !errors.Is(err, backup.ErrNotEmpty) {
		t.Fatalf("over data: %v", err)
	}
	release, err := backup.Serve(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Serve(dir); !errors.Is(err, backup.ErrServed) {
		t.Errorf("a second server on the same data: %v", err)
	}
	o := restoring(r.Archive, dir)
	o.Replace = true
	if _, err := backup.Restore(context.Background(), o); !errors.Is(err, backup.ErrServed) {
		t.Fatalf("under a server: %v", err)
	}
	release()
	got, err := backup.Restore(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if read(t, got.Aside, "data.db") != "base vieja" || read(t, got.Aside, "storage/c/r/f.txt") != "documento viejo" {
		t.Error("the replaced data is not whole")
	}
	if read(t, dir, "backups/chaski-20260101-000000.tar.zst") != "otra copia" {
		t.Error("another backup was moved")
	}
	if k := testkit.Open(t, dir); k.Int(`SELECT count(*) FROM interventions`) != 3 {
		t.Error("the restored data is not that of the copy")
	}
}

// A restore cut short between its renames leaves a mark: no server starts on the
// mixture, and a second restore mends it.
func TestRestoreCutShort(t *testing.T) {
	s := newSite(t)
	r := s.backup(t.TempDir())
	dir := t.TempDir()
	keep(t, dir, backup.Own+"/restore-in-progress", "")
	keep(t, dir, "storage/c/r/f.txt", "documento viejo")
	if _, err := backup.Serve(dir); !errors.Is(err, backup.ErrHalfway) {
		t.Fatalf("served: %v", err)
	}
	o := restoring(r.Archive, dir)
	o.Replace = true
	if _, err := backup.Restore(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	release, err := backup.Serve(dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// Data whose figures do not agree with its rows is restored on demand only.
func TestRestoreWithDifferences(t *testing.T) {
	s := newSite(t)
	s.SQL(`UPDATE progress_cells SET quantity = quantity + 1`)
	s.SQL(`INSERT INTO progress_cells VALUES (2026, 'job', 'x', 2026, 'ordinary', '2026-10', 1, 0)`)
	r, err := backup.Create(context.Background(), s.options(t.TempDir()))
	if err != nil || r.OK || r.Differences == 0 {
		t.Fatalf("%v: %+v", err, r)
	}
	dir := t.TempDir()
	if _, err := restore(r.Archive, dir); !errors.Is(err, backup.ErrDiffers) {
		t.Fatalf("restored: %v", err)
	}
	o := restoring(r.Archive, dir)
	o.Accept = true
	if _, err := backup.Restore(context.Background(), o); err != nil {
		t.Fatal(err)
	}
}

// The newest archives stay; other files are not ours to remove; a backup that
// fails removes nothing; two at once do not mix.
func TestRotation(t *testing.T) {
	s := newSite(t)
	to := t.TempDir()
	for _, old := range []string{"chaski-20260101-000000", "chaski-20260102-000000", "chaski-20260103-000000"} {
		keep(t, to, old+backup.Suffix, "vieja")
		keep(t, to, old+backup.Suffix+".json", "{}")
	}
	keep(t, to, "chaski-antes-de-actualizar"+backup.Suffix, "a mano")
	o := s.options(to)
	o.Keep = 2
	failing := o
	failing.Verify = func(context.Context, string, io.Writer) (int, error) { return 0, errors.New("no se pudo") }
	if _, err := backup.Create(context.Background(), failing); err == nil {
		t.Fatal("made")
	}
	if last, err := backup.Last(s.Dir); err != nil || last.OK || last.Error != "no se pudo" {
		t.Fatalf("the failure is not kept: %v %+v", err, last)
	}
	if n := len(list(t, to)); n != 7 {
		t.Fatalf("a failed backup left or removed something: %v", list(t, to))
	}
	busy := o
	busy.OnStep(func(string) {
		if _, err := backup.Create(context.Background(), o); !errors.Is(err, backup.ErrRunning) {
			t.Errorf("a second backup at the same time: %v", err)
		}
	})
	r, err := backup.Create(context.Background(), busy)
	if err != nil || len(r.Removed) != 2 {
		t.Fatalf("%v: %+v", err, r)
	}
	want := []string{
		"chaski-20260103-000000" + backup.Suffix, "chaski-20260103-000000" + backup.Suffix + ".json",
		filepath.Base(r.Archive), filepath.Base(r.Archive) + ".json", "chaski-antes-de-actualizar" + backup.Suffix,
	}
	if got := list(t, to); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("left: %v\nwant: %v", got, want)
	}
	if last, err := backup.Last(s.Dir); err != nil || !last.OK || last.Archive != r.Archive {
		t.Errorf("the last result is not this: %v %+v", err, last)
	}
}

// A backup is never part of the data it copies.
func TestBackupIntoItsOwnData(t *testing.T) {
	s := newSite(t)
	if _, err := backup.Create(context.Background(), s.options(filepath.Join(s.Dir, "copias"))); err == nil {
		t.Error("made inside the data")
	}
	s.backup(filepath.Join(s.Dir, "backups"))
	second := s.backup(t.TempDir())
	if second.Files != 0 {
		t.Errorf("the first backup is in the second: %+v", second)
	}
	left, err := filepath.Glob(filepath.Join(s.Dir, backup.Own, "staging-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func keep(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
