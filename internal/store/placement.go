package store

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

// surroundings answers, from the open transaction, what a row's buckets depend
// on beside the row itself.
type surroundings struct{ db dbx.Builder }

func (s *surroundings) first(sql, id string) (string, error) {
	out, err := column(s.db, sql, dbx.Params{"id": id})
	if err != nil || len(out) == 0 {
		return "", err
	}
	return out[0], nil
}

// UTOf implements replication.Surroundings.
func (s *surroundings) UTOf(intervention string) (string, error) {
	return s.first(`SELECT ut FROM interventions WHERE id = {:id}`, intervention)
}

// InterventionsOf implements replication.Surroundings.
func (s *surroundings) InterventionsOf(entity string) ([]string, error) {
	return column(s.db, `SELECT intervention FROM convenios WHERE executor = {:id} OR proposer = {:id}`, dbx.Params{"id": entity})
}

// VisitOf implements replication.Surroundings.
func (s *surroundings) VisitOf(visit string) (intervention, state string, err error) {
	var rows []struct {
		Intervention string `db:"intervention"`
		State        string `db:"state"`
	}
	err = s.db.NewQuery(`SELECT intervention, state FROM visits WHERE id = {:id}`).Bind(dbx.Params{"id": visit}).All(&rows)
	if err != nil || len(rows) == 0 {
		return "", "", err
	}
	return rows[0].Intervention, rows[0].State, nil
}

// replace puts changed rows, and the rows whose place depends on them, into the
// buckets where they now belong.
func (d *drain) replace(changes []change) error {
	changed := map[Key]bool{}
	for _, ch := range changes {
		changed[ch.key] = true
		if ch.key.Collection == "assignments" || ch.key.Collection == "convenios" || ch.key.Collection == "interventions" {
			d.scopes = true
		}
		if err := d.place(ch.key, ch.now, true); err != nil {
			return err
		}
	}
	for _, ch := range changes {
		keys, err := d.dependents(ch)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if changed[k] {
				continue
			}
			changed[k] = true
			row, err := findSyncRow(d.db, k)
			if err != nil {
				return err
			}
			if err := d.place(k, decodePayload(row.Payload), false); err != nil {
				return err
			}
		}
	}
	return nil
}

// dependents are rows that may belong elsewhere because another row changed.
func (d *drain) dependents(ch change) ([]Key, error) {
	switch ch.key.Collection {
	case "visits":
		if ch.old.Text("state") == ch.now.Text("state") && ch.old.Text("intervention") == ch.now.Text("intervention") {
			return nil, nil
		}
		return d.keysOf(ch.key.Record, `SELECT id FROM %s WHERE visit = {:id}`, "visit_marks", "findings", "unlisted_workers")
	case "interventions":
		if ch.old.Text("ut") == ch.now.Text("ut") {
			return nil, nil
		}
		keys, err := d.keysOf(ch.key.Record, `SELECT id FROM %s WHERE intervention = {:id}`, "convenios", "participant_conditions")
		if err != nil {
			return nil, err
		}
		entities, err := column(d.db, `SELECT proposer FROM convenios WHERE intervention = {:id}
			UNION SELECT executor FROM convenios WHERE intervention = {:id}`, dbx.Params{"id": ch.key.Record})
		return append(keys, keysIn("entities", entities...)...), err
	case "convenios":
		return keysIn("entities", ch.old.Text("proposer"), ch.old.Text("executor"),
			ch.now.Text("proposer"), ch.now.Text("executor")), nil
	}
	return nil, nil
}

func (d *drain) keysOf(id, sql string, tables ...string) ([]Key, error) {
	var out []Key
	for _, t := range tables {
		ids, err := column(d.db, fmt.Sprintf(sql, t), dbx.Params{"id": id})
		if err != nil {
			return nil, err
		}
		out = append(out, keysIn(t, ids...)...)
	}
	return out, nil
}

func keysIn(collection string, ids ...string) []Key {
	var out []Key
	for _, id := range ids {
		if id != "" {
			out = append(out, Key{collection, id})
		}
	}
	return out
}

type entry struct {
	Bucket int   `db:"bucket"`
	Hash   int64 `db:"hash"`
}

// place writes PUT entries for the buckets a row is in (all of them if its
// content changed, else only those it enters) and REMOVE entries for those it
// left. The sequence belongs to (bucket, row), not to the row.
func (d *drain) place(k Key, now replication.Payload, content bool) error {
	var held []entry
	if err := d.db.NewQuery(`SELECT bucket, hash FROM sync_entries WHERE collection = {:c} AND record = {:r} AND removed = 0`).
		Bind(dbx.Params{"c": k.Collection, "r": k.Record}).All(&held); err != nil {
		return err
	}
	hashes := make(map[int]int64, len(held))
	for _, h := range held {
		hashes[h.Bucket] = h.Hash
	}
	var names []string
	if now != nil {
		var err error
		if names, err = replication.BucketsOf(k.Collection, k.Record, now, d.around); err != nil {
			return err
		}
	}
	if len(names) == 0 && len(held) == 0 {
		return nil
	}
	row, err := findSyncRow(d.db, k)
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := d.buckets.named(name)
		if err != nil {
			return err
		}
		old, had := hashes[b.handle]
		delete(hashes, b.handle)
		if had && !content {
			continue
		}
		hash := int64(replication.EntryHash(name, k.Collection, k.Record, row.Rev, row.Digest))
		b.add(hash-old, !had)
		if err := d.entry(b.handle, k, hash, false); err != nil {
			return err
		}
	}
	for _, h := range held {
		hash, left := hashes[h.Bucket]
		if !left {
			continue
		}
		b, err := d.buckets.byHandle(h.Bucket)
		if err != nil {
			return err
		}
		b.remove(hash)
		if err := d.entry(h.Bucket, k, 0, true); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) entry(handle int, k Key, hash int64, removed bool) error {
	d.moved[handle] = true
	_, err := d.db.NewQuery(`INSERT INTO sync_entries (bucket, collection, record, seq, removed, hash)
		VALUES ({:b}, {:c}, {:r}, {:seq}, {:removed}, {:hash}) ON CONFLICT (collection, record, bucket)
		DO UPDATE SET seq = excluded.seq, removed = excluded.removed, hash = excluded.hash`).
		Bind(dbx.Params{"b": handle, "c": k.Collection, "r": k.Record, "seq": d.next(), "removed": removed, "hash": hash}).Execute()
	return err
}

// bucket is one row of sync_buckets, changed in memory and saved at the end.
// Sums wrap around modulo 2^64, in two's complement.
type bucket struct {
	handle int
	sum    int64
	count  int64
	dirty  bool
}

func (b *bucket) add(delta int64, isNew bool) {
	b.sum += delta
	if isNew {
		b.count++
	}
	b.dirty = true
}

func (b *bucket) remove(hash int64) {
	b.sum -= hash
	b.count--
	b.dirty = true
}

type bucketBook struct {
	db      dbx.Builder
	names   map[string]*bucket
	handles map[int]*bucket
	grew    bool // a bucket got its handle: those who hold it do not know yet
}

func newBucketBook(db dbx.Builder) *bucketBook {
	return &bucketBook{db: db, names: map[string]*bucket{}, handles: map[int]*bucket{}}
}

type bucketRow struct {
	Handle int    `db:"handle"`
	Name   string `db:"name"`
	Sum    int64  `db:"sum"`
	Count  int64  `db:"count"`
}

func (bb *bucketBook) take(r bucketRow) *bucket {
	if b := bb.handles[r.Handle]; b != nil {
		return b
	}
	b := &bucket{handle: r.Handle, sum: r.Sum, count: r.Count}
	bb.handles[r.Handle], bb.names[r.Name] = b, b
	return b
}

func (bb *bucketBook) named(name string) (*bucket, error) {
	if b := bb.names[name]; b != nil {
		return b, nil
	}
	var rows []bucketRow
	if err := bb.db.NewQuery(`SELECT handle, name, sum, count FROM sync_buckets WHERE name = {:n}`).
		Bind(dbx.Params{"n": name}).All(&rows); err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		return bb.take(rows[0]), nil
	}
	bb.grew = true
	var r bucketRow
	err := bb.db.NewQuery(`INSERT INTO sync_buckets (name) VALUES ({:n}) RETURNING handle, name, sum, count`).
		Bind(dbx.Params{"n": name}).One(&r)
	if err != nil {
		return nil, err
	}
	return bb.take(r), nil
}

func (bb *bucketBook) byHandle(handle int) (*bucket, error) {
	if b := bb.handles[handle]; b != nil {
		return b, nil
	}
	var r bucketRow
	err := bb.db.NewQuery(`SELECT handle, name, sum, count FROM sync_buckets WHERE handle = {:h}`).
		Bind(dbx.Params{"h": handle}).One(&r)
	if err != nil {
		return nil, err
	}
	return bb.take(r), nil
}

func (bb *bucketBook) save() error {
	for _, b := range bb.handles {
		if !b.dirty {
			continue
		}
		if _, err := bb.db.NewQuery(`UPDATE sync_buckets SET sum = {:s}, count = {:c} WHERE handle = {:h}`).
			Bind(dbx.Params{"s": b.sum, "c": b.count, "h": b.handle}).Execute(); err != nil {
			return err
		}
	}
	return nil
}
