package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/store/sqlite"
)

// notContent are the columns that say nothing about what a row means.
var notContent = map[string]bool{"created": true, "updated": true}

// image is a row with all its columns as the database keeps them.
type image map[string]string

// images reads rows whole.
func images(db dbx.Builder, collection string, ids []string) (map[string]image, error) {
	out := make(map[string]image, len(ids))
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

func scanImages(rows *dbx.Rows, out map[string]image) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		raw := dbx.NullStringMap{}
		if err := rows.ScanMap(raw); err != nil {
			return err
		}
		im := make(image, len(raw))
		for name, v := range raw {
			if !notContent[name] {
				im[name] = v.String
			}
		}
		out[raw["id"].String] = im
	}
	return rows.Err()
}
