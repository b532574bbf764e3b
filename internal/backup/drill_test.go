package backup_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/backup"
	"chaski/internal/cli"
	"chaski/internal/testkit"
)

// site is a served world with a collection whose rows have files.
type site struct {
	*testkit.Kit
	docs *core.Collection
	next atomic.Int64
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{Kit: testkit.World(t)}
	s.docs = core.NewBaseCollection("drill_docs")
	s.docs.Fields.Add(
		&core.TextField{Name: "sha256"},
		&core.FileField{Name: "one", MaxSelect: 1, MaxSize: 1 << 20},
		&core.FileField{Name: "many", MaxSelect: 9, MaxSize: 1 << 20},
	)
	if err := s.App.Save(s.docs); err != nil {
		t.Fatal(err)
	}
	return s
}

// upload stores a row with three files of the same content.
func (s *site) upload() (*core.Record, error) {
	body := fmt.Appendf(nil, "documento %d", s.next.Add(1))
	sum := sha256.Sum256(body)
	r := core.NewRecord(s.docs)
	r.Set("sha256", hex.EncodeToString(sum[:]))
	file := func() *filesystem.File {
		f, err := filesystem.NewFileFromBytes(body, "prueba.txt")
		if err != nil {
			s.T.Error(err)
		}
		return f
	}
	r.Set("one", file())
	r.Set("many", []*filesystem.File{file(), file()})
	return r, s.App.Save(r)
}

// erase deletes a row and waits until PocketBase has removed its files, which it
// does a little later.
func (s *site) erase(r *core.Record) {
	s.T.Helper()
	if err := s.App.Delete(r); err != nil {
		s.T.Fatal(err)
	}
	for gone := false; !gone; time.Sleep(time.Millisecond) {
		left, err := filepath.Glob(filepath.Join(s.Dir, "storage", r.BaseFilesPath(), "*"))
		if err != nil {
			s.T.Fatal(err)
		}
		gone = len(left) == 0
	}
}

func (s *site) options(to string) backup.Options {
	return backup.Options{Dir: s.Dir, To: to, Version: "test", Verify: cli.VerifyCopy("")}
}

func (s *site) backup(to string) backup.Result {
	s.T.Helper()
	r, err := backup.Create(context.Background(), s.options(to))
	if err != nil {
		s.T.Fatal(err)
	}
	if !r.OK {
		s.T.Fatalf("the backup found something wrong: %+v", r)
	}
	return r
}

func restore(file, dir string) (backup.Restored, error) {
	return backup.Restore(context.Background(), restoring(file, dir))
}

func restoring(file, dir string) backup.RestoreOptions {
	return backup.RestoreOptions{File: file, Dir: dir, Prepare: cli.PrepareCopy(""), Verify: cli.VerifyCopy("")}
}

// complete demands of a data directory that every file a row names is there with
// its content, and answers how many rows there are.
func complete(t *testing.T, dir string) int {
	t.Helper()
	k := testkit.Open(t, dir)
	docs, err := k.App.FindAllRecords("drill_docs")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		names := append(d.GetStringSlice("many"), d.GetString("one"))
		if len(names) != 3 {
			t.Errorf("%s names %v", d.Id, names)
		}
		for _, name := range names {
			body, err := os.ReadFile(filepath.Join(k.Dir, "storage", d.BaseFilesPath(), name))
			if err != nil {
				t.Errorf("a row without its file: %v", err)
				continue
			}
			if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != d.GetString("sha256") {
				t.Errorf("%s/%s is another file", d.Id, name)
			}
		}
	}
	return len(docs)
}

// Backups taken while phones push and people upload and delete documents hold
// one moment each: everything acknowledged before they began, every file that a
// row names, figures that verify.
func TestDrillUnderWriteLoad(t *testing.T) {
	s := newSite(t)
	phone := s.Phone(testkit.Rosa)
	var acknowledged atomic.Int64
	stop := s.load(phone, &acknowledged)
	defer stop()
	for round := range 3 {
		for acknowledged.Load() < int64(5*(round+1)) { // there is something to lose
			if t.Failed() {
				return
			}
		}
		before := acknowledged.Load()
		r := s.backup(t.TempDir())
		to := filepath.Join(t.TempDir(), "restored")
		got, err := restore(r.Archive, to)
		if err != nil || got.Differences != 0 {
			t.Fatalf("round %d: %v, %d differences", round, err, got.Differences)
		}
		rows := complete(t, to)
		restored := testkit.Open(t, to)
		if visits := restored.Int(`SELECT count(*) FROM visits`); visits < before {
			t.Errorf("round %d: %d visits restored, %d were acknowledged before", round, visits, before)
		}
		t.Logf("round %d: %d visits, %d documents in %d files", round, before, rows, r.Files)
	}
	stop()
	if r := s.backup(t.TempDir()); r.Files == 0 {
		t.Error("no file was ever uploaded")
	}
}

// load keeps writing until stop: one phone pushes visits, two people upload and
// delete documents, and one replaces the files of a document.
func (s *site) load(phone *testkit.Phone, acknowledged *atomic.Int64) (stop func()) {
	var over atomic.Bool
	var all sync.WaitGroup
	keep := func(step func(n int) error) {
		all.Go(func() {
			for n := 0; !over.Load(); n++ {
				if err := step(n); err != nil {
					s.T.Error(err)
					return
				}
			}
		})
	}
	keep(func(n int) error {
		id := fmt.Sprintf("w%d", n)
		answer := s.Do(http.MethodPost, "/api/chaski/v1/sync/push", phone.Token, map[string]any{
			"protocol": 1, "device": phone.ID, "mutations": []any{phone.Visit(id, testkit.Canal, nil), phone.Mark(id, testkit.Canal, n%3+1, "presente")},
		})
		if answer.Status != http.StatusOK {
			return fmt.Errorf("push: %d %s", answer.Status, answer.Body)
		}
		acknowledged.Add(1)
		return nil
	})
	for range 2 {
		var kept []*core.Record
		keep(func(n int) error {
			r, err := s.upload()
			if err != nil {
				return err
			}
			if kept = append(kept, r); n%4 == 3 { // now and then the newest, as an undo does
				kept[0], kept[n%len(kept)] = kept[n%len(kept)], kept[0]
			}
			if len(kept) < 12 {
				return nil
			}
			old := kept[0]
			kept = kept[1:]
			return s.App.Delete(old)
		})
	}
	return func() { over.Store(true); all.Wait() }
}

// A document uploaded after the first pass over the files and deleted before the
// second, while the moment between them names it, costs the moment and not the
// document: the backup takes a later one, and is complete.
func TestFileDeletedBetweenThePasses(t *testing.T) {
	s := newSite(t)
	stays, err := s.upload()
	if err != nil {
		t.Fatal(err)
	}
	o := s.options(t.TempDir())
	moments := 0
	var brief *core.Record
	o.OnStep(func(point string) {
		switch point {
		case backup.FilesLinked:
			if brief, err = s.upload(); err != nil {
				t.Fatal(err)
			}
		case backup.MomentHeld:
			if moments++; moments == 1 {
				s.erase(brief)
			}
		}
	})
	r, err := backup.Create(context.Background(), o)
	if err != nil || !r.OK || moments != 2 {
		t.Fatalf("%v after %d moments: %+v", err, moments, r)
	}
	to := t.TempDir()
	if _, err := restore(r.Archive, to); err != nil {
		t.Fatal(err)
	}
	if rows := complete(t, to); rows != 1 {
		t.Errorf("%d documents, want that of %s", rows, stays.Id)
	}
}

// A document deleted after the moment is in the copy all the same.
func TestFileDeletedAfterTheMoment(t *testing.T) {
	s := newSite(t)
	doomed, err := s.upload()
	if err != nil {
		t.Fatal(err)
	}
	o := s.options(t.TempDir())
	o.OnStep(func(point string) {
		if point == backup.MomentHeld {
			s.erase(doomed)
		}
	})
	r, err := backup.Create(context.Background(), o)
	if err != nil || !r.OK {
		t.Fatalf("%v: %+v", err, r)
	}
	to := t.TempDir()
	if _, err := restore(r.Archive, to); err != nil {
		t.Fatal(err)
	}
	if rows := complete(t, to); rows != 1 {
		t.Errorf("%d documents, want 1", rows)
	}
}

// A file lost on the disk does not stop the backup of everything else; it is
// named, and the result is not OK.
func TestFileLostOnTheDisk(t *testing.T) {
	s := newSite(t)
	d, err := s.upload()
	if err != nil {
		t.Fatal(err)
	}
	lost := filepath.Join("storage", d.BaseFilesPath(), d.GetString("one"))
	if err := os.Remove(filepath.Join(s.Dir, lost)); err != nil {
		t.Fatal(err)
	}
	r, err := backup.Create(context.Background(), s.options(t.TempDir()))
	if err != nil || r.OK || len(r.Missing) != 1 || r.Missing[0] != filepath.ToSlash(lost) {
		t.Fatalf("%v: %+v", err, r)
	}
	got, err := restore(r.Archive, t.TempDir())
	if err != nil || len(got.Manifest.Missing) != 1 {
		t.Fatalf("%v: %+v", err, got)
	}
}

// An upload under way grows while it is copied: its beginning is in the copy.
func TestUploadUnderWay(t *testing.T) {
	s := newSite(t)
	file := filepath.Join(s.Dir, "uploads", "u1")
	keep(t, s.Dir, "uploads/u1", strings.Repeat("a", 1000))
	keep(t, s.Dir, "uploads/u1.info", "{}")
	grow, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var over atomic.Bool
	var all sync.WaitGroup
	all.Go(func() {
		for !over.Load() {
			if _, err := grow.WriteString("b"); err != nil {
				t.Error(err)
				return
			}
		}
	})
	r := s.backup(t.TempDir())
	over.Store(true)
	all.Wait()
	if err := grow.Close(); err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if _, err := restore(r.Archive, to); err != nil {
		t.Fatal(err)
	}
	whole, part := read(t, s.Dir, "uploads/u1"), read(t, to, "uploads/u1")
	if len(part) < 1000 || len(part) >= len(whole) || !strings.HasPrefix(whole, part) {
		t.Errorf("%d bytes of %d", len(part), len(whole))
	}
}

// Photographs are in the backup under their hash and proven when it is restored; one
// that is lost on the disk is named.
func TestPhotosAreInTheBackup(t *testing.T) {
	s := newSite(t)
	rosa := s.Phone(testkit.Rosa)
	rosa.Push(rosa.Visit("v", testkit.Canal, nil))
	body := s.Picture(1, 200)
	rosa.Push(rosa.Photo("p", "visit_photos", "v", testkit.Sum(body), len(body), nil))
	s.BringPart(s.Token(testkit.Rosa), "visit_photos", testkit.ID("p"), "file", body).JSON(200, nil)
	r := s.backup(t.TempDir())
	to := filepath.Join(t.TempDir(), "restored")
	if got, err := restore(r.Archive, to); err != nil || got.Differences != 0 {
		t.Fatalf("%v, %d differences", err, got.Differences)
	}
	restored := testkit.Open(t, to)
	if got := restored.Do("GET", "/api/chaski/v1/files/visit_photos/"+testkit.ID("p"), restored.Token(testkit.Rosa), nil); got.Status != 200 || testkit.Sum(got.Body) != testkit.Sum(body) {
		t.Errorf("%d", got.Status)
	}
	key := "storage/files/" + testkit.Sum(body)[:2] + "/" + testkit.Sum(body)
	if err := os.Remove(filepath.Join(s.Dir, filepath.FromSlash(key))); err != nil {
		t.Fatal(err)
	}
	lost, err := backup.Create(context.Background(), s.options(t.TempDir()))
	if err != nil || lost.OK || len(lost.Missing) != 1 || lost.Missing[0] != key {
		t.Errorf("%v %+v", err, lost)
	}
}
