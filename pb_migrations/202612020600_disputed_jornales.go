package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// A jornal is one a person and day over all works. progress_disputed has all that is
// said of a person-day of which it is not known what holds; jornal_decisions what
// somebody decided, each of exactly the evidence it names. Nothing of a decision is
// ever changed: the newest of a person-day is the one that may hold.
//
// Every work is counted anew once: what counted twice so far does not any more.
func init() {
	m.Register(func(app core.App) error {
		return execAll(app,
			`CREATE TABLE progress_disputed (person TEXT NOT NULL, day TEXT NOT NULL, participant TEXT NOT NULL, source TEXT NOT NULL,
				record TEXT NOT NULL, intervention TEXT NOT NULL, mark TEXT NOT NULL, decision INTEGER NOT NULL,
				PRIMARY KEY (person, day, participant, source, record)) WITHOUT ROWID`,
			`CREATE INDEX idx_progress_disputed_work ON progress_disputed (intervention, day)`,
			`CREATE INDEX idx_progress_disputed_participant ON progress_disputed (participant, day)`,
			`CREATE TABLE jornal_decisions (n INTEGER PRIMARY KEY, person TEXT NOT NULL, day TEXT NOT NULL, source TEXT NOT NULL, record TEXT NOT NULL,
				participant TEXT NOT NULL, evidence TEXT NOT NULL, reason TEXT NOT NULL, decided_by TEXT NOT NULL, decided_at TEXT NOT NULL)`,
			`CREATE INDEX idx_jornal_decisions ON jornal_decisions (person, day)`,
			decisionTrigger("ins", "INSERT", "new"), decisionTrigger("upd", "UPDATE", "new"), decisionTrigger("del", "DELETE", "old"),
			`INSERT INTO dirty (collection, record, source) SELECT 'jornales', id, 'schema' FROM interventions`,
		)
	}, func(app core.App) error {
		return execAll(app, `DROP TABLE jornal_decisions`, `DROP TABLE progress_disputed`, `DELETE FROM dirty WHERE collection = 'jornales'`)
	})
}

// decisionTrigger has the works of a disputed day counted anew whenever something
// is said of a decision about it.
func decisionTrigger(suffix, event, row string) string {
	return `CREATE TRIGGER chaski_jornal_decisions_` + suffix + ` AFTER ` + event + ` ON jornal_decisions BEGIN
		INSERT INTO dirty (collection, record) SELECT DISTINCT 'jornales', intervention FROM progress_disputed
			WHERE person = ` + row + `.person AND day = ` + row + `.day; END`
}
