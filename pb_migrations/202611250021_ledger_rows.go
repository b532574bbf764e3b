package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// The ledger laid out as it is read: a bucket's entries lie side by side in the
// order of their sequence, and name their row by a number. By (collection,
// record) a pull looked two trees of texts up for each row, which took most of
// its time. See docs/performance.md.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			`ALTER TABLE sync_rows RENAME TO sync_rows_was`,
			`ALTER TABLE sync_entries RENAME TO sync_entries_was`,
			`CREATE TABLE sync_rows (n INTEGER PRIMARY KEY, collection TEXT NOT NULL, record TEXT NOT NULL, rev INTEGER NOT NULL,
				digest TEXT NOT NULL, payload TEXT, field_revs TEXT NOT NULL DEFAULT '', gone TEXT, UNIQUE (collection, record))`,
			// Rows that are pulled one after the other lie side by side too.
			`INSERT INTO sync_rows (collection, record, rev, digest, payload, field_revs, gone)
				SELECT r.collection, r.record, rev, digest, payload, field_revs, gone FROM sync_rows_was r
				LEFT JOIN (SELECT collection, record, min(seq) AS first FROM sync_entries_was GROUP BY collection, record) e
				ON e.collection = r.collection AND e.record = r.record ORDER BY e.first`,
			`CREATE TABLE sync_entries (bucket INTEGER NOT NULL, seq INTEGER NOT NULL, row INTEGER NOT NULL,
				removed INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (bucket, seq)) WITHOUT ROWID`,
			`INSERT INTO sync_entries (bucket, seq, row, removed, hash) SELECT e.bucket, e.seq, r.n, e.removed, e.hash
				FROM sync_entries_was e JOIN sync_rows r ON r.collection = e.collection AND r.record = e.record ORDER BY e.bucket, e.seq`,
			`DROP TABLE sync_rows_was`,
			`DROP TABLE sync_entries_was`,
			`CREATE UNIQUE INDEX idx_sync_entries_row ON sync_entries (row, bucket)`,
			`CREATE INDEX idx_sync_entries_removed ON sync_entries (bucket, seq) WHERE removed = 1`)
	}, func(app core.App) error {
		return execAll(app,
			`ALTER TABLE sync_rows RENAME TO sync_rows_was`,
			`ALTER TABLE sync_entries RENAME TO sync_entries_was`,
			`CREATE TABLE sync_rows (collection TEXT NOT NULL, record TEXT NOT NULL, rev INTEGER NOT NULL,
				digest TEXT NOT NULL, payload TEXT, field_revs TEXT NOT NULL DEFAULT '', gone TEXT, PRIMARY KEY (collection, record)) WITHOUT ROWID`,
			`INSERT INTO sync_rows SELECT collection, record, rev, digest, payload, field_revs, gone FROM sync_rows_was`,
			`CREATE TABLE sync_entries (bucket INTEGER NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL,
				seq INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0,
				PRIMARY KEY (collection, record, bucket)) WITHOUT ROWID`,
			`INSERT INTO sync_entries SELECT e.bucket, r.collection, r.record, e.seq, e.removed, e.hash
				FROM sync_entries_was e JOIN sync_rows_was r ON r.n = e.row`,
			`DROP TABLE sync_rows_was`,
			`DROP TABLE sync_entries_was`,
			`CREATE UNIQUE INDEX idx_sync_entries_seq ON sync_entries (bucket, seq)`,
			`CREATE INDEX idx_sync_entries_removed ON sync_entries (bucket, seq) WHERE removed = 1`)
	})
}
