// Package imports keeps imports: their files, plans and steps, and what undoes them.
package imports

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/app/imports"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
)

// Archive keeps imported files and carries imports out and back.
type Archive struct {
	engine *store.Engine
	app    core.App
}

// New returns the archive of an app.
func New(e *store.Engine, pb core.App) *Archive { return &Archive{engine: e, app: pb} }

// forgetAfter is how long a file that was never imported is kept.
const forgetAfter = 7 * 24 * time.Hour

// Create implements imports.Archive.
func (s *Archive) Create(b imports.Batch, path string) (imports.Batch, error) {
	if err := s.forget(); err != nil {
		return b, err
	}
	c, err := s.app.FindCachedCollectionByNameOrId("imports")
	if err != nil {
		return b, err
	}
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		return b, err
	}
	file.Name = "archivo" + filepath.Ext(file.Name) // the person's own name is kept beside it
	r := core.NewRecord(c)
	r.Load(map[string]any{
		"kind": string(b.Kind), "file": file, "file_name": b.FileName, "sha256": b.SHA256, "size": b.Size,
		"state": b.State, "actor": b.Actor, "actor_name": b.ActorName,
	})
	if err := s.app.Save(r); err != nil {
		return b, err
	}
	return batchOf(r), nil
}

// forget deletes files that were looked at and never imported.
func (s *Archive) forget() error {
	old, err := s.app.FindRecordsByFilter("imports", "(state = 'uploaded' || state = 'receiving') && created < {:t}", "", 50, 0,
		dbx.Params{"t": s.engine.Now().Add(-forgetAfter).UTC().Format(types.DefaultDateLayout)})
	for _, r := range old {
		if err := s.Discard(batchOf(r)); err != nil {
			return err
		}
	}
	return err
}

func batchOf(r *core.Record) imports.Batch {
	b := imports.Batch{
		ID: r.Id, Kind: imports.Kind(r.GetString("kind")), FileName: r.GetString("file_name"), SHA256: r.GetString("sha256"),
		Size: int64(r.GetInt("size")), State: r.GetString("state"),
		Actor: r.GetString("actor"), ActorName: r.GetString("actor_name"), UndoneBy: r.GetString("undone_by"),
		Step: r.GetInt("step"), Steps: r.GetInt("steps"), Done: r.GetInt("done"), Total: r.GetInt("total"), Stop: stopOf(r),
		CreatedAt: r.GetDateTime("created").Time(), AppliedAt: r.GetDateTime("applied_at").Time(), UndoneAt: r.GetDateTime("undone_at").Time(),
	}
	// Both were written by this package; what is not there stays empty.
	_ = r.UnmarshalJSONField("counts", &b.Counts)
	_ = r.UnmarshalJSONField("reading", &b.Reading)
	return b
}

func findImport(pb core.App, id string) (*core.Record, error) {
	r, err := pb.FindRecordById("imports", id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "import")
	}
	return r, err
}

// Find implements imports.Archive.
func (s *Archive) Find(id string) (imports.Batch, error) {
	r, err := findImport(s.app, id)
	if err != nil {
		return imports.Batch{}, err
	}
	b := batchOf(r)
	err = s.app.ConcurrentDB().NewQuery(`SELECT EXISTS (SELECT 1 FROM month_closes WHERE created > {:at})`).
		Bind(dbx.Params{"at": r.GetString("created")}).Row(&b.ClosedSince)
	return b, err
}

// listed bounds the list of imports.
const listed = 200

// List implements imports.Archive.
func (s *Archive) List() ([]imports.Batch, error) {
	rows, err := s.app.FindRecordsByFilter("imports", "", "-created", listed, 0)
	out := make([]imports.Batch, len(rows))
	for i, r := range rows {
		out[i] = batchOf(r)
	}
	return out, err
}

// Discard implements imports.Archive.
func (s *Archive) Discard(b imports.Batch) error {
	r, err := findImport(s.app, b.ID)
	if err != nil {
		return err
	}
	if err := s.app.Delete(r); err != nil {
		return err
	}
	return s.dropPieces(b.ID)
}

// Choose implements imports.Archive.
func (s *Archive) Choose(b imports.Batch) error {
	return s.app.RunInTransaction(func(tx core.App) error {
		r, err := findImport(tx, b.ID)
		if err != nil {
			return err
		}
		r.Set("reading", b.Reading)
		return tx.Save(r)
	})
}

// File implements imports.Archive.
func (s *Archive) File(id string) (path string, done func(), err error) {
	r, err := findImport(s.app, id)
	if err != nil {
		return "", nil, err
	}
	files, err := s.app.NewFilesystem()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = files.Close() }()
	in, err := files.GetReader(r.BaseFilesPath() + "/" + r.GetString("file"))
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = in.Close() }()
	out, err := os.CreateTemp("", "chaski-import-*")
	if err != nil {
		return "", nil, err
	}
	done = func() { _ = os.Remove(out.Name()) }
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		done()
		return "", nil, err
	}
	return out.Name(), done, nil
}

// Mapping implements imports.Memory.
func (s *Archive) Mapping(kind imports.Kind, signature string) (exact, known map[string]string, err error) {
	var rows []struct {
		Signature string `db:"signature"`
		Mapping   string `db:"mapping"`
	}
	const remembered = 20 // the latest layouts of a kind
	err = s.app.ConcurrentDB().NewQuery(`SELECT signature, mapping FROM import_mappings WHERE kind = {:k} ORDER BY updated DESC LIMIT {:n}`).
		Bind(dbx.Params{"k": string(kind), "n": remembered}).All(&rows)
	if err != nil {
		return nil, nil, err
	}
	known = map[string]string{}
	for _, r := range rows {
		var m map[string]string
		if err := json.Unmarshal([]byte(r.Mapping), &m); err != nil {
			continue // changed by hand: as if forgotten
		}
		if r.Signature == signature {
			exact = m
		}
		for header, field := range m {
			if _, has := known[header]; !has && field != "" {
				known[header] = field
			}
		}
	}
	return exact, known, nil
}

// Remember implements imports.Memory. It may not be called within a transaction.
func (s *Archive) Remember(kind imports.Kind, signature string, mapping map[string]string) error {
	pb := s.app
	r, err := pb.FindFirstRecordByFilter("import_mappings", "kind = {:k} && signature = {:s}",
		dbx.Params{"k": string(kind), "s": signature})
	if errors.Is(err, sql.ErrNoRows) {
		c, err := pb.FindCachedCollectionByNameOrId("import_mappings")
		if err != nil {
			return err
		}
		r = core.NewRecord(c)
		r.Set("kind", string(kind))
		r.Set("signature", signature)
	} else if err != nil {
		return err
	}
	r.Set("mapping", mapping)
	return pb.Save(r)
}

// Read implements imports.Archive.
func (s *Archive) Read(_ context.Context, fn func(imports.Base) error) error {
	if err := s.engine.CatchUp(s.app); err != nil {
		return err
	}
	return fn(importBase{s.app, s.app.ConcurrentDB()})
}

// importBase reads rows for a plan.
type importBase struct {
	app core.App
	db  dbx.Builder
}

// Rows implements imports.Base. A column this schema does not have is empty.
func (b importBase) Rows(collection string, columns []imports.StoredColumn, field string, value any) ([]imports.Stored, error) {
	c, err := b.app.FindCachedCollectionByNameOrId(collection)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names := []string{"id"}
	for _, col := range columns {
		if c.Fields.GetByName(col.Name) != nil && col.Name != "id" {
			names = append(names, col.Name)
		}
	}
	q := b.db.Select(names...).From(collection).OrderBy("rowid")
	if field != "" {
		q = q.Where(dbx.HashExp{field: value})
	}
	rows, err := q.Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []imports.Stored
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return nil, err
		}
		s := imports.Stored{ID: raw["id"].String, Fields: make(imports.Values, len(columns))}
		for _, col := range columns {
			if s.Fields[col.Name], err = storedValue(col.Kind, raw[col.Name].String); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func storedValue(kind imports.ColumnKind, s string) (any, error) {
	switch kind {
	case imports.AsInt:
		return store.DecodeInt(s)
	case imports.AsBool:
		return s == "1" || s == "true", nil
	}
	return s, nil
}
