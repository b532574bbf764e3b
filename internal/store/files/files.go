// Package files keeps the bytes of records whose rows are files: each content once, in
// PocketBase's storage (local or S3), under its hash.
package files

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/domain/record"
	"chaski/internal/records"
	"chaski/internal/store"
	"chaski/internal/store/pull"
	"chaski/internal/store/sqlite"
)

// Book implements app.FileBook.
type Book struct {
	engine *store.Engine
	app    core.App
}

// New keeps files in PocketBase's storage.
func New(e *store.Engine, a core.App) *Book { return &Book{e, a} }

// folder of the contents within the storage.
const folder = "files"

// Key of a content within the storage.
func Key(sha256 string) string { return folder + "/" + sha256[:2] + "/" + sha256 }

// Kinds are the kinds of record whose rows are files.
func Kinds() (out []*record.Type) {
	for _, t := range records.All {
		if t.Files != nil {
			out = append(out, t)
		}
	}
	return out
}

// Facts implements app.FileBook.
func (b *Book) Facts(collection, id string) (app.FileFacts, bool, error) {
	var rows []app.FileFacts
	err := b.app.ConcurrentDB().NewQuery(`SELECT r.recorded_by AS maker, r.intervention, coalesce(i.ut, '') AS ut, r.sha256, r.mime, r.name, CAST(r.size AS INTEGER) AS size,
		r.thumb, CAST(r.thumb_size AS INTEGER) AS thumb_size, r.stored_at <> '' AS stored, r.refusal,
		CASE r.refusal WHEN '' THEN '' ELSE coalesce((SELECT u.found FROM uploads u WHERE u.collection = {:c} AND u.record = r.id AND u.part = 'file' AND u.state = 'refused'
			ORDER BY u.created DESC, u.rowid DESC LIMIT 1), '') END AS found
		FROM ` + collection + ` r LEFT JOIN interventions i ON i.id = r.intervention WHERE r.id = {:id}`).Bind(dbx.Params{"id": id, "c": collection}).All(&rows)
	if err != nil || len(rows) == 0 {
		return app.FileFacts{}, false, err
	}
	return rows[0], true, nil
}

// Parked implements app.FileBook.
func (b *Book) Parked(collection, id, user string) (app.FileFacts, bool, error) {
	bodies, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT body FROM sync_mutations
		WHERE collection = {:c} AND record = {:r} AND user = {:u} AND status = 'parked' AND body ->> 'op' = 'create'`,
		dbx.Params{"c": collection, "r": id, "u": user})
	if err != nil || len(bodies) == 0 {
		return app.FileFacts{}, false, err
	}
	var said struct {
		Fields struct {
			SHA256    string `json:"sha256"`
			MIME      string `json:"mime"`
			Name      string `json:"name"`
			Thumb     string `json:"thumb"`
			Size      int64  `json:"size"`
			ThumbSize int64  `json:"thumb_size"`
		} `json:"fields"`
	}
	if err := json.Unmarshal([]byte(bodies[0]), &said); err != nil {
		return app.FileFacts{}, false, err
	}
	s := said.Fields
	return app.FileFacts{Maker: user, SHA256: s.SHA256, MIME: s.MIME, Name: s.Name, Size: s.Size, Thumb: s.Thumb, ThumbSize: s.ThumbSize}, true, nil
}

// Held implements app.FileBook: what a pull would give.
func (b *Book) Held(a actor.Actor, collection, id string) (bool, error) {
	if err := b.engine.CatchUp(b.app); err != nil {
		return false, err
	}
	db := b.app.ConcurrentDB()
	h, err := pull.HoldingOf(db, a, b.engine.Today())
	if err != nil {
		return false, err
	}
	var n int
	err = db.NewQuery(`SELECT EXISTS (SELECT 1 FROM sync_rows r JOIN sync_entries e ON e.row = r.n AND e.removed = 0 JOIN sync_buckets b ON b.handle = e.bucket
		WHERE r.collection = {:c} AND r.record = {:r} AND b.name IN (SELECT value FROM json_each({:names})))`).
		Bind(dbx.Params{"c": collection, "r": id, "names": sqlite.JSONList(h.Names())}).Row(&n)
	return n == 1, err
}

// Brought implements app.FileBook.
func (b *Book) Brought(p app.FilePart, sha256 string) (app.Content, bool, error) {
	var rows []app.Content
	err := b.app.ConcurrentDB().NewQuery(`SELECT f.sha256, f.mime, CASE WHEN ` + released("u.collection", "u.record", "f.sha256") + ` THEN '' ELSE f.quarantine END AS quarantine
		FROM uploads u JOIN files f ON f.sha256 = u.sha256
		WHERE u.collection = {:c} AND u.record = {:r} AND u.part = {:p} AND u.sha256 = {:s} AND u.state = 'done' LIMIT 1`).
		Bind(dbx.Params{"c": p.Collection, "r": p.Record, "p": p.Part, "s": sha256}).All(&rows)
	if err == nil && len(rows) == 0 && app.Paper(p) {
		return b.before(p.Record, sha256)
	}
	if err != nil || len(rows) == 0 {
		return app.Content{}, false, err
	}
	rows[0].Key = Key(rows[0].SHA256)
	return rows[0], true, nil
}

// before is a document that was stored before documents were files like others, and was
// not moved yet: it lies by its record.
func (b *Book) before(document, sha256 string) (app.Content, bool, error) {
	var rows []struct {
		app.Content
		File string `db:"file"`
	}
	err := b.app.ConcurrentDB().NewQuery(`SELECT sha256, mime, file, CASE WHEN ` + released("'"+documents+"'", "id", "sha256") + ` THEN '' ELSE quarantine END AS quarantine
		FROM rendicion_documents WHERE id = {:d} AND sha256 = {:s} AND file <> ''`).
		Bind(dbx.Params{"d": document, "s": sha256}).All(&rows)
	if err != nil || len(rows) == 0 {
		return app.Content{}, false, err
	}
	rows[0].Key, err = b.place(document, rows[0].File)
	return rows[0].Content, true, err
}

// Keep implements app.FileBook.
func (b *Book) Keep(sha256, path string) error {
	if kept, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT id FROM files WHERE sha256 = {:s}`, dbx.Params{"s": sha256}); err != nil || len(kept) > 0 {
		return err
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	storage.SetContext(context.Background())
	file, err := filesystem.NewFileFromPath(path)
	if err != nil {
		return err
	}
	file.OriginalName = sha256
	key := Key(sha256)
	if err := storage.UploadFile(file, key); err != nil {
		return err
	}
	return b.settled(key)
}

// settled answers when what was written under a key is safely on the disk.
func (b *Book) settled(key string) error {
	if b.app.Settings().S3.Enabled {
		return nil
	}
	root := filepath.Join(b.app.DataDir(), core.LocalStorageDirName)
	at := filepath.Join(root, filepath.FromSlash(key))
	return errors.Join(store.OnDisk(at), store.OnDisk(filepath.Dir(at)), store.OnDisk(filepath.Join(root, folder)), store.OnDisk(root))
}

// Stored implements app.FileBook.
func (b *Book) Stored(ctx context.Context, up app.Upload, mime string, s app.Scanned) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		if err := b.kept(ctx, tx, up, mime, s); err != nil {
			return err
		}
		if err := endUpload(ctx, tx, up.ID, app.UploadDone, "", ""); err != nil {
			return err
		}
		return b.say(ctx, tx, up, map[string]any{"stored_at": b.engine.Now().UTC(), "refusal": ""})
	})
}

// kept notes that a content is kept, and what a scanner said of it.
func (b *Book) kept(ctx context.Context, tx core.App, up app.Upload, mime string, s app.Scanned) error {
	known, err := sqlite.Column(tx.NonconcurrentDB(), `SELECT id FROM files WHERE sha256 = {:s}`, dbx.Params{"s": up.SHA256})
	switch {
	case err != nil:
		return err
	case len(known) > 0 && s.Heard():
		r, err := tx.FindRecordById("files", known[0])
		if err != nil {
			return err
		}
		return heard(ctx, tx, r, s)
	case len(known) > 0:
		return nil
	}
	c, err := tx.FindCachedCollectionByNameOrId("files")
	if err != nil {
		return err
	}
	r := core.NewRecord(c)
	for name, value := range map[string]any{
		"sha256": up.SHA256, "size": up.Size, "mime": mime, "stored_at": b.engine.Now().UTC(), "scan": s.Scan, "quarantine": s.Quarantine, "finding": s.Finding,
	} {
		r.Set(name, value)
	}
	return tx.SaveWithContext(ctx, r)
}

// Refused implements app.FileBook.
func (b *Book) Refused(ctx context.Context, up app.Upload, code fault.Code, found string) error {
	return b.engine.InTransaction(ctx, b.app, func(ctx context.Context, tx core.App) error {
		if err := endUpload(ctx, tx, up.ID, app.UploadRefused, code, found); err != nil {
			return err
		}
		if code == fault.FileHashMismatch { // the bytes, not the file: they may come again
			return nil
		}
		return b.say(ctx, tx, up, map[string]any{"refusal": string(code)})
	})
}

func endUpload(ctx context.Context, tx core.App, id, state string, refusal fault.Code, found string) error {
	r, err := tx.FindRecordById("uploads", id)
	if err != nil {
		return err
	}
	r.Set("state", state)
	r.Set("refusal", string(refusal))
	r.Set("found", found)
	return tx.SaveWithContext(ctx, r)
}

// say writes on the record what became of its file: nothing if the record is not there
// (it is parked, or gone), says other bytes, or says already that they are kept.
func (b *Book) say(ctx context.Context, tx core.App, up app.Upload, fields map[string]any) error {
	if up.Part != app.PartFile {
		return nil
	}
	there, err := sqlite.Column(tx.NonconcurrentDB(), `SELECT id FROM `+up.Collection+` WHERE id = {:r} AND sha256 = {:s} AND recorded_by = {:o} AND stored_at = ''`,
		dbx.Params{"r": up.Record, "s": up.SHA256, "o": up.Owner})
	if err != nil || len(there) == 0 {
		return err
	}
	r, err := tx.FindRecordById(up.Collection, up.Record)
	if err != nil {
		return err
	}
	for name, value := range fields {
		r.Set(name, value)
	}
	// Whatever else it says was judged when it came.
	return tx.SaveNoValidateWithContext(ctx, r)
}
