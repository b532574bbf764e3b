package imports

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
)

// importPieces is where files gather that come in pieces, within the data.
const importPieces = "import_files"

// Pieces implements imports.Pieces.
func (s *Archive) Pieces(id string) (string, error) {
	dir := filepath.Join(s.app.DataDir(), importPieces)
	return filepath.Join(dir, id), os.MkdirAll(dir, 0o700)
}

// Receive implements imports.Pieces.
func (s *Archive) Receive(b imports.Batch, most int) (out imports.Batch, err error) {
	if err := s.forget(); err != nil {
		return b, err
	}
	err = s.app.RunInTransaction(func(tx core.App) error {
		open, err := tx.FindRecordsByFilter("imports", "state = 'receiving' && actor = {:a}", "", 0, 0, dbx.Params{"a": b.Actor})
		if err != nil {
			return err
		}
		for _, r := range open {
			if r.GetString("sha256") == b.SHA256 && r.GetString("kind") == string(b.Kind) && int64(r.GetInt("size")) == b.Size {
				out = batchOf(r)
				return nil
			}
		}
		if len(open) >= most {
			return fault.New(fault.TooManyDocuments, "").With("max", strconv.Itoa(most))
		}
		c, err := tx.FindCachedCollectionByNameOrId("imports")
		if err != nil {
			return err
		}
		r := core.NewRecord(c)
		r.Load(map[string]any{
			"kind": string(b.Kind), "file_name": b.FileName, "sha256": b.SHA256, "size": b.Size, "state": b.State,
			"actor": b.Actor, "actor_name": b.ActorName,
		})
		if err := tx.Save(r); err != nil {
			return err
		}
		out = batchOf(r)
		return nil
	})
	return out, err
}

// Received implements imports.Pieces. The storage copies the file.
func (s *Archive) Received(b imports.Batch, path string) (imports.Batch, error) {
	r, err := findImport(s.app, b.ID)
	if err != nil {
		return b, err
	}
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		return b, err
	}
	ext := strings.ToLower(filepath.Ext(b.FileName))
	if ext != ".xlsx" && ext != ".xlsm" {
		ext = ".csv"
	}
	file.Name = "archivo" + ext
	r.Set("file", file)
	r.Set("state", b.State)
	if err := s.app.Save(r); err != nil {
		return b, err
	}
	return batchOf(r), s.dropPieces(b.ID)
}

func (s *Archive) dropPieces(id string) error {
	path, err := s.Pieces(id)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
