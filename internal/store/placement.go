package store

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"chaski/internal/replication"
)

// surroundings answers, from the open transaction, what a row's buckets depend
// on beside the row itself. A drain writes no base row, so what was read once
// holds until its end.
type surroundings struct {
	db     dbx.Builder
	uts    map[string]string
	visits map[string]visitPlace
}

type visitPlace struct {
	Intervention string `db:"intervention"`
	State        string `db:"state"`
}

func newSurroundings(db dbx.Builder) *surroundings {
	return &surroundings{db: db, uts: map[string]string{}, visits: map[string]visitPlace{}}
}

// UTOf implements replication.Surroundings.
func (s *surroundings) UTOf(intervention string) (string, error) {
	if ut, known := s.uts[intervention]; known {
		return ut, nil
	}
	out, err := column(s.db, `SELECT ut FROM interventions WHERE id = {:id}`, dbx.Params{"id": intervention})
	if err != nil {
		return "", err
	}
	s.uts[intervention] = ""
	if len(out) > 0 {
		s.uts[intervention] = out[0]
	}
	return s.uts[intervention], nil
}

// InterventionsOf implements replication.Surroundings.
func (s *surroundings) InterventionsOf(entity string) ([]string, error) {
	return column(s.db, `SELECT intervention FROM convenios WHERE executor = {:id} UNION
		SELECT intervention FROM convenios WHERE proposer = {:id}`, dbx.Params{"id": entity})
}

// UnitsOf implements replication.Surroundings.
func (s *surroundings) UnitsOf(district string) ([]string, error) {
	return column(s.db, `SELECT DISTINCT ut FROM jurisdictions WHERE district = {:id} ORDER BY ut`, dbx.Params{"id": district})
}

// VisitOf implements replication.Surroundings.
func (s *surroundings) VisitOf(visit string) (intervention, state string, err error) {
	place, known := s.visits[visit]
	if !known {
		var rows []visitPlace
		err = s.db.NewQuery(`SELECT intervention, state FROM visits WHERE id = {:id}`).Bind(dbx.Params{"id": visit}).All(&rows)
		if err != nil {
			return "", "", err
		}
		if len(rows) > 0 {
			place = rows[0]
		}
		s.visits[visit] = place
	}
	return place.Intervention, place.State, nil
}

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
			row, err := findSyncRow(d.db, k)
			if err != nil {
				return err
			}
			dependents = append(dependents, change{key: k, now: decodePayload(row.Payload), rev: row.Rev, digest: row.Digest})
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
		for n < len(rows) && n < chunk && rows[n].key.Collection == rows[0].key.Collection {
			n++
		}
		held, err := d.held(rows[:n])
		if err != nil {
			return err
		}
		for _, r := range rows[:n] {
			if err := d.place(r, held[r.key.Record], content); err != nil {
				return err
			}
		}
		if err := d.entries.flush(); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// held are the buckets that rows of one collection are in.
func (d *drain) held(rows []change) (map[string][]entry, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.key.Record
	}
	var held []entry
	err := d.db.NewQuery(`SELECT record, bucket, hash FROM sync_entries WHERE collection = {:c} AND removed = 0
		AND record IN (SELECT value FROM json_each({:ids})) ORDER BY bucket`).
		Bind(dbx.Params{"c": rows[0].key.Collection, "ids": jsonList(ids)}).All(&held)
	out := make(map[string][]entry, len(held))
	for _, h := range held {
		out[h.Record] = append(out[h.Record], h)
	}
	return out, err
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
	case "jurisdictions":
		return keysIn("districts", ch.old.Text("district"), ch.now.Text("district")), nil
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
	Record string `db:"record"`
	Bucket int    `db:"bucket"`
	Hash   int64  `db:"hash"`
}

// place writes PUT entries for the buckets a row is in (all of them if its
// content changed, else only those it enters) and REMOVE entries for those it
// left. The sequence belongs to (bucket, row), not to the row.
func (d *drain) place(row change, held []entry, content bool) error {
	k := row.key
	hashes := make(map[int]int64, len(held))
	for _, h := range held {
		hashes[h.Bucket] = h.Hash
	}
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
		old, had := hashes[b.handle]
		delete(hashes, b.handle)
		if had && !content {
			continue
		}
		hash := int64(replication.EntryHash(name, k.Collection, k.Record, row.rev, row.digest))
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
	seq := d.next()
	d.buckets.handles[handle].newest = seq
	return d.entries.add(handle, k.Collection, k.Record, seq, removed, hash)
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

type bucketRow struct {
	Handle int    `db:"handle"`
	Name   string `db:"name"`
	Sum    int64  `db:"sum"`
	Count  int64  `db:"count"`
	Newest int64  `db:"newest"`
}

func (bb *bucketBook) take(r bucketRow) *bucket {
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
	var rows []bucketRow
	if err := bb.db.NewQuery(`SELECT handle, name, sum, count, newest FROM sync_buckets WHERE name = {:n}`).
		Bind(dbx.Params{"n": name}).All(&rows); err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		return bb.take(rows[0]), nil
	}
	bb.grew = true
	var r bucketRow
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
	var r bucketRow
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
