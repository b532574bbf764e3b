package store

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"chaski/internal/replication"
	"chaski/internal/store/sqlite"
)

// Manner says how the rows of a transaction came.
type Manner struct {
	// Lenient: each was judged before it was written, as those of a push; or what breaks
	// a rule is kept, and listed.
	Lenient bool
	// Undated: they tell of a past, and nobody knows when they were first recorded.
	Undated bool
}

// drain is one run over the dirty rows of a transaction.
type drain struct {
	engine    *Engine
	app       core.App
	db        dbx.Builder
	sql       *sqlite.Statements
	rows      *sqlite.Keeper // sync_rows
	entries   *sqlite.Keeper // sync_entries
	makers    map[Key]string
	seq       int64
	epoch     int64
	key       string // proves marks; read once asked for
	buckets   *bucketBook
	affected  *affected
	around    *surroundings
	moved     map[int]bool
	scopes    bool
	people    bool                      // who was a participant changed
	disputed  bool                      // what is not known of a day changed
	basis     map[int64]bool            // exercises whose counts rest on what changed
	touched   map[int64]map[string]bool // exercise -> participants who may make another person
	serving   map[aoScope]string
	uncovered *[]uncoveredRule // read once asked for
	// What rules said of rows (see rules).
	Manner
	unreadable map[Key]unreadableRow
	flipped    []change // rows that count now, or no longer, though they did not change
}

// change is a row whose remembered content differs from what it is now.
type change struct {
	key      Key
	old, now replication.Payload // nil: did not exist, no longer exists
	rev      int64
	digest   string
}

// Drain brings revisions, bucket entries, checksums and progress up to date
// with the dirty rows. Rows not in own were written past the hooks and are
// noted in the audit trail; one of own that breaks a rule ends the transaction,
// unless it is lenient (see rules). The last so many sequence numbers are left to commits
// of their own, even if nothing moved.
func (e *Engine) Drain(tx core.App, own map[Key]bool, commits int, how Manner) (Moved, error) {
	keys, known, err := dirtyKeys(tx.NonconcurrentDB())
	if err != nil {
		return Moved{}, err
	}
	if len(keys) == 0 && commits == 0 {
		if due, err := e.mended(tx.NonconcurrentDB()); err != nil || !due {
			return Moved{}, err
		}
	}
	if began := time.Now(); e.Drained != nil {
		defer func() { e.Drained(len(keys), time.Since(began)) }()
	}
	d := e.newDrain(tx)
	d.Manner = how
	defer d.sql.Close()
	if err := d.open(); err != nil {
		return Moved{}, err
	}
	if keys, err = d.take(keys, own, known); err != nil {
		return Moved{}, err
	}
	changes, err := d.remember(keys)
	if err != nil {
		return Moved{}, err
	}
	if err := d.replace(changes); err != nil {
		return Moved{}, err
	}
	if err := d.rules(keys, changes, own); err != nil {
		return Moved{}, err
	}
	if err := d.noteBasis(keys, changes); err != nil {
		return Moved{}, err
	}
	d.again(keys)
	figures, err := d.progress(changes)
	if err != nil {
		return Moved{}, err
	}
	if err := d.accrue(changes); err != nil {
		return Moved{}, err
	}
	if err := d.persons(changes); err != nil {
		return Moved{}, err
	}
	if err := d.saveBasis(); err != nil {
		return Moved{}, err
	}
	if err := d.attribute(keys, changes, own, known); err != nil {
		return Moved{}, err
	}
	return d.close(commits, figures || len(d.basis) > 0)
}

func (e *Engine) newDrain(tx core.App) *drain {
	db := tx.NonconcurrentDB()
	sql := sqlite.Prepare(db)
	var makers map[Key]string
	if h := e.hand(tx); h != nil {
		makers = h.Makers
	}
	return &drain{
		makers: makers, engine: e, app: tx, db: db, sql: sql, rows: sqlite.NewKeeper(sql, "sync_rows", syncRowColumns, keepRow),
		entries: sqlite.NewKeeper(sql, "sync_entries", syncEntryColumns, keepEntry), affected: newAffected(), around: newSurroundings(db),
		moved: map[int]bool{}, basis: map[int64]bool{}, touched: map[int64]map[string]bool{}, serving: map[aoScope]string{}, unreadable: map[Key]unreadableRow{},
	}
}

// take empties the table of dirty rows, once the rule of validations has had its
// say about the sheets among them, what belongs to a row that moved has followed it,
// what has to be rendered has its rows, and the insured say what they prove: what that
// writes is answered with them, and no longer dirty.
func (d *drain) take(keys []Key, own, known map[Key]bool) ([]Key, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if err := d.sheetsOutside(keys, own); err != nil {
		return nil, err
	}
	followed, err := d.follow(keys)
	if err != nil {
		return nil, err
	}
	begun, err := d.accounts(keys)
	if err != nil {
		return nil, err
	}
	covered, err := d.cover(slices.Concat(keys, followed), known)
	if err != nil {
		return nil, err
	}
	for _, k := range slices.Concat(followed, begun, covered) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
			known[k] = true
		}
	}
	return keys, d.sql.Exec(`DELETE FROM dirty`, nil)
}

// dirtyKeys are in the order of writing: what was written together is remembered
// side by side, and read so by the devices that hold it. known are those that
// only a step of the schema touched, so that nobody need be named for them.
func dirtyKeys(db dbx.Builder) (keys []Key, known map[Key]bool, err error) {
	var rows []struct {
		Collection string `db:"collection"`
		Record     string `db:"record"`
		Written    bool   `db:"written"`
	}
	if err := db.NewQuery(`SELECT collection, record, max(source = '') AS written FROM dirty
		GROUP BY collection, record ORDER BY min(n)`).All(&rows); err != nil {
		return nil, nil, err
	}
	keys, known = make([]Key, len(rows)), map[Key]bool{}
	for i, r := range rows {
		keys[i] = Key{r.Collection, r.Record}
		if !r.Written {
			known[keys[i]] = true
		}
	}
	return keys, known, nil
}

func (d *drain) open() error {
	// The counter itself, never a MAX, which forgets what was given out and left no row.
	if err := d.db.NewQuery(`SELECT epoch, seq FROM sync_clock`).Row(&d.epoch, &d.seq); err != nil {
		return err
	}
	d.buckets = newBucketBook(d.db)
	return nil
}

// next advances the one counter; close writes it back in this transaction.
func (d *drain) next() int64 {
	d.seq++
	return d.seq
}

// remember compares each dirty row with what was remembered of it, stores the
// new content and revision, and answers what changed, collection by collection.
func (d *drain) remember(keys []Key) ([]change, error) {
	byCollection := map[string][]string{}
	for _, k := range keys {
		byCollection[k.Collection] = append(byCollection[k.Collection], k.Record)
	}
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(byCollection)) {
		c := replication.Find(name)
		if c == nil {
			continue
		}
		for ids := range slices.Chunk(byCollection[name], sqlite.Chunk) {
			some, err := d.rememberSome(c, ids)
			if err != nil {
				return nil, err
			}
			changes = append(changes, some...)
		}
	}
	return changes, nil
}

func (d *drain) rememberSome(c *replication.Collection, ids []string) ([]change, error) {
	rows, err := LoadPayloads(d.db, c, ids)
	if err != nil {
		return nil, err
	}
	was, err := syncRows(d.db, c.Name, ids)
	if err != nil {
		return nil, err
	}
	var changes []change
	for _, id := range ids {
		k := Key{c.Name, id}
		if why := rows.unreadable[id]; why != nil {
			d.unreadable[k] = unreadableRow{why, rows.partly[id]}
			// Keep what was known of it, say so, and go on: one bad row
			// must not stop everybody's sync. verify names it.
			if err := WriteAudit(d.app, Audit{Action: "unreadable", Key: k, Detail: why.Error(), At: d.engine.Now()}); err != nil {
				return nil, err
			}
			continue
		}
		ch, err := d.rememberOne(k, was[id], rows.Now[id])
		if err != nil {
			return nil, err
		}
		if ch != nil {
			changes = append(changes, *ch)
		}
	}
	return changes, d.rows.Flush()
}

var (
	syncRowColumns = []string{"collection", "record", "rev", "digest", "payload", "field_revs", "gone", "made_by"}
	keepRow        = `ON CONFLICT (collection, record) DO UPDATE SET rev = excluded.rev, digest = excluded.digest,
		payload = excluded.payload, field_revs = excluded.field_revs, gone = excluded.gone`
	syncEntryColumns = []string{"bucket", "seq", "row", "removed", "hash"}
	keepEntry        = `ON CONFLICT (row, bucket) DO UPDATE SET seq = excluded.seq, removed = excluded.removed, hash = excluded.hash`
)

// SyncRow is a row as it is remembered.
type SyncRow struct {
	Record    string `db:"record"`
	Rev       int64  `db:"rev"`
	Digest    string `db:"digest"`
	Payload   string `db:"payload"`
	FieldRevs string `db:"field_revs"`
	Gone      string `db:"gone"`    // what a deleted row said
	MadeBy    string `db:"made_by"` // who made it, "" if nobody is known to have
}

func syncRows(db dbx.Builder, collection string, ids []string) (map[string]SyncRow, error) {
	var rows []SyncRow
	err := db.NewQuery(`SELECT record, rev, digest, coalesce(payload, '') AS payload, field_revs, coalesce(gone, '') AS gone, made_by FROM sync_rows
		WHERE collection = {:c} AND record IN (SELECT value FROM json_each({:ids}))`).
		Bind(dbx.Params{"c": collection, "ids": sqlite.JSONList(ids)}).All(&rows)
	out := make(map[string]SyncRow, len(rows))
	for _, r := range rows {
		out[r.Record] = r
	}
	return out, err
}

// FindSyncRow is what is remembered of a row.
func FindSyncRow(db dbx.Builder, k Key) (SyncRow, error) {
	rows, err := syncRows(db, k.Collection, []string{k.Record})
	return rows[k.Record], err
}

func (d *drain) rememberOne(k Key, old SyncRow, now replication.Payload) (*change, error) {
	digest, payload := "", any(nil)
	if now != nil {
		canonical, err := replication.Canonical(now)
		if err != nil {
			return nil, err
		}
		digest, payload = replication.Digest(canonical), string(canonical)
	}
	if digest == old.Digest {
		return nil, nil
	}
	ch := &change{key: k, old: DecodePayload(old.Payload), now: now, rev: replication.NextRev(old.Rev, d.epoch), digest: digest}
	fieldRevs, gone, err := fieldHistory(old, ch)
	if err != nil {
		return nil, err
	}
	return ch, d.rows.Add(old.Rev > 0, k.Collection, k.Record, ch.rev, digest, payload, fieldRevs, gone, d.makers[k])
}

// fieldHistory is, for a changed row, when each of its fields changed last, and
// for one that is gone what it said.
func fieldHistory(old SyncRow, ch *change) (revs string, gone any, err error) {
	switch {
	case ch.now == nil:
		return "", old.Payload, nil
	case old.Rev == 0:
		return "", nil, nil // created: nothing changed since
	}
	out, err := json.Marshal(DecodeFieldRevs(old.FieldRevs).Advance(ch.old, ch.now, ch.rev))
	return string(out), nil, err
}

// DecodeFieldRevs reads what a row keeps of its fields' revisions.
func DecodeFieldRevs(s string) replication.FieldRevs {
	var out replication.FieldRevs
	if s == "" || json.Unmarshal([]byte(s), &out) != nil {
		return nil // written by this package; verify reports what is not JSON
	}
	return out
}

// close writes the counter back and marks the commits with their nonces.
func (d *drain) close(commits int, figures bool) (Moved, error) {
	var before int64
	if err := d.db.NewQuery(`SELECT seq FROM sync_clock`).Row(&before); err != nil {
		return Moved{}, err
	}
	if err := d.buckets.save(); err != nil {
		return Moved{}, err
	}
	if commits == 0 && d.seq != before {
		commits, d.seq = 1, d.seq-1 // the last of the rows' numbers is the commit's
	}
	for range commits {
		if err := d.mark(d.next()); err != nil {
			return Moved{}, err
		}
	}
	if d.seq != before {
		if err := d.sql.Exec(`UPDATE sync_clock SET seq = {:seq}`, dbx.Params{"seq": d.seq}); err != nil {
			return Moved{}, err
		}
	}
	handles := slices.Sorted(maps.Keys(d.moved))
	return Moved{Seq: d.seq, Buckets: handles, Figures: figures, Scopes: d.scopes || d.buckets.grew}, nil
}

func (d *drain) mark(seq int64) error {
	if d.key == "" {
		if err := d.db.NewQuery(`SELECT key FROM sync_clock`).Row(&d.key); err != nil {
			return err
		}
	}
	m := replication.Proven(d.key, replication.Mark{Epoch: d.epoch, Seq: seq, Nonce: d.engine.Nonce()})
	return d.sql.Exec(`INSERT INTO sync_commits (seq, epoch, nonce, at) VALUES ({:seq}, {:epoch}, {:nonce}, {:at})`,
		dbx.Params{"seq": m.Seq, "epoch": m.Epoch, "nonce": m.Nonce, "at": d.engine.Stamp()})
}

// attribute notes rows that nobody can be named for: they were written past the
// hooks, with SQL. Also those that say the same as before: a column that devices
// do not hold may have changed, or a row have come and gone.
func (d *drain) attribute(keys []Key, changes []change, own, known map[Key]bool) error {
	said := map[Key]map[string]any{}
	for _, ch := range changes {
		said[ch.key] = map[string]any{"before": ch.old, "after": ch.now}
	}
	for _, k := range keys {
		if own[k] || known[k] || replication.Find(k.Collection) == nil {
			continue
		}
		detail := said[k]
		if detail == nil {
			detail = map[string]any{"same": true}
		}
		if err := WriteAudit(d.app, Audit{Action: AuditUnattributed, Key: k, Detail: detail, At: d.engine.Now()}); err != nil {
			return err
		}
	}
	return nil
}
