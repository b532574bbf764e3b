package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// trackedV1 are the collections whose rows sync or progress must remember.
var trackedV1 = []string{
	"uts", "districts", "entities", "exercises", "aos", "ao_months", "budget_execution",
	"opening_balances", "month_closes", "parameters", "checklists", "interventions", "convenios",
	"resolutions", "cupos", "insurance_policies", "assignments", "transfers", "participants",
	"insured_persons", "attendance_sheets", "visits", "visit_marks", "findings", "unlisted_workers",
}

// track makes every write to a table, by whatever path, leave (collection, id)
// in dirty within its own transaction. The triggers name nothing but id, so
// they survive PocketBase's schema sync.
func track(app core.App, table string) error {
	for _, sql := range []string{
		`CREATE TRIGGER chaski_` + table + `_ins AFTER INSERT ON ` + table + ` BEGIN
			INSERT INTO dirty (collection, record) VALUES ('` + table + `', NEW.id); END`,
		`CREATE TRIGGER chaski_` + table + `_upd AFTER UPDATE ON ` + table + ` BEGIN
			INSERT INTO dirty (collection, record) VALUES ('` + table + `', NEW.id);
			INSERT INTO dirty (collection, record) SELECT '` + table + `', OLD.id WHERE OLD.id <> NEW.id; END`,
		`CREATE TRIGGER chaski_` + table + `_del AFTER DELETE ON ` + table + ` BEGIN
			INSERT INTO dirty (collection, record) VALUES ('` + table + `', OLD.id); END`,
	} {
		if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
			return err
		}
	}
	return nil
}

// The ledger: side tables of our own that no record API reaches. What they mean
// is told in internal/store.
func init() {
	m.Register(func(app core.App) error {
		for _, sql := range []string{
			`CREATE TABLE dirty (n INTEGER PRIMARY KEY, collection TEXT NOT NULL, record TEXT NOT NULL)`,

			// The one sequence of this node. seq counts (bucket, row) changes.
			`CREATE TABLE sync_clock (one INTEGER PRIMARY KEY CHECK (one = 1),
				node TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL)`,
			`INSERT INTO sync_clock VALUES (1, 'n1', 1, 0)`,
			// One row a commit: its last seq and the nonce that proves this history.
			`CREATE TABLE sync_commits (seq INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, nonce TEXT NOT NULL, at TEXT NOT NULL)`,
			// sum is the additive checksum modulo 2^64, kept as a signed integer.
			`CREATE TABLE sync_buckets (handle INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
				sum INTEGER NOT NULL DEFAULT 0, count INTEGER NOT NULL DEFAULT 0)`,
			// The last known content of every tracked row; payload is NULL once it is gone.
			`CREATE TABLE sync_rows (collection TEXT NOT NULL, record TEXT NOT NULL, rev INTEGER NOT NULL,
				digest TEXT NOT NULL, payload TEXT, PRIMARY KEY (collection, record)) WITHOUT ROWID`,
			`CREATE TABLE sync_entries (bucket INTEGER NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL,
				seq INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0, hash INTEGER NOT NULL DEFAULT 0,
				PRIMARY KEY (collection, record, bucket)) WITHOUT ROWID`,
			`CREATE UNIQUE INDEX idx_sync_entries_seq ON sync_entries (bucket, seq)`,
			`CREATE TABLE sync_mutations (id TEXT PRIMARY KEY, device TEXT NOT NULL, counter INTEGER NOT NULL,
				user TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL,
				status TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT, seq INTEGER NOT NULL,
				at TEXT NOT NULL, form TEXT NOT NULL, schema INTEGER NOT NULL, received_at TEXT NOT NULL)`,
			`CREATE UNIQUE INDEX idx_sync_mutations_counter ON sync_mutations (device, counter)`,
			`CREATE INDEX idx_sync_mutations_record ON sync_mutations (collection, record)`,
			`CREATE INDEX idx_sync_mutations_open ON sync_mutations (status) WHERE status <> 'applied'`,

			// What each source row adds to a figure now.
			`CREATE TABLE progress_contributions (source_collection TEXT NOT NULL, source_record TEXT NOT NULL,
				measure TEXT NOT NULL, ao TEXT NOT NULL, exercise INTEGER NOT NULL, funding_year INTEGER NOT NULL,
				funding_frame TEXT NOT NULL, day TEXT NOT NULL, quantity INTEGER NOT NULL, amount INTEGER NOT NULL,
				rule TEXT NOT NULL, intervention TEXT NOT NULL, evidence_collection TEXT NOT NULL, evidence_record TEXT NOT NULL,
				PRIMARY KEY (source_collection, source_record)) WITHOUT ROWID`,
			`CREATE INDEX idx_progress_contributions_ao ON progress_contributions (ao, intervention)`,
			`CREATE INDEX idx_progress_contributions_scope ON progress_contributions (measure, funding_year, funding_frame)`,
			`CREATE INDEX idx_progress_contributions_evidence ON progress_contributions (evidence_collection, evidence_record)`,
			// The signed entries by which contributions reached the months. Never updated.
			`CREATE TABLE progress_postings (n INTEGER PRIMARY KEY, source_collection TEXT NOT NULL, source_record TEXT NOT NULL,
				measure TEXT NOT NULL, ao TEXT NOT NULL, exercise INTEGER NOT NULL, funding_year INTEGER NOT NULL,
				funding_frame TEXT NOT NULL, month TEXT NOT NULL, qualifying_month TEXT NOT NULL,
				quantity INTEGER NOT NULL, amount INTEGER NOT NULL, posted_at TEXT NOT NULL)`,
			`CREATE INDEX idx_progress_postings_source ON progress_postings (source_collection, source_record)`,
			`CREATE INDEX idx_progress_postings_ao ON progress_postings (ao, month)`,
			// The figures: the sum of the postings.
			`CREATE TABLE progress_cells (exercise INTEGER NOT NULL, measure TEXT NOT NULL, ao TEXT NOT NULL,
				funding_year INTEGER NOT NULL, funding_frame TEXT NOT NULL, month TEXT NOT NULL,
				quantity INTEGER NOT NULL, amount INTEGER NOT NULL,
				PRIMARY KEY (exercise, measure, ao, funding_year, funding_frame, month)) WITHOUT ROWID`,
		} {
			if _, err := app.DB().NewQuery(sql).Execute(); err != nil {
				return err
			}
		}
		for _, name := range trackedV1 {
			if err := track(app, name); err != nil {
				return err
			}
		}
		return nil
	}, func(app core.App) error {
		for _, name := range trackedV1 {
			for _, suffix := range []string{"_ins", "_upd", "_del"} {
				if _, err := app.DB().NewQuery(`DROP TRIGGER chaski_` + name + suffix).Execute(); err != nil {
					return err
				}
			}
		}
		for _, name := range []string{
			"progress_cells", "progress_postings", "progress_contributions",
			"sync_mutations", "sync_entries", "sync_rows", "sync_buckets", "sync_commits", "sync_clock", "dirty",
		} {
			if _, err := app.DB().NewQuery(`DROP TABLE ` + name).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}
