package backup

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

const (
	dataDB       = "data.db"
	auxiliaryDB  = "auxiliary.db"
	manifestName = "manifest.json"
	format       = 1
)

// Entry is one file of an archive.
type Entry struct {
	Path   string `json:"path"` // in the data directory, with /
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Clock is where the sync history stood: what a device's cursor is held against.
type Clock struct {
	Node  string `json:"node"`
	Epoch int64  `json:"epoch"`
	Seq   int64  `json:"seq"`
	Nonce string `json:"nonce"` // of the newest commit, "" if none
}

// Manifest says what an archive holds. It is the archive's last entry: without
// it the archive was cut short.
type Manifest struct {
	Format     int       `json:"format"`
	Version    string    `json:"version"`
	CreatedAt  time.Time `json:"created_at"`
	Sync       Clock     `json:"sync"`
	Migrations []string  `json:"migrations"`
	Files      []Entry   `json:"files"`
	Missing    []string  `json:"missing,omitempty"`
}

func isDatabase(path string) bool { return path == dataDB || path == auxiliaryDB }

func (m *Manifest) storedFiles() int {
	n := 0
	for _, f := range m.Files {
		if !isDatabase(f.Path) {
			n++
		}
	}
	return n
}

func (m *Manifest) databaseBytes() int64 {
	var n int64
	for _, f := range m.Files {
		if isDatabase(f.Path) {
			n += f.Size
		}
	}
	return n
}

func (m *Manifest) encode() ([]byte, error) { return json.MarshalIndent(m, "", " ") }

func (m *Manifest) save(path string) error {
	body, err := m.encode()
	if err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o600)
}

// matches compares what was read with what was meant: every file, no other.
func (m *Manifest) matches(read map[string]Entry) error {
	if m.Format != format {
		return fmt.Errorf("formato de copia %d desconocido; use la versión de Chaski que la hizo (%s)", m.Format, m.Version)
	}
	for _, want := range m.Files {
		got, ok := read[want.Path]
		if !ok {
			return fmt.Errorf("falta %s", want.Path)
		}
		if got != want {
			return fmt.Errorf("%s no es el que se guardó (tamaño %d y SHA-256 %.12s…, se esperaba %d y %.12s…)",
				want.Path, got.Size, got.SHA256, want.Size, want.SHA256)
		}
	}
	if len(read) != len(m.Files) {
		return fmt.Errorf("tiene %d archivos y su lista nombra %d", len(read), len(m.Files))
	}
	if _, ok := read[dataDB]; !ok {
		return fmt.Errorf("no contiene %s", dataDB)
	}
	return nil
}
