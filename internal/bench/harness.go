package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// options of a run.
type options struct {
	chaski    []string // command line of the binary; empty: the server inside the harness
	base      string   // what is in the database beside the devices: "empty", "demo", "national"
	devices   []string
	runs      int
	mutations int
	changes   int
	listeners []int
	batches   []int
	rush      int
	crowd     int
	cache     string
	profile   string // directory for a CPU profile of the server, "" for none
	// afterwards is how long a server is watched once it has answered.
	afterwards time.Duration
	progress   io.Writer
}

// prepared is a database ready to be served.
type prepared struct {
	dir string
	manifest
}

// harness is one run.
type harness struct {
	options
	ctx   context.Context
	self  string
	root  string // of the repository
	work  string // what this run writes, removed at its end
	bases map[string]prepared
}

// prepared is the database that is measured.
func (h *harness) measured() prepared { return h.bases[h.base+"/chaski"] }

const roleVariable = "CHASKI_BENCH_ROLE"

// role is this same program in another part.
func (h *harness) role(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(h.ctx, h.self, args...)
	cmd.Env = append(os.Environ(), roleVariable+"="+name)
	return cmd
}

func (h *harness) run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return nil
}

func (h *harness) say(format string, args ...any) {
	_, _ = fmt.Fprintf(h.progress, format+"\n", args...)
}

func newHarness(ctx context.Context, o options) (*harness, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	root, err := repository()
	if err != nil {
		return nil, err
	}
	if o.cache == "" {
		o.cache = filepath.Join(root, "bin", "bench-cache")
	}
	if err := os.MkdirAll(o.cache, 0o755); err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(o.cache, "run-")
	if err != nil {
		return nil, err
	}
	return &harness{options: o, ctx: ctx, self: self, root: root, work: work, bases: map[string]prepared{}}, nil
}

func (h *harness) close() { _ = os.RemoveAll(h.work) }

func repository() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		raw, readErr := os.ReadFile(filepath.Join(dir, "go.mod"))
		if readErr == nil && strings.HasPrefix(string(raw), "module chaski\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("run it inside the repository: the key of the cached databases is made of the sources")
		}
	}
	return "", err
}

// sources decide what is in a prepared database.
var sources = []string{
	"internal/demo", "internal/catalog", "internal/domain", "internal/replication", "internal/store", "pb_migrations", "pb_hooks",
	"internal/bench/base.go", "internal/bench/crowd.go", "internal/bench/fixture.go", "internal/bench/plain.go", "internal/bench/spec.go", "internal/bench/devices",
}

// sourceKey names a cached database: other sources, another database.
func (h *harness) sourceKey(parts ...string) (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, parts, h.devices, h.mostListeners())
	for _, s := range sources {
		err := filepath.WalkDir(filepath.Join(h.root, s), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			_, _ = fmt.Fprintf(sum, "%s %d\n%s", path, len(raw), raw)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

func (h *harness) mostListeners() int {
	most := 1
	for _, n := range h.listeners {
		most = max(most, n)
	}
	return most
}

// prepare builds the database of a kind for Chaski and for PocketBase alone, or
// finds both in the cache.
func (h *harness) prepare(base string) error {
	key, err := h.sourceKey(base)
	if err != nil {
		return err
	}
	ours, plain := filepath.Join(h.cache, base+"-"+key, "chaski"), filepath.Join(h.cache, base+"-"+key, "plain")
	if err := h.cached(ours, func(dir string) error { return h.buildChaski(base, dir) }); err != nil {
		return err
	}
	if err := h.cached(plain, func(dir string) error {
		if err := copyDir(ours, dir); err != nil {
			return err
		}
		return h.run(h.role("make-plain", dir))
	}); err != nil {
		return err
	}
	for name, dir := range map[string]string{"chaski": ours, "plain": plain} {
		m, err := readManifest(dir)
		if err != nil {
			return err
		}
		h.bases[base+"/"+name] = prepared{dir, m}
	}
	return nil
}

// cached builds a directory unless it is there; half a one never is.
func (h *harness) cached(dir string, build func(string) error) error {
	if _, err := os.Stat(filepath.Join(dir, manifestFile)); err == nil {
		return nil
	}
	h.say("Preparing %s (kept for the next run)", dir)
	half := dir + ".half"
	if err := errors.Join(os.RemoveAll(half), os.RemoveAll(dir), os.MkdirAll(half, 0o755)); err != nil {
		return err
	}
	if err := build(half); err != nil {
		return err
	}
	return os.Rename(half, dir)
}

// The demo is built around a fixed day, so that it is the same every day.
const demoDay = "2026-11-23"

func (h *harness) buildChaski(base, dir string) error {
	if base != "empty" {
		args := []string{"demo", "--dir", dir, "--today", demoDay}
		if base == "national" {
			args = append(args, "--national")
		}
		if err := h.command(args...); err != nil {
			return err
		}
	}
	if len(h.chaski) > 0 {
		if err := h.command("catalog", "--dir", dir); err != nil { // else the first start would load it
			return err
		}
	}
	return h.run(h.role("add-devices", append([]string{dir, fmt.Sprint(h.mostListeners())}, h.devices...)...))
}

// command runs the binary under measurement.
func (h *harness) command(args ...string) error {
	cmd := exec.CommandContext(h.ctx, h.chaski[0], append(append([]string{}, h.chaski[1:]...), args...)...)
	cmd.Stdout, cmd.Stderr = h.progress, h.progress
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return nil
}

// copyOf makes a copy of a prepared database for this run to write in.
func (h *harness) copyOf(p prepared, name string) (string, error) {
	dir := filepath.Join(h.work, name)
	return dir, copyDir(p.dir, dir)
}

func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

// serve starts a server on a directory of its own.
func (h *harness) serve(kind, name, dir string) (*process, error) {
	switch {
	case kind == "chaski" && len(h.chaski) > 0 && h.profile == "":
		argv := append(append([]string{}, h.chaski...), "serve", "--dir", dir, "--http", "{addr}", "--streams-address", "0")
		return startServer(h.ctx, h.work, name, argv, nil)
	case kind == "chaski":
		return startServer(h.ctx, h.work, name, []string{h.self, dir, "{addr}", h.profile}, []string{roleVariable + "=serve"})
	}
	return startServer(h.ctx, h.work, name, []string{h.self, dir, "{addr}"}, []string{roleVariable + "=" + kind})
}
