package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Which rows break a rule, kept by the drain (internal/store) beside the rows:
// what arrived by SQL, or before there was the rule, is listed until somebody
// corrects it.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			// One row a broken rule. counts: the row adds to no figure meanwhile. until:
			// from that day on time has mended it. missing: the row, collection/id, that
			// it names and that is not there. fields: JSON, those the rule is about.
			`CREATE TABLE row_problems (collection TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL, code TEXT NOT NULL,
				args TEXT NOT NULL, fields TEXT NOT NULL, counts INTEGER NOT NULL, until TEXT NOT NULL, missing TEXT NOT NULL,
				intervention TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (collection, record, field)) WITHOUT ROWID`,
			`CREATE INDEX idx_row_problems_intervention ON row_problems (intervention)`,
			`CREATE INDEX idx_row_problems_until ON row_problems (until) WHERE until <> ''`,
			`CREATE INDEX idx_row_problems_missing ON row_problems (missing) WHERE missing <> ''`,
			// How far the rows that were there before have been judged, and by which
			// version of the rules. Where there are none, nothing waits.
			`CREATE TABLE row_scan (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, collection TEXT NOT NULL,
				after TEXT NOT NULL, rows INTEGER NOT NULL, done INTEGER NOT NULL)`,
			`INSERT INTO row_scan SELECT 1, 1, '', '', 0, NOT EXISTS (SELECT 1 FROM sync_rows) AND NOT EXISTS (SELECT 1 FROM dirty)`)
	}, func(app core.App) error {
		return execAll(app, `DROP TABLE row_scan`, `DROP TABLE row_problems`)
	})
}
