package ops_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chaski/internal/backup"
	"chaski/internal/ops"
	"chaski/internal/testkit"
)

// picture is what a directory holds, to the byte.
func picture(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			_, _ = fmt.Fprintln(&out, path)
			return err
		}
		raw, err := os.ReadFile(path)
		_, _ = fmt.Fprintf(&out, "%s %x\n", path, sha256.Sum256(raw))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// stopped is the data of a server that was killed, with its write-ahead log.
func stopped(t *testing.T) string {
	t.Helper()
	k := testkit.World(t)
	k.Save("entities", testkit.ID("nueva"), map[string]any{"ruc": "20100047218", "name": "Recién escrita"})
	dir := filepath.Join(t.TempDir(), "datos")
	if err := os.CopyFS(dir, os.DirFS(k.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, backup.Own), 0o700); err != nil { // as serve makes it
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "data.db-wal")); err != nil || info.Size() == 0 {
		t.Fatal("no write-ahead log to look through", err)
	}
	return dir
}

// A directory that is wrong or damaged is told in Spanish with what to do, and
// nothing in it is changed: SQLite would begin an empty database in the place of
// an empty file, and PocketBase migrate anybody's.
func TestLookAt(t *testing.T) {
	whole := stopped(t)
	if err := ops.LookAt(whole, ops.Serve); err != nil {
		t.Fatalf("a sound directory: %v", err)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	k := testkit.Empty(t)
	k.SQL(`ATTACH '` + other + `' AS other`)
	k.SQL(`CREATE TABLE other.facturas (n)`)
	k.SQL(`DETACH other`)
	read := func(path string) []byte {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	write := func(path string, raw []byte) {
		t.Helper()
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	garbage := func(path string, from, n int) {
		raw := read(path)
		for i := from; i < from+n; i++ {
			raw[i] ^= 0x5a
		}
		write(path, raw)
	}
	noLog := func(dir string) {
		_ = os.Remove(filepath.Join(dir, "data.db-wal"))
		_ = os.Remove(filepath.Join(dir, "data.db-shm"))
	}
	const pages = 4096
	for name, c := range map[string]struct {
		spoil func(dir, data string)
		says  string
	}{
		"header zeroed":        {func(_, data string) { write(data, append(make([]byte, 100), read(data)[100:]...)) }, "está dañada"},
		"page garbage":         {func(dir, data string) { noLog(dir); garbage(data, 30*pages, 3*pages) }, "está dañada"},
		"garbage under a log":  {func(_, data string) { garbage(data, 30*pages, 30*pages) }, "está dañada"},
		"cut":                  {func(dir, data string) { noLog(dir); write(data, read(data)[:20*pages]) }, "está dañada"},
		"empty":                {func(_, data string) { write(data, nil) }, "está vacía"},
		"a log of nothing":     {func(_, data string) { garbage(data+"-wal", 0, 32) }, "-wal no es de ella"},
		"another program's":    {func(dir, data string) { noLog(dir); write(data, read(other)) }, "otro programa"},
		"missing":              {func(dir, data string) { noLog(dir); _ = os.Remove(data) }, "falta data.db"},
		"a directory":          {func(dir, data string) { noLog(dir); _ = os.Remove(data); _ = os.Mkdir(data, 0o700) }, "es una carpeta"},
		"the log's database":   {func(dir, _ string) { write(filepath.Join(dir, "auxiliary.db"), []byte("nada de nada")) }, "registro del panel"},
		"the directory a file": {func(dir, _ string) { _ = os.RemoveAll(dir); write(dir, []byte("hola")) }, "es un archivo"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "datos")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			c.spoil(dir, filepath.Join(dir, "data.db"))
			before := picture(t, dir)
			for _, use := range []ops.Use{ops.Read, ops.Write, ops.Serve} {
				err := ops.LookAt(dir, use)
				if err == nil || !errors.Is(err, ops.ErrFolder) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), dir) {
					t.Errorf("says %v", err)
				}
			}
			if after := picture(t, dir); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

// Nobody serves what is served, and looking at it disturbs nobody.
func TestLookAtServed(t *testing.T) {
	dir := stopped(t)
	release, err := backup.Serve(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := ops.LookAt(dir, ops.Serve); !errors.Is(err, backup.ErrServed) {
		t.Errorf("a second server: %v", err)
	}
	if err := ops.LookAt(dir, ops.Write); err != nil {
		t.Errorf("a command beside the server: %v", err)
	}
	release()
	if err := ops.LookAt(dir, ops.Serve); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if err := ops.LookAt(filepath.Join(dir, "nueva"), ops.Serve); err != nil {
		t.Errorf("a directory to be made: %v", err)
	}
}
