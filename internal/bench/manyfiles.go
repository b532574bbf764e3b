package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"chaski/internal/store/files"
)

// Four photographs of a phone to one document, bytes.
const (
	aPhoto    = 400 << 10
	aDocument = 4 << 20
)

// addFiles is the role that puts contents of so many megabytes into a data directory, as
// uploads leave them.
func addFiles(dir string, megabytes int) (err error) {
	app, engine, err := openChaski(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeApp(app)) }()
	random := rand.NewChaCha8([32]byte{})
	body := make([]byte, aDocument)
	return app.RunInTransaction(func(tx core.App) error {
		for n, left := 0, megabytes<<20; left > 0; n++ {
			content, mime := body[:aPhoto], "image/jpeg"
			if n%5 == 4 {
				content, mime = body, "application/pdf"
			}
			left -= len(content)
			if _, err := random.Read(content); err != nil {
				return err
			}
			raw := sha256.Sum256(content)
			sum := hex.EncodeToString(raw[:])
			at := filepath.Join(app.DataDir(), core.LocalStorageDirName, filepath.FromSlash(files.Key(sum)))
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), os.WriteFile(at, content, 0o600)); err != nil {
				return err
			}
			if _, err := tx.NonconcurrentDB().Insert("files", dbx.Params{
				"id": security.RandomStringWithAlphabet(15, core.DefaultIdAlphabet), "sha256": sum, "size": len(content), "mime": mime, "stored_at": engine.Stamp(),
			}).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}
