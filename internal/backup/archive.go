package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
)

// write packs a directory and, last, the manifest, whose file list it fills in.
// The archive has reached the disk when it returns.
func write(ctx context.Context, file, root string, m *Manifest, progress io.Writer) (err error) {
	out, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	packed, err := zstd.NewWriter(out)
	if err != nil {
		return err
	}
	w := &writer{ctx: ctx, tar: tar.NewWriter(packed), root: root, manifest: m, progress: progress, told: time.Now()}
	err = filepath.WalkDir(root, w.add)
	if err == nil {
		err = w.finish()
	}
	if err := errors.Join(err, w.tar.Close(), packed.Close()); err != nil {
		return err
	}
	return out.Sync()
}

type writer struct {
	ctx      context.Context
	tar      *tar.Writer
	root     string
	manifest *Manifest
	progress io.Writer
	bytes    int64
	told     time.Time
}

func (w *writer) add(name string, d fs.DirEntry, err error) error {
	if err != nil || d.IsDir() {
		return err
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	rel, err := filepath.Rel(w.root, name)
	if err != nil {
		return err
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	e := Entry{Path: filepath.ToSlash(rel), Size: info.Size()}
	if err := w.tar.WriteHeader(&tar.Header{Name: e.Path, Mode: 0o600, Size: e.Size, ModTime: info.ModTime()}); err != nil {
		return err
	}
	hash := sha256.New()
	// An upload still under way may be growing: its beginning, up to the size
	// it had, is what belongs to this moment.
	n, err := io.Copy(io.MultiWriter(w.tar, hash), &teller{w, io.LimitReader(in, e.Size)})
	if err == nil && n != e.Size {
		err = fmt.Errorf("%s se acortó mientras se copiaba", e.Path)
	}
	e.SHA256 = hex.EncodeToString(hash.Sum(nil))
	w.manifest.Files = append(w.manifest.Files, e)
	return err
}

// teller counts what is read and says so every few seconds.
type teller struct {
	w  *writer
	in io.Reader
}

func (t *teller) Read(p []byte) (int, error) {
	if err := t.w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.in.Read(p)
	t.w.bytes += int64(n)
	if time.Since(t.w.told) > 2*time.Second {
		t.w.told = time.Now()
		_, _ = fmt.Fprintf(t.w.progress, "  %d MB\n", t.w.bytes>>20)
	}
	return n, err
}

func (w *writer) finish() error {
	body, err := w.manifest.encode()
	if err != nil {
		return err
	}
	if err := w.tar.WriteHeader(&tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(body)), ModTime: w.manifest.CreatedAt}); err != nil {
		return err
	}
	_, err = w.tar.Write(body)
	return err
}

// maxManifest bounds what is read into memory: some ten million files.
const maxManifest = 2 << 30

// unpack reads a whole archive. Each file's content goes to sink, which may
// store or drop it; what was read is compared with the archive's own manifest.
func unpack(ctx context.Context, file string, sink func(path string, content io.Reader) error) (*Manifest, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	packed, err := zstd.NewReader(in)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	var manifest *Manifest
	read := map[string]Entry{}
	t := tar.NewReader(packed)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if manifest != nil {
			return nil, errors.New("algo sigue a la lista de archivos")
		}
		if h.Name == manifestName {
			manifest = new(Manifest)
			if err := json.NewDecoder(io.LimitReader(t, maxManifest)).Decode(manifest); err != nil {
				return nil, err
			}
			continue
		}
		if err := entry(h, read); err != nil {
			return nil, err
		}
		hash := sha256.New()
		n := &counter{in: io.TeeReader(t, hash)}
		if err := sink(h.Name, n); err != nil {
			return nil, err
		}
		read[h.Name] = Entry{Path: h.Name, Size: n.bytes, SHA256: hex.EncodeToString(hash.Sum(nil))}
	}
	if manifest == nil {
		return nil, errors.New("el archivo está cortado: le falta la lista final")
	}
	return manifest, manifest.matches(read)
}

// entry refuses what this program never writes: links, devices, paths that lead
// out of the directory, the same name twice.
func entry(h *tar.Header, read map[string]Entry) error {
	if h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)) || strings.Contains(h.Name, `\`) {
		return fmt.Errorf("no es una copia hecha por Chaski: contiene %q", h.Name)
	}
	if _, twice := read[h.Name]; twice {
		return fmt.Errorf("contiene %s dos veces", h.Name)
	}
	return nil
}

type counter struct {
	in    io.Reader
	bytes int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.bytes += int64(n)
	return n, err
}

// readBack reads a written archive from the disk and compares it with what was
// meant to be in it.
func readBack(ctx context.Context, file string, want *Manifest) error {
	got, err := unpack(ctx, file, func(_ string, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
	if err != nil {
		return err
	}
	if len(got.Files) != len(want.Files) || got.Sync != want.Sync {
		return errors.New("su lista no es la que se escribió")
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
