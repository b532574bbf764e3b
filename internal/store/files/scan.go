package files

import (
	"context"
	"errors"
	"io"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/app"
	"chaski/internal/store"
)

// Unscanned implements app.FileBook. A document of before that cannot be moved is among
// them: it waits for no move.
func (b *Book) Unscanned() ([]app.KeptFile, error) {
	var out []app.KeptFile
	err := b.app.ConcurrentDB().NewQuery(`SELECT sha256, held, document FROM (
			SELECT sha256, finding AS held, '' AS document, stored_at FROM files WHERE quarantine = {:q} UNION ALL
			SELECT sha256, finding, id, stored_at FROM rendicion_documents WHERE quarantine = {:q} AND file <> '')
		ORDER BY stored_at, sha256, document`).Bind(dbx.Params{"q": app.QuarantineSilent}).All(&out)
	return out, err
}

// Scanned implements app.FileBook.
func (b *Book) Scanned(ctx context.Context, k app.KeptFile, s app.Scanned) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		r, err := scannedOf(tx, k)
		if err != nil {
			return err
		}
		return errors.Join(heard(ctx, tx, r, s), store.WriteAudit(tx, store.Audit{
			Action: "files.scan", Key: store.Key{Collection: r.Collection().Name, Record: r.Id}, Detail: s, At: b.engine.Now(),
		}))
	})
}

// scannedOf is where it stands what a scanner said: a document may have been moved
// meanwhile.
func scannedOf(tx core.App, k app.KeptFile) (*core.Record, error) {
	if k.Document != "" {
		if d, err := tx.FindRecordById(documents, k.Document); err != nil || d.GetString("file") != "" {
			return d, err
		}
	}
	return tx.FindFirstRecordByData("files", "sha256", k.SHA256)
}

// heard writes what a scanner said.
func heard(ctx context.Context, tx core.App, r *core.Record, s app.Scanned) error {
	for name, value := range map[string]any{"scan": s.Scan, "quarantine": s.Quarantine, "finding": s.Finding} {
		r.Set(name, value)
	}
	return tx.SaveNoValidateWithContext(ctx, r)
}

// Open implements app.FileBook.
func (b *Book) Open(k app.KeptFile) (io.ReadCloser, error) {
	key := Key(k.SHA256)
	if k.Document != "" {
		d, err := b.app.FindRecordById(documents, k.Document)
		if err != nil {
			return nil, err
		}
		if file := d.GetString("file"); file != "" {
			if key, err = b.place(d.Id, file); err != nil {
				return nil, err
			}
		}
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	r, err := storage.GetReader(key)
	if err != nil {
		return nil, errors.Join(err, storage.Close())
	}
	return &reader{r, storage}, nil
}

// reader closes the storage with what was read from it.
type reader struct {
	io.ReadCloser
	storage io.Closer
}

func (r *reader) Close() error { return errors.Join(r.ReadCloser.Close(), r.storage.Close()) }
