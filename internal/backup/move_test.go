package backup_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"chaski/internal/app"
	"chaski/internal/httpapi"
	"chaski/internal/store/files"
	"chaski/internal/store/uploads"
	"chaski/internal/testkit"
	"chaski/internal/upload"
)

// A backup of before, with documents kept by their records, is restored and then moved:
// each document is read from where contents are kept, and a backup of that is whole.
func TestABackupOfDocumentsOfBefore(t *testing.T) {
	s := newSite(t)
	s.Save("rendiciones", testkit.ID("rend"), map[string]any{"intervention": testkit.Canal, "state": "presentada", "round": 1, "due_on": "2026-12-15", "presented_on": "2026-11-22"})
	old := map[string][]byte{}
	for i, kind := range []string{"oficio", "informe_rt", "comprobantes"} {
		id := fmt.Sprint("old", i)
		old[id] = fmt.Appendf(nil, "%%PDF-1.7 %s", kind)
		s.OldDocument(id, testkit.ID("rend"), testkit.Canal, kind, testkit.Elsa, old[id])
	}
	to := filepath.Join(t.TempDir(), "restored")
	if got, err := restore(s.backup(t.TempDir()).Archive, to); err != nil || got.Differences != 0 {
		t.Fatalf("%v, %d differences", err, got.Differences)
	}
	k := testkit.Open(t, to)
	read := func(k *testkit.Kit) {
		t.Helper()
		for id, body := range old {
			r := k.Do("GET", "/api/chaski/v1/files/rendicion_documents/"+testkit.ID(id), k.Token(testkit.Carla), nil)
			if r.Status != 200 || testkit.Sum(r.Body) != testkit.Sum(body) {
				t.Errorf("%s: %d %s", id, r.Status, r.Code())
			}
		}
	}
	k.Save("interventions", testkit.Canal, map[string]any{"state": "rc_presentada", "ends_on": "2026-11-20"})
	read(k)
	mover, err := upload.New(&upload.Files{
		Shelf: uploads.New(k.App), Records: &app.Files{Book: files.New(k.Engine, k.App)}, Refuse: httpapi.Refuse, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Room: func(int64) error { return nil }, Limits: func() app.UploadLimits { return app.UploadLimits{} },
	}, filepath.Join(k.Dir, "uploads"), "/uploads/")
	if err != nil {
		t.Fatal(err)
	}
	if err := mover.Move(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := k.Int(`SELECT count(*) FROM rendicion_documents WHERE file <> ''`); n > 0 {
		t.Errorf("%d were not moved", n)
	}
	read(k)
	moved := &site{Kit: k}
	last := filepath.Join(t.TempDir(), "again")
	if got, err := restore(moved.backup(t.TempDir()).Archive, last); err != nil || got.Differences != 0 {
		t.Fatalf("%v, %d differences", err, got.Differences)
	}
	read(testkit.Open(t, last))
}
