package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"
)

// kindsOfFiles have rows that are files, each with the part that came first.
var kindsOfFiles = []string{"visit_photos", "finding_photos", "certificate_photos", "rendicion_documents"}

// kept is what has to lie in the storage.
type keptFile struct {
	Row    string `db:"row"`
	Key    string `db:"key"`
	SHA256 string `db:"sha256"`
	Size   int64  `db:"size"`
}

// files reads every byte that is kept: contents under their hash and the documents of
// rendiciones. What a record says of its bytes is held against what is kept.
func (c *checker) files(app core.App) error {
	documents, err := app.FindCollectionByNameOrId("rendicion_documents")
	if err != nil {
		return err
	}
	var kept []keptFile
	err = c.db.NewQuery(`SELECT 'files/' || sha256 AS row, 'files/' || substr(sha256, 1, 2) || '/' || sha256 AS key, sha256, CAST(size AS INTEGER) AS size FROM files
		UNION ALL SELECT 'rendicion_documents/' || id, {:folder} || '/' || id || '/' || file, sha256, CAST(size AS INTEGER) FROM rendicion_documents WHERE file <> ''
		ORDER BY 1`).Bind(dbx.Params{"folder": documents.BaseFilesPath()}).All(&kept)
	if err != nil {
		return err
	}
	c.checked(CheckFiles, int64(len(kept)))
	if err := c.bytes(app, kept); err != nil {
		return err
	}
	for _, kind := range kindsOfFiles {
		elsewhere := ``
		if kind == "rendicion_documents" { // one of before lies by its record until it is moved
			elsewhere = ` AND t.file = ''`
		}
		var rows []struct {
			ID    string `db:"id"`
			Wrong string `db:"wrong"`
		}
		if err := c.all(&rows, `SELECT t.id, CASE WHEN t.refusal <> '' THEN 'recibido y no recibido' ELSE 'recibido, sin sus bytes' END AS wrong FROM `+kind+` t
			WHERE t.stored_at <> '' AND (t.refusal <> '' OR NOT EXISTS (SELECT 1 FROM files f WHERE f.sha256 = t.sha256)`+elsewhere+`)`); err != nil {
			return err
		}
		for _, r := range rows {
			c.differs(CheckFiles, kind+"/"+r.ID, "lo que está guardado", r.Wrong)
		}
	}
	return nil
}

func (c *checker) bytes(app core.App, kept []keptFile) error {
	if len(kept) == 0 {
		return nil
	}
	storage, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	for _, k := range kept {
		want := fmt.Sprintf("%d bytes, %s", k.Size, k.SHA256)
		found, err := summed(storage, k.Key)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Key, err)
		}
		if found != want {
			c.differs(CheckFiles, k.Row, want, found)
		}
	}
	return nil
}

// summed is how many bytes lie there, and their hash.
func summed(storage *filesystem.System, key string) (string, error) {
	r, err := storage.GetReader(key)
	if errors.Is(err, filesystem.ErrNotFound) {
		return "no está", nil
	}
	if err != nil {
		return "", err
	}
	h := sha256.New()
	n, err := io.Copy(h, r)
	return fmt.Sprintf("%d bytes, %s", n, hex.EncodeToString(h.Sum(nil))), errors.Join(err, r.Close())
}
