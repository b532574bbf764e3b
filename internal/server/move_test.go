package server_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/testkit"
	receiving "chaski/internal/upload"
	"chaski/internal/verify"
)

// dying is a process that is killed between two steps of the move of one document, the
// nth it comes to.
type dying struct {
	app.FileBook
	after string // the step that was still taken
	in    int
}

var errKilled = errors.New("killed")

func (d *dying) Bring(u app.Unmoved) error {
	if d.in--; d.in == 0 && d.after == "" {
		return errKilled
	}
	return d.FileBook.Bring(u)
}

func (d *dying) Moved(ctx context.Context, u app.Unmoved) error {
	if d.in <= 0 {
		return errKilled
	}
	return d.FileBook.Moved(ctx, u)
}

// oldOnes are documents kept by their records, of the kinds that are required.
func (o *office) oldOnes() map[string][]byte {
	o.T.Helper()
	x := o.get(o.elsa)
	if len(x.Documents) > 0 {
		o.T.Fatal("there are documents")
	}
	var id string
	if err := o.App.DB().NewQuery(`SELECT id FROM rendiciones WHERE intervention = '` + testkit.Canal + `'`).Row(&id); err != nil {
		o.T.Fatal(err)
	}
	out := map[string][]byte{}
	for i, kind := range requiredKinds {
		out["old"+kind[:4]] = pdf(5000+i, kind)
		o.OldDocument("old"+kind[:4], id, testkit.Canal, kind, testkit.Elsa, out["old"+kind[:4]])
	}
	return out
}

// read demands that each is read by both of its addresses.
func (o *office) read(old map[string][]byte) {
	o.T.Helper()
	for id, body := range old {
		for _, at := range []string{rc + "/" + testkit.Canal + "/documents/" + testkit.ID(id) + "/file", httpapiPrefix + "/files/" + ofDocuments + "/" + testkit.ID(id)} {
			if r := o.Do("GET", at, o.carla, nil); r.Status != 200 || sum(r.Body) != sum(body) {
				o.T.Errorf("%s: %d %s", at, r.Status, r.Code())
			}
		}
	}
}

// beside are the files that still lie by their records.
func (o *office) beside() (out []string) {
	c, err := o.App.FindCollectionByNameOrId(ofDocuments)
	if err != nil {
		o.T.Fatal(err)
	}
	out, _ = filepath.Glob(filepath.Join(o.Dir, "storage", c.Id, "*", "*"))
	return slices.DeleteFunc(out, func(f string) bool { return filepath.Ext(f) == ".attrs" })
}

// Documents that were kept by their records are moved to where contents are kept, though
// the server is killed at each step in between; meanwhile and afterwards each is read by
// both addresses, and phones are sent nothing again.
func TestDocumentsOfBeforeAreMoved(t *testing.T) {
	for _, step := range []string{"", "bring"} {
		o := ended(t)
		old := o.oldOnes()
		o.read(old)
		elsa := desk{o.Phone(testkit.Elsa)}
		elsa.Pull()
		revs := map[string]int64{}
		for id := range old {
			revs[id] = elsa.Revs[ofDocuments+"/"+testkit.ID(id)]
		}
		r := o.files(func(f *receiving.Files) {
			f.Records.Book = &dying{FileBook: f.Records.Book, after: step, in: 3}
		})
		if err := r.Move(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(o.beside()); n == 0 || n == len(old) {
			t.Fatalf("killed after %q, %d lie by their records", step, n)
		}
		o.read(old)
		o.verified()
		// What was being written when the power went is half there.
		left := o.beside()[0]
		body, err := os.ReadFile(left)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(keptAs(o.Kit, sum(body))), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(keptAs(o.Kit, sum(body)), body[:len(body)/2], 0o600); err != nil {
			t.Fatal(err)
		}
		o = &office{Kit: o.Restart(), elsa: o.elsa, carla: o.carla}
		for range 2 {
			if err := o.files().Move(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if left := o.beside(); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		if n := o.Int(`SELECT count(*) FROM files`); n != int64(len(old)) {
			t.Errorf("%d contents", n)
		}
		o.read(old)
		elsa = desk{o.Phone(testkit.Elsa)}
		elsa.Pull()
		for id, rev := range revs {
			if elsa.Revs[ofDocuments+"/"+testkit.ID(id)] != rev {
				t.Errorf("%s is sent again", id)
			}
		}
		if n := o.Int(`SELECT count(*) FROM audit WHERE action = 'unattributed' AND collection = 'rendicion_documents'`); n > 0 {
			t.Errorf("%d changes by nobody known", n)
		}
		o.verified()
	}
}

// A document that is not what its record says stays where it is, and is named; it keeps
// no other. In a copy of the database from before the move documents are where they are
// by now, and no sweep lets them go meanwhile.
func TestDocumentsThatCannotBeMoved(t *testing.T) {
	o := ended(t)
	old := o.oldOnes()
	damaged := sum(old["oldofic"])[:12]
	for _, f := range o.beside() {
		if filepath.Base(f) == "oficio_"+damaged+".pdf" {
			if err := os.WriteFile(f, pdf(5000, "otro"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	copied := o.Copy()
	r := o.files()
	if err := r.Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := o.beside(); len(left) != 1 {
		t.Fatalf("%v", left)
	}
	named := func() {
		t.Helper()
		report, err := verify.Run(o.App, func() error { return o.Engine.CatchUp(o.App) }, os.Stderr)
		if err != nil || report.Of(verify.CheckFiles) != 1 || len(report.Differences) != 1 {
			t.Errorf("%v %+v", err, report)
		}
	}
	named()
	// An older database is put back.
	if err := os.CopyFS(filepath.Join(copied, "storage"), os.DirFS(filepath.Join(o.Dir, "storage"))); err != nil {
		t.Fatal(err)
	}
	o = &office{Kit: testkit.Open(t, copied)}
	o.carla = o.Token(testkit.Carla)
	later := o.files()
	o.Clock = time.Now().AddDate(0, 0, 3)
	if err := later.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Clock = time.Now()
	if err := o.files().Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	delete(old, "oldofic")
	o.read(old)
	named()
}

// A document of before about which the scanner did not answer is asked about again, moved
// or not: it may be that it cannot be moved. What is said of it stays when it is.
func TestADocumentThatCannotBeMovedIsScannedAgain(t *testing.T) {
	o := ended(t)
	old := o.oldOnes()
	for id := range old {
		o.Save(ofDocuments, testkit.ID(id), fields{"scan": "silent", "quarantine": "scanner_silent"})
	}
	full := errors.New("no room")
	s := &scanner{err: errors.New("hangs")}
	r := o.files(func(f *receiving.Files) { f.Scanner, f.Room = s, func(int64) error { return full } })
	step := func(do func(context.Context) error) {
		t.Helper()
		o.Clock = o.Clock.Add(2 * time.Hour)
		if err := do(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	held := func(want bool) {
		t.Helper()
		for id := range old {
			at := httpapiPrefix + "/files/" + ofDocuments + "/" + testkit.ID(id)
			if r := o.Do("GET", at, o.carla, nil); (r.Code() == "document_quarantined") != want || !want && r.Status != 200 {
				t.Errorf("%s: %d %s", id, r.Status, r.Code())
			}
		}
	}
	o.Clock = time.Now()
	step(r.Move)
	step(r.Sweep)
	if len(o.beside()) != len(old) {
		t.Fatal("they were moved")
	}
	held(true)
	s.err = nil
	step(r.Sweep)
	held(false)
	if n := o.Int(`SELECT count(*) FROM audit WHERE action = 'files.scan' AND collection = 'rendicion_documents'`); n != int64(len(old)) {
		t.Errorf("%d of them are told", n)
	}
	full = nil
	step(r.Move)
	if left := o.beside(); len(left) > 0 {
		t.Fatalf("%v", left)
	}
	held(false)
	if n := o.Int(`SELECT count(*) FROM files WHERE scan = 'clean' AND quarantine = ''`); n != int64(len(old)) {
		t.Errorf("%d are known to be clean", n)
	}
	o.verified()
}
