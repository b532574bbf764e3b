package antivirus_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaski/internal/antivirus"
	"chaski/internal/app"
)

// mark is what the one signature of these tests finds.
const mark = "firma-de-prueba-chaski"

// daemon starts Debian's clamd with one signature of one line, and no other.
func daemon(t *testing.T) *antivirus.Clamd {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		t.Skip("SKIP: clamd is not installed (apt-get install clamav-daemon): the scanner was not tried")
	}
	dir, err := os.MkdirTemp("", "clamd")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	config := fmt.Sprintf("LocalSocket %s\nDatabaseDirectory %s\nForeground yes\nStreamMaxLength 1M\n", socket, dir)
	signature := "Chaski.Prueba:0:*:" + hex.EncodeToString([]byte(mark)) + "\n"
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "clamd.conf"), []byte(config), 0o600),
		os.WriteFile(filepath.Join(dir, "local.ndb"), []byte(signature), 0o600)); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	run := exec.Command(program, "-c", filepath.Join(dir, "clamd.conf"))
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = run.Wait() // what it said is told below
		close(ended)
	}()
	t.Cleanup(func() {
		_ = run.Process.Kill()
		<-ended
		_ = os.RemoveAll(dir)
	})
	c := &antivirus.Clamd{Socket: socket}
	for {
		if _, err := c.Version(t.Context()); err == nil {
			return c
		}
		select {
		case <-ended:
			t.Fatalf("clamd ended: %s", said.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestClamd(t *testing.T) {
	c := daemon(t)
	version, err := c.Version(t.Context())
	if err != nil || !strings.HasPrefix(version, "ClamAV ") {
		t.Fatalf("%q %v", version, err)
	}
	far := bytes.Repeat([]byte("limpio "), 120_000)[:800_000]
	for name, s := range map[string]struct {
		body  []byte
		found string
		err   error
	}{
		"clean":                 {[]byte("un documento"), "", nil},
		"nothing":               {nil, "", nil},
		"found":                 {[]byte("antes " + mark + " después"), "Chaski.Prueba.UNOFFICIAL", nil},
		"found in a late piece": {append(append([]byte{}, far...), mark...), "Chaski.Prueba.UNOFFICIAL", nil},
		"above its limit":       {make([]byte, 3<<20), "", app.ErrScanLimit},
	} {
		if found, err := c.Scan(t.Context(), bytes.NewReader(s.body)); found != s.found || !errors.Is(err, s.err) {
			t.Errorf("%s: %q %v", name, found, err)
		}
	}
	broken := io.MultiReader(strings.NewReader("un "), &failing{})
	if _, err := c.Scan(t.Context(), broken); err == nil {
		t.Error("a file that could not be read whole passed")
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("the disk") }

// A scanner that hangs, hangs up or speaks otherwise is an error, never a clean file.
func TestASilentScannerPassesNothing(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"hangs":                func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"takes nothing":        func(net.Conn) { select {} },
		"hangs up":             func(c net.Conn) { _ = c.Close() },
		"dies after the bytes": func(c net.Conn) { _, _ = c.Read(make([]byte, 100)); _ = c.Close() },
		"says half": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 100))
			_, _ = io.WriteString(c, "stream: O")
			_ = c.Close()
		},
		"says something else": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 100))
			_, _ = io.WriteString(c, "stream: Can't allocate memory ERROR\x00")
			_ = c.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "s")
			l, err := net.Listen("unix", socket)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go serve(c)
				}
			}()
			c := &antivirus.Clamd{Socket: socket, Patience: 200 * time.Millisecond}
			if found, err := c.Scan(context.Background(), bytes.NewReader(make([]byte, 1<<20))); err == nil {
				t.Errorf("passed, %q", found)
			}
		})
	}
	if _, err := (&antivirus.Clamd{Socket: filepath.Join(t.TempDir(), "none")}).Scan(t.Context(), strings.NewReader("a")); err == nil {
		t.Error("nobody there, and it passed")
	}
}

func TestFind(t *testing.T) {
	if antivirus.Find("off") != nil || antivirus.Find("") != nil {
		t.Error("a scanner where none was asked for")
	}
	if c, ok := antivirus.Find("/otro/clamd.ctl").(*antivirus.Clamd); !ok || c.Socket != "/otro/clamd.ctl" {
		t.Error("the socket that was named is not asked, though nobody answers there")
	}
}
