package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/store/sqlite"
)

// notContent are the columns that say nothing about what a row means.
var notContent = map[string]bool{"created": true, "updated": true}

// Image is a row with all its columns as the database keeps them.
type Image map[string]string

// Images reads rows whole.
func Images(db dbx.Builder, collection string, ids []string) (map[string]Image, error) {
	out := make(map[string]Image, len(ids))
	for len(ids) > 0 {
		n := min(sqlite.Chunk, len(ids))
		rows, err := db.Select("*").From(collection).Where(dbx.In("id", sqlite.Anys(ids[:n])...)).Rows()
		if err != nil {
			return nil, err
		}
		if err := scanImages(rows, out); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func scanImages(rows *dbx.Rows, out map[string]Image) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return err
		}
		im := make(Image, len(raw))
		for name, v := range raw {
			if !notContent[name] {
				im[name] = v.String
			}
		}
		out[raw["id"].String] = im
	}
	return rows.Err()
}
