package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/app"
	"chaski/internal/domain/fault"
	"chaski/internal/store/sqlite"
)

// documents were kept each by its record, before their contents were kept like others.
const documents = "rendicion_documents"

// place is where the file of a document of before lies; of none, where all do.
func (b *Book) place(document, file string) (string, error) {
	c, err := b.app.FindCachedCollectionByNameOrId(documents)
	if err != nil {
		return "", err
	}
	return path.Join(c.BaseFilesPath(), document, file), nil
}

// Unmoved implements app.FileBook.
func (b *Book) Unmoved(after string, most int) (out []app.Unmoved, err error) {
	err = b.app.ConcurrentDB().NewQuery(`SELECT id AS document, file, sha256, CAST(size AS INTEGER) AS size FROM rendicion_documents
		WHERE file <> '' AND id > {:a} ORDER BY id LIMIT {:n}`).Bind(dbx.Params{"a": after, "n": most}).All(&out)
	return out, err
}

// Bring implements app.FileBook. What a copy of the database from before the move names
// is brought already.
func (b *Book) Bring(u app.Unmoved) error {
	from, err := b.place(u.Document, u.File)
	if err != nil {
		return err
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	key := Key(u.SHA256)
	if proven(storage, key, u) == nil {
		return b.settled(key)
	}
	if err := proven(storage, from, u); err != nil {
		return err
	}
	if err := storage.Copy(from, key); err != nil {
		return err
	}
	return errors.Join(proven(storage, key, u), b.settled(key))
}

// proven says why what lies there is not what its record says.
func proven(storage *filesystem.System, key string, u app.Unmoved) error {
	r, err := storage.GetReader(key)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if n != u.Size || hex.EncodeToString(h.Sum(nil)) != u.SHA256 {
		return fault.New(fault.FileHashMismatch, "sha256")
	}
	return nil
}

// Moved implements app.FileBook. PocketBase deletes the file that a record says no more,
// once that is committed.
func (b *Book) Moved(ctx context.Context, u app.Unmoved) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		d, err := tx.FindRecordById(documents, u.Document)
		if err != nil {
			return err
		}
		up := app.Upload{Owner: d.GetString("recorded_by"), FileDescription: app.FileDescription{
			FilePart: app.FilePart{Collection: documents, Record: d.Id, Part: app.PartFile}, Name: d.GetString("name"), SHA256: u.SHA256, Size: u.Size,
		}}
		s := app.Scanned{Scan: d.GetString("scan"), Quarantine: d.GetString("quarantine"), Finding: d.GetString("finding")}
		if err := b.kept(ctx, tx, up, d.GetString("mime"), s); err != nil {
			return err
		}
		if err := brought(ctx, tx, up); err != nil {
			return err
		}
		for _, name := range []string{"file", "scan", "quarantine", "finding"} {
			d.Set(name, "")
		}
		return tx.SaveNoValidateWithContext(ctx, d)
	})
}

// brought notes that a person brought the bytes of a record, as an upload that ended
// does.
func brought(ctx context.Context, tx core.App, up app.Upload) error {
	c, err := tx.FindCachedCollectionByNameOrId("uploads")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	for name, value := range map[string]any{
		"owner": up.Owner, "collection": up.Collection, "record": up.Record, "part": up.Part, "name": up.Name, "sha256": up.SHA256, "size": up.Size,
		"state": app.UploadDone,
	} {
		r.Set(name, value)
	}
	return tx.SaveNoValidateWithContext(ctx, r)
}

// Tidy implements app.FileBook.
func (b *Book) Tidy() error {
	at, err := b.place("", "")
	if err != nil {
		return err
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	there, err := storage.List(at + "/")
	if err != nil || len(there) == 0 {
		return err
	}
	moved, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT d.id FROM rendicion_documents d JOIN files f ON f.sha256 = d.sha256 WHERE d.file = '' AND d.stored_at <> ''`, nil)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(moved))
	for _, id := range moved {
		known[id] = true
	}
	for _, o := range there {
		if id, _, _ := strings.Cut(strings.TrimPrefix(o.Key, at+"/"), "/"); known[id] {
			err = errors.Join(err, storage.Delete(o.Key))
		}
	}
	return err
}
