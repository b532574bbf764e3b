package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/records"
	"chaski/internal/store/sqlite"
)

// isContent says whether a column says something of a row that somebody wrote: not when
// it was written, nor what is worked out from other rows.
func isContent(collection, name string) bool {
	if name == "created" || name == "updated" {
		return false
	}
	t := records.Find(collection)
	if t == nil {
		return true
	}
	f := t.Field(name)
	return f == nil || !f.Derived
}

// Image is a row with its columns as the database keeps them: those that isContent.
type Image map[string]string

// Images reads rows, with all that somebody wrote of them.
func Images(db dbx.Builder, collection string, ids []string) (map[string]Image, error) {
	out := make(map[string]Image, len(ids))
	for len(ids) > 0 {
		n := min(sqlite.Chunk, len(ids))
		rows, err := db.Select("*").From(collection).Where(dbx.In("id", sqlite.Anys(ids[:n])...)).Rows()
		if err != nil {
			return nil, err
		}
		if err := scanImages(collection, rows, out); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func scanImages(collection string, rows *dbx.Rows, out map[string]Image) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return err
		}
		im := make(Image, len(raw))
		for name, v := range raw {
			if isContent(collection, name) {
				im[name] = v.String
			}
		}
		out[raw["id"].String] = im
	}
	return rows.Err()
}
