package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// trackedMerge are replicated to the people they concern.
var trackedMerge = []string{"conflicts", "mutation_reviews"}

// Merging per field: at which rev each field changed last, what a device's
// change was based on, the values that lost, and what became of parked work.
func init() {
	m.Register(func(app core.App) error {
		findings := find(app, "findings")
		findings.Fields.Add(text("state_reason"))
		if err := app.Save(findings); err != nil {
			return err
		}
		id := `^[a-z0-9]{15}$`
		// People and records are named by plain ids: what was lost must stay
		// readable when they are gone.
		conflicts := table("conflicts", choice("kind", "edit", "delete_edited", "edit_deleted"),
			requiredText("collection"), requiredPattern("record", id), pattern("intervention", id), document("values"),
			requiredText("mutation"), requiredPattern("author", id), text("author_name"), text("author_at"),
			pattern("other", id), text("other_name"), text("other_at"), requiredText("rule"),
			choice("state", "abierto", "resuelto"), optionalChoice("resolution", "author", "other"),
			pattern("resolved_by", id), text("resolved_by_name"), text("resolved_at"), text("label"))
		conflicts.AddIndex("idx_conflicts_mutation", true, "mutation", "")
		conflicts.AddIndex("idx_conflicts_state", false, "state, created", "")
		reviews := table("mutation_reviews", requiredText("mutation"), requiredPattern("user", id),
			requiredText("collection"), requiredPattern("record", id), choice("status", "applied", "rejected"),
			document("errors"), text("reason"), text("decided_by_name"), requiredText("decided_at"),
			nonNegative("seq"), nonNegative("rev"), text("receipt"))
		reviews.AddIndex("idx_mutation_reviews", true, "mutation", "")
		if err := saveAll(app, conflicts, reviews); err != nil {
			return err
		}
		for _, name := range trackedMerge {
			if err := track(app, name); err != nil {
				return err
			}
		}
		return execAll(app,
			// {field: rev of its last change after creation}; '' for none.
			`ALTER TABLE sync_rows ADD COLUMN field_revs TEXT NOT NULL DEFAULT ''`,
			// What a row said before it was deleted.
			`ALTER TABLE sync_rows ADD COLUMN gone TEXT`,
			// Nobody knows any more which field of an older row changed when: as if
			// all had in its last change, so that an edit made before is asked about.
			`UPDATE sync_rows SET field_revs = (SELECT json_group_object(j.key, sync_rows.rev) FROM json_each(sync_rows.payload) j)
				WHERE rev > 1 AND payload IS NOT NULL`,
			// What a successor of this mutation is based on.
			`ALTER TABLE sync_mutations ADD COLUMN bases TEXT NOT NULL DEFAULT ''`,
			settleAgain("findings"),
		)
	}, func(app core.App) error {
		findings := find(app, "findings")
		findings.Fields.RemoveByName("state_reason")
		if err := app.Save(findings); err != nil {
			return err
		}
		if err := dropAll(app, "mutation_reviews", "conflicts"); err != nil {
			return err
		}
		return execAll(app,
			`ALTER TABLE sync_mutations DROP COLUMN bases`,
			`ALTER TABLE sync_rows DROP COLUMN gone`,
			`ALTER TABLE sync_rows DROP COLUMN field_revs`,
			`DELETE FROM sync_entries WHERE collection IN ('conflicts', 'mutation_reviews')`,
			`DELETE FROM sync_rows WHERE collection IN ('conflicts', 'mutation_reviews')`,
			`DELETE FROM dirty WHERE collection IN ('conflicts', 'mutation_reviews')`,
			settleAgain("findings"),
		)
	})
}
