package files

import (
	"encoding/hex"
	"path"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/domain/parameter"
	"chaski/internal/store"
	"chaski/internal/store/parameters"
	"chaski/internal/store/sqlite"
)

// unnamedDays is where no parameter says it: a catalogue of before.
const unnamedDays = 90

// named are the hashes that somebody names: a record, work that is parked, an upload
// that goes on.
func named() string {
	parts := []string{
		`SELECT sha256 FROM uploads WHERE state = 'receiving' AND record <> ''`,
	}
	for _, t := range Kinds() {
		parts = append(parts, `SELECT sha256 FROM `+t.Name, `SELECT thumb FROM `+t.Name+` WHERE thumb <> ''`)
		for _, field := range []string{"sha256", "thumb"} {
			parts = append(parts, `SELECT body ->> 'fields.`+field+`' FROM sync_mutations
				WHERE status = 'parked' AND collection = '`+t.Name+`' AND body ->> 'fields.`+field+`' IS NOT NULL`)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, ` UNION `), `'fields.`, `'$.fields.`)
}

// Unnamed implements app.FileBook. What is named again is no longer counted.
func (b *Book) Unnamed() (due []string, err error) {
	err = b.app.RunInTransaction(func(tx core.App) error {
		db := tx.NonconcurrentDB()
		for _, sql := range []string{
			`UPDATE files SET unnamed_at = {:now} WHERE unnamed_at = '' AND sha256 NOT IN (` + named() + `)`,
			`UPDATE files SET unnamed_at = '' WHERE unnamed_at <> '' AND sha256 IN (` + named() + `)`,
		} {
			if _, err := db.NewQuery(sql).Bind(dbx.Params{"now": b.engine.Stamp()}).Execute(); err != nil {
				return err
			}
		}
		days := int64(unnamedDays)
		raw, err := parameters.Raw(db, parameter.FilesUnnamed, b.engine.Today())
		if err == nil && raw != nil {
			days, err = parameter.IntOf(parameter.FilesUnnamed, b.engine.Today(), raw)
		}
		if err != nil {
			return err
		}
		before := b.engine.Now().UTC().AddDate(0, 0, -int(days)).Format(store.StampLayout)
		due, err = sqlite.Column(db, `SELECT sha256 FROM files WHERE unnamed_at <> '' AND unnamed_at < {:b} ORDER BY sha256`, dbx.Params{"b": before})
		return err
	})
	return due, err
}

// Strays implements app.FileBook.
func (b *Book) Strays(before time.Time) ([]string, error) {
	// What a record names that a copy of the database brought back is no stray either.
	rows, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT sha256 FROM files UNION `+named(), nil)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(rows))
	for _, sum := range rows {
		known[sum] = true
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	defer func() { _ = storage.Close() }()
	there, err := storage.List(folder + "/")
	var out []string
	for _, o := range there {
		sum := path.Base(o.Key)
		if raw, bad := hex.DecodeString(sum); bad == nil && len(raw) == 32 && !known[sum] && o.ModTime.Before(before) {
			out = append(out, sum)
		}
	}
	return out, err
}

// Collect implements app.FileBook: the row goes first, so that a crash leaves bytes that
// nobody is told of, never a row without its bytes.
func (b *Book) Collect(sha256 string) error {
	err := b.app.RunInTransaction(func(tx core.App) error {
		_, err := tx.NonconcurrentDB().NewQuery(`DELETE FROM files WHERE sha256 = {:s} AND unnamed_at <> '' AND sha256 NOT IN (` + named() + `)`).
			Bind(dbx.Params{"s": sha256}).Execute()
		return err
	})
	if err != nil {
		return err
	}
	if kept, err := sqlite.Column(b.app.ConcurrentDB(), `SELECT id FROM files WHERE sha256 = {:s}`, dbx.Params{"s": sha256}); err != nil || len(kept) > 0 {
		return err
	}
	storage, err := b.app.NewFilesystem()
	if err != nil {
		return err
	}
	defer func() { _ = storage.Close() }()
	if there, err := storage.Exists(Key(sha256)); err != nil || !there {
		return err
	}
	return storage.Delete(Key(sha256))
}
