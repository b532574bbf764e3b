package pull

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/app"
	"chaski/internal/domain/actor"
	"chaski/internal/domain/fault"
	"chaski/internal/store/sqlite"
)

// heldByName is a bucket the actor holds now, or NotFound: whoever does not hold
// it learns nothing of it.
func (r *Replica) heldByName(db dbx.Builder, a actor.Actor, handle int) (app.BucketName, error) {
	names, err := sqlite.Column(db, `SELECT name FROM sync_buckets WHERE handle = {:h}`, dbx.Params{"h": handle})
	if err != nil {
		return app.BucketName{}, err
	}
	h, err := HoldingOf(db, a, r.engine.Today())
	if err == nil && (len(names) == 0 || !slices.Contains(h.Names(), names[0])) {
		err = fault.New(fault.NotFound, "bucket")
	}
	if err != nil {
		return app.BucketName{}, err
	}
	return app.BucketName{Handle: handle, Name: names[0]}, nil
}

// Digests implements app.Replica.
func (r *Replica) Digests(a actor.Actor, bucket int, after string) (app.Digests, error) {
	var out app.Digests
	collection, id, _ := strings.Cut(after, "/")
	err := r.reading(func(db dbx.Builder) error {
		h, err := openHistory(db)
		if err != nil {
			return err
		}
		if out.Mark, err = h.commit(h.head); err != nil {
			return err
		}
		if out.Bucket, err = r.heldByName(db, a, bucket); err != nil {
			return err
		}
		// The plus keeps the planner on the bucket's own entries.
		return db.NewQuery(`SELECT r.collection, r.record AS id, r.rev, r.digest
			FROM sync_entries e JOIN sync_rows r ON r.n = e.row
			WHERE e.bucket = {:b} AND e.removed = 0 AND (+r.collection, +r.record) > ({:c}, {:id})
			ORDER BY +r.collection, +r.record LIMIT {:n}`).
			Bind(dbx.Params{"b": bucket, "c": collection, "id": id, "n": app.DigestsPage + 1}).All(&out.Rows)
	})
	if err != nil {
		return app.Digests{}, err
	}
	if len(out.Rows) > app.DigestsPage {
		out.Rows = out.Rows[:app.DigestsPage]
		last := out.Rows[app.DigestsPage-1]
		out.Next = last.Collection + "/" + last.ID
	}
	return out, nil
}

type pullRow struct {
	Collection string `db:"collection"`
	Record     string `db:"record"`
	Rev        int64  `db:"rev"`
	Payload    string `db:"payload"`
}

// Rows implements app.Replica.
func (r *Replica) Rows(a actor.Actor, bucket int, keys []app.RowKey) ([]app.Row, error) {
	wanted, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	var rows []pullRow
	err = r.reading(func(db dbx.Builder) error {
		if _, err := r.heldByName(db, a, bucket); err != nil {
			return err
		}
		return db.NewQuery(`SELECT r.collection, r.record, r.rev, r.payload FROM json_each({:keys}) k
			JOIN sync_rows r ON r.collection = k.value ->> 'c' AND r.record = k.value ->> 'id'
			JOIN sync_entries e ON e.row = r.n AND e.bucket = {:b}
			WHERE e.removed = 0 ORDER BY r.collection, r.record`).
			Bind(dbx.Params{"keys": string(wanted), "b": bucket}).All(&rows)
	})
	if err != nil {
		return nil, err
	}
	out := make([]app.Row, len(rows))
	for i, row := range rows {
		out[i] = app.Row{Collection: row.Collection, ID: row.Record, Rev: row.Rev, Data: json.RawMessage(row.Payload)}
	}
	return out, nil
}
