// Package uploads keeps what documents are on their way, and how many more there may be.
package uploads

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/pocketbase/pocketbase/tools/types"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store"
	"chaski/internal/store/accounts"
)

// Shelf implements app.UploadShelf.
type Shelf struct {
	engine *store.Engine
	app    core.App
}

// New keeps uploads in the database and files in PocketBase's storage.
func New(e *store.Engine, a core.App) *Shelf { return &Shelf{e, a} }

const (
	recordIDLength   = 15
	uploadIDAlphabet = core.DefaultIdAlphabet
)

// Start implements app.UploadShelf.
func (u *Shelf) Start(owner string, f app.FileDescription) (app.Upload, error) {
	c, err := u.app.FindCachedCollectionByNameOrId("uploads")
	if err != nil {
		return app.Upload{}, err
	}
	up := app.Upload{
		Owner: owner, FileDescription: f, State: app.UploadReceiving,
	}
	if f.Collection == "" {
		up.Document = security.RandomStringWithAlphabet(recordIDLength, uploadIDAlphabet)
	}
	r := core.NewRecord(c)
	for name, value := range map[string]any{
		"owner": owner, "collection": f.Collection, "record": f.Record, "part": f.Part, "intervention": f.Intervention, "kind": string(f.Kind), "replaces": f.Replaces, "name": f.Name, "sent_name": f.SentName,
		"sha256": f.SHA256, "size": f.Size, "state": up.State, "document": up.Document,
	} {
		r.Set(name, value)
	}
	err = u.app.Save(r)
	up.ID, up.Created = r.Id, r.GetDateTime("created").Time()
	return up, err
}

type uploadRow struct {
	app.Upload
	Created types.DateTime
}

const uploadColumns = `SELECT id, owner, collection, record, part, intervention, kind, replaces, name, sent_name, sha256, CAST(size AS INTEGER) AS size, state, document, refusal, found, created FROM uploads `

func (u *Shelf) rows(where string, params dbx.Params) ([]app.Upload, error) {
	var rows []uploadRow
	err := u.app.ConcurrentDB().NewQuery(uploadColumns + where).Bind(params).All(&rows)
	out := make([]app.Upload, len(rows))
	for i, r := range rows {
		out[i] = r.Upload
		out[i].Created = r.Created.Time()
	}
	return out, err
}

// Upload implements app.UploadShelf.
func (u *Shelf) Upload(id string) (app.Upload, bool, error) {
	rows, err := u.rows(`WHERE id = {:id}`, dbx.Params{"id": id})
	if err != nil || len(rows) == 0 {
		return app.Upload{}, false, err
	}
	return rows[0], true, nil
}

// OfPart implements app.UploadShelf.
func (u *Shelf) OfPart(owner string, p app.FilePart) (app.Upload, bool, error) {
	rows, err := u.rows(`WHERE owner = {:o} AND record = {:r} AND collection = {:c} AND part = {:p} ORDER BY created DESC, rowid DESC LIMIT 1`,
		dbx.Params{"o": owner, "r": p.Record, "c": p.Collection, "p": p.Part})
	if err != nil || len(rows) == 0 {
		return app.Upload{}, false, err
	}
	return rows[0], true, nil
}

// Adopt implements app.UploadShelf. The newest of them has come farthest, or is whole.
func (u *Shelf) Adopt(owner string, f app.FileDescription) (up app.Upload, found bool, err error) {
	err = u.app.RunInTransaction(func(tx core.App) error {
		var ids []string
		err := tx.NonconcurrentDB().NewQuery(`SELECT id FROM uploads WHERE owner = {:o} AND record = '' AND state = 'receiving' AND sha256 = {:s} AND size = {:n}
			ORDER BY created DESC, rowid DESC LIMIT 1`).Bind(dbx.Params{"o": owner, "s": f.SHA256, "n": f.Size}).Column(&ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		r, err := tx.FindRecordById("uploads", ids[0])
		if err != nil {
			return err
		}
		for name, value := range map[string]any{
			"collection": f.Collection, "record": f.Record, "part": f.Part, "intervention": f.Intervention, "name": f.Name,
			"kind": "", "replaces": "", "document": "", "sent_name": "",
		} {
			r.Set(name, value)
		}
		found = true
		up = app.Upload{ID: r.Id, Owner: owner, FileDescription: f, State: app.UploadReceiving, Created: r.GetDateTime("created").Time()}
		return tx.Save(r)
	})
	return up, found, err
}

// Receiving implements app.UploadShelf.
func (u *Shelf) Receiving(owner, intervention string) ([]app.Upload, error) {
	return u.rows(`WHERE state = 'receiving' AND ({:o} = '' OR owner = {:o}) AND ({:i} = '' OR intervention = {:i}) ORDER BY created, id`,
		dbx.Params{"o": owner, "i": intervention})
}

// Space implements app.UploadShelf.
func (u *Shelf) Space(owner, intervention string) (app.UploadSpace, error) {
	var s app.UploadSpace
	err := u.app.ConcurrentDB().NewQuery(`SELECT
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM uploads WHERE state = 'receiving' AND owner = {:o}) AS person,
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM uploads WHERE state = 'receiving') AS total,
		(SELECT CAST(coalesce(sum(size), 0) AS INTEGER) FROM rendicion_documents WHERE intervention = {:i} AND stored_at <> '') AS documents`).
		Bind(dbx.Params{"o": owner, "i": intervention}).One(&s)
	return s, err
}

// End implements app.UploadShelf.
func (u *Shelf) End(id, state string, refusal fault.Code, found string) error {
	r, err := u.app.FindRecordById("uploads", id)
	if err != nil {
		return err
	}
	r.Set("state", state)
	r.Set("refusal", string(refusal))
	r.Set("found", found)
	return u.app.Save(r)
}

// Forget implements app.UploadShelf.
func (u *Shelf) Forget(id string) error {
	r, err := u.app.FindRecordById("uploads", id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return u.app.Delete(r)
}

// Owner implements app.UploadShelf.
func (u *Shelf) Owner(user string) (actor.Actor, bool, error) {
	r, err := u.app.FindRecordById("users", user)
	if errors.Is(err, sql.ErrNoRows) {
		return actor.Actor{}, false, nil
	}
	if err != nil || !r.GetBool("active") {
		return actor.Actor{}, false, err
	}
	return accounts.ActorOf(r), true, nil
}

// Folder of a document's file within the storage.
func (u *Shelf) Folder(document string) (string, error) {
	c, err := u.app.FindCachedCollectionByNameOrId("rendicion_documents")
	if err != nil {
		return "", err
	}
	return c.BaseFilesPath() + "/" + document, nil
}

// Keep implements app.UploadShelf.
func (u *Shelf) Keep(document, name, path string) error {
	folder, err := u.Folder(document)
	if err != nil {
		return err
	}
	storage, err := u.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	storage.SetContext(context.Background())
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		return err
	}
	file.OriginalName = name
	if err := storage.UploadFile(file, folder+"/"+name); err != nil {
		return err
	}
	if u.app.Settings().S3.Enabled {
		return nil
	}
	local := filepath.Join(u.app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(folder))
	return errors.Join(store.OnDisk(filepath.Join(local, name)), store.OnDisk(local))
}

// Unscanned implements app.UploadShelf.
func (u *Shelf) Unscanned() ([]app.KeptFile, error) {
	var out []app.KeptFile
	err := u.app.ConcurrentDB().NewQuery(`SELECT id AS document, file, finding AS held FROM rendicion_documents
		WHERE quarantine = {:q} AND released_at = '' ORDER BY uploaded_at, id`).
		Bind(dbx.Params{"q": app.QuarantineSilent}).All(&out)
	return out, err
}

// InQuarantine counts the documents that wait for a person or a scanner.
func InQuarantine(a core.App) (n int64, err error) {
	err = a.ConcurrentDB().NewQuery(`SELECT (SELECT count(*) FROM rendicion_documents WHERE quarantine != '' AND released_at = '' AND superseded_by = '')
		+ (SELECT count(*) FROM files f JOIN rendicion_documents d ON d.sha256 = f.sha256 AND d.file = '' AND d.stored_at <> ''
			WHERE f.quarantine != '' AND d.released_at = '' AND d.superseded_by = '')`).Row(&n)
	return n, err
}

// Scanned implements app.UploadShelf.
func (u *Shelf) Scanned(ctx context.Context, document string, s app.Scanned) error {
	return u.engine.InTransaction(ctx, u.app, func(ctx context.Context, tx core.App) error {
		r, err := tx.FindRecordById("rendicion_documents", document)
		if err != nil {
			return err
		}
		for name, value := range ScannedFields(s) {
			r.Set(name, value)
		}
		if err := tx.SaveNoValidateWithContext(ctx, r); err != nil {
			return err
		}
		return store.WriteAudit(tx, store.Audit{
			Action: "rendicion.scan", Key: store.Key{"rendicion_documents", document}, Detail: s, At: u.engine.Now(),
		})
	})
}

// ScannedFields are what was found in a file, as a record keeps it.
func ScannedFields(s app.Scanned) map[string]any {
	return map[string]any{"scan": s.Scan, "quarantine": s.Quarantine, "finding": s.Finding}
}

// Read implements app.UploadShelf.
func (u *Shelf) Read(k app.KeptFile) (io.ReadCloser, error) {
	folder, err := u.Folder(k.Document)
	if err != nil {
		return nil, err
	}
	storage, err := u.app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	r, err := storage.GetReader(folder + "/" + k.File)
	if err != nil {
		return nil, errors.Join(err, storage.Close())
	}
	return &keptReader{r, storage}, nil
}

// keptReader closes the storage with what was read from it.
type keptReader struct {
	io.ReadCloser
	storage io.Closer
}

func (k *keptReader) Close() error { return errors.Join(k.ReadCloser.Close(), k.storage.Close()) }

// Discard implements app.UploadShelf.
func (u *Shelf) Discard(document string) error {
	folder, err := u.Folder(document)
	if err != nil {
		return err
	}
	storage, err := u.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	return errors.Join(storage.DeletePrefix(folder + "/")...)
}
