package cli_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"chaski/internal/backup"
	"chaski/internal/testkit"
)

// chaski runs the binary (this one) and answers what it said and how it ended.
func chaski(t *testing.T, args ...string) (said string, status int) {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), asTheBinary+"=1")
	out, _ := c.CombinedOutput()
	return string(out), c.ProcessState.ExitCode()
}

// What the system does not let a command do is one Spanish line with what to do,
// exit status 1, no stack.
func TestCommandsOnAWrongDirectory(t *testing.T) {
	sound := func(t *testing.T) string {
		dir := filepath.Join(t.TempDir(), "datos")
		k := testkit.World(t)
		k.SQL(`PRAGMA wal_checkpoint(TRUNCATE)`)
		if err := os.CopyFS(dir, os.DirFS(k.Dir)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	address := busy.Addr().String()
	cut := func(t *testing.T, dir string) {
		if err := os.Truncate(filepath.Join(dir, "data.db"), 50_000); err != nil {
			t.Fatal(err)
		}
	}
	file := func(t *testing.T, dir string) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir, []byte("hola"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		spoil func(*testing.T, string)
		args  []string
		says  string
	}{
		{"serve, cut", cut, []string{"serve", "--http", "127.0.0.1:0"}, "está dañada"},
		{"verify, cut", cut, []string{"verify"}, "está dañada"},
		{"backup, cut", cut, []string{"backup"}, "está dañada"},
		{"serve, a file", file, []string{"serve"}, "es un archivo y no una carpeta"},
		{"backup, a file", file, []string{"backup"}, "es un archivo y no una carpeta"},
		{"backup, no room", func(*testing.T, string) {}, []string{"backup", "--min-free", "900000000"}, "no hay espacio para la copia"},
		{"restore, a file", file, []string{"restore", "nada.tar.zst"}, "no es una carpeta"},
		{"serve, port in use", func(*testing.T, string) {}, []string{"serve", "--http", address}, "otro programa ya atiende en " + address},
		{"serve, no address of ours", func(*testing.T, string) {}, []string{"serve", "--http", "192.0.2.1:80"}, "no es una dirección de esta computadora"},
		{"serve, served", func(t *testing.T, dir string) {
			release, err := backup.Serve(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(release)
		}, []string{"serve", "--http", "127.0.0.1:0"}, "un servidor está usando esta carpeta"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := sound(t)
			c.spoil(t, dir)
			said, status := chaski(t, append(c.args, "--dir", dir)...)
			if status != 1 || strings.Count(said, "Error: ") != 1 || strings.Count(strings.TrimSpace(said), "\n") != 0 || !strings.Contains(said, c.says) {
				t.Errorf("%d: %s", status, said)
			}
		})
	}
}
