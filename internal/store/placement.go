package store

import (
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// replace puts changed rows, and the rows whose place depends on them, into the
// buckets where they now belong.
func (d *drain) replace(changes []change) error {
	changed := make(map[Key]bool, len(changes))
	for _, ch := range changes {
		changed[ch.key] = true
		d.scopes = d.scopes || movesScope(ch)
	}
	if err := d.placeAll(changes, true); err != nil {
		return err
	}
	var dependents []change
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
			row, err := FindSyncRow(d.db, k)
			if err != nil {
				return err
			}
			dependents = append(dependents, change{key: k, now: DecodePayload(row.Payload), rev: row.Rev, digest: row.Digest})
		}
	}
	return d.placeAll(dependents, false)
}

// movesScope says whether a change may alter which buckets somebody holds: what
// HoldingOf reads.
func movesScope(ch change) bool {
	differs := func(fields ...string) bool {
		for _, f := range fields {
			if ch.old.Text(f) != ch.now.Text(f) {
				return true
			}
		}
		return false
	}
	switch ch.key.Collection {
	case "assignments":
		return differs("user", "intervention", "from_on", "to_on")
	case "convenios":
		return differs("executor", "intervention")
	case "interventions":
		return differs("state")
	}
	return false
}

// placeAll places rows, reading where they are for many at a time.
func (d *drain) placeAll(rows []change, content bool) error {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && n < sqlite.Chunk && rows[n].key.Collection == rows[0].key.Collection {
			n++
		}
		held, err := d.held(rows[:n])
		if err != nil {
			return err
		}
		for _, r := range rows[:n] {
			at := held[r.key.Record]
			if at == nil {
				continue // a dependent that was never readable
			}
			if err := d.place(r, *at, content); err != nil {
				return err
			}
		}
		if err := d.entries.Flush(); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// placed is where a row is: its number, and the buckets it is in.
type placed struct {
	row    int64
	hashes map[int]int64 // by bucket
	left   map[int]bool  // buckets that it was in
}

// held says where rows of one collection are; nothing of one never remembered.
func (d *drain) held(rows []change) (map[string]*placed, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.key.Record
	}
	var held []struct {
		Record string        `db:"record"`
		Row    int64         `db:"n"`
		Bucket sql.NullInt64 `db:"bucket"`
		Hash   int64         `db:"hash"`
		Left   bool          `db:"removed"`
	}
	err := d.db.NewQuery(`SELECT r.record, r.n, e.bucket, coalesce(e.hash, 0) AS hash, coalesce(e.removed, 0) AS removed FROM sync_rows r
		LEFT JOIN sync_entries e ON e.row = r.n
		WHERE r.collection = {:c} AND r.record IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"c": rows[0].key.Collection, "ids": sqlite.JSONList(ids)}).All(&held)
	out := make(map[string]*placed, len(rows))
	for _, h := range held {
		p := out[h.Record]
		if p == nil {
			p = &placed{h.Row, map[int]int64{}, map[int]bool{}}
			out[h.Record] = p
		}
		switch bucket := int(h.Bucket.Int64); {
		case h.Left:
			p.left[bucket] = true
		case h.Bucket.Valid:
			p.hashes[bucket] = h.Hash
		}
	}
	return out, err
}

// dependents are rows that may belong elsewhere because another row changed.
func (d *drain) dependents(ch change) ([]Key, error) {
	var out []Key
	for _, w := range replication.Watches(ch.key.Collection) {
		ids := w.Begin(ch.key.Record, ch.old, ch.now)
		for _, step := range w.Steps {
			var err error
			if ids, err = d.back(step, ids); err != nil {
				return nil, err
			}
		}
		for _, id := range ids {
			out = append(out, Key{w.Rows, id})
		}
	}
	return out, nil
}

// back goes one step of a way backwards.
func (d *drain) back(step replication.Backstep, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	take := step.Take
	if take == nil {
		take = []string{"id"}
	}
	parts := make([]string, len(take))
	for i, column := range take {
		parts[i] = `SELECT ` + column + ` FROM ` + step.Collection + ` WHERE ` + step.By + ` IN (SELECT value FROM json_each({:ids}))`
	}
	found, err := sqlite.Column(d.db, strings.Join(parts, ` UNION `), dbx.Params{"ids": sqlite.JSONList(ids)})
	return slices.DeleteFunc(found, func(id string) bool { return id == "" }), err
}

// place writes PUT entries for the buckets a row is in (all of them if its
// content changed, else only those it enters) and REMOVE entries for those it
// left. The sequence belongs to (bucket, row), not to the row.
func (d *drain) place(row change, at placed, content bool) error {
	k := row.key
	var names []string
	if row.now != nil {
		var err error
		if names, err = replication.BucketsOf(k.Collection, k.Record, row.now, d.around); err != nil {
			return err
		}
	}
	for _, name := range names {
		b, err := d.buckets.named(name)
		if err != nil {
			return err
		}
		old, had := at.hashes[b.handle]
		delete(at.hashes, b.handle)
		if had && !content {
			continue
		}
		hash := int64(replication.EntryHash(name, k.Collection, k.Record, row.rev, row.digest))
		b.add(hash-old, !had)
		if err := d.entry(b, at.row, hash, false, had || at.left[b.handle]); err != nil {
			return err
		}
	}
	for _, handle := range slices.Sorted(maps.Keys(at.hashes)) { // what is left, it left
		b, err := d.buckets.byHandle(handle)
		if err != nil {
			return err
		}
		b.remove(at.hashes[handle])
		if err := d.entry(b, at.row, 0, true, true); err != nil {
			return err
		}
	}
	return nil
}

func (d *drain) entry(b *bucket, row, hash int64, removed, there bool) error {
	d.moved[b.handle] = true
	b.newest = d.next()
	return d.entries.Add(there, b.handle, b.newest, row, removed, hash)
}

// bucket is one row of sync_buckets, changed in memory and saved at the end.
// Sums wrap around modulo 2^64, in two's complement.
type bucket struct {
	handle int
	sum    int64
	count  int64
	newest int64 // seq of its newest entry: a pull skips buckets that did not move
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

// BucketRow is a bucket as it is kept.
type BucketRow struct {
	Handle int    `db:"handle"`
	Name   string `db:"name"`
	Sum    int64  `db:"sum"`
	Count  int64  `db:"count"`
	Newest int64  `db:"newest"`
}

func (bb *bucketBook) take(r BucketRow) *bucket {
	if b := bb.handles[r.Handle]; b != nil {
		return b
	}
	b := &bucket{handle: r.Handle, sum: r.Sum, count: r.Count, newest: r.Newest}
	bb.handles[r.Handle], bb.names[r.Name] = b, b
	return b
}

func (bb *bucketBook) named(name string) (*bucket, error) {
	if b := bb.names[name]; b != nil {
		return b, nil
	}
	var rows []BucketRow
	if err := bb.db.NewQuery(`SELECT handle, name, sum, count, newest FROM sync_buckets WHERE name = {:n}`).
		Bind(dbx.Params{"n": name}).All(&rows); err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		return bb.take(rows[0]), nil
	}
	bb.grew = true
	var r BucketRow
	err := bb.db.NewQuery(`INSERT INTO sync_buckets (name) VALUES ({:n}) RETURNING handle, name, sum, count, newest`).
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
	var r BucketRow
	err := bb.db.NewQuery(`SELECT handle, name, sum, count, newest FROM sync_buckets WHERE handle = {:h}`).
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
		if _, err := bb.db.NewQuery(`UPDATE sync_buckets SET sum = {:s}, count = {:c}, newest = {:n} WHERE handle = {:h}`).
			Bind(dbx.Params{"s": b.sum, "c": b.count, "n": b.newest, "h": b.handle}).Execute(); err != nil {
			return err
		}
	}
	return nil
}
