package store

import (
	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/store/sqlite"
)

// BytesOf is what was brought for records whose rows are files, also before they were
// there, by their ids.
func BytesOf(db dbx.Builder, collection string, ids []string) (map[string][]app.Bytes, error) {
	var rows []struct {
		Record string `db:"record"`
		app.Bytes
	}
	err := db.NewQuery(`SELECT u.record, u.owner, u.sha256, u.refusal FROM uploads u LEFT JOIN files f ON f.sha256 = u.sha256
		WHERE u.record IN (SELECT value FROM json_each({:ids})) AND u.record <> '' AND u.collection = {:c} AND u.part = 'file'
		AND (u.state = 'done' AND f.id IS NOT NULL OR u.state = 'refused' AND u.refusal <> 'file_hash_mismatch') ORDER BY u.created`).
		Bind(dbx.Params{"c": collection, "ids": sqlite.JSONList(ids)}).All(&rows)
	came := map[string][]app.Bytes{}
	for _, r := range rows {
		came[r.Record] = append(came[r.Record], r.Bytes)
	}
	return came, err
}
